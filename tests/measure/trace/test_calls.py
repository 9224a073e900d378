"""Compiled code runs on plain values, and its results count again."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.calls import call_function, call_ufunc, leaf
from profiler_suite.measure.trace.wrapping import Counting, counting_array

X = np.arange(6.0)


def test_outside_of_a_trace_the_results_are_plain() -> None:
    lent = counting_array(X)
    assert type(leaf("np.f", "other", np.cumsum, (lent,), {})) is np.ndarray
    assert type(call_ufunc(np.add, "__call__", (lent, 1.0), {})) is np.ndarray
    assert call_ufunc(np.add, "reduce", (lent,), {}) == 15.0
    assert type(call_function(np.concatenate, ([lent, X],), {})) is np.ndarray


def test_an_output_that_was_given_is_the_very_object_that_comes_back() -> None:
    out, lent = np.empty(6), counting_array(X)
    assert call_ufunc(np.add, "__call__", (lent, 1.0), {"out": (out,)}) is out
    assert leaf("np.f", "other", np.cumsum, (X,), {"out": out}) is out
    assert out[-1] == 15.0


def test_within_a_trace_results_count_and_arguments_come_back_as_they_were() -> None:
    def function(x: Any) -> Any:
        out = np.empty_like(x)
        same = np.add(x, 1.0, out=out)
        split: Any = np.modf
        fraction, whole = split(x, out=(None, out))
        return same is out, whole is out, isinstance(fraction, Counting), out

    result, counts = trace(function, [X])
    assert result[:3] == (True, True, True)
    assert not isinstance(result[3], Counting)
    assert {"np.add", "np.modf"} <= {each.name for each in counts.operations}


def test_a_copy_that_was_a_view_is_noted_as_one() -> None:
    _, counts = trace(
        lambda: (X.reshape(2, 3), X[::2].reshape(3, 1), X.reshape(2, 3).T.ravel())
    )
    kinds = [each.kind for each in counts.operations if each.name == "ndarray.reshape"]
    assert set(kinds) == {"view"}
    (ravel,) = [each for each in counts.operations if each.name == "ndarray.ravel"]
    assert ravel.kind == "copy"


def test_python_objects_have_no_count_and_are_named() -> None:
    objects = np.array([1, 2], dtype=object)
    result, counts = trace(lambda: objects + 1)
    assert result.tolist() == [2, 3]
    assert counts.uncovered
    assert all("Python objects" in name for name in counts.uncovered)


def test_what_raises_raises_as_ever() -> None:
    for function in (lambda: X + np.ones(4), lambda: np.dot(X, np.ones(4))):
        with pytest.raises(ValueError, match="shape"):
            trace(function)


def test_functions_that_only_ask_are_no_part_of_the_count() -> None:
    _, counts = trace(lambda: (np.shape(X), np.result_type(X, 1), np.array_repr(X)))
    assert counts.calls == 0
