"""Minimal filtering in two dimensions: cut into tiles, transform, multiply, transform back.

Lavin and Gray (2016), Fast Algorithms for Convolutional Neural Networks, section 4: a tile of
the answer, from a tile d of pixels and a filter g, is

    Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A

with ⊙ by element, added up over the channels between the brackets, and matrices of its own
along each axis (`toom_cook`). F(4×4, 3×3) thus multiplies 36 times per tile and channel where
the textbook does 144 times. Over all tiles, channels and filters the products by element are
n×n matrix products tiles×C by C×F; the transforms are products with Bᵀ and Aᵀ, along one axis
at a time. A stride becomes phases first (`phases`).

Each step is one call for many products of the size that BLAS does not pack (`host.blas`): of
36 transforms at once one took 296 µs, in six calls' worth 70 (56×56 answers of 64 channels).
"""

import dataclasses
import functools
from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import panels, together
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.phases import Phases
from profiler_suite.workloads.convolution.tile_blocks import TileBlock, blocks
from profiler_suite.workloads.convolution.tiling import Tiling, tiling
from profiler_suite.workloads.convolution.toom_cook import Transform

# With fewer tiles than this in a share, all of the filters are read for too few products: then
# the places of a tile are shared out, and with them the filters.
_LEAST_TILES_OF_SHARE = 24
_CHANNELS_AT_ONCE = 64


@dataclasses.dataclass(frozen=True)
class TiledConvolution:
    """A convolution made ready: filters transformed, buffers allocated."""

    size: Geometry
    phases: Phases
    image_transforms: tuple[Array, Array]
    """Bᵀ down and across."""
    answer_transforms: tuple[Array, Array]
    """Aᵀ down and across."""
    filters: tuple[tuple[slice, Array | panels.Panels], ...]
    """(w·h)×C×F: G g Gᵀ of all channels and filters; some places for each thread."""
    deep: Array | None
    """The image in phases, with zeros up to whole tiles; None where it fits as it is."""
    shares: tuple[tuple[TileBlock, ...], ...]
    """The blocks of each thread, which has its own memory for them."""

    @property
    def blocks(self) -> tuple[TileBlock, ...]:
        """Of all threads, from the first row of tiles to the last."""
        return tuple(block for share in self.shares for block in share)


def transformed(filters: Array, down: Transform, across: Transform) -> Array:
    """G g Gᵀ of every channel and filter: (w·h)×F×C, the place in the width going first."""
    count, height, width, channels = filters.shape
    by_place = np.ascontiguousarray(filters.transpose(2, 1, 0, 3)).reshape(height * width, -1)
    both = np.kron(across.filters, down.filters).astype(filters.dtype)
    return cast(Array, (both @ by_place).reshape(-1, count, channels))


def turned(filters: Array, down: Transform, across: Transform) -> Array:
    """The same as (w·h)×C×F: what is to be kept is turned before there is more of it.

    And computed in float64: the error of an answer is a twentieth less.
    """
    count, height, width, channels = filters.shape
    by_place = np.ascontiguousarray(filters.transpose(3, 2, 1, 0))
    by_place = by_place.reshape(channels, height * width, count)
    both = np.kron(across.filters, down.filters)
    out = np.empty((len(both), channels, count), filters.dtype)
    for first in range(0, channels, _CHANNELS_AT_ONCE):
        some = slice(first, first + _CHANNELS_AT_ONCE)
        out[:, some] = (both @ by_place[some].astype(np.float64)).swapaxes(0, 1)
    return out


def made_ready(
    m: int, image: Array, filters: Array, size: Geometry, *, keep: bool
) -> TiledConvolution:
    """Buffers and transformed filters; to be kept, filters are also laid out for BLAS."""
    dtype = image.dtype
    tiles = tiling(size, m, dtype.itemsize)
    down, across, phases = tiles.down, tiles.across, tiles.phases
    own = phases.filters(filters)
    if keep:
        weights = turned(own, down, across)
    else:
        weights = transformed(own, down, across).swapaxes(1, 2)
    shape = (tiles.height, tiles.width, phases.channels)
    fits = phases.stride == 1 and shape == image.shape and image.flags.c_contiguous
    rows, places = _shares(tiles, size.filters) if keep else (1, 1)
    most = min(-(-tiles.rows // rows), tiles.rows_per_block) * tiles.columns
    return TiledConvolution(
        size=size,
        phases=phases,
        image_transforms=(down.image.astype(dtype), across.image.astype(dtype)),
        answer_transforms=(down.answer.astype(dtype), across.answer.astype(dtype)),
        filters=tuple(
            (some, panels.kept(weights[some], most) if keep else weights[some])
            for some in together.ranges(tiles.places, places)
        ),
        deep=None if fits else np.zeros(shape, dtype),
        shares=tuple(
            blocks(tiles, some, size.filters, dtype)
            for some in together.ranges(tiles.rows, rows)
        ),
    )


def _shares(tiles: Tiling, count: int) -> tuple[int, int]:
    """Into how many shares the rows of tiles are cut, and the places of a tile."""
    threads = together.threads(tiles.places * tiles.count * tiles.phases.channels * count)
    if tiles.rows >= threads and tiles.count >= threads * _LEAST_TILES_OF_SHARE:
        return threads, 1
    return 1, min(threads, tiles.places)


def by_tiles(ready: TiledConvolution, image: Array, _filters: Array, _stride: int) -> Array:
    """Block by block: transform the image, multiply, transform the answer, put it in place."""
    size = ready.size
    if ready.deep is not None:
        ready.phases.fill(ready.deep, image)
        image = ready.deep
    turn_down, high = ready.image_transforms[0], len(ready.answer_transforms[0])
    row, _, element = image.strides
    strips = as_strided(
        image,
        (ready.blocks[-1].end, len(turn_down), image.shape[1] * image.shape[2]),
        (high * row, row, element),
    )
    out = np.empty((size.out_height, size.out_width, size.filters), image.dtype)
    together.run(
        [functools.partial(_share, ready, share, strips, out) for share in ready.shares]
    )
    return out


def _share(
    ready: TiledConvolution, share: tuple[TileBlock, ...], strips: Array, out: Array
) -> None:
    """What one thread does, in memory of its own."""
    turn_down, turn_across = ready.image_transforms
    back_down, back_across = ready.answer_transforms
    for block in share:
        np.matmul(turn_down, strips[block.first : block.end], out=block.halves)
        np.copyto(block.gathered, block.windows)
        np.matmul(turn_across, block.gathered_rows, out=block.tiles_rows)
        together.run(
            [functools.partial(_multiply, block, *filters) for filters in ready.filters]
        )
        np.matmul(back_across, block.products_rows, out=block.half_answers_rows)
        np.matmul(back_down, block.half_answers, out=block.answers)
        _put_in_place(block, out, len(back_down), len(back_across))


def _multiply(block: TileBlock, places: slice, filters: Array | panels.Panels) -> None:
    """The products of some places of a tile."""
    panels.multiply(block.tiles[places], filters, block.products[places])


def _put_in_place(block: TileBlock, out: Array, high: int, wide: int) -> None:
    """Tiles into the answer: in one copy when they fill it, else place by place of a tile."""
    height, width, count = out.shape
    if height % high == 0 and width % wide == 0:
        places = out.reshape(height // high, high, width // wide, wide, count)
        places = places.transpose(3, 1, 0, 2, 4)
        np.copyto(places[:, :, block.first : block.end], block.answer_tiles)
        return
    rows = out[block.first * high : block.end * high]
    for across in range(wide):
        for down in range(high):
            places = rows[down::high, across::wide]
            tiles = block.answer_tiles[across, down, : places.shape[0], : places.shape[1]]
            np.copyto(places, tiles)
