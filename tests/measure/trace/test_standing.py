"""What stands in for numpy.ndarray answers as ndarray does."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.standing import StandingArray
from profiler_suite.measure.trace.wrapping import Counting


@pytest.mark.parametrize("value", [np.zeros(2), np.ma.zeros(2), np.float64(1), [1], None])
def test_instances_are_those_of_ndarray(value: object) -> None:
    assert isinstance(value, StandingArray) is isinstance(value, np.ndarray)


def test_subclasses_equality_and_hash_are_those_of_ndarray() -> None:
    standing: Any = StandingArray
    assert issubclass(np.ma.MaskedArray, standing)
    assert not issubclass(list, standing)
    assert standing == np.ndarray
    assert standing != np.generic
    assert {np.ndarray: 1}[standing] == 1
    assert (standing.__module__, standing.__name__) == ("numpy", "ndarray")


def test_a_class_that_is_derived_from_it_derives_from_ndarray() -> None:
    class Mine(StandingArray):
        extra = 3

    assert Mine.__mro__[1] is np.ndarray
    made: Any = np.zeros(2).view(Mine)
    assert made.extra == 3


def test_its_constructor_makes_plain_arrays_outside_of_a_trace() -> None:
    made: Any = StandingArray((2, 3), dtype=np.float32)
    assert type(made) is np.ndarray
    assert (made.shape, made.dtype) == ((2, 3), np.float32)
    buffer = np.arange(4.0)
    assert StandingArray(2, float, buffer, 8).tolist() == [1.0, 2.0]


def test_arrays_made_by_the_constructor_count_within_a_trace() -> None:
    result, counts = trace(lambda: np.ndarray((3,), buffer=np.arange(3.0)) * 2.0)
    assert not isinstance(result, Counting)
    assert result.tolist() == [0.0, 2.0, 4.0]
    assert {"np.ndarray", "np.multiply"} <= {each.name for each in counts.operations}
