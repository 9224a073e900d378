"""Minimal filtering: tiles cover the answer, blocks share memory, what fits is not copied."""

import numpy as np
import pytest

from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution import minimal_filtering, tiling
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.phases import Phases

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")


def layer(side: int, filter_height: int, filter_width: int, stride: int = 1) -> Geometry:
    return Geometry(
        height=side,
        width=side,
        channels=4,
        filters=6,
        filter_height=filter_height,
        filter_width=filter_width,
        stride=stride,
    )


@pytest.mark.parametrize("m", [2, 4, 6])
@pytest.mark.parametrize(
    "sides", [(3, 3, 1), (1, 5, 1), (5, 2, 1), (5, 4, 2), (4, 3, 3)], ids=str
)
@pytest.mark.parametrize("side", [9, 14, 31])
def test_whole_tiles_cover_the_answer_and_no_row_too_many(
    m: int, sides: tuple[int, int, int], side: int
) -> None:
    size = layer(side, *sides)
    tiles = tiling.tiling(size, m, 4)
    assert 0 <= tiles.rows * tiles.down.m - size.out_height < tiles.down.m
    assert 0 <= tiles.columns * tiles.across.m - size.out_width < tiles.across.m
    assert tiles.height - tiles.down.r + 1 == tiles.rows * tiles.down.m
    assert 1 <= tiles.rows_per_block <= tiles.rows


def test_an_axis_of_one_tap_is_not_cut_into_tiles() -> None:
    assert tiling.tile_sides(Phases.of(layer(9, 1, 7)), 4) == (1, 4)
    assert tiling.tile_sides(Phases.of(layer(9, 7, 1)), 4) == (4, 1)


@pytest.mark.parametrize(
    ("side", "stride", "copied"), [(18, 1, False), (17, 1, True), (18, 2, True)]
)
def test_an_image_that_whole_tiles_fill_is_not_copied(
    side: int, stride: int, copied: bool
) -> None:
    problem = convolution.problem(
        height=side,
        width=side,
        channels=2,
        filters=3,
        filter_height=3,
        filter_width=3,
        stride=stride,
    )
    image, filters, _ = CONVOLUTION.arguments(problem, 0)
    ready = minimal_filtering.made_ready(4, image, filters, Geometry.of(problem), keep=True)
    assert (ready.deep is not None) is copied


def test_blocks_use_the_same_memory_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tiling, "_CACHES_PER_BLOCK", 0)
    monkeypatch.setattr(tiling, "_LEAST_TILES", 12)
    problem = convolution.problem(
        height=50, width=14, channels=2, filters=3, filter_height=3, filter_width=3
    )
    image, filters, _ = CONVOLUTION.arguments(problem, 0)
    ready = minimal_filtering.made_ready(4, image, filters, Geometry.of(problem), keep=True)
    assert len(ready.blocks) > 2
    assert [block.first for block in ready.blocks[1:]] == [b.end for b in ready.blocks[:-1]]
    first, last = ready.blocks[0], ready.blocks[-1]
    assert np.shares_memory(first.products, last.products)
    assert np.shares_memory(first.products, first.products_rows)
    again = minimal_filtering.by_tiles(ready, image, filters, 1)
    assert again == pytest.approx(CONVOLUTION.reference(problem, (image, filters, 1)))
