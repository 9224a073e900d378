"""A call with one thing changed does the same work; only that thing differs."""

import operator
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.breakdown.own_values import repeatable
from profiler_suite.measure.inside.access import gather_of
from profiler_suite.measure.inside.changes import (
    CACHED,
    CONTIGUOUS,
    IN_ORDER,
    SAME_DTYPE,
    casts_of,
    changed_calls,
    opened,
)

RANDOM = np.random.default_rng(0)
BIG, PLACES = RANDOM.random(100_000), RANDOM.integers(0, 100_000, 500)
F4, F8, I2 = np.ones(50, "f4"), np.ones(50), np.ones(50, "i2")
MATRIX = RANDOM.random((30, 30))


def changed(name: str, function: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    return changed_calls((function, args, kwargs), gather_of(name, args))


def test_a_gather_is_tried_nearby_and_in_order() -> None:
    found = changed("getitem", operator.getitem, BIG, PLACES)
    assert set(found) == {CACHED, IN_ORDER}
    places = found[CACHED][1][1]
    assert places.shape == PLACES.shape
    assert places.max() < 1024
    assert np.all(np.diff(found[IN_ORDER][1][1]) >= 0)


def test_negative_places_stay_negative() -> None:
    places = found = changed("getitem", operator.getitem, BIG, -1 - PLACES)[CACHED][1][1]
    assert np.all(places < 0)
    np.testing.assert_array_less(-1025, found)
    BIG[places]


def test_a_search_is_tried_with_sorted_questions_only() -> None:
    found = changed("ndarray.searchsorted", np.ndarray.searchsorted, np.sort(BIG), BIG[:500])
    assert set(found) == {IN_ORDER}


@pytest.mark.parametrize(
    ("name", "rows"), [("shuffle", 5000), ("permutation", 4000), ("shuffle", 3)]
)
def test_a_shuffle_is_tried_within_a_few_kilobytes(name: str, rows: int) -> None:
    moved: list[int] = []

    def call(array: Any) -> None:
        moved.append(array.nbytes)
        getattr(RANDOM, name)(array)

    array = np.arange(float(rows))
    ((_, (function, args, kwargs)),) = changed(
        f"np.random.Generator.{name}", call, array
    ).items()
    function(*args, **kwargs)
    assert max(moved) <= 8192
    assert 0.7 * array.nbytes <= sum(moved) <= array.nbytes


@pytest.mark.parametrize(
    ("function", "args", "casts"),
    [
        (np.add, (F4, F8), ("float32 → float64",)),
        (np.multiply, (I2, F8), ("int16 → float64",)),
        (np.add, (F4, 1.0), ()),
        (np.add, (F8, F8), ()),
        (np.sqrt, (I2,), ("int16 → float32",)),
        (np.add.at, (F8, np.arange(50), F4), ("float32 → float64",)),
        (np.add.at, (F8, np.arange(50), F8), ()),
        (np.dot, (F4, F8), ("float32 → float64",)),
        (np.add.reduce, (I2,), ("int16 → int64",)),
        (np.add.reduce, (F4,), ()),
        (operator.setitem, (F8, slice(None), F4), ("float32 → float64",)),
    ],
)
def test_operands_that_the_loop_does_not_take(
    function: Any, args: tuple[Any, ...], casts: tuple[str, ...]
) -> None:
    assert casts_of((function, args, {})) == casts
    found = changed_calls((function, args, {}), None)
    assert (SAME_DTYPE in found) == bool(casts)
    if casts:
        same, given, kwargs = found[SAME_DTYPE]
        assert casts_of((same, given, kwargs)) == ()
        same(*given, **kwargs)


U1, B1, C8 = np.ones(50, "u1"), np.ones(50, bool), np.ones(50, "c8")
F2, I8, U8 = np.ones(50, "f2"), np.ones(50, "i8"), np.ones(50, "u8")
AT = np.arange(50)


@pytest.mark.parametrize(
    ("function", "args", "casts"),
    [
        (np.add, (U1, F4), ("uint8 → float32",)),
        (np.add, (U1, I2), ("uint8 → int16",)),
        (np.add, (I8, U8), ("int64 → float64", "uint64 → float64")),
        (np.add, (B1, F8), ("bool → float64",)),
        (np.add, (I8, F4), ("int64 → float64", "float32 → float64")),
        (np.add, (F2, F4), ("float16 → float32",)),
        (np.add, (F4, C8), ("float32 → complex64",)),
        (np.add, (F8, C8), ("float64 → complex128", "complex64 → complex128")),
        (np.true_divide, (I8, I8), ("int64 → float64",)),
        (np.floor_divide, (I8, I8), ()),
        (np.add, (I2, 1), ()),
        (np.add, (I2, 1.5), ("int16 → float64",)),
        (np.add, (F4, 1), ()),
        (np.add, (F4, 1j), ("float32 → complex64",)),
        (np.exp, (I8,), ("int64 → float64",)),
        (np.exp, (B1,), ("bool → float16",)),
        (np.hypot, (F4, F4), ()),
        (np.arctan2, (F8, I2), ("int16 → float64",)),
        (np.maximum, (F4, F8), ("float32 → float64",)),
        (np.less, (I2, I8), ("int16 → int64",)),
        (np.logical_and, (B1, B1), ()),
        (np.multiply.at, (F8, AT, I2), ("int16 → float64",)),
        (np.add.at, (F4, AT, F8), ("float32 → float64",)),
        (np.maximum.at, (I8, AT, I2), ("int16 → int64",)),
        (np.add.at, (I8, AT, I8), ()),
        (np.multiply.reduce, (I2,), ("int16 → int64",)),
        (np.maximum.reduce, (I2,), ()),
        (np.add.accumulate, (F4,), ()),
        (np.add.reduce, (B1,), ("bool → int64",)),
        (np.inner, (I2, F4), ("int16 → float32",)),
        (np.vdot, (F4, C8), ("float32 → complex64",)),
        (operator.setitem, (I8, slice(None), I2), ("int16 → int64",)),
        (operator.setitem, (F4, slice(None), 1.0), ()),
    ],
)
def test_conversions_of_many_calls(
    function: Any, args: tuple[Any, ...], casts: tuple[str, ...]
) -> None:
    found = casts_of((function, args, {}))
    if function is np.add.at and args[0] is F4:  # what it adds to is converted, there and back
        assert any("float" in each for each in found)
    else:
        assert found == casts


def test_an_output_of_another_dtype_is_converted_to() -> None:
    call = (np.add, (F8, F8), {"out": np.empty(50, "f4"), "casting": "same_kind"})
    assert casts_of(call) == ("float64 → float32",)


def test_arrays_that_do_not_lie_row_by_row_are_tried_so() -> None:
    found = changed("np.dot", np.dot, MATRIX[::-1, ::-1], MATRIX)
    function, args, kwargs = found[CONTIGUOUS]
    assert all(each.flags.c_contiguous for each in args)
    np.testing.assert_array_equal(
        function(*args, **kwargs), np.dot(MATRIX[::-1, ::-1].copy(), MATRIX)
    )
    assert CONTIGUOUS not in changed("np.dot", np.dot, MATRIX, MATRIX)


def test_one_array_given_twice_stays_one() -> None:
    strided = MATRIX[:, ::2].copy()[:, ::2]
    made = changed("np.add", np.add, strided, strided, out=strided)[CONTIGUOUS]
    assert made[1][0] is made[1][1] is made[2]["out"]


def test_what_a_call_changes_is_put_back_before_it_is_changed() -> None:
    total = np.zeros(50)
    ready = repeatable((np.add.at, (total, np.arange(50), F8), {}))
    assert ready is not None
    function, args, kwargs = opened(ready.call)
    assert function is not ready.call[0]
    np.testing.assert_array_equal(args[0], np.zeros(50))
    assert kwargs == {}
