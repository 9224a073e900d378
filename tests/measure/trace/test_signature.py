"""A call without its values."""

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.numbers import counting_number
from profiler_suite.measure.trace.signature import Describer, itemsize, seen_array

X = np.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize(
    ("value", "node"),
    [
        (None, ("literal", None)),
        (True, ("literal", True)),
        (3, ("literal", 3)),
        (np.int64(3), ("literal", 3)),
        (np.bool_(1), ("literal", True)),
        ("same", ("literal", "same")),
        ("x" * 201, ("opaque", "str")),
        (
            (1, [2, None]),
            ("tuple", ("literal", 1), ("list", ("literal", 2), ("literal", None))),
        ),
        ((), ("tuple",)),
        ([0] * 17, ("opaque", "list")),
        (np.dtype("f4"), ("dtype", "<f4")),
        (np.float32, ("dtype", "<f4")),
        (float, ("dtype", "<f8")),
        (slice(1, None, 2), ("slice", 1, None, 2)),
        (slice(1.5, None), ("opaque", "slice")),
        ({1: 2}, ("opaque", "dict")),
        (len, ("opaque", "builtin_function_or_method")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_parameters_keep_their_value_and_others_their_type(
    value: Any, node: tuple[Any, ...]
) -> None:
    describer = Describer()
    assert describer.node(value) == node
    assert describer.operands == []


@pytest.mark.parametrize(
    ("value", "dtype", "form"),
    [
        (2.5, "float", "python scalar"),
        (2j, "complex", "python scalar"),
        (2, "int", "python scalar"),
        (False, "bool", "python scalar"),
        (np.float32(2), np.dtype("f4"), "numpy scalar"),
        (np.int8(2), np.dtype("i1"), "numpy scalar"),
        (np.timedelta64(2, "s"), np.dtype("m8[s]"), "numpy scalar"),
    ],
    ids=str,
)
def test_numbers_that_are_data_lose_their_value(value: Any, dtype: Any, form: str) -> None:
    describer = Describer()
    assert describer.data(value) == ("operand", 0)
    (seen,) = describer.operands
    assert (seen.dtype, seen.form, seen.shape) == (dtype, form, ())


def test_the_same_array_is_one_operand_and_an_equal_one_is_another() -> None:
    describer = Describer()
    view = X[::2]
    nodes = [describer.node(each) for each in (X, view, X, 1.0, X.copy())]
    assert [each[1] for each in nodes] == [0, 1, 0, 2, 3]
    assert describer.numbers == [0, 1, 3]
    assert describer.operands[1].strides == view.strides


def test_a_long_list_of_arrays_is_followed() -> None:
    describer = Describer()
    tag, *nodes = describer.node([X[:1]] * 20)
    assert (tag, len(nodes)) == ("list", 20)


MASK = X > 7


@pytest.mark.parametrize(
    ("key", "node"),
    [
        (slice(None), ("full",)),
        (slice(1, 100), ("take", 3, 1)),
        (slice(None, None, -3), ("take", 2, -3)),
        (slice(3, 1), ("take", 0, 1)),
        (2, ("position",)),
        (np.int32(2), ("position",)),
        (None, ("newaxis",)),
        (..., ("ellipsis",)),
        (MASK, ("mask", 0, 16)),
        ([0, 2], ("indices", 0)),
        ([True, False, True, False], ("mask", 0, 2)),
        ((0, slice(0, 4)), ("tuple", ("position",), ("take", 4, 1))),
        ((..., slice(0, 2)), ("tuple", ("ellipsis",), ("take", 2, 1))),
        ((None, MASK), ("tuple", ("newaxis",), ("mask", 0, 16))),
        ("name", ("opaque", "str")),
        (True, ("opaque", "bool")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_key_says_how_much_it_takes_not_where(key: Any, node: tuple[Any, ...]) -> None:
    assert Describer().key(key, X) == node


def test_a_slice_after_an_ellipsis_is_of_the_last_axis() -> None:
    cube = np.zeros((2, 3, 9))
    assert Describer().key((..., slice(1, None)), cube)[2] == ("take", 8, 1)
    assert Describer().key((0, ..., slice(1, None)), cube)[3] == ("take", 8, 1)


def test_bytes_of_an_element() -> None:
    assert itemsize(seen_array(X)) == 8
    describer = Describer()
    describer.data(1.0)
    assert itemsize(describer.operands[0]) == 0


def test_a_named_tuple_is_a_tuple() -> None:
    pair = namedtuple("pair", "a b")
    assert Describer().node(pair(1, None)) == ("tuple", ("literal", 1), ("literal", None))


def test_numbers_that_count_are_described_by_plain_ones() -> None:
    """They are written to a file, which knows no others."""
    for given in (3, np.int64(3)):
        number = counting_number(given)
        for described in (Describer().node(number), Describer().node(slice(None, number, 1))):
            assert {type(each) for each in described} <= {str, int, type(None)}
