"""A choice by a comparison with a number is what its ufunc gives, NaN and zeros included."""

import itertools
import operator

import numpy as np
import pytest

from profiler_suite.analysis.explain import extremes

_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_VALUES = (np.nan, -np.inf, -2.0, 1.5, 3.0, np.inf, 1.4999999999999998)


@pytest.mark.parametrize(
    ("sign", "mirrored", "chosen"),
    list(itertools.product(_COMPARISONS, (False, True), (("x", 1.5), (1.5, "x")))),
)
def test_it_gives_what_the_choice_gives(
    sign: str, mirrored: bool, chosen: tuple[object, object]
) -> None:
    sides: tuple[object, object] = (1.5, "x") if mirrored else ("x", 1.5)
    name = extremes.ufunc((sides[0], sign, sides[1]), *chosen)
    for value in _VALUES:
        left, right, yes, no = (value if each == "x" else 1.5 for each in (*sides, *chosen))
        expected = yes if _COMPARISONS[sign](left, right) else no
        np.testing.assert_array_equal(getattr(np, name)(value, 1.5), expected)


def test_other_choices_have_none() -> None:
    assert not extremes.ufunc(("x", ">", 1.0), "x", 2.0)
    assert not extremes.ufunc(("x", "==", 1.0), "x", 1.0)
    assert not extremes.ufunc(("x", ">", "y"), "x", "y"), "y may be NaN"
    assert not extremes.ufunc(("x", ">", float("nan")), "x", float("nan"))
    assert not extremes.ufunc((1.0, ">", 2.0), 1.0, 2.0)
