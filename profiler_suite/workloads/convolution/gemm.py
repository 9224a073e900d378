"""Convolutions lowered to one matrix product: the whole image, or along the width only."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, answer_shape, cost
from profiler_suite.workloads.registry import implementation


def _is_pointwise(size: Geometry) -> bool:
    """1×1 filters at stride 1: the image already is the lowered matrix."""
    return size.filter_height == size.filter_width == size.stride == 1


def _windows(image: Array, filters: Array, stride: int) -> Array:
    """A view OH×OW×kh×kw×C of every window of the image, for reading only."""
    out_height, out_width, _ = answer_shape(image.shape, filters.shape, stride)
    row, column, channel = image.strides
    return as_strided(
        image,
        (out_height, out_width, *filters.shape[1:]),
        (stride * row, stride * column, row, column, channel),
    )


def _im2col_gemm_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    lowered = 0 if _is_pointwise(size) and problem.layout == "C" else size.pixels * size.length
    return cost(problem, rate="blas", calls=8.0, workspace_elements=lowered)


@implementation(WORKLOAD, family="gemm", cost=_im2col_gemm_cost)
def im2col_gemm(image: Array, filters: Array, stride: int) -> Array:
    """Copies each window into a row of one matrix; one product."""
    out_shape = answer_shape(image.shape, filters.shape, stride)
    weights = filters.reshape(out_shape[2], -1)
    # reshape copies unless 1×1 filters at stride 1 leave the image as it is.
    lowered = _windows(image, filters, stride).reshape(-1, weights.shape[1])
    return (lowered @ weights.T).reshape(out_shape)


def _rows_gemm_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    if _is_pointwise(size):
        return _im2col_gemm_cost(problem)
    lowered = size.out_width * size.height * size.filter_width * size.channels
    # One call of matmul enters BLAS once per row of the answer.
    return cost(problem, rate="blas", calls=10.0, workspace_elements=lowered)


@implementation(WORKLOAD, family="gemm", cost=_rows_gemm_cost)
def rows_gemm(image: Array, filters: Array, stride: int) -> Array:
    """Lowers along the width only; a product per row of the answer.

    Cho and Brand (2017), MEC: Memory-efficient Convolution for Deep Neural
    Network. The lowered image is OW×H×(kw·C): the windows of a row of the answer
    lie in it as a matrix whose rows are a whole column of windows apart.
    """
    if filters.shape[1:3] == (1, 1) and stride == 1:
        return im2col_gemm(image, filters, stride)  # nothing to lower
    out_height, out_width, count = answer_shape(image.shape, filters.shape, stride)
    _, _, width, channels = filters.shape
    weights = filters.reshape(count, -1).T
    height = image.shape[0]
    row, column, channel = image.strides
    lowered = np.ascontiguousarray(
        as_strided(
            image,
            (out_width, height, width, channels),
            (stride * column, row, column, channel),
        )
    )
    window_columns, window_rows = lowered.strides[:2]
    matrices = as_strided(
        lowered,
        (out_height, out_width, weights.shape[0]),
        (stride * window_rows, window_columns, image.itemsize),
    )
    return matrices @ weights
