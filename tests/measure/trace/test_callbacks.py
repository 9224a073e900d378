"""Python code that compiled code calls back."""

import functools
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import recording
from profiler_suite.measure.trace.callbacks import (
    arguments,
    calls_back,
    counting_callback,
    for_compiled,
    forget_ufuncs,
    is_callback,
    note_ufunc,
)
from profiler_suite.measure.trace.wrapping import Counting, counting_array

X = np.arange(3.0)


def square(x: Any) -> Any:
    """Of one argument."""
    return x * x


class Model:
    def __call__(self, x: Any) -> Any:
        return x

    def method(self, x: Any) -> Any:
        return x


class Sized(Model):
    """Can be called, and has items."""

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        *((square, True), (lambda: 1, True), (Model(), True), (Model().method, True)),
        *((functools.partial(np.add, 1), True), (np.add, False), (len, False), (X, False)),
        *((Model, False), (3, False), (None, False), ("text", False)),
        *((np.poly1d([1.0, 2.0]), False), (Sized(), False)),
        *((recording.active, False), (object(), False)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_python_code_of_others(value: Any, answer: bool) -> None:
    assert is_callback(value) is answer


def test_outside_of_a_trace_a_callback_is_the_function_itself() -> None:
    seen = []

    def watched(x: Any, **kwargs: Any) -> Any:
        seen.append((type(x), kwargs))
        return x

    assert counting_callback(watched)(X, scale=2) is X
    assert seen == [(np.ndarray, {"scale": 2})]
    made = counting_callback(square)
    assert (made.__name__, made.__doc__) == ("square", "Of one argument.")


def test_arguments_for_compiled_code_are_plain() -> None:
    counting = counting_array(X)
    plain, named = arguments([counting, 3, square], {"out": counting, "f": len})
    assert type(plain[0]) is type(named["out"]) is np.ndarray
    assert plain[1] == 3
    assert plain[2] is not square
    assert plain[2](2.0) == 4.0
    assert named["f"] is len


@pytest.mark.parametrize("make", [iter, reversed])
def test_generators_and_maps_give_plain_items(make: Any) -> None:
    given = make([counting_array(X)] * 2)
    items = given if make is iter else (each for each in given)
    found = list(for_compiled(map(square, items)))
    assert len(found) == 2
    assert not any(isinstance(each, Counting) for each in found)


def test_a_generator_that_raises_raises_and_an_empty_one_ends() -> None:
    def broken() -> Any:
        yield 1
        raise LookupError("mine")

    items = for_compiled(broken())
    assert next(items) == 1
    with pytest.raises(LookupError, match="mine"):
        next(items)
    assert list(for_compiled(map(square, ()))) == []


def test_ufuncs_that_call_back_are_known_until_the_trace_ends() -> None:
    ufunc = np.frompyfunc(square, 1, 1)
    assert not calls_back(ufunc)
    assert note_ufunc(ufunc) is ufunc
    assert calls_back(ufunc)
    assert not calls_back(np.add)
    forget_ufuncs()
    assert not calls_back(ufunc)
