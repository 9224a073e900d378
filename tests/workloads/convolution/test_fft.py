"""Convolution by Fourier transforms."""

from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import fft
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size

Convolution = Callable[[Array, Array, int], Array]


@pytest.mark.parametrize("function", [fft.fft])
@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_answer_is_the_sum_by_hand(
    function: Convolution, stride: int, answer: Array
) -> None:
    np.testing.assert_allclose(function(IMAGE, FILTERS, stride), answer, atol=1e-12)


@pytest.mark.parametrize("function", [fft.fft])
def test_one_pixel_under_one_weight_is_their_product(function: Convolution) -> None:
    image, weight = np.full((1, 1, 1), 3.0), np.full((1, 1, 1, 1), -2.0)
    np.testing.assert_allclose(function(image, weight, 1), [[[-6.0]]], atol=1e-12)


@pytest.mark.parametrize("function", [fft.fft])
def test_single_precision_stays_single(function: Convolution) -> None:
    answer = function(IMAGE.astype("f4"), FILTERS.astype("f4"), 1)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, ANSWER, atol=1e-4)


def test_it_executes_fewer_operations_than_the_textbook_for_large_windows_only() -> None:
    cost = registry.find_implementation("fft").cost
    large, small = cost(of_size(height=64, window=21)), cost(of_size(height=64, window=1))
    assert large.executed_flop < large.flop
    assert small.executed_flop > small.flop


def test_it_is_judged_by_the_error_of_a_transform() -> None:
    assert registry.find_implementation("fft").error == "fft"
