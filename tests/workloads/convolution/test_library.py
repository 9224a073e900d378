"""Convolutions by SciPy's functions."""

from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import library
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size

Convolution = Callable[[Array, Array, int], Array]


@pytest.mark.parametrize(
    "function", [library.scipy_convolve2d, library.scipy_correlate, library.scipy_ndimage]
)
@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_answer_is_the_sum_by_hand(
    function: Convolution, stride: int, answer: Array
) -> None:
    np.testing.assert_allclose(function(IMAGE, FILTERS, stride), answer, atol=1e-12)


@pytest.mark.parametrize(
    "function", [library.scipy_convolve2d, library.scipy_correlate, library.scipy_ndimage]
)
def test_one_pixel_under_one_weight_is_their_product(function: Convolution) -> None:
    image, weight = np.full((1, 1, 1), 3.0), np.full((1, 1, 1, 1), -2.0)
    np.testing.assert_allclose(function(image, weight, 1), [[[-6.0]]], atol=1e-12)


@pytest.mark.parametrize(
    "function", [library.scipy_convolve2d, library.scipy_correlate, library.scipy_ndimage]
)
def test_single_precision_stays_single(function: Convolution) -> None:
    answer = function(IMAGE.astype("f4"), FILTERS.astype("f4"), 1)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, ANSWER, atol=1e-4)


@pytest.mark.parametrize("window", [1, 2, 3, 4])
def test_even_and_odd_windows_are_cut_alike(window: int) -> None:
    image = np.random.default_rng(0).random((7, 8, 2))
    filters = np.random.default_rng(1).random((3, window, window, 2))
    expected = library.scipy_convolve2d(image, filters, 2)
    for function in (library.scipy_correlate, library.scipy_ndimage):
        np.testing.assert_allclose(function(image, filters, 2), expected)


@pytest.mark.parametrize("name", ["scipy_convolve2d", "scipy_correlate", "scipy_ndimage"])
def test_a_stride_saves_nothing_of_what_is_executed(name: str) -> None:
    cost = registry.find_implementation(name).cost
    one, two = cost(of_size(height=16)), cost(of_size(height=16, stride=2))
    assert two.flop < one.flop
    assert two.executed_flop == one.executed_flop
