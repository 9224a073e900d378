"""Convolutions lowered block by block into a buffer: allocated anew, or kept between calls."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.host import blas, caches
from profiler_suite.model.experiment import Cost, Moves, Problem, Work
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import panels, together
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, cost, geometry_of
from profiler_suite.workloads.convolution.panels import Panels
from profiler_suite.workloads.registry import implementation
from profiler_suite.workloads.requirements import ITEM_BYTES

# A block of twice a core's own cache or more: of 128 KiB to all, tried on network
# layers with 1 MiB, 2 to 4 MiB were the best or within 1 % of it, as BLAS packs the
# filters anew for every block …
_CACHES_PER_BLOCK = 2
_USUAL_CACHE_BYTES = 2**20
# … and for fewer positions than this the packing is felt (45 ms for 56, 37 for all 784
# positions of VGG-16 conv4_2).
_LEAST_POSITIONS = 512
# Windows whose rows are this short and shorter than a row of the answer are copied along
# the answer: each run of a copy costs about 8 ns whatever its length (24 against 32 µs on
# 32×32×3 with 3×3; equal at 24 elements).
_SHORT_RUN = 16
# Up to here an index table needs no view of the windows, and saves the 0.5 µs of making it.
_MOST_TABLE_ENTRIES = 2048


def strided(image: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """A view of the image for reading only; checked, and five times faster, if contiguous."""
    if image.flags.c_contiguous:
        return np.ndarray(shape, image.dtype, image, 0, strides)
    return as_strided(image, shape, strides)


@dataclasses.dataclass(frozen=True)
class OutputBlock:
    """Some rows of the answer, and where their windows are lowered to."""

    first: int
    end: int
    """Rows of the answer, from first up to but not including end."""
    windows: Array
    """rows×OW×kh×kw×C: where the windows go."""
    matrix: Array
    """(rows·OW)×(kh·kw·C): the same memory as BLAS reads it."""


@dataclasses.dataclass(frozen=True)
class Lowering:
    """Buffers and filters of a convolution that is lowered by blocks."""

    size: Geometry
    weights: Array | Panels
    """1×(kh·kw·C)×F."""
    blocks: tuple[OutputBlock, ...]
    planes: Array | None
    """C×H×W: the image by channels, where windows are copied along the answer."""
    threads: int
    """What rows of a block are shared out to, where BLAS does not share out the product."""


def copies_along_answer(size: Geometry) -> bool:
    """Whether runs along a row of the answer are longer than those along a window's row."""
    run = size.filter_width * size.channels
    return run <= _SHORT_RUN and run < size.out_width


def rows_per_block(size: Geometry, item_bytes: int) -> int:
    """Rows of the answer per block, so that all blocks are about the same."""
    row_bytes = size.out_width * size.length * item_bytes
    wanted_bytes = _CACHES_PER_BLOCK * caches.size_bytes(2, _USUAL_CACHE_BYTES)
    rows = max(1, wanted_bytes // row_bytes, -(-_LEAST_POSITIONS // size.out_width))
    blocks = -(-size.out_height // rows)
    return -(-size.out_height // blocks)


def lowering(size: Geometry, weights: Array, *, keep: bool) -> Lowering:
    """Allocate the buffer of one block, seen as windows and as a matrix."""
    rows = rows_per_block(size, weights.itemsize)
    along_answer = copies_along_answer(size)
    buffer = np.empty(rows * size.out_width * size.length, weights.dtype)
    window = (size.filter_height, size.filter_width, size.channels)
    blocks = []
    for first in range(0, size.out_height, rows):
        end = min(first + rows, size.out_height)
        positions = (end - first, size.out_width)
        part = buffer[: positions[0] * positions[1] * size.length]
        if along_answer:
            windows = part.reshape(*window, *positions).transpose(3, 4, 0, 1, 2)
            matrix = part.reshape(size.length, -1).T
        else:
            windows = part.reshape(*positions, *window)
            matrix = part.reshape(-1, size.length)
        blocks.append(OutputBlock(first=first, end=end, windows=windows, matrix=matrix))
    planes = None
    if along_answer and size.stride == 1 and size.channels > 1:
        planes = np.empty((size.channels, size.height, size.width), weights.dtype)
    laid = panels.kept(weights[None], rows * size.out_width) if keep else weights[None]
    return Lowering(
        size=size,
        weights=laid,
        blocks=tuple(blocks),
        planes=planes,
        threads=blas.threads() if isinstance(laid, Panels) else 1,
    )


def _by_blocks(lowering: Lowering, image: Array, _filters: Array, _stride: int) -> Array:
    """Copy the windows of a block into the buffer, multiply into the answer; block by block."""
    size, planes = lowering.size, lowering.planes
    if planes is not None:
        # Planes make the runs along the answer contiguous, too.
        np.copyto(planes, image.transpose(2, 0, 1))
        image = planes.transpose(1, 2, 0)
    row, column, channel = image.strides
    windows = strided(
        image if planes is None else planes,
        (size.out_height, size.out_width, size.filter_height, size.filter_width, size.channels),
        (size.stride * row, size.stride * column, row, column, channel),
    )
    width = size.out_width
    out = np.empty((size.pixels, size.filters), image.dtype)
    for block in lowering.blocks:
        answers = out[block.first * width : block.end * width]
        seen = windows[block.first : block.end]
        together.run(
            [
                functools.partial(_lower, block, lowering.weights, seen, answers, rows)
                for rows in together.ranges(len(seen), lowering.threads)
            ]
        )
    return out.reshape(size.out_height, width, size.filters)


def _lower(
    block: OutputBlock, weights: Array | Panels, windows: Array, out: Array, rows: slice
) -> None:
    """Some rows of a block: copy their windows, multiply."""
    width = windows.shape[1]
    some = slice(rows.start * width, rows.stop * width)
    np.copyto(block.windows[rows], windows[rows])
    panels.multiply(block.matrix[None, some], weights, out[None, some], some.start)


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
                threads=blas.threads(),
            ),
        )
    if _uses_table(size):
        return functools.partial(_by_table, _table(size, weights))
    return functools.partial(_by_blocks, lowering(size, weights, keep=True))


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
    return _by_blocks(lowering(size, weights, keep=False), image, filters, stride)


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
