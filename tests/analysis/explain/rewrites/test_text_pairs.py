"""Texts compared character by character."""

import pytest

from profiler_suite.analysis.explain.rewrites.text_pairs import TextPairs, as_arrays
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def made(count: str, more: str = "") -> TextPairs | None:
    text = (
        f"def f(a, b, n):\n    for i in range(n):\n        for j in range(n):\n"
        f"            n += {count}\n{more}    return n\n"
    )
    names = {"a": "list of 9", "b": "tuple of 4", "n": "int 2"}
    return as_arrays(
        Function(SourceText(file="f.py", function="f", first_line=1, text=text, names=names))
    )


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        ("sum(1 for x, y in zip(a[i], b[j]) if x != y)", "np.sum(a_characters[i] != b_char"),
        ("sum(x == y for x, y in zip(a[i], b[j]))", "np.sum(a_characters[i] == b_char"),
        ("len([x for x, y in zip(a[i + 1], b[j]) if x != y])", "a_characters[i + 1] != b_char"),
    ],
)
def test_counts_of_unlike_characters_compare_rows(count: str, expected: str) -> None:
    found = made(count)
    assert found is not None
    assert expected in found.text
    assert (
        "    a_characters = characters_of(a)\n    b_characters = characters_of(b)" in found.text
    )
    assert found.held["b_characters"].startswith("uint32 (4, ")


@pytest.mark.parametrize(
    ("count", "more"),
    [
        ("sum(1 for x, y in zip(a[i], b[j]) if x < y)", ""),
        ("sum(1 for x, y in zip(a[i], b) if x != y)", ""),
        ("sum(1 for x, y in zip(a[i:], b[j]) if x != y)", ""),
        ("sum(2 for x, y in zip(a[i], b[j]) if x != y)", ""),
        ("sum(1 for x, y in zip(a[i], b[j]) if x != y)", "        a.append('x')\n"),
    ],
)
def test_others_stay(count: str, more: str) -> None:
    assert made(count, more) is None
