"""Blocks of tiles cover all rows of tiles once, in memory that they share."""

import numpy as np
import pytest

from profiler_suite.workloads import convolution
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.tile_blocks import blocks
from profiler_suite.workloads.convolution.tiling import tiling


@pytest.mark.parametrize(("height", "stride", "m"), [(9, 1, 2), (33, 1, 4), (40, 2, 2)])
@pytest.mark.parametrize("part", [slice(0, 3), slice(1, 4)], ids=str)
def test_blocks_follow_each_other_and_their_views_are_of_one_memory(
    height: int, stride: int, m: int, part: slice
) -> None:
    problem = convolution.problem(
        height=height, width=17, channels=3, filters=5, filter_height=3, filter_width=3,
        stride=stride,
    )  # fmt: skip
    tiles = tiling(Geometry.of(problem), m, 8)
    made = blocks(tiles, part, 5, np.dtype("f8"))
    rows = [row for block in made for row in range(block.first, block.end)]
    assert rows == list(range(part.start, part.stop))
    for block in made:
        count = (block.end - block.first) * tiles.columns
        assert block.tiles.shape == (tiles.places, count, tiles.phases.channels)
        assert block.products.shape == (tiles.places, count, 5)
        for one, other in (
            (block.halves, block.windows),
            (block.gathered, block.gathered_rows),
            (block.tiles, block.tiles_rows),
            (block.products, block.products_rows),
            (block.half_answers, block.half_answers_rows),
            (block.answers, block.answer_tiles),
            (block.tiles, made[0].tiles),
        ):
            assert np.shares_memory(one, other)


def test_windows_are_the_tiles_of_the_rows_of_pixels() -> None:
    problem = convolution.problem(
        height=12, width=11, channels=2, filters=1, filter_height=3, filter_width=3
    )
    tiles = tiling(Geometry.of(problem), 2, 8)
    (block, *_) = blocks(tiles, slice(0, 2), 1, np.dtype("f8"))
    block.halves[...] = np.arange(block.halves.size).reshape(block.halves.shape)
    rows = block.halves.reshape(*block.halves.shape[:2], tiles.width, -1)
    for column in range(tiles.columns):
        first = column * tiles.across.m
        expected = rows[:, :, first : first + tiles.across.n]
        assert np.array_equal(block.windows[:, :, :, column], expected.transpose(2, 1, 0, 3))
