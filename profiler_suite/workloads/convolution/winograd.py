"""Convolutions by Winograd's minimal filtering: fewer operations than the textbook counts.

Tiles of 2×2, 4×4 or 6×6 answers, filters of any size, at any stride: how it is done stands
in `minimal_filtering`, how exact it is in `minimal_filtering_error`.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.errors import ProblemError
from profiler_suite.model.experiment import Cost, Moves, Problem, Products, Work
from profiler_suite.workloads import rounding
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import minimal_filtering, panels, toom_cook
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, cost, geometry_of
from profiler_suite.workloads.convolution.phases import Phases
from profiler_suite.workloads.convolution.tiling import Tiling, tile_sides, tiling
from profiler_suite.workloads.registry import implementation
from profiler_suite.workloads.requirements import ITEM_BYTES

TILES = {"winograd_2x2": 2, "winograd_4x4": 4, "winograd_6x6": 6}
"""Rows and columns of answers in a tile, by the kind of the error bound."""

# Of an answer as large as its terms, three digits are left.
_MOST_ENLARGED = 2.0**-10


def refused(size: Geometry, m: int, dtype: str) -> str:
    """Why a convolution is not for tiles of m×m; empty when it is."""
    phases = Phases.of(size)
    high, wide = tile_sides(phases, m)
    taps = f"{size.filter_height}×{size.filter_width} filters at stride {size.stride}"
    if high == wide == 1:
        return f"F({m}×{m}) saves nothing: windows of {taps} do not overlap; use im2col_kept"
    sides = ((high, phases.filter_height), (wide, phases.filter_width))
    longest = max(a + b - 1 for a, b in sides)
    if longest > toom_cook.MOST_PRODUCTS:
        return (
            f"F({m}×{m}) of {taps} takes {longest} products along an axis, at most "
            f"{toom_cook.MOST_PRODUCTS} can be made; use fft"
        )
    enlarged = rounding.unit_roundoff(dtype) * math.prod(
        toom_cook.transform(a, b).amplification for a, b in sides
    )
    if enlarged > _MOST_ENLARGED:
        return (
            f"F({m}×{m}) of {taps} may enlarge rounding in {dtype} to {enlarged:.1g} of the "
            "answer; use a smaller tile, or fft"
        )
    return ""


def _refuse(kind: str) -> Callable[[Problem], str]:
    return lambda problem: refused(Geometry.of(problem), TILES[kind], problem.dtype)


def _cost(kind: str, kept: bool) -> Callable[[Problem], Cost]:
    """Executed are the products with every matrix, its zeros included."""

    def of(problem: Problem) -> Cost:
        size = Geometry.of(problem)
        if refused(size, TILES[kind], problem.dtype):
            return cost(problem, rate="blas", calls=1.0)
        tiles = tiling(size, TILES[kind], ITEM_BYTES[problem.dtype])
        down, across, channels = tiles.down, tiles.across, tiles.phases.channels
        count, places = tiles.count, tiles.places
        image = down.n**2 * tiles.rows * tiles.width + across.n**2 * down.n * count
        answer = across.m * down.n * (across.n + down.m) * count * size.filters
        products = places * count * channels * size.filters
        filters = places * down.r * across.r * channels * size.filters
        block = min(tiles.rows_per_block * tiles.columns, count)
        deep = tiles.height * tiles.width * channels if size.stride > 1 else 0
        return cost(
            problem,
            rate="blas",
            calls=_calls(size, tiles, kept),
            workspace_elements=(
                deep
                + places * channels * size.filters
                + places * block * (2 * channels + size.filters)
                + across.m * down.n * block * size.filters
            ),
            executed_flop=2.0
            * (image * channels + answer + products + (0 if kept else filters)),
        )

    return of


def _calls(size: Geometry, tiles: Tiling, kept: bool) -> float:
    """Once: the view and, not kept, transform and buffers; a block: a slice, six steps, the
    placing; at a stride, slices and copies of the phases."""
    fills = size.out_height % tiles.down.m == size.out_width % tiles.across.m == 0
    places = 3 if fills else 3 * tiles.down.m * tiles.across.m
    once = (4.0 if kept else 30.0) + (0 if size.stride == 1 else 6 * tiles.phases.rows)
    return once + (7.0 + places) * math.ceil(tiles.rows / tiles.rows_per_block)


def _work(kind: str) -> Callable[[Problem], Work]:
    """With filters transformed beforehand."""

    def of(problem: Problem) -> Work:
        size, item_bytes = Geometry.of(problem), ITEM_BYTES[problem.dtype]
        tiles = tiling(size, TILES[kind], item_bytes)
        down, across = tiles.down, tiles.across
        blocks = math.ceil(tiles.rows / tiles.rows_per_block)
        block = tiles.count // blocks
        channels, filters = tiles.phases.channels, size.filters
        moves = [
            Moves(runs=tiles.places * tiles.count, run_bytes=channels * item_bytes),
            Moves(runs=across.m * down.m * tiles.count, run_bytes=filters * item_bytes),
        ]
        if size.stride > 1:
            runs = tiles.height * tiles.width * tiles.phases.rows
            run_bytes = tiles.phases.columns * size.channels * item_bytes
            moves.append(Moves(runs=runs, run_bytes=run_bytes))
        return Work(
            calls=_calls(size, tiles, kept=True),
            products=(
                Products(count=tiles.rows, m=down.n, k=down.n, n=tiles.width * channels),
                Products(count=down.n * blocks, m=across.n, k=across.n, n=block * channels),
                panels.work(tiles.places * blocks, block, channels, filters, item_bytes),
                Products(count=down.n * blocks, m=across.m, k=across.n, n=block * filters),
                Products(count=across.m * blocks, m=down.m, k=down.n, n=block * filters),
            ),
            moves=tuple(moves),
        )

    return of


def _made_ready(
    kind: str, image: Array, filters: Array, stride: int, keep: bool
) -> minimal_filtering.TiledConvolution:
    size = geometry_of(image, filters, stride)
    if reason := refused(size, TILES[kind], str(np.dtype(image.dtype))):
        raise ProblemError(reason)
    return minimal_filtering.made_ready(TILES[kind], image, filters, size, keep=keep)


def _by_tiles(kind: str, image: Array, filters: Array, stride: int) -> Array:
    """Filters transformed for this call."""
    ready = _made_ready(kind, image, filters, stride, keep=False)
    return minimal_filtering.by_tiles(ready, image, filters, stride)


def _prepare(kind: str) -> Callable[..., Callable[..., Array]]:
    def prepare(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
        """Transform the filters and allocate the buffers."""
        ready = _made_ready(kind, image, filters, stride, keep=True)
        return functools.partial(minimal_filtering.by_tiles, ready)

    return prepare


def _entry(kind: str) -> dict[str, Any]:
    """What the registry is told of an implementation that transforms for each call."""
    return {
        "family": "winograd",
        "cost": _cost(kind, kept=False),
        "refuse": _refuse(kind),
        "error": kind,
    }


def _kept_entry(kind: str) -> dict[str, Any]:
    """And of one that keeps its filters and buffers."""
    kept = {"cost": _cost(kind, kept=True), "prepare": _prepare(kind), "work": _work(kind)}
    return _entry(kind) | kept


@implementation(WORKLOAD, **_entry("winograd_4x4"))
def winograd(image: Array, filters: Array, stride: int) -> Array:
    """Winograd's F(4×4), filters transformed for each call."""
    return _by_tiles("winograd_4x4", image, filters, stride)


@implementation(WORKLOAD, **_kept_entry("winograd_4x4"))
def winograd_kept(image: Array, filters: Array, stride: int) -> Array:
    """F(4×4), filters transformed once and buffers kept."""
    return _prepare("winograd_4x4")(image, filters, stride)(image, filters, stride)


@implementation(WORKLOAD, **_entry("winograd_2x2"))
def winograd_2x2(image: Array, filters: Array, stride: int) -> Array:
    """Winograd's F(2×2), filters transformed for each call."""
    return _by_tiles("winograd_2x2", image, filters, stride)


@implementation(WORKLOAD, **_kept_entry("winograd_2x2"))
def winograd_2x2_kept(image: Array, filters: Array, stride: int) -> Array:
    """F(2×2), filters transformed once and buffers kept."""
    return _prepare("winograd_2x2")(image, filters, stride)(image, filters, stride)


@implementation(WORKLOAD, **_kept_entry("winograd_6x6"))
def winograd_6x6_kept(image: Array, filters: Array, stride: int) -> Array:
    """F(6×6), filters and buffers kept; less exact."""
    return _prepare("winograd_6x6")(image, filters, stride)(image, filters, stride)
