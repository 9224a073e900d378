"""Convolutions in whole-array NumPy: by filter position, or on a view of all windows."""

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from profiler_suite.model.experiment import Cost, Moves, Problem, Products, Work
from profiler_suite.workloads import requirements
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, answer_shape, cost
from profiler_suite.workloads.registry import implementation

# sliding_window_view runs in Python: at vanishing size it takes as long as about
# this many small NumPy calls (9.6 µs measured against 0.74 µs).
_CALLS_OF_WINDOW_VIEW = 13
_CALLS_OF_TENSORDOT = 6


def _taps_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    positions = size.filter_height * size.filter_width
    return cost(
        problem,
        rate="blas",
        # Per filter position: two slices, a transpose, a product, an addition.
        calls=5.0 * positions + 2,
        scalar_steps=8.0 * positions,
        workspace_elements=size.outputs,
    )


def _taps_work(problem: Problem) -> Work:
    """For every filter position a product per row of the answer, and an addition to it all."""
    size = Geometry.of(problem)
    positions = size.filter_height * size.filter_width
    return Work(
        calls=_taps_cost(problem).calls,
        products=(
            Products(
                count=positions * size.out_height,
                m=size.out_width,
                k=size.channels,
                n=size.filters,
                transposed=True,
            ),
        ),
        moves=(
            # Zeros are written; of each addition two arrays are read and one is written.
            Moves(
                runs=1.5 * positions + 0.5,
                run_bytes=size.outputs * requirements.ITEM_BYTES[problem.dtype],
            ),
        ),
    )


@implementation(WORKLOAD, family="vectorized", cost=_taps_cost, work=_taps_work)
def taps(image: Array, filters: Array, stride: int) -> Array:
    """A strided slice and a matmul per filter position, added up."""
    _, height, width, _ = filters.shape
    out_height, out_width, count = answer_shape(image.shape, filters.shape, stride)
    # One past the last pixel that the first filter position touches.
    rows = stride * (out_height - 1) + 1
    columns = stride * (out_width - 1) + 1
    out = np.zeros((out_height, out_width, count), image.dtype)
    product = np.empty_like(out)
    for a in range(height):
        for b in range(width):
            pixels = image[a : a + rows : stride, b : b + columns : stride]
            np.matmul(pixels, filters[:, a, b].T, out=product)
            out += product
    return out


def _windows(image: Array, filters: Array, stride: int) -> Array:
    """A view OH×OW×C×kh×kw of every window of the image."""
    view = sliding_window_view(image, filters.shape[1:3], axis=(0, 1))
    return view[::stride, ::stride]


def _windows_einsum_cost(problem: Problem) -> Cost:
    return cost(problem, rate="einsum", calls=_CALLS_OF_WINDOW_VIEW + 2.0)


@implementation(WORKLOAD, family="vectorized", cost=_windows_einsum_cost)
def windows_einsum(image: Array, filters: Array, stride: int) -> Array:
    """np.einsum on a view of all windows: no copy, and no BLAS."""
    windows = _windows(image, filters, stride)
    return cast(Array, np.einsum("ijcab,kabc->ijk", windows, filters))


def _windows_tensordot_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    return cost(
        problem,
        rate="blas",
        calls=_CALLS_OF_WINDOW_VIEW + _CALLS_OF_TENSORDOT + 1.0,
        # tensordot copies the windows and the filters into matrices.
        workspace_elements=(size.pixels + size.filters) * size.length,
    )


@implementation(WORKLOAD, family="vectorized", cost=_windows_tensordot_cost)
def windows_tensordot(image: Array, filters: Array, stride: int) -> Array:
    """np.tensordot on that view: it copies, then calls BLAS."""
    windows = _windows(image, filters, stride)
    return np.tensordot(windows, filters, axes=((2, 3, 4), (3, 1, 2)))
