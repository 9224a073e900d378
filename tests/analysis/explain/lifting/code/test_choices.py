"""A choice by a comparison with a number is one ufunc; others stay choices."""

import pytest

from profiler_suite.analysis.explain.lifting.code.choices import extreme
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Leaf
from tests.analysis.explain.lifting.written import same_as_loop


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        ("x[i] if x[i] > 0.5 else 0.5", "np.fmax(x, 0.5)"),
        ("x[i] if 1 > x[i] else 1.0", "np.fmin(x, 1.0)"),
        ("0 if x[i] < 0 else x[i]", "np.maximum(x, 0)"),
        ("0.5 if x[i] >= 0.5 else x[i]", "np.minimum(x, 0.5)"),
    ],
)
def test_an_extreme_is_its_ufunc(chosen: str, text: str) -> None:
    assert text in same_as_loop(chosen, "i")


@pytest.mark.parametrize("chosen", ["x[i] if x[i] > s else s", "x[i] if x[i] > 0.5 else 0.25"])
def test_another_choice_stays(chosen: str) -> None:
    assert "np.where(" in same_as_loop(chosen, "i")


def test_what_is_no_choice_has_no_extreme() -> None:
    assert extreme(Apply("({0}) + 1", (Leaf("x"),), "+"), ("x",)) == ""
