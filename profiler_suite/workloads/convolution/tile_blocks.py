"""The memory that blocks of tiles are transformed and multiplied in, one after the other."""

import dataclasses
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.tiling import Tiling


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
    """h×w×(T·C): the same memory."""
    tiles_rows: Array
    """h×w×(T·C): BᵀdB of all tiles."""
    tiles: Array
    """(w·h)×T×C: the same memory."""
    products: Array
    """(w·h)×T×F."""
    products_rows: Array
    """h×w×(T·F): the same memory."""
    half_answers_rows: Array
    """h×b×(T·F): transformed along the width."""
    half_answers: Array
    """b×h×(T·F): the same memory."""
    answers: Array
    """b×a×(T·F): across, down, tile and filter."""
    answer_tiles: Array
    """b×a×rows×columns×F: the same memory."""


def blocks(
    tiles: Tiling, part: slice, count: int, dtype: np.dtype[Any]
) -> tuple[TileBlock, ...]:
    """Buffers for the largest block of some rows of tiles; others use their beginnings."""
    down, across, channels = tiles.down, tiles.across, tiles.phases.channels
    rows = min(tiles.rows_per_block, part.stop - part.start)
    most = rows * tiles.columns
    gathered = np.empty(tiles.places * most * channels, dtype)
    buffers = _Buffers(
        halves=np.empty(rows * down.n * tiles.width * channels, dtype),
        gathered=gathered,
        tiles=np.empty_like(gathered),
        products=np.empty(tiles.places * most * count, dtype),
        half_answers=np.empty(across.m * down.n * most * count, dtype),
        answers=np.empty(across.m * down.m * most * count, dtype),
    )
    return tuple(
        buffers.block(tiles, count, first, min(first + rows, part.stop))
        for first in range(part.start, part.stop, rows)
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
            gathered_rows=gathered.reshape(across.n, down.n, -1).swapaxes(0, 1),
            tiles_rows=turned.reshape(across.n, down.n, -1).swapaxes(0, 1),
            tiles=turned.reshape(tiles.places, some, channels),
            products=products.reshape(tiles.places, some, count),
            products_rows=products.reshape(across.n, down.n, -1).swapaxes(0, 1),
            half_answers_rows=half.reshape(across.m, down.n, -1).swapaxes(0, 1),
            half_answers=half.reshape(across.m, down.n, -1),
            answers=answers.reshape(across.m, down.m, -1),
            answer_tiles=answers.reshape(across.m, down.m, rows, columns, count),
        )
