"""Convolutions by SciPy's ready-made functions, as usually recommended."""

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, answer_shape, cost
from profiler_suite.workloads.registry import implementation

# What the Python code of these functions takes at vanishing size, in small NumPy
# calls.
_CALLS_OF_CONVOLVE2D = 5
_CALLS_OF_CORRELATE = 12
_CALLS_OF_NDIMAGE = 12


def _scipy_convolve2d_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    pairs = size.filters * size.channels
    return cost(
        problem,
        rate="convolve2d",
        # Per filter and channel: two slices, the call, a strided slice, an addition.
        calls=pairs * (_CALLS_OF_CONVOLVE2D + 5.0) + 1,
        workspace_elements=size.unstrided_pixels,
        executed_flop=2.0 * size.unstrided_pixels * size.length * size.filters,
    )


@implementation(WORKLOAD, family="library", cost=_scipy_convolve2d_cost)
def scipy_convolve2d(image: Array, filters: Array, stride: int) -> Array:
    """scipy.signal.convolve2d per filter and channel, at stride 1."""
    from scipy.signal import convolve2d

    out = np.zeros(answer_shape(image.shape, filters.shape, stride), image.dtype)
    for k in range(filters.shape[0]):
        for c in range(filters.shape[3]):
            # convolve2d flips its filter; flipped before, it is not.
            each = convolve2d(image[:, :, c], filters[k, ::-1, ::-1, c], mode="valid")
            out[:, :, k] += each[::stride, ::stride]
    return out


def _scipy_correlate_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    return cost(
        problem,
        rate="correlate",
        calls=size.filters * (_CALLS_OF_CORRELATE + 3.0) + 1,
        workspace_elements=size.unstrided_pixels,
        executed_flop=2.0 * size.unstrided_pixels * size.length * size.filters,
    )


@implementation(WORKLOAD, family="library", cost=_scipy_correlate_cost)
def scipy_correlate(image: Array, filters: Array, stride: int) -> Array:
    """scipy.signal.correlate in 3-D per filter, at stride 1."""
    from scipy.signal import correlate

    out = np.empty(answer_shape(image.shape, filters.shape, stride), image.dtype)
    for k in range(filters.shape[0]):
        each = correlate(image, filters[k], mode="valid", method="direct")
        out[:, :, k] = each[::stride, ::stride, 0]
    return out


def _scipy_ndimage_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    pairs = size.filters * size.channels
    image_pixels = size.height * size.width
    return cost(
        problem,
        rate="ndimage",
        calls=pairs * (_CALLS_OF_NDIMAGE + 5.0) + 1,
        workspace_elements=image_pixels,
        executed_flop=2.0 * image_pixels * size.length * size.filters,
    )


@implementation(WORKLOAD, family="library", cost=_scipy_ndimage_cost)
def scipy_ndimage(image: Array, filters: Array, stride: int) -> Array:
    """scipy.ndimage.correlate per filter and channel, then cut."""
    from scipy import ndimage

    out = np.zeros(answer_shape(image.shape, filters.shape, stride), image.dtype)
    # ndimage centres its filter on a pixel: the first valid window is centred here.
    top, left = filters.shape[1] // 2, filters.shape[2] // 2
    bottom = top + stride * (out.shape[0] - 1) + 1
    right = left + stride * (out.shape[1] - 1) + 1
    for k in range(filters.shape[0]):
        for c in range(filters.shape[3]):
            each = ndimage.correlate(image[:, :, c], filters[k, :, :, c], mode="constant")
            out[:, :, k] += each[top:bottom:stride, left:right:stride]
    return out
