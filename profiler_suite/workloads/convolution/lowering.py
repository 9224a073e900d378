"""Windows lowered block by block into a buffer, and multiplied there."""

import dataclasses
import functools

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.host import caches
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import panels, together
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.panels import Panels

# A block of twice a core's own cache or more: of 128 KiB to all, tried on network
# layers with 1 MiB, 2 to 4 MiB were the best or within 1 % of it, as BLAS packs the
# filters anew for every block …
_CACHES_PER_BLOCK = 2
# Products that are not packed gain nothing from so many positions: what is lowered then stays
# in the cache until it is multiplied.
_CACHES_PER_UNPACKED_BLOCK = 0.5
_USUAL_CACHE_BYTES = 2**20
# … and for fewer positions than this the packing is felt (45 ms for 56, 37 for all 784
# positions of VGG-16 conv4_2).
_LEAST_POSITIONS = 512
# Windows whose rows are this short and shorter than a row of the answer are copied along
# the answer: each run of a copy costs about 8 ns whatever its length (24 against 32 µs on
# 32×32×3 with 3×3; equal at 24 elements).
_SHORT_RUN = 16


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
    """s×s×C×⌈H/s⌉×⌈W/s⌉: the image by phases of the stride and by channels, where windows are
    copied along the answer."""
    threads: int
    """What rows of a block are shared out to, where BLAS does not share out the product."""


def copies_along_answer(size: Geometry) -> bool:
    """Whether runs along a row of the answer are longer than those along a window's row."""
    run = size.filter_width * size.channels
    return run <= _SHORT_RUN and run < size.out_width


def rows_per_block(size: Geometry, item_bytes: int) -> int:
    """Rows of the answer per block, so that all blocks are about the same."""
    row_bytes = size.out_width * size.length * item_bytes
    packed = not panels.width(size.pixels, size.length, size.filters, item_bytes)
    of_cache = _CACHES_PER_BLOCK if packed else _CACHES_PER_UNPACKED_BLOCK
    wanted_bytes = int(of_cache * caches.size_bytes(2, _USUAL_CACHE_BYTES))
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
    if along_answer and (size.stride > 1 or size.channels > 1):
        s, high, wide = size.stride, size.height, size.width
        planes = np.empty((s, s, size.channels, -(-high // s), -(-wide // s)), weights.dtype)
    laid = panels.kept(weights[None], rows * size.out_width) if keep else weights[None]
    return Lowering(
        size=size,
        weights=laid,
        blocks=tuple(blocks),
        planes=planes,
        threads=together.threads(size.multiply_adds) if isinstance(laid, Panels) else 1,
    )


def by_blocks(lowering: Lowering, image: Array, _filters: Array, _stride: int) -> Array:
    """Copy the windows of a block into the buffer, multiply into the answer; block by block."""
    size = lowering.size
    seen = (
        _windows(size, image)
        if lowering.planes is None
        else _phases(lowering.planes, image, size)
    )
    width = size.out_width
    out = np.empty((size.pixels, size.filters), image.dtype)
    for block in lowering.blocks:
        answers = out[block.first * width : block.end * width]
        together.run(
            [
                functools.partial(_lower, block, lowering.weights, seen, answers, rows)
                for rows in together.ranges(block.end - block.first, lowering.threads)
            ]
        )
    return out.reshape(size.out_height, width, size.filters)


@dataclasses.dataclass(frozen=True)
class SeenWindows:
    """A view of all windows, or of those of their places that one phase of the stride has."""

    down: slice
    across: slice
    """Which places."""
    view: Array
    """OH×OW×places down×places across×C."""


def _windows(size: Geometry, image: Array) -> list[SeenWindows]:
    row, column, channel = image.strides
    view = strided(
        image,
        (size.out_height, size.out_width, size.filter_height, size.filter_width, size.channels),
        (size.stride * row, size.stride * column, row, column, channel),
    )
    return [SeenWindows(slice(None), slice(None), view)]


def _phases(planes: Array, image: Array, size: Geometry) -> list[SeenWindows]:
    """Planes make the runs along the answer contiguous, too."""
    s, seen = size.stride, []
    channel, row, column = planes.strides[2:]
    for down in range(min(s, size.filter_height)):
        for across in range(min(s, size.filter_width)):
            part = image[down::s, across::s].transpose(2, 0, 1)
            plane = planes[down, across]
            np.copyto(plane[:, : part.shape[1], : part.shape[2]], part)
            high = len(range(down, size.filter_height, s))
            wide = len(range(across, size.filter_width, s))
            shape = (size.out_height, size.out_width, high, wide, size.channels)
            view = strided(plane, shape, (row, column, row, column, channel))
            seen.append(SeenWindows(slice(down, None, s), slice(across, None, s), view))
    return seen


def _lower(
    block: OutputBlock,
    weights: Array | Panels,
    seen: list[SeenWindows],
    out: Array,
    rows: slice,
) -> None:
    """Some rows of a block: copy their windows, multiply."""
    width = block.windows.shape[1]
    some = slice(rows.start * width, rows.stop * width)
    for each in seen:
        windows = each.view[block.first + rows.start : block.first + rows.stop]
        np.copyto(block.windows[rows, :, each.down, each.across], windows)
    panels.multiply(block.matrix[None, some], weights, out[None, some], some.start)
