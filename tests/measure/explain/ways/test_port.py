"""What carries arguments to another library and answers back."""

import functools
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.measure.explain.ways import port
from profiler_suite.measure.explain.ways.port import Port, UnportedError


def doubled(x: Any) -> Any:
    x *= 2
    return x.sum()


def negative(arguments: Any) -> Any:
    return port.with_arrays(arguments, lambda each: -each)


def test_arrays_and_numbers_of_numpy_are_changed_in_containers_too() -> None:
    value = (np.ones(2), [np.float64(3.0), 4.0], {"a": np.int8(1), "b": "text"}, None)
    array, (number, plain), named, nothing = negative(value)
    np.testing.assert_array_equal(array, [-1, -1])
    assert (number, plain, named, nothing) == (-3.0, 4.0, {"a": -1, "b": "text"}, None)


def test_what_is_written_is_carried_back() -> None:
    made = Port(doubled, "negative", there=negative, back=negative, writes=True)
    x = np.arange(3.0)
    assert made.whole(x) == 6.0
    np.testing.assert_array_equal(x, [0, 2, 4])


def test_what_is_not_written_stays() -> None:
    made = Port(np.sum, "negative", there=negative)
    x = np.arange(3.0)
    assert made.whole(x) == -3.0
    np.testing.assert_array_equal(x, [0, 1, 2])


def test_arguments_that_a_call_changes_are_carried_anew_for_each() -> None:
    x = np.arange(3.0)
    restored = RestoredArguments.of((x,), lambda: (x.copy(),))
    own = Port(doubled, "negative", there=negative).own_arguments(restored)
    assert [doubled(*given(own)) for _ in range(3)] == [-6.0] * 3


def test_a_number_that_is_written_cannot_be_carried_back() -> None:
    with pytest.raises(UnportedError, match="no arrays"):
        port.put_back((np.ones(2),), (1.0,))


class Layer:
    def forward(self, x: Any) -> Any:
        return x


@functools.lru_cache
def cached(x: Any) -> Any:
    return x


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (Layer().forward, "a method"),
        (functools.partial(doubled, x=1), "keywords are bound"),
        (cached, "of type"),
        (np.sum, "of type"),
        (sum, "compiled"),
    ],
)
def test_only_plain_functions_are_carried_over(function: Any, what: str) -> None:
    with pytest.raises(UnportedError, match=what):
        port.plain_function(function, "Other")
    assert port.plain_function(doubled, "Other") is doubled


def test_the_innermost_line_of_the_functions_own_file_is_found() -> None:
    def inner() -> None:
        np.linalg.inv(np.zeros((2, 3)))  # this one

    with pytest.raises(np.linalg.LinAlgError) as caught:
        inner()
    found = port.stopping_line(caught.value, {__file__})
    assert found is not None
    assert found.text.endswith("# this one")
    assert port.stopping_line(caught.value, {"elsewhere.py"}) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("one\ntwo"), "ValueError: one"),
        (KeyError(), "KeyError"),
        (ValueError("\n\n two"), "ValueError: two"),
    ],
)
def test_an_error_in_one_line(error: BaseException, said: str) -> None:
    assert port.in_one_line(error) == said
