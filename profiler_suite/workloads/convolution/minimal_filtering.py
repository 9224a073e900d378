"""Minimal filtering in two dimensions: cut into tiles, transform, multiply, transform back.

Lavin and Gray (2016), Fast Algorithms for Convolutional Neural Networks, section 4: a tile of
the answer, from a tile d of pixels and a filter g, is

    Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A

with ⊙ by element, added up over the channels between the brackets, and matrices of its own
along each axis (`toom_cook`). F(4×4, 3×3) thus multiplies 36 times per tile and channel where
the textbook does 144 times. Over all tiles, channels and filters the products by element are
n×n matrix products tiles×C by C×F; the transforms are products with Bᵀ and Aᵀ, along one axis
at a time. A stride becomes phases first (`phases`).
"""

import dataclasses
from typing import Any, cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.host import caches
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import toom_cook
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.phases import Phases
from profiler_suite.workloads.convolution.toom_cook import Transform

# The tiles of a block before, between and after the products should stay in a core's own
# cache, or nearly so …
_CACHES_PER_BLOCK = 1.5
_USUAL_CACHE_BYTES = 2**20
# … but all transformed filters are read for every block: with fewer tiles than this
# per block that takes longer than the products.
_LEAST_TILES = 48


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How an answer is cut into tiles, and tiles into blocks of whole rows of tiles."""

    phases: Phases
    down: Transform
    across: Transform
    rows: int
    """Rows of tiles."""
    columns: int
    """Tiles in a row."""
    rows_per_block: int

    @property
    def height(self) -> int:
        """Rows of pixels under all tiles, in phases."""
        return self.rows * self.down.m + self.down.r - 1

    @property
    def width(self) -> int:
        """Pixels of such a row."""
        return self.columns * self.across.m + self.across.r - 1

    @property
    def count(self) -> int:
        """Tiles."""
        return self.rows * self.columns

    @property
    def places(self) -> int:
        """Products by element of a tile, for one channel and filter."""
        return self.down.n * self.across.n


def tile_sides(phases: Phases, m: int) -> tuple[int, int]:
    """A tile's rows and columns of answers: m, or 1 along an axis of one tap."""
    return (
        m if phases.filter_height > 1 else 1,
        m if phases.filter_width > 1 else 1,
    )


def tiling(size: Geometry, m: int, item_bytes: int) -> Tiling:
    """Whole tiles that cover the answer; blocks of about the same number of rows."""
    phases = Phases.of(size)
    high, wide = tile_sides(phases, m)
    down = toom_cook.transform(high, phases.filter_height)
    across = toom_cook.transform(wide, phases.filter_width)
    rows, columns = -(-size.out_height // down.m), -(-size.out_width // across.m)
    per_tile = down.n * across.n * (2 * phases.channels + size.filters) * item_bytes
    wanted_bytes = _CACHES_PER_BLOCK * caches.size_bytes(2, _USUAL_CACHE_BYTES)
    tiles = max(wanted_bytes / per_tile, _LEAST_TILES)
    per_block = max(1, int(tiles / columns + 0.5))
    blocks = -(-rows // per_block)
    return Tiling(
        phases=phases,
        down=down,
        across=across,
        rows=rows,
        columns=columns,
        rows_per_block=-(-rows // blocks),
    )


@dataclasses.dataclass(frozen=True)
class TileBlock:
    """Some rows of tiles and their buffers, T tiles of the block in all.

    A tile has h rows and w columns of pixels, a rows and b columns of answers; C channels of
    all phases, F filters.
    """

    first: int
    end: int
    """Rows of tiles, from first up to but not including end."""
    halves: Array
    """rows×h×(width·C): rows of pixels, transformed along the height."""
    windows: Array
    """w×h×rows×columns×C: a view of `halves` that cuts it into tiles along the width."""
    gathered: Array
    """The same, copied: across, down, tile, channel."""
    gathered_rows: Array
    """w×(h·T·C): the same memory."""
    tiles_rows: Array
    """w×(h·T·C): BᵀdB of all tiles."""
    tiles: Array
    """(w·h)×T×C: the same memory."""
    products: Array
    """(w·h)×T×F."""
    products_rows: Array
    """w×(h·T·F): the same memory."""
    half_answers_rows: Array
    """b×(h·T·F): transformed along the width."""
    half_answers: Array
    """b×h×(T·F): the same memory."""
    answers: Array
    """b×a×(T·F): across, down, tile and filter."""
    answer_tiles: Array
    """b×a×rows×columns×F: the same memory."""


@dataclasses.dataclass(frozen=True)
class TiledConvolution:
    """A convolution made ready: filters transformed, buffers allocated."""

    size: Geometry
    phases: Phases
    image_transforms: tuple[Array, Array]
    """Bᵀ down and across."""
    answer_transforms: tuple[Array, Array]
    """Aᵀ down and across."""
    filters: Array
    """(w·h)×C×F: G g Gᵀ of all channels and filters."""
    deep: Array | None
    """The image in phases, with zeros up to whole tiles; None where it fits as it is."""
    blocks: tuple[TileBlock, ...]


def transformed(filters: Array, down: Transform, across: Transform) -> Array:
    """G g Gᵀ of every channel and filter: (w·h)×F×C, the place in the width going first."""
    count, height, width, channels = filters.shape
    by_place = np.ascontiguousarray(filters.transpose(2, 1, 0, 3)).reshape(height * width, -1)
    both = np.kron(across.filters, down.filters).astype(filters.dtype)
    return cast(Array, (both @ by_place).reshape(-1, count, channels))


def made_ready(
    m: int, image: Array, filters: Array, size: Geometry, *, keep: bool
) -> TiledConvolution:
    """Buffers and transformed filters; to be kept, filters are also laid out for BLAS."""
    dtype = image.dtype
    tiles = tiling(size, m, dtype.itemsize)
    down, across, phases = tiles.down, tiles.across, tiles.phases
    weights = transformed(phases.filters(filters), down, across).swapaxes(1, 2)
    shape = (tiles.height, tiles.width, phases.channels)
    fits = phases.stride == 1 and shape == image.shape and image.flags.c_contiguous
    return TiledConvolution(
        size=size,
        phases=phases,
        image_transforms=(down.image.astype(dtype), across.image.astype(dtype)),
        answer_transforms=(down.answer.astype(dtype), across.answer.astype(dtype)),
        filters=np.ascontiguousarray(weights) if keep else weights,
        deep=None if fits else np.zeros(shape, dtype),
        blocks=_blocks(tiles, size.filters, dtype),
    )


def _blocks(tiles: Tiling, count: int, dtype: np.dtype[Any]) -> tuple[TileBlock, ...]:
    """Buffers for the largest block; a smaller last one uses their beginnings."""
    down, across, channels = tiles.down, tiles.across, tiles.phases.channels
    most = tiles.rows_per_block * tiles.columns
    halves = np.empty(tiles.rows_per_block * down.n * tiles.width * channels, dtype)
    gathered = np.empty(tiles.places * most * channels, dtype)
    buffers = _Buffers(
        halves=halves,
        gathered=gathered,
        tiles=np.empty_like(gathered),
        products=np.empty(tiles.places * most * count, dtype),
        half_answers=np.empty(across.m * down.n * most * count, dtype),
        answers=np.empty(across.m * down.m * most * count, dtype),
    )
    return tuple(
        buffers.block(tiles, count, first, min(first + tiles.rows_per_block, tiles.rows))
        for first in range(0, tiles.rows, tiles.rows_per_block)
    )


@dataclasses.dataclass(frozen=True)
class _Buffers:
    """Flat memory that all blocks share, for the largest of them."""

    halves: Array
    gathered: Array
    tiles: Array
    products: Array
    half_answers: Array
    answers: Array

    def block(self, tiles: Tiling, count: int, first: int, end: int) -> TileBlock:
        """The views of one block of tile rows."""
        down, across, channels = tiles.down, tiles.across, tiles.phases.channels
        rows, columns, width = end - first, tiles.columns, tiles.width
        some = rows * columns
        part = self.halves[: rows * down.n * width * channels]
        part = part.reshape(rows, down.n, width, channels)
        tile_row, row, pixel, channel = part.strides
        gathered = self.gathered[: tiles.places * some * channels]
        turned = self.tiles[: tiles.places * some * channels]
        products = self.products[: tiles.places * some * count]
        half = self.half_answers[: across.m * down.n * some * count]
        answers = self.answers[: across.m * down.m * some * count]
        return TileBlock(
            first=first,
            end=end,
            halves=part.reshape(rows, down.n, width * channels),
            windows=as_strided(
                part,
                (across.n, down.n, rows, columns, channels),
                (pixel, row, tile_row, across.m * pixel, channel),
            ),
            gathered=gathered.reshape(across.n, down.n, rows, columns, channels),
            gathered_rows=gathered.reshape(across.n, -1),
            tiles_rows=turned.reshape(across.n, -1),
            tiles=turned.reshape(tiles.places, some, channels),
            products=products.reshape(tiles.places, some, count),
            products_rows=products.reshape(across.n, -1),
            half_answers_rows=half.reshape(across.m, -1),
            half_answers=half.reshape(across.m, down.n, -1),
            answers=answers.reshape(across.m, down.m, -1),
            answer_tiles=answers.reshape(across.m, down.m, rows, columns, count),
        )


def by_tiles(ready: TiledConvolution, image: Array, _filters: Array, _stride: int) -> Array:
    """Block by block: transform the image, multiply, transform the answer, put it in place."""
    size = ready.size
    if ready.deep is not None:
        ready.phases.fill(ready.deep, image)
        image = ready.deep
    turn_down, turn_across = ready.image_transforms
    back_down, back_across = ready.answer_transforms
    high = len(back_down)
    row, _, element = image.strides
    strips = as_strided(
        image,
        (ready.blocks[-1].end, len(turn_down), image.shape[1] * image.shape[2]),
        (high * row, row, element),
    )
    out = np.empty((size.out_height, size.out_width, size.filters), image.dtype)
    for block in ready.blocks:
        np.matmul(turn_down, strips[block.first : block.end], out=block.halves)
        np.copyto(block.gathered, block.windows)
        np.matmul(turn_across, block.gathered_rows, out=block.tiles_rows)
        np.matmul(block.tiles, ready.filters, out=block.products)
        np.matmul(back_across, block.products_rows, out=block.half_answers_rows)
        np.matmul(back_down, block.half_answers, out=block.answers)
        _put_in_place(block, out, high, len(back_across))
    return out


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
