"""Convolutions in whole-array NumPy."""

from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import vectorized
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size

Convolution = Callable[[Array, Array, int], Array]


@pytest.mark.parametrize(
    "function", [vectorized.taps, vectorized.windows_einsum, vectorized.windows_tensordot]
)
@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_answer_is_the_sum_by_hand(
    function: Convolution, stride: int, answer: Array
) -> None:
    np.testing.assert_allclose(function(IMAGE, FILTERS, stride), answer, atol=1e-12)


@pytest.mark.parametrize(
    "function", [vectorized.taps, vectorized.windows_einsum, vectorized.windows_tensordot]
)
def test_one_pixel_under_one_weight_is_their_product(function: Convolution) -> None:
    image, weight = np.full((1, 1, 1), 3.0), np.full((1, 1, 1, 1), -2.0)
    np.testing.assert_allclose(function(image, weight, 1), [[[-6.0]]], atol=1e-12)


@pytest.mark.parametrize(
    "function", [vectorized.taps, vectorized.windows_einsum, vectorized.windows_tensordot]
)
def test_single_precision_stays_single(function: Convolution) -> None:
    answer = function(IMAGE.astype("f4"), FILTERS.astype("f4"), 1)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, ANSWER, atol=1e-4)


def test_taps_take_their_calls_by_positions_of_the_filter_only() -> None:
    cost = registry.find_implementation("taps").cost
    assert cost(of_size(height=8)).calls == cost(of_size(height=64, filters=32)).calls
    assert cost(of_size(window=1)).calls == 7
    assert cost(of_size(window=3)).calls == 47


def test_the_work_of_taps_is_the_textbook_s_multiply_adds() -> None:
    found = registry.find_implementation("taps")
    problem = of_size(height=10, channels=5, filters=6)
    multiply_adds = sum(p.count * p.m * p.k * p.n for p in found.work(problem).products)
    assert 2 * multiply_adds == found.cost(problem).flop


def test_a_copy_of_all_windows_is_workspace_and_a_view_is_none() -> None:
    assert registry.find_implementation("windows_einsum").cost(of_size()).workspace_bytes == 0
    assert registry.find_implementation("windows_tensordot").cost(of_size()).workspace_bytes > 0
