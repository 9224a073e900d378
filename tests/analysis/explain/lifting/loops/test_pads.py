"""Neighbours that a condition keeps inside of an array."""

from types import SimpleNamespace

import numpy as np

from profiler_suite.analysis.explain.lifting.loops import pads
from tests.analysis.explain.lifting.reading import lifted_text, scope_of
from tests.analysis.explain.rules.own_function import Own

NAMES = {
    "x": "float64 (6, 7)",
    "k": "float64 (3, 3)",
    "out": "float64 (6, 7)",
    "h": "int 6",
    "w": "int 7",
}
NEST = """
h, w = x.shape
for i in range(h):
    for j in range(w):
        s = 0.0
        for a in range(3):
            for b in range(3):
                y, z = i + a - 1, j + b - 1
                if {test}:
                    s += {item}
        out[i, j] = s
return out
"""
INSIDE = "0 <= y < h and 0 <= z < w"


def source(test: str, item: str) -> str:
    found = lifted_text(
        NEST.format(test=test, item=item).strip(), NAMES, local=("h", "w")
    ).lifted
    return found[0].source if found and found[0].whole else ""


def test_products_with_what_lies_beyond_are_zero_without_a_condition() -> None:
    made = source(INSIDE, "x[y, z] * k[a, b]")
    assert "np.pad(x, ((1, 1), (1, 1)))" in made
    assert "where" not in made
    assert "@" in made


def test_what_is_not_zero_beyond_keeps_its_condition() -> None:
    made = source(INSIDE, "x[y, z] + 1.0")
    assert "np.pad(x" in made
    assert "where" in made


def test_a_condition_that_does_not_keep_it_inside_pads_nothing() -> None:
    assert "np.pad" not in source("y < h and z < w", "x[y, z] * k[a, b]")
    assert "np.pad" not in source("0 <= y and 0 <= z", "x[y, z] * k[a, b]")


def test_an_array_that_the_loop_itself_changes_is_not_padded() -> None:
    body = NEST.format(test=INSIDE, item="out[y, z] * k[a, b]").strip()
    assert not any(
        "np.pad" in each.source for each in lifted_text(body, NAMES, local=("h", "w")).lifted
    )


def test_sums_in_loops_that_stay_are_padded_nowhere() -> None:
    body = NEST.format(test=INSIDE, item="x[y, z] * k[a, b]").strip()
    found = lifted_text(body, NAMES, local=("h", "w")).lifted
    assert found
    assert all(each.whole for each in found)


def test_a_comparison_that_zero_fails_needs_no_condition() -> None:
    counted = source(f"{INSIDE} and x[y, z] > 0", "1")
    assert "np.pad(x" in counted
    assert "arange" not in counted
    assert "arange" in source(f"{INSIDE} and x[y, z] >= 0", "1")


def test_without_conditions_nothing_is_padded() -> None:
    scope = scope_of()
    assert pads.padded([], {}, scope) == ([], {})
    assert scope.pads == {}


SLOPES = """
def f(self, x):
    out = np.zeros(self.n)
    for i in range(self.n):
        left = x[i - 1] if i > 0 else 0.0
        right = x[i + 1] if i < self.n - 1 else 0.0
        out[i] = right - left
    return out
"""


def test_a_number_that_is_as_long_as_the_array_bounds_it_as_its_length_does() -> None:
    own = Own(SLOPES, SimpleNamespace(n=9), np.arange(9.0) % 4)
    (found,) = own.findings("lifted_loop")
    (rewrite,) = found.trial.rewrites
    assert "np.pad(x, ((1, self.n - len(x) + 1),))" in rewrite.source
    assert "self.n - len(x) + 1 is not negative" in found.evidence
    assert own.agreement(found).same


def test_another_number_does_not() -> None:
    own = Own(SLOPES, SimpleNamespace(n=7), np.arange(9.0) % 4)
    assert all("self.n - len(x)" not in each.title for each in own.findings("lifted_loop"))
    assert all(own.agreement(each).same for each in own.findings("lifted_loop"))
