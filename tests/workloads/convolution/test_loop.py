"""Convolutions that loop in Python."""

from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import loop
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size

Convolution = Callable[[Array, Array, int], Array]


@pytest.mark.parametrize("function", [loop.loop, loop.loop_scalar, loop.loop_pixels])
@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_answer_is_the_sum_by_hand(
    function: Convolution, stride: int, answer: Array
) -> None:
    np.testing.assert_allclose(function(IMAGE, FILTERS, stride), answer, atol=1e-12)


@pytest.mark.parametrize("function", [loop.loop, loop.loop_scalar, loop.loop_pixels])
def test_one_pixel_under_one_weight_is_their_product(function: Convolution) -> None:
    image, weight = np.full((1, 1, 1), 3.0), np.full((1, 1, 1, 1), -2.0)
    np.testing.assert_allclose(function(image, weight, 1), [[[-6.0]]], atol=1e-12)


@pytest.mark.parametrize("function", [loop.loop, loop.loop_scalar, loop.loop_pixels])
def test_single_precision_stays_single(function: Convolution) -> None:
    answer = function(IMAGE.astype("f4"), FILTERS.astype("f4"), 1)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, ANSWER, atol=1e-4)


def cost_of(name: str, **sizes: int) -> tuple[float, float]:
    found = registry.find_implementation(name).cost(of_size(**sizes))
    return found.calls, found.scalar_steps


def test_the_loop_enters_five_calls_for_each_output() -> None:
    assert cost_of("loop", height=4, channels=1, filters=2, window=3) == (5 * 8 + 1, 6 * 8)


def test_all_filters_at_once_take_the_calls_of_one() -> None:
    assert cost_of("loop_pixels", filters=1) == cost_of("loop_pixels", filters=64)


def test_one_multiplication_at_a_time_is_refused_where_it_takes_too_long() -> None:
    refuse = registry.find_implementation("loop_scalar").refuse
    assert refuse is not None
    assert refuse(of_size(height=4)) == ""
    said = refuse(of_size(height=128, channels=16, filters=16))
    assert "multiply-adds one at a time in Python" in said
    assert "at most 500,000" in said
