"""Sums whose length is a counter."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.triangles import Bound, bound_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import apply
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Index
from tests.analysis.explain.lifting.reading import lifted_text, reader_of

NAMES = {"x": "float64 (9,)", "k": "int64 (5,)", "m": "int 7"}
LOOP = """
out = np.zeros(m)
for t in range(m):
    s = 0.0
    for i in range({0}):
        s += {1}
    out[t] = s
return out
"""


def sources(bounds: str, value: str = "x[i] * x[i]") -> str:
    found = lifted_text(LOOP.format(bounds, value), NAMES)
    return "\n".join(each.source for each in found.lifted)


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("<", Bound(Poly.atom("t"), True)),
        ("<=", Bound(Poly.atom("t") + 1, True)),
        (">=", Bound(Poly.atom("t"), False)),
        (">", Bound(Poly.atom("t") + 1, False)),
    ],
)
def test_every_comparison_says_which_elements_count(sign: str, expected: Bound) -> None:
    scope = reader_of().scope
    axis = scope.label(Poly.number(9))
    sides = Index(axis.index, (axis,)), Index(Poly.atom("t"))
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]
    assert bound_of(apply(f"({{0}}) {sign} ({{1}})", sign, *sides), axis) == expected
    turned = apply(f"({{0}}) {mirrored} ({{1}})", mirrored, *sides[::-1])
    assert bound_of(turned, axis) == expected


def test_a_comparison_of_anything_else_is_no_bound() -> None:
    scope = reader_of().scope
    axis = scope.label(Poly.number(9))
    number = Index(axis.index, (axis,))
    assert bound_of(apply("({0}) == ({1})", "==", number, Index(Poly.atom("t"))), axis) is None
    twice = Index(axis.index * 2, (axis,))
    assert bound_of(apply("({0}) < ({1})", "<", twice, Index(Poly.atom("t"))), axis) is None


@pytest.mark.parametrize(
    ("bounds", "taken"),
    [("t", "sums_below[:m]"), ("t + 1", "sums_below[1:"), ("t, m", "sums_from[:m]")],
)
def test_sums_up_to_each_counter_are_one_cumsum(bounds: str, taken: str) -> None:
    assert taken in sources(bounds)


def test_what_depends_on_both_counters_is_no_running_sum() -> None:
    assert "sums_below" not in sources("t", "x[i] * x[t]")
    assert "sums_below" not in sources("k[t % 5]")


def test_places_beyond_the_ends_count_as_the_ends() -> None:
    source = sources("t - 2", "x[i]")
    assert "np.clip(" in source or "sums_below" not in source
    assert np.array_equal(np.clip([-2, 9], 0, 5), [0, 5])
