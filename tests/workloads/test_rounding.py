"""Error bounds grow with length and with the coarseness of the dtype."""

import math

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.workloads import rounding


def test_the_unit_roundoff_is_half_the_spacing_after_one() -> None:
    assert rounding.unit_roundoff("float64") == 2.0**-53
    assert rounding.unit_roundoff("float32") == 2.0**-24


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("length", [1, 10, 1000])
def test_a_sum_of_products_stays_within_its_bound(dtype: str, length: int) -> None:
    a, b = np.random.default_rng(length).standard_normal((2, length)).astype(dtype)
    exact = math.fsum(float(x) * float(y) for x, y in zip(a, b, strict=True))
    magnitude = float(np.abs(a.astype("f8") * b.astype("f8")).sum())
    found = np.dtype(dtype).type(0)
    for x, y in zip(a, b, strict=True):
        found += x * y
    error = abs(float(found) - exact)
    assert error <= rounding.sum_of_products_error(length, dtype) * magnitude


def test_bounds_grow_with_length_and_are_wider_in_single_precision() -> None:
    sums = [rounding.sum_of_products_error(n, "float64") for n in (1, 100, 10_000)]
    assert sums == sorted(sums)
    assert sums[1] / sums[0] == pytest.approx(10, rel=0.01)
    assert rounding.fft_error(1024, "float32") > rounding.fft_error(1024, "float64")
    assert rounding.fft_error(1024, "float64") == 10 * rounding.fft_error(2, "float64")


def test_two_rounded_sums_are_as_far_apart_as_their_bounds_together() -> None:
    single, double = (rounding.sum_of_products_error(40, f"float{n}") for n in (32, 64))
    assert rounding.distance_from_float64(40, "float32") == single + double
    assert rounding.distance_from_float64(40, "float64") == 2 * double


def test_a_workload_of_plain_sums_has_one_kind_of_error_bound() -> None:
    rounding.require_direct("direct", "a sum")
    with pytest.raises(UsageError, match="unknown error bound 'fft' for a sum; use 'direct'"):
        rounding.require_direct("fft", "a sum")


def test_a_transform_of_one_element_has_a_bound_above_nothing() -> None:
    assert rounding.fft_error(1, "float64") == rounding.fft_error(2, "float64") > 0


def test_a_dtype_that_is_no_float_has_no_roundoff() -> None:
    with pytest.raises(ValueError, match="int64"):
        rounding.unit_roundoff("int64")
