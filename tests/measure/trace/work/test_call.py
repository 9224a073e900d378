"""What formulas read from a signature."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.signature import seen_array
from profiler_suite.measure.trace.work.call import (
    bytes_of,
    distinct,
    is_complex,
    kind_of,
    size,
)
from tests.measure.trace.operations import call

X = np.arange(12.0).reshape(3, 4)


def test_bytes_read_are_of_distinct_elements_once_for_each_array() -> None:
    assert call(X, X).read() == 96
    assert call(X, X.copy()).read() == 192
    assert call(X, 2.0).read() == 96
    assert call(np.broadcast_to(X[0], (100, 4))).read() == 32
    assert call(X[:, ::2]).read() == 48
    assert call(np.zeros((0, 4))).read() == 0


def test_an_output_is_read_only_where_it_is_an_input_too() -> None:
    out = np.empty_like(X)
    assert call(X, 1.0, out=(out,)).read() == 96
    assert call(X, 1.0, out=(out,)).outputs() == {1 + 1}
    assert call(X, 1.0, out=(X,)).read() == 96
    assert call(X, 1.0, out=(X,)).outputs() == frozenset()
    assert call(X, X.copy()).read(without=frozenset({1})) == 96


def test_bytes_written_are_those_of_results_that_are_no_views() -> None:
    assert call(X, result=X).written() == 96
    assert call(X, result=X.T, origin="view").written() == 0
    assert call(X).written() == 0


@pytest.mark.parametrize(
    ("operands", "complex_", "numeric", "flop"),
    [
        ((X, X), False, True, 2.0),
        ((X, 1j), True, True, 8.0),
        ((X > 3, True), False, False, 2.0),
        ((X.astype("U3"),), False, False, 2.0),
        ((X > 3, 2), False, True, 2.0),
    ],
    ids=["real", "complex", "truth", "text", "mixed"],
)
def test_kinds_of_numbers(
    operands: tuple[Any, ...], complex_: bool, numeric: bool, flop: float
) -> None:
    found = call(*operands)
    assert (found.is_complex, found.is_numeric) == (complex_, numeric)
    assert found.multiply_add == flop


def test_parameters_are_found_by_place_and_by_name() -> None:
    found = call(X, axis=(0, 1), keepdims=True)
    assert found.literal(1, "axis", None) == (0, 1)
    assert found.literal(2, "keepdims", False) is True
    assert found.literal(3, "initial", "none") == "none"
    array = found.array(0)
    assert array is not None
    assert array.shape == (3, 4)
    assert found.array(2, "keepdims") is None
    assert found.array(7) is None
    assert found.fact("selected") is None


def test_elements_and_distinct_ones() -> None:
    wide = seen_array(np.broadcast_to(X[0], (100, 4)))
    assert (size(wide), distinct(wide), bytes_of(wide)) == (400, 4, 32)
    scalar = call(X, np.complex64(1)).operands[1]
    assert (size(scalar), bytes_of(scalar)) == (1, 0)
    assert kind_of(scalar) == "c"
    assert is_complex(scalar)
