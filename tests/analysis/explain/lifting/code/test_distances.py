"""Pairwise distances."""

import pytest

from profiler_suite.analysis.explain.lifting.code.distances import (
    counted_near,
    distances,
    nearest_few,
)
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Reduce
from tests.analysis.explain.lifting.reading import read, reader_of, within
from tests.analysis.explain.lifting.written import COUNTS, HELD, TEXT, same_as_loop

SQUARED = "((a[i] - b[j]) ** 2).sum()"


@pytest.mark.parametrize("style", ["cdist", "matmul", ""])
@pytest.mark.parametrize(
    "text",
    [SQUARED, "np.linalg.norm(a[i] - b[j])", "np.abs(a[i] - b[j]).sum()"],
)
def test_every_style_gives_what_the_loop_gives(text: str, style: str) -> None:
    same_as_loop(text, "ij", Style(distance=style))


def found(text: str, style: str) -> tuple[str, ArrayWriter]:
    reader = reader_of(TEXT, **HELD)
    for name in "ij":
        within(reader, name, COUNTS[name])
    writer = ArrayWriter(reader.scope, Style(distance=style))
    made = distances(writer, read(text, reader))
    return (made.text if made else ""), writer


def test_the_metric_is_named_and_what_it_needs_imported() -> None:
    text, writer = found(SQUARED, "cdist")
    assert text.startswith("cdist(a")
    assert text.endswith(", 'sqeuclidean')")
    assert list(writer.imports) == ["from scipy.spatial.distance import cdist"]


def test_digits_that_one_product_loses_are_said() -> None:
    text, writer = found(SQUARED, "matmul")
    assert "@" in text
    assert any("lose digits" in words for words in writer.scope.assumptions)
    assert found("np.abs(a[i] - b[j]).sum()", "matmul")[0] == ""


@pytest.mark.parametrize(
    "text",
    ["((a[i] + b[j]) ** 2).sum()", "((a[i] - b[j]) ** 3).sum()", "((a[i] - a[i]) ** 2).sum()"],
)
def test_others_are_none(text: str) -> None:
    assert found(text, "cdist")[0] == ""


NEAR = "((np.sqrt(((a - b[j]) ** 2).sum(axis=1))) < 1.5).sum()"


@pytest.mark.parametrize(
    "text",
    [
        NEAR,
        NEAR.replace("<", "<="),
        "np.sum(1.5 >= np.linalg.norm(a - b[j], axis=1))",
        "np.count_nonzero(np.linalg.norm(b[j] - a, axis=1) < 1.5)",
    ],
)
def test_what_is_near_is_counted_by_a_tree_as_the_loop_does(text: str) -> None:
    same_as_loop(text, "j", Style("matmul", "cdist"))
    made, writer = near(text)
    assert "cKDTree(a" in made
    assert ("nextafter" in made) == ("=" not in text.replace("axis=", ""))
    assert any("that far apart" in words for words in writer.scope.assumptions)


@pytest.mark.parametrize(
    "text",
    [
        NEAR.replace("<", ">"),
        NEAR.replace("np.sqrt", ""),
        NEAR.replace("1.5", "b[j, 0]"),
        "(np.abs(a - b[j]).sum(axis=1) < 1.5).sum()",
        NEAR.replace("a - b[j]", "a + b[j]"),
    ],
)
def test_other_counts_are_no_question_to_a_tree(text: str) -> None:
    assert near(text)[0] == ""


def near(text: str) -> tuple[str, ArrayWriter]:
    reader = reader_of(TEXT, **HELD)
    within(reader, "j", COUNTS["j"])
    writer = ArrayWriter(reader.scope, Style("matmul", "cdist"))
    term = read(text, reader)
    made = counted_near(writer, term) if isinstance(term, Reduce) else None
    return (made.text if made else ""), writer


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("np.argsort(np.linalg.norm(a - b[j], axis=1))[:3]", "np.arange(0, 3) + 1"),
        ("np.argsort(np.sqrt(((a - b[j]) ** 2).sum(axis=1)))[1:4]", "np.arange(1, 4) + 1"),
        ("np.argsort(np.abs(a - b[j]).sum(axis=1))[:3]", ""),
        ("np.argsort(np.linalg.norm(a - b[j], axis=1))[::-1]", ""),
        ("np.argsort(np.linalg.norm(a + b[j], axis=1))[:3]", ""),
        ("np.sort(np.linalg.norm(a - b[j], axis=1))[:3]", ""),
    ],
)
def test_the_nearest_few_are_asked_of_a_tree(text: str, which: str) -> None:
    reader = reader_of(TEXT, **HELD)
    within(reader, "j", COUNTS["j"])
    writer = ArrayWriter(reader.scope, Style("tensordot", "cdist", sorted=True))
    term = read(text, reader)
    assert isinstance(term, Core)
    made = nearest_few(writer, term)
    assert (made is not None) is bool(which)
    assert made is None or made.text.endswith(f", {which})[1]")
