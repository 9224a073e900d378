"""Convolutions as one matrix product, or one for each row."""

from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import gemm
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size

Convolution = Callable[[Array, Array, int], Array]


@pytest.mark.parametrize("function", [gemm.im2col_gemm, gemm.rows_gemm])
@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_answer_is_the_sum_by_hand(
    function: Convolution, stride: int, answer: Array
) -> None:
    np.testing.assert_allclose(function(IMAGE, FILTERS, stride), answer, atol=1e-12)


@pytest.mark.parametrize("function", [gemm.im2col_gemm, gemm.rows_gemm])
def test_one_pixel_under_one_weight_is_their_product(function: Convolution) -> None:
    image, weight = np.full((1, 1, 1), 3.0), np.full((1, 1, 1, 1), -2.0)
    np.testing.assert_allclose(function(image, weight, 1), [[[-6.0]]], atol=1e-12)


@pytest.mark.parametrize("function", [gemm.im2col_gemm, gemm.rows_gemm])
def test_single_precision_stays_single(function: Convolution) -> None:
    answer = function(IMAGE.astype("f4"), FILTERS.astype("f4"), 1)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, ANSWER, atol=1e-4)


@pytest.mark.parametrize("name", ["im2col_gemm", "rows_gemm"])
def test_an_image_in_another_layout_has_the_same_answer(name: str) -> None:
    function = registry.find_implementation(name).function
    image = np.random.default_rng(0).random((5, 6, 2))
    filters = np.random.default_rng(1).random((3, 2, 3, 2))
    expected = function(image, filters, 2)
    np.testing.assert_allclose(function(np.asfortranarray(image), filters, 2), expected)
    wide = np.repeat(image, 2, axis=1)
    np.testing.assert_allclose(function(wide[:, ::2], filters, 2), expected)


def test_filters_of_one_pixel_lower_nothing_and_rows_lower_less_than_windows() -> None:
    windows = registry.find_implementation("im2col_gemm").cost
    rows = registry.find_implementation("rows_gemm").cost
    assert windows(of_size(window=1)).workspace_bytes == 0
    assert (
        0
        < rows(of_size(height=16)).workspace_bytes
        < windows(of_size(height=16)).workspace_bytes
    )
