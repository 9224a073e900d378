"""Plain values and counting ones."""

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import arrays  # noqa: F401 - enters the class for ndarray
from profiler_suite.measure.trace.wrapping import (
    Counting,
    PlainForm,
    counting_array,
    counting_class,
    plain_array,
    plain_class,
    unwrap,
    wrap,
)

X = np.arange(6.0)
Pair = namedtuple("Pair", "a b")


class Tagged(np.ndarray[Any, Any]):
    """Remembers a word, as a view does not by itself."""


def tagged() -> Any:
    made: Any = X.view(Tagged)
    made.word = "mine"
    made.other = X[:2]
    return made


@pytest.mark.parametrize(
    "value", [X, (X, [X, "text"]), Pair(X, None), [X], np.float64(2), 3, 2.5, 1j, (), None]
)
def test_there_and_back_is_the_same(value: Any) -> None:
    back = unwrap(wrap(value))
    assert type(back) is type(value)
    np.testing.assert_equal(back, value)


def test_a_view_counts_on_the_same_memory() -> None:
    counting = counting_array(X)
    assert isinstance(counting, Counting)
    assert np.shares_memory(counting, X)
    assert counting_array(counting) is counting
    assert type(plain_array(counting)) is np.ndarray


def test_subclasses_keep_their_class_and_attributes() -> None:
    counting: Any = counting_array(tagged())
    kinds = type(counting).__mro__
    assert Tagged in kinds
    assert Counting in kinds
    assert counting.word == "mine"
    assert isinstance(counting.other, Counting)
    plain = plain_array(counting)
    assert type(plain).__mro__[0] is Tagged
    assert plain.word == "mine"
    assert not isinstance(plain.other, Counting)


def test_masks_come_along() -> None:
    masked = np.ma.masked_greater(X, 3.0)
    counting: Any = counting_array(masked)
    assert counting.mask.tolist() == masked.mask.tolist()
    assert plain_array(counting).sum() == 6.0


def test_a_class_is_made_once_and_stands_for_its_plain_one() -> None:
    assert counting_class(Tagged) is counting_class(Tagged)
    assert plain_class(counting_class(Tagged)) is Tagged
    assert plain_class(Tagged) is Tagged
    assert plain_class("text") == "text"


def test_a_class_that_forbids_views_stays_as_it_is() -> None:
    class Closed(np.ndarray[Any, Any]):
        def __array_finalize__(self, given: Any) -> None:
            if isinstance(self, Counting):
                raise RuntimeError("no views of mine")

    array = X.view(Closed)
    assert counting_array(array) is array


def test_slices_dicts_and_plain_forms_are_unwrapped() -> None:
    class Form(PlainForm):
        plain = 7

    assert unwrap({"a": Form(), "b": wrap(X)})["a"] == 7
    found = unwrap(slice(wrap(np.int64(1)), None, wrap(2)))
    assert found == slice(1, None, 2)
    assert type(found.start) is np.int64


@pytest.mark.parametrize("value", [{"a": X, "b": [1, "text"]}, [X, 2.0], {}, [{"a": None}]])
def test_what_holds_nothing_that_counts_is_handed_on_itself(value: Any) -> None:
    # Compiled code may keep what it knows from one call to the next in a dict it is given.
    assert unwrap(value) is value


@pytest.mark.parametrize("protocol", ["__array_ufunc__", "__array_function__"])
def test_a_class_that_refuses_numpy_s_functions_stays_as_it_is(protocol: str) -> None:
    refusing = type("Refusing", (np.ndarray,), {protocol: None})
    array: Any = X.view(refusing)
    assert counting_class(refusing) is None
    assert counting_array(array) is array
