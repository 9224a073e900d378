"""Operands are kept as they were when the call was made."""

import collections
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.keeping import OperandKeeper, key_of

X = np.arange(12.0).reshape(3, 4)


def kept(function: Callable[[], Any], seed: int = 1) -> list[Any]:
    _, counts = trace(function)
    keeper = OperandKeeper(counts.operations, seed)
    trace(function, keeper=keeper)
    return [keeper.call(each) for each in counts.operations]


def test_a_kept_call_gives_what_it_gave() -> None:
    (call,) = kept(lambda: np.multiply(X[:, ::2], X[:, 1::2]))[-1:]
    assert call is not None
    function, args, kwargs = call
    np.testing.assert_array_equal(function(*args, **kwargs), X[:, ::2] * X[:, 1::2])
    assert [each.strides for each in args[:2]] == [X[:, ::2].strides, X[:, 1::2].strides]


def test_later_changes_do_not_reach_what_was_kept() -> None:
    def adds_then_overwrites() -> None:
        array = np.ones(3)
        np.add(array, 2.5)
        array[...] = 99.0

    added = [each for each in kept(adds_then_overwrites) if each and each[1][1:] == (2.5,)]
    assert len(added) == 1
    np.testing.assert_array_equal(added[0][1][0], np.ones(3))


def test_the_same_array_twice_is_the_same_copy() -> None:
    (call,) = kept(lambda: np.multiply(X, X))[-1:]
    assert call is not None
    args = call[1]
    assert args[0] is args[1]
    assert args[0] is not X


def test_which_of_many_calls_is_kept_is_drawn_evenly() -> None:
    operation = trace(lambda: np.negative(X))[1].operations[0]
    drawn: collections.Counter[float] = collections.Counter()
    for seed in range(300):
        keeper = OperandKeeper([operation], seed)
        for number in range(3):
            array = np.full_like(X, number)
            keeper.offer(operation.name, [array], np.negative, [array], {})
        call = keeper.call(operation)
        assert call is not None
        drawn[float(call[1][0][0, 0])] += 1
    assert min(drawn[0.0], drawn[1.0], drawn[2.0]) > 60


def test_what_was_not_asked_for_is_not_kept() -> None:
    operation = trace(lambda: np.negative(X))[1].operations[0]
    keeper = OperandKeeper([operation], 1)
    keeper.offer("np.positive", [X], np.positive, [X], {})
    keeper.offer(operation.name, [X.T], np.negative, [X.T], {})
    assert keeper.call(operation) is None
    assert key_of(operation)[1][0][0] == (3, 4)
