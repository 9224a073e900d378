"""Convolutions lowered block by block into a buffer: allocated anew, or kept between calls."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from profiler_suite.model.experiment import Cost, Moves, Problem, Work
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import panels, together
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, cost, geometry_of
from profiler_suite.workloads.convolution.lowering import (
    by_blocks,
    copies_along_answer,
    lowering,
    rows_per_block,
)
from profiler_suite.workloads.convolution.panels import Panels
from profiler_suite.workloads.registry import implementation
from profiler_suite.workloads.requirements import ITEM_BYTES

# Up to here an index table needs no view of the windows, and saves the 0.5 µs of making it.
_MOST_TABLE_ENTRIES = 2048


@dataclasses.dataclass(frozen=True)
class Pointwise:
    """A product that needs no lowering: 1×1 filters."""

    size: Geometry
    weights: Array | Panels
    """1×C×F."""
    pixels: Array
    """OH×OW×C: the pixels that the stride keeps."""
    matrix: Array
    """(OH·OW)×C: the same memory."""
    threads: int


def _pointwise(kept: Pointwise, image: Array, _filters: Array, stride: int) -> Array:
    """The image is the lowered matrix; only what a stride keeps is copied."""
    size = kept.size
    if stride == 1 and image.flags.c_contiguous:
        matrix = image.reshape(-1, size.channels)
    else:
        np.copyto(kept.pixels, image[::stride, ::stride])
        matrix = kept.matrix
    out = np.empty((size.pixels, size.filters), image.dtype)
    panels.multiply_together(matrix, kept.weights, out, kept.threads)
    return out.reshape(size.out_height, size.out_width, size.filters)


@dataclasses.dataclass(frozen=True)
class Table:
    """Where each element of the lowered matrix is found in the image."""

    size: Geometry
    weights: Array
    places: Array
    """(OH·OW)×(kh·kw·C): positions in the image as a vector."""
    matrix: Array


def _by_table(kept: Table, image: Array, _filters: Array, _stride: int) -> Array:
    """A small image is lowered in one call that needs no view of the windows."""
    size = kept.size
    # 'clip' writes to `out` directly; the table never leaves the image.
    image.take(kept.places, out=kept.matrix, mode="clip")
    out = np.empty((size.pixels, size.filters), image.dtype)
    np.dot(kept.matrix, kept.weights, out=out)
    return out.reshape(size.out_height, size.out_width, size.filters)


def _table(size: Geometry, weights: Array) -> Table:
    a, b, c, d, e = np.ogrid[
        : size.out_height,
        : size.out_width,
        : size.filter_height,
        : size.filter_width,
        : size.channels,
    ]
    pixels = (size.stride * a + c) * size.width + size.stride * b + d
    places = (pixels * size.channels + e).reshape(size.pixels, size.length)
    matrix = np.empty(places.shape, weights.dtype)
    return Table(size=size, weights=weights, places=places, matrix=matrix)


def _is_pointwise(size: Geometry) -> bool:
    return size.filter_height == size.filter_width == 1


def _uses_table(size: Geometry) -> bool:
    return size.pixels * size.length <= _MOST_TABLE_ENTRIES


def prepare_im2col(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Lay out the filters for BLAS, allocate buffers, choose the gather by the shapes."""
    size = geometry_of(image, filters, stride)
    weights = np.ascontiguousarray(filters.reshape(size.filters, -1).T)
    if _is_pointwise(size):
        pixels = np.empty((size.out_height, size.out_width, size.channels), image.dtype)
        return functools.partial(
            _pointwise,
            Pointwise(
                size=size,
                weights=panels.kept(weights[None], size.pixels),
                pixels=pixels,
                matrix=pixels.reshape(-1, size.channels),
                threads=together.threads(size.multiply_adds),
            ),
        )
    if _uses_table(size):
        return functools.partial(_by_table, _table(size, weights))
    return functools.partial(by_blocks, lowering(size, weights, keep=True))


def _blocked_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    if _is_pointwise(size):
        lowered = 0 if size.stride == 1 and problem.layout == "C" else size.pixels
        return cost(problem, rate="blas", calls=8.0, workspace_elements=lowered * size.length)
    rows = rows_per_block(size, ITEM_BYTES[problem.dtype])
    blocks = -(-size.out_height // rows)
    # Once: views of image and filters, buffer. A block: two views to make it, a view of the
    # windows, a copy, a view of the answer, a product.
    return cost(
        problem,
        rate="blas",
        calls=9.0 + 6.0 * blocks,
        workspace_elements=rows * size.out_width * size.length,
    )


@implementation(WORKLOAD, family="gemm", cost=_blocked_cost)
def im2col_blocked(image: Array, filters: Array, stride: int) -> Array:
    """Lowers cache-sized blocks of rows; a product for each block."""
    size = geometry_of(image, filters, stride)
    weights = filters.reshape(size.filters, -1).T
    if _is_pointwise(size):
        pixels = image[::stride, ::stride].reshape(-1, size.channels)
        return (pixels @ weights).reshape(size.out_height, size.out_width, size.filters)
    return by_blocks(lowering(size, weights, keep=False), image, filters, stride)


def kept_cost(problem: Problem) -> Cost:
    """The cost of im2col_kept once it is prepared."""
    size = Geometry.of(problem)
    if _is_pointwise(size):
        lowered = 0 if size.stride == 1 and problem.layout == "C" else size.pixels
        calls = 4.0 if lowered == 0 else 5.0
        return cost(problem, rate="blas", calls=calls, workspace_elements=lowered * size.length)
    if _uses_table(size):
        lowered = size.pixels * size.length
        return cost(problem, rate="blas", calls=4.0, workspace_elements=lowered)
    blocked = _blocked_cost(problem)
    rows = rows_per_block(size, ITEM_BYTES[problem.dtype])
    blocks = -(-size.out_height // rows)
    return cost(
        problem,
        rate="blas",
        calls=4.0 + 4.0 * blocks,
        workspace_elements=blocked.workspace_bytes / ITEM_BYTES[problem.dtype],
    )


def _work(problem: Problem) -> Work:
    """One product, or one a block; windows are copied in runs."""
    size, item_bytes = Geometry.of(problem), ITEM_BYTES[problem.dtype]
    blocks, rows = 1, size.out_height
    if _is_pointwise(size):
        run = size.channels * item_bytes
        moves = [] if size.stride == 1 else [Moves(runs=size.pixels, run_bytes=run)]
    elif copies_along_answer(size):
        run = size.out_width * item_bytes
        moves = [Moves(runs=size.length * size.out_height, run_bytes=run)]
    else:
        run = size.filter_width * size.channels * item_bytes
        moves = [Moves(runs=size.pixels * size.filter_height, run_bytes=run)]
    if not (_is_pointwise(size) or _uses_table(size)):
        rows = rows_per_block(size, item_bytes)
        blocks = -(-size.out_height // rows)
    return Work(
        calls=kept_cost(problem).calls,
        products=(
            panels.work(blocks, rows * size.out_width, size.length, size.filters, item_bytes),
        ),
        moves=tuple(moves),
    )


@implementation(WORKLOAD, family="gemm", cost=kept_cost, prepare=prepare_im2col, work=_work)
def im2col_kept(image: Array, filters: Array, stride: int) -> Array:
    """Buffers kept, filters laid out once, gather chosen by shape."""
    return prepare_im2col(image, filters, stride)(image, filters, stride)
