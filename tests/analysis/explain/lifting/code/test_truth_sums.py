"""Conditions on pairs: by one product, or by one sort."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.truth_sums import (
    both_of_pairs,
    compared_pairs,
)
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within

NAMES = {
    "p": "float64 (6,)",
    "q": "float64 (5,)",
    "m": "bool (6, 9)",
    "w": "bool (4, 9)",
    "k": "int64 (6, 9)",
    "out": "int64 (6, 4)",
}
RNG = np.random.default_rng(2)
VALUES = {
    "p": RNG.integers(0, 4, 6) * 1.0,
    "q": RNG.integers(0, 4, 5) * 1.0,
    "m": RNG.random((6, 9)) < 0.5,
    "w": RNG.random((4, 9)) < 0.5,
    "k": RNG.integers(0, 4, (6, 9)),
    "out": np.zeros((6, 4), int),
}


def sources(body: str) -> str:
    """Every way to write it, each of which gives what the loop gives."""
    found = [each.source for each in lifted_text(body, NAMES).lifted]
    held: dict[str, object] = {"np": np}
    indented = body.replace("\n", "\n    ")
    exec(f"def plain({', '.join(NAMES)}):\n    {indented}", held)
    for each in found:
        exec(each, held)
        got, expected = (
            held[name](*(v.copy() for v in VALUES.values()))  # type: ignore[operator]
            for name in ("f", "plain")
        )
        np.testing.assert_array_equal(got, expected)
    return "\n".join(found)


def pairs(value: str) -> str:
    return sources(
        "for i in range(len(m)):\n    for j in range(len(w)):\n"
        f"        out[i, j] = {value}\nreturn out"
    )


@pytest.mark.parametrize(
    "value",
    [
        "np.logical_and(m[i], w[j]).sum()",
        "(m[i] & w[j]).sum()",
        "np.sum(m[i] | w[j])",
        "np.logical_or(m[i], w[j]).sum() - np.logical_and(m[i], w[j]).sum()",
    ],
)
def test_what_holds_in_two_rows_is_one_product(value: str) -> None:
    assert " @ " in pairs(value)


@pytest.mark.parametrize(
    "value",
    [
        "(k[i] & w[j]).sum()",
        "(m[i] & w[j]).any()",
        "(m[i] & m[i]).sum()",
        "(m[i] ^ w[j]).sum()",
    ],
)
def test_other_sums_are_no_product(value: str) -> None:
    assert " @ " not in pairs(value)


COMPARED = (
    "n = 0.0\nfor a in p:\n    for b in q:\n        if {}:\n            n += {}\n{}return n"
)
TIES = "        elif {}:\n            n += {}\n"


@pytest.mark.parametrize(
    ("test", "other"),
    [
        ("a > b", "a == b"),
        ("a < b", "b > a"),
        ("b > a", "a > b"),
        ("a == b", "b < a"),
        ("a > b", ""),
    ],
)
def test_pairs_are_compared_by_ranks(test: str, other: str) -> None:
    ties = TIES.format(other, 0.5) if other else ""
    made = sources(COMPARED.format(test, 1, ties))
    same = (test, other) == ("a < b", "b > a")
    assert ("np.sort(" in made) is not same


@pytest.mark.parametrize(
    ("test", "number"), [("a > b + a", "1"), ("a > b", "b"), ("a + b > 2", "1")]
)
def test_other_comparisons_are_none(test: str, number: str) -> None:
    assert "np.sort(" not in sources(COMPARED.format(test, number, ""))


def test_one_row_alone_is_no_pair() -> None:
    reader = reader_of()
    within(reader, "i", "len(m)")
    term = read("((m[i] > 0) & (m[i] < s)).sum()", reader)
    assert isinstance(term, Reduce)
    writer = ArrayWriter(reader.scope, Style("matmul"))
    assert both_of_pairs(writer, term) is None
    assert compared_pairs(writer, term) is None
