"""Accesses that never meet, by the bounds of their loops."""

import pytest

from profiler_suite.analysis.explain.lifting.loops.meetings import never_meet
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access, At, Term
from tests.analysis.explain.lifting.reading import read, reader_of, within


def meet(one: str, other: str, condition: str) -> bool:
    """Whether two elements of m in a loop over i and j are taken for ones that may meet."""
    reader = reader_of()
    for name in "ij":
        within(reader, name, "n")
    accesses = [read(each, reader) for each in (one, other)]
    tests: list[Term] = [read(condition, reader)] if condition else []
    first, second = accesses
    assert isinstance(first, Access)
    assert isinstance(second, Access)
    indices = [
        (a.index, b.index)
        for a, b in zip(first.subs, second.subs, strict=True)
        if isinstance(a, At) and isinstance(b, At)
    ]
    return not never_meet(first, second, indices, tests, tests)


@pytest.mark.parametrize(
    ("one", "other", "condition"),
    [
        ("m[i, j]", "m[j, i]", "i < j"),
        ("m[i, j]", "m[j, i]", "(i > j) & (s > 2)"),
        ("m[i, j]", "m[i, i]", "j >= i + 1"),
        ("m[i, 0]", "m[i, 1]", ""),
        ("x[i]", "x[i + n]", ""),
    ],
)
def test_what_the_bounds_keep_apart_never_meets(one: str, other: str, condition: str) -> None:
    assert not meet(one, other, condition)


@pytest.mark.parametrize(
    ("one", "other", "condition"),
    [
        ("m[i, j]", "m[j, i]", ""),
        ("m[i, j]", "m[j, i]", "i <= j"),
        ("m[i, j]", "m[j, i]", "s < j"),
        ("m[i, j]", "m[i, i]", "j >= i"),
        ("x[i]", "x[i + 1]", ""),
        ("x[i]", "x[i + n - 1]", ""),
    ],
)
def test_others_may(one: str, other: str, condition: str) -> None:
    assert meet(one, other, condition)
