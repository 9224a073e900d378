"""Arguments in single precision: what is cast, what cannot be."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import float32
from profiler_suite.measure.explain.ways.port import UnportedError


def same(*given: Any) -> Any:
    return given


def there(*arguments: Any) -> tuple[Any, ...]:
    return float32.port(same, arguments).there(arguments)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones(3), "float32"),
        (np.ones(3, complex), "complex64"),
        (np.float64(2.0), "float32"),
        (np.ones(3, np.float16), "float16"),
        (np.arange(3), "int64"),
        (np.ones(3, bool), "bool"),
        (np.ones(3, np.longdouble), np.dtype(np.longdouble).name),
    ],
    ids=str,
)
def test_double_becomes_single_and_the_rest_stays(value: Any, dtype: str) -> None:
    _, made = there(np.ones(1), value)
    assert made.dtype.name == dtype


def test_arrays_in_containers_are_cast() -> None:
    (made, number), named = there([np.ones(2), 1.5], {"a": np.ones(2)})
    assert (made.dtype.name, number, named["a"].dtype.name) == ("float32", 1.5, "float32")


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(4, 6)[::2, ::-3],
        np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[1:],
        np.broadcast_to(np.arange(3.0), (4, 3)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.empty((0, 3)),
    ],
)
def test_steps_through_memory_stay_in_proportion(array: Any) -> None:
    (made,) = there(array)
    np.testing.assert_array_equal(made, array)
    if array.size:
        assert made.strides == tuple(each // 2 for each in array.strides)


@pytest.mark.parametrize("arguments", [(), (np.arange(3),), ("text", 1.0), ([1.0, 2.0],)])
def test_without_double_precision_there_is_nothing_to_try(arguments: Any) -> None:
    with pytest.raises(UnportedError, match="none of its arguments"):
        there(*arguments)


def test_numbers_beyond_single_precision_are_said() -> None:
    with pytest.raises(UnportedError, match=r"1e\+60, and float32 ends at 3\.4e\+38"):
        there(np.array([1.0, 1e60, np.inf]))
    (made,) = there(np.array([np.inf, np.nan, 1e-60]))
    np.testing.assert_array_equal(made, [np.inf, np.nan, 0.0])
