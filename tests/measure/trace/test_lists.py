"""Sums and products of lists are counted as those of the arrays that NumPy makes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.lists import as_array

N = 6
X = np.arange(1.0, N + 1)
ROWS = X.reshape(2, 3)


@pytest.mark.parametrize(
    ("function", "args", "flop"),
    [
        (lambda x: np.sum(list(x)), (X,), N - 1),
        (lambda x: np.sum([each * 2.0 for each in x]), (X,), 2 * N - 1),
        (lambda x: np.max(tuple(x)), (X,), N - 1),
        (lambda x: np.prod(list(x), initial=2.0), (X,), N),
        (lambda rows: np.sum(list(rows), axis=0), (ROWS,), 3),
        (lambda given: np.sum(given), ([1.0, 2.0, 3.0],), 2),
        (lambda x: np.any([each > 2.0 for each in x]), (X,), N),
        (lambda x: np.dot(list(x), x), (X,), 2 * N),
        (lambda x: np.dot(list(x), list(x)), (X,), 2 * N),
        (lambda x: np.inner(x, tuple(x)), (X,), 2 * N),
        (lambda x: np.vdot(x.tolist(), x.tolist()), (X,), 2 * N),
        (lambda rows: np.matmul([[1.0, 2.0]], rows), (ROWS,), 2 * 2 * 3),
        (lambda x: np.add(list(x), x), (X,), N),
        (lambda x: x.dot(list(x)), (X,), 2 * N),
        (lambda x: np.correlate(list(x), x), (X,), 2 * N),
        (lambda x: np.einsum("i,i", list(x), x), (X,), 2 * N),
        (lambda x: np.einsum(x, [0], x, [0]), (X,), 2 * N),
    ],
)
def test_lists_count_as_arrays(
    function: Callable[..., Any], args: tuple[Any, ...], flop: int
) -> None:
    expected = function(*args)
    result, counts = trace(function, args)
    np.testing.assert_array_equal(result, expected)
    assert counts.flop == flop
    assert counts.coverage == 1.0, counts.uncovered


def test_what_no_array_can_be_made_of_is_refused_as_ever() -> None:
    for given in ([[1.0], [1.0, 2.0]], ["a", "b"]):
        functions: list[Callable[..., Any]] = [np.sum, lambda each: np.dot(each, each)]
        for function in functions:
            with pytest.raises((TypeError, ValueError)):
                function(given)
            with pytest.raises((TypeError, ValueError)):
                trace(function, (given,))


def test_only_lists_become_arrays() -> None:
    assert as_array(X) is X
    assert as_array(2.5) == 2.5
    np.testing.assert_array_equal(as_array([1.0, 2.0]), [1.0, 2.0])
    np.testing.assert_array_equal(as_array((1.0, 2.0)), [1.0, 2.0])
