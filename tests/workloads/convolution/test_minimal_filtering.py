"""Minimal filtering: tiles cover the answer, blocks share memory, what fits is not copied."""

import numpy as np
import pytest

from profiler_suite.host import blas
from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution import (
    minimal_filtering,
    panels,
    tiling,
    together,
    toom_cook,
)
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


@pytest.mark.parametrize(
    ("side", "channels", "filters", "rows_apart"),
    [(58, 8, 8, True), (16, 64, 64, False), (58, 64, 64, True)],
)
@pytest.mark.parametrize("unpacked", [True, False])
def test_threads_share_rows_of_tiles_or_places_of_a_tile(
    monkeypatch: pytest.MonkeyPatch,
    side: int,
    channels: int,
    filters: int,
    rows_apart: bool,
    unpacked: bool,
) -> None:
    monkeypatch.setattr(blas, "threads", lambda: 3)
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: unpacked)
    monkeypatch.setattr(together, "LEAST_SHARED", 10**4)
    problem = convolution.problem(
        height=side,
        width=side,
        channels=channels,
        filters=filters,
        filter_height=3,
        filter_width=3,
    )
    arguments = CONVOLUTION.arguments(problem, 0)
    size = Geometry.of(problem)
    image, weights, _ = arguments
    ready = minimal_filtering.made_ready(4, image, weights, size, keep=True)
    shares = (len(ready.shares), len(ready.filters))
    # BLAS that packs what it multiplies shares it out itself.
    assert shares == (((3, 1) if rows_apart else (1, 3)) if unpacked else (1, 1))
    blocks = ready.blocks
    assert [block.first for block in blocks[1:]] == [b.end for b in blocks[:-1]]
    if rows_apart and unpacked:
        first, last = ready.shares[0][0], ready.shares[-1][0]
        assert not np.shares_memory(first.products, last.products)
    for _ in range(2):
        found = minimal_filtering.by_tiles(ready, *arguments)
        assert found == pytest.approx(CONVOLUTION.reference(problem, arguments))


@pytest.mark.parametrize("m", [2, 4])
def test_filters_in_panels_give_the_answer_of_filters_as_they_are(
    monkeypatch: pytest.MonkeyPatch, m: int
) -> None:
    problem = convolution.problem(
        height=9, width=9, channels=40, filters=128, filter_height=3, filter_width=3
    )
    arguments = CONVOLUTION.arguments(problem, 0)
    kept = []
    monkeypatch.setattr(blas, "MOST_UNPACKED", 2000)
    for unpacked in (True, False):
        monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda u=unpacked: u)
        image, weights, _ = arguments
        ready = minimal_filtering.made_ready(m, image, weights, Geometry.of(problem), keep=True)
        assert isinstance(ready.filters[0][1], panels.Panels) is unpacked
        kept.append(minimal_filtering.by_tiles(ready, *arguments))
    assert kept[0] == pytest.approx(kept[1], rel=1e-12)
    assert kept[0] == pytest.approx(CONVOLUTION.reference(problem, arguments))


def test_filters_that_are_kept_are_transformed_as_those_that_are_not() -> None:
    generator = np.random.default_rng(0)
    filters = generator.random((5, 3, 2, 7))
    down, across = toom_cook.transform(4, 3), toom_cook.transform(2, 2)
    plain = minimal_filtering.transformed(filters, down, across)
    kept = minimal_filtering.turned(filters, down, across)
    assert kept.flags.c_contiguous
    assert kept == pytest.approx(plain.swapaxes(1, 2), rel=1e-13)
    found = kept.reshape(across.n, down.n, 7, 5)[:, :, 6, 4].T
    by_hand = down.filters @ filters[4, :, :, 6] @ across.filters.T
    assert found == pytest.approx(by_hand, rel=1e-13)
