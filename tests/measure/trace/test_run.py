"""A trace runs a function once and leaves everything else as it was."""

import functools
from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.trace.run import trace
from profiler_suite.measure.trace.wrapping import Counting

X = np.arange(6.0)


def test_the_result_is_plain_and_the_counts_are_those_of_one_run() -> None:
    calls = []

    def function(x: Any, *, scale: float) -> Any:
        calls.append(type(x))
        return {"y": [x * scale]}

    result, counts = trace(function, [X], {"scale": 2.0})
    assert len(calls) == 1
    assert type(result["y"][0]) is np.ndarray
    assert result["y"][0].tolist() == (X * 2).tolist()
    assert [(each.name, each.calls) for each in counts.operations] == [("np.multiply", 1)]
    assert counts.flop == 6
    assert counts.complete


def test_what_the_function_raises_comes_through_unchanged() -> None:
    error = LookupError("mine")

    def function(x: Any) -> Any:
        x += 1.0
        raise error

    array = np.zeros(2)
    with pytest.raises(LookupError) as raised:
        trace(function, [array])
    assert raised.value is error
    assert array.tolist() == [1.0, 1.0]
    assert trace(lambda: X + X)[1].calls == 1  # the next trace begins anew


def test_partials_and_methods_of_arrays_are_functions_as_well() -> None:
    result, counts = trace(functools.partial(np.multiply, X), [3.0])
    assert result.tolist() == (X * 3).tolist()
    assert counts.flop == 6
    total, counts = trace(X.sum)
    assert total == 15.0
    assert counts.flop == 5


def test_a_trace_within_a_trace_is_refused() -> None:
    with pytest.raises(UsageError, match="one function at a time"):
        trace(lambda: trace(lambda: X + 1))
    assert not isinstance(trace(lambda: X + 1)[0], Counting)


def test_nothing_to_count_is_all_counted() -> None:
    result, counts = trace(lambda: None)
    assert result is None
    assert (counts.calls, counts.flop, counts.coverage) == (0, 0, 1.0)


def test_a_trace_that_takes_too_long_ends_with_what_it_has() -> None:
    def endless() -> Any:
        x = X
        while True:
            x = x * 1.0

    result, counts = trace(endless, seconds=0.02)
    assert result is None
    assert not counts.complete
    assert counts.calls > 0
