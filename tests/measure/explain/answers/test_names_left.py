"""Of a function that gives nothing back the names at its end are compared."""

import sys
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.checks import Calling, agreement
from profiler_suite.measure.explain.answers.names_left import compared, names_left

X = np.arange(12.0).reshape(4, 3)
BY_NAMES = Calling(by_names=True)


def summed(x: Any) -> None:
    total = np.zeros(len(x))
    for i in range(len(x)):
        total[i] = x[i].sum()


def at_once(x: Any) -> None:
    total = np.zeros(len(x))
    total[...] = x.sum(axis=1)


def wrong(x: Any) -> None:
    total = np.zeros(len(x))
    total[...] = x.sum()


def nothing(x: Any) -> None:
    for i in range(len(x)):
        x[i].sum()


def test_names_are_those_at_the_end_without_parameters() -> None:
    before = sys.getprofile()
    left = names_left(summed, (X,))
    assert sys.getprofile() is before
    assert set(left) == {"total", "i"}
    np.testing.assert_array_equal(left["total"], X.sum(axis=1))
    assert names_left(len, (X,)) == {}


def test_a_wrong_rewrite_of_a_function_without_an_answer_is_refused() -> None:
    assert agreement(summed, at_once, lambda: (X,), calling=BY_NAMES).same
    refused = agreement(summed, wrong, lambda: (X,), calling=BY_NAMES)
    assert not refused.same
    assert refused.reason == "its answer differs"


def test_where_nothing_is_left_nothing_is_the_same() -> None:
    refused = agreement(nothing, at_once, lambda: (X,), calling=BY_NAMES)
    assert not refused.same
    assert "no answer to compare" in refused.reason


GRID = np.zeros(4)
KEPT: list[int] = []
TABLE = np.ones(3)


def fills() -> None:
    for i in range(len(GRID)):
        GRID[i] += i * TABLE[0]
    KEPT.append(3)


def fills_at_once() -> None:
    GRID[:] += np.arange(4) * TABLE[0]
    KEPT.append(3)


def fills_wrongly() -> None:
    GRID[:] = 1 + np.arange(4) * TABLE[0]
    KEPT.append(3)


def test_what_it_changes_of_the_module_is_its_answer_and_is_put_back() -> None:
    left = names_left(fills, ())
    assert set(left) == {"i", "GRID of the module", "KEPT of the module"}
    np.testing.assert_array_equal(left["GRID of the module"], np.arange(4))
    assert not GRID.any()
    assert not KEPT
    one, other = names_left(fills, ()), names_left(fills_at_once, ())
    agreed = compared(one, other)
    assert agreed is not None
    assert agreed.same
    wrong = compared(one, names_left(fills_wrongly, ()))
    assert wrong is not None
    assert wrong.largest_error > 0.1


def sets() -> None:
    for i in range(len(GRID)):
        GRID[i] = i + TABLE[0]


def sets_at_once() -> None:
    GRID[...] = np.arange(4) + TABLE[0]


def sets_nothing() -> None:
    np.arange(len(GRID)) + TABLE[0]


def test_what_is_set_to_what_it_is_already_is_set_anew() -> None:
    before = GRID.copy()
    sets()  # as every evaluation before has done
    try:
        assert agreement(sets, sets_at_once, tuple, calling=BY_NAMES).same
        assert not agreement(sets, sets_nothing, tuple, calling=BY_NAMES).same
        np.testing.assert_array_equal(GRID, np.arange(4) + 1)
    finally:
        GRID[...] = before


def test_of_functions_that_are_no_rewrites_of_each_other_names_are_no_matter() -> None:
    assert agreement(nothing, nothing, lambda: (X,)).same
    assert agreement(summed, wrong, lambda: (X,)).same


def with_a_constant(x: Any) -> None:
    step = 0.1
    for i in range(len(x)):
        x[i].sum() * step


def test_a_constant_is_nothing_that_was_computed() -> None:
    assert set(names_left(with_a_constant, (X,))) == {"i"}
    assert not agreement(with_a_constant, with_a_constant, lambda: (X,), calling=BY_NAMES).same


def test_names_for_something_else_are_not_compared() -> None:
    one = {"a": X, "part": X[0], "n": 3, "done": [1]}
    assert compared(one, {"part": X, "n": 4, "done": [1, 2]}) is None
    found = compared(one, {"a": X + 1e-12, "part": X})
    assert found is not None
    assert found.same
    assert 0 < found.largest_error < 1e-10
