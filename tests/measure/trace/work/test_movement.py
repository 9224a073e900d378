"""Bytes of what moves data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.work.movement import movement_work
from tests.measure.trace.operations import call, traced

X = np.arange(60.0).reshape(6, 10)
K = np.array([0, 2, 2, 5])
SPARSE = np.where(X > 50, X, 0.0)


def store(key: Any, value: Any) -> Callable[[], Any]:
    def function() -> Any:
        array = X.copy()
        array[key] = value
        return array

    return function


@pytest.mark.parametrize(
    ("function", "name", "read", "written"),
    [
        (lambda: X[K], "getitem", 4 * 80 + 32, 4 * 80),
        (lambda: X[X > 49.5], "getitem", 10 * 8 + 60, 80),
        (lambda: X[2, 3], "getitem", 8, 0),
        (lambda: X[X > 100], "getitem", 60, 0),
        (store(slice(0, 2), 1.0), "setitem", 0, 160),
        (store((slice(0, 2), 0), X[:2, 1]), "setitem", 16, 16),
        (lambda: X.copy(), "ndarray.copy", 480, 480),
        (lambda: X.take(K), "ndarray.take", 32 + 32, 32),
        (lambda: np.empty((3, 4)), "np.empty", 0, 0),
        (lambda: np.concatenate([X, X[:1]]), "np.concatenate", 560, 560),
        (lambda: np.bincount(K), "np.bincount", 32, 48),
        (lambda: np.searchsorted(X[0], X[1, :2]), "ndarray.searchsorted", 8 * 8 + 16, 16),
        (lambda: np.count_nonzero(X), "np.count_nonzero", 480, 0),
    ],
)
def test_bytes_are_of_the_elements_that_move(
    function: Callable[[], Any], name: str, read: int, written: int
) -> None:
    found = traced(function, name)
    assert (found.bytes_read, found.bytes_written) == (read, written)


@pytest.mark.parametrize(("selected", "written"), [(None, 480), (3, 24), (0, 0), (1000, 480)])
def test_a_masked_copy_writes_what_it_selects_and_no_more_than_there_is(
    selected: int | None, written: int
) -> None:
    facts = {} if selected is None else {"selected": selected}
    given = call(X, 1.0, name="np.copyto", kind="copy", result=X, facts=facts)
    found = movement_work(given)
    assert found is not None
    assert (found.flop, found.bytes_written) == (0.0, written)


def test_sorting_reads_and_writes_once() -> None:
    found = movement_work(call(X, name="ndarray.sort", kind="sort"))
    assert found == (0.0, 480, 480)


def test_what_computes_on_the_way_has_flop() -> None:
    counts = movement_work(call(K, name="np.bincount", kind="other", result=K))
    assert counts is not None
    assert counts.flop == 4
    between = movement_work(call(X[0], X[1], X[2], name="np.interp", kind="other", result=X[0]))
    assert between is not None
    assert between.flop == 60


def test_nothing_to_search_in_takes_no_step() -> None:
    empty = call(X[0, :0], X[1], name="ndarray.searchsorted", kind="sort", result=K)
    found = movement_work(empty)
    assert found is not None
    assert found.bytes_read == 80


def test_what_is_not_known_to_move_data_has_no_work() -> None:
    assert movement_work(call(X, name="scipy.f", kind="other")) is None
    assert movement_work(call(X, name="scipy.f", kind="copy", result=X)) == (0.0, 480, 480)
    assert movement_work(call(name="np.ones", kind="create", result=X)) == (0.0, 0, 480)
