"""Convolution with 3×3 filters by Winograd's minimal filtering: fewer operations than counted.

Lavin and Gray (2016), Fast Algorithms for Convolutional Neural Networks, section 4:
an m×m tile of the answer, from a tile d of (m+2)×(m+2) pixels and a filter g, is

    Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A

with ⊙ by element, added up over the channels between the brackets. F(4×4, 3×3) thus
multiplies 36 times per tile and channel where the textbook does 144 times. Over all
tiles, channels and filters the products by element are (m+2)² matrix products
tiles×C by C×F; the transforms are products with Bᵀ and Aᵀ, along one axis at a time.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.errors import ProblemError
from profiler_suite.host import caches
from profiler_suite.model.experiment import Cost, Moves, Problem, Products, Work
from profiler_suite.workloads import rounding
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, cost, geometry_of
from profiler_suite.workloads.registry import implementation
from profiler_suite.workloads.requirements import ITEM_BYTES

# The tiles of a block before, between and after the products should stay in a core's own
# cache, or nearly so …
_CACHES_PER_BLOCK = 1.5
_USUAL_CACHE_BYTES = 2**20
# … but all transformed filters are read for every block: with fewer tiles than this
# per block that takes longer than the products.
_LEAST_TILES = 48


class Transform:
    """The matrices of F(m×m, 3×3) and how much they enlarge what goes through them."""

    def __init__(
        self,
        image: tuple[tuple[float, ...], ...],
        filters: tuple[tuple[float, ...], ...],
        answer: tuple[tuple[float, ...], ...],
    ) -> None:
        self.image = np.array(image, np.float64)
        """Bᵀ, n×n with n = m + 2."""
        self.filters = np.array(filters, np.float64)
        """G, n×3."""
        self.answer = np.array(answer, np.float64)
        """Aᵀ, m×n."""
        self.m, self.n = self.answer.shape


# Lavin and Gray (2016), sections 4.1 and 4.3; the points of interpolation are
# 0, ±1, ∞ and 0, ±1, ±2, ∞.
TRANSFORMS = {
    "winograd_2x2": Transform(
        image=((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1)),
        filters=((1, 0, 0), (1 / 2, 1 / 2, 1 / 2), (1 / 2, -1 / 2, 1 / 2), (0, 0, 1)),
        answer=((1, 1, 1, 0), (0, 1, -1, -1)),
    ),
    "winograd_4x4": Transform(
        image=(
            (4, 0, -5, 0, 1, 0),
            (0, -4, -4, 1, 1, 0),
            (0, 4, -4, -1, 1, 0),
            (0, -2, -1, 2, 1, 0),
            (0, 2, -1, -2, 1, 0),
            (0, 4, 0, -5, 0, 1),
        ),
        filters=(
            (1 / 4, 0, 0),
            (-1 / 6, -1 / 6, -1 / 6),
            (-1 / 6, 1 / 6, -1 / 6),
            (1 / 24, 1 / 12, 1 / 6),
            (1 / 24, -1 / 12, 1 / 6),
            (0, 0, 1),
        ),
        answer=(
            (1, 1, 1, 1, 1, 0),
            (0, 1, -1, 2, -2, 0),
            (0, 1, 1, 4, 4, 0),
            (0, 1, -1, 8, -8, 1),
        ),
    ),
}
"""By the kind of their error bound."""


def error(kind: str, image: Array, filters: Array) -> float:
    """Largest absolute error of one element of the answer that rounding can explain.

    Every number goes through a chain of inner products, and an inner product of k terms
    makes at most k roundings on the way of each term. Transforming a filter takes two of 3
    terms, with one rounding more each as 1/6 has no exact binary form: with ε(k) =
    exp(λ √k u + k u² / (1 − u)) − 1, the bound of k factors (1 + δ), |δ| ≤ u (Higham and
    Mary 2019, as for direct sums),

        Û = U + ΔU,  |ΔU| ≤ ε(8) |G| |g| |G|ᵀ,        U = G g Gᵀ
        V̂ = V + ΔV,  |ΔV| ≤ ε(2n) |Bᵀ| |d| |B|,       V = Bᵀ d B,  n = m + 2.

    The product, the sum over C channels and Aᵀ along two axes make k = 1 + C + 2n more:

        |error| ≤ |Aᵀ| [ Σ (1 + ε(k)) (|U| + |ΔU|) (|V| + |ΔV|) − |U| |V| ] |A|,

    summed over channels. By Cauchy and Schwarz each sum is at most the product of two
    norms over the channels, of which the largest over all filters and all tiles is taken,
    place by place of the tile. Cancellation in the transforms is what makes this larger
    than the bound of a direct sum, and what the fewer operations cost.
    """
    transform, dtype = TRANSFORMS[kind], str(image.dtype)
    n, channels = transform.n, image.shape[2]

    def relative(roundings: int) -> float:
        return rounding.sum_of_products_error(roundings, dtype)

    weights = filters.astype(np.float64).transpose(1, 2, 0, 3)  # 3×3×F×C
    pixels = _whole_tiles(image.astype(np.float64), transform)  # n×n×T×C
    u, u_parts = (_largest_norms(transform.filters, weights, a) for a in (False, True))
    v, v_parts = (_largest_norms(transform.image, pixels, a) for a in (False, True))
    u_computed = u + relative(8) * u_parts
    v_computed = v + relative(2 * n) * v_parts
    brackets = (1 + relative(1 + channels + 2 * n)) * u_computed * v_computed - u * v
    answer = np.abs(transform.answer)
    return float((answer @ brackets @ answer.T).max())


def _largest_norms(matrix: Array, values: Array, absolute: bool) -> Array:
    """Of M x Mᵀ, or |M| |x| |M|ᵀ, for each place: the largest 2-norm over the last axis."""
    if absolute:
        matrix, values = np.abs(matrix), np.abs(values)
    turned = np.kron(matrix, matrix) @ values.reshape(matrix.shape[1] ** 2, -1)
    norms = np.linalg.norm(turned.reshape(-1, *values.shape[2:]), axis=2)
    return cast(Array, norms.max(axis=1).reshape(len(matrix), len(matrix)))


def _whole_tiles(image: Array, transform: Transform) -> Array:
    """n×n×T×C: all tiles of an image that zeros have made large enough."""
    m, n = transform.m, transform.n
    rows, columns = (-(-(side - 2) // m) for side in image.shape[:2])
    padded = np.zeros((rows * m + 2, columns * m + 2, image.shape[2]))
    padded[: image.shape[0], : image.shape[1]] = image
    down, across, channel = padded.strides
    shape = (n, n, rows, columns, image.shape[2])
    tiles = as_strided(padded, shape, (down, across, m * down, m * across, channel))
    return tiles.reshape(n, n, rows * columns, -1)


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How an answer is cut into tiles, and tiles into blocks of whole rows of tiles."""

    rows: int
    """Rows of tiles."""
    columns: int
    """Tiles in a row."""
    rows_per_block: int


def tiling(size: Geometry, transform: Transform, item_bytes: int) -> Tiling:
    """Whole tiles that cover the answer; blocks of about the same number of rows."""
    rows = -(-size.out_height // transform.m)
    columns = -(-size.out_width // transform.m)
    per_tile = transform.n**2 * (2 * size.channels + size.filters) * item_bytes
    wanted_bytes = _CACHES_PER_BLOCK * caches.size_bytes(2, _USUAL_CACHE_BYTES)
    tiles = max(wanted_bytes / per_tile, _LEAST_TILES)
    per_block = max(1, int(tiles / columns + 0.5))
    blocks = -(-rows // per_block)
    return Tiling(rows=rows, columns=columns, rows_per_block=-(-rows // blocks))


@dataclasses.dataclass(frozen=True)
class TileBlock:
    """Some rows of tiles and their buffers, n = m + 2; T tiles of the block in all."""

    first: int
    end: int
    """Rows of tiles, from first up to but not including end."""
    halves: Array
    """rows×n×(W·C): rows of pixels, transformed along the height."""
    windows: Array
    """n×n×rows×columns×C: a view of `halves` that cuts it into tiles along the width."""
    gathered: Array
    """The same, copied: across, down, tile, channel."""
    gathered_rows: Array
    """n×(n·T·C): the same memory."""
    tiles_rows: Array
    """n×(n·T·C): BᵀdB of all tiles."""
    tiles: Array
    """n²×T×C: the same memory."""
    products: Array
    """n²×T×F."""
    products_rows: Array
    """n×(n·T·F): the same memory."""
    half_answers_rows: Array
    """m×(n·T·F): transformed along the width."""
    half_answers: Array
    """m×n×(T·F): the same memory."""
    answers: Array
    """m×m×(T·F): across, down, tile and filter."""
    answer_tiles: Array
    """m×m×rows×columns×F: the same memory."""


@dataclasses.dataclass(frozen=True)
class Winograd:
    """A convolution made ready: filters transformed, buffers allocated."""

    size: Geometry
    image_transform: Array
    answer_transform: Array
    filters: Array
    """n²×C×F: G g Gᵀ of all channels and filters."""
    padded: Array | None
    """The image with zeros up to whole tiles; None where it fits as it is."""
    blocks: tuple[TileBlock, ...]


def transformed(filters: Array, transform: Transform) -> Array:
    """G g Gᵀ of every channel and filter: n²×F×C, the place in the width going first."""
    count, height, width, channels = filters.shape
    by_place = np.ascontiguousarray(filters.transpose(2, 1, 0, 3)).reshape(height * width, -1)
    both = np.kron(transform.filters, transform.filters).astype(filters.dtype)
    return cast(Array, (both @ by_place).reshape(-1, count, channels))


def _blocks(
    size: Geometry, transform: Transform, dtype: np.dtype[Any]
) -> tuple[TileBlock, ...]:
    """Buffers for the largest block; a smaller last one uses their beginnings."""
    m, n = transform.m, transform.n
    tiles = tiling(size, transform, dtype.itemsize)
    width = tiles.columns * m + 2
    columns, channels, count = tiles.columns, size.channels, size.filters
    most = tiles.rows_per_block * columns
    halves = np.empty(tiles.rows_per_block * n * width * channels, dtype)
    gathered = np.empty(n * n * most * channels, dtype)
    transformed_tiles = np.empty_like(gathered)
    products = np.empty(n * n * most * count, dtype)
    half_answers = np.empty(m * n * most * count, dtype)
    answers = np.empty(m * m * most * count, dtype)
    found = []
    for first in range(0, tiles.rows, tiles.rows_per_block):
        end = min(first + tiles.rows_per_block, tiles.rows)
        rows = end - first
        some = rows * columns
        part = halves[: rows * n * width * channels].reshape(rows, n, width, channels)
        tile_row, down, across, channel = part.strides
        pixels = gathered[: n * n * some * channels]
        turned = transformed_tiles[: n * n * some * channels]
        product = products[: n * n * some * count]
        half = half_answers[: m * n * some * count]
        answer = answers[: m * m * some * count]
        found.append(
            TileBlock(
                first=first,
                end=end,
                halves=part.reshape(rows, n, width * channels),
                windows=as_strided(
                    part,
                    (n, n, rows, columns, channels),
                    (across, down, tile_row, m * across, channel),
                ),
                gathered=pixels.reshape(n, n, rows, columns, channels),
                gathered_rows=pixels.reshape(n, -1),
                tiles_rows=turned.reshape(n, -1),
                tiles=turned.reshape(n * n, some, channels),
                products=product.reshape(n * n, some, count),
                products_rows=product.reshape(n, -1),
                half_answers_rows=half.reshape(m, -1),
                half_answers=half.reshape(m, n, -1),
                answers=answer.reshape(m, m, -1),
                answer_tiles=answer.reshape(m, m, rows, columns, count),
            )
        )
    return tuple(found)


def _made_ready(kind: str, image: Array, filters: Array, stride: int, keep: bool) -> Winograd:
    """Buffers and transformed filters; to be kept, filters are also laid out for BLAS."""
    size = geometry_of(image, filters, stride)
    if reason := _reason(size, kind):
        raise ProblemError(reason)
    transform, dtype = TRANSFORMS[kind], image.dtype
    weights = transformed(filters, transform).swapaxes(1, 2)
    blocks = _blocks(size, transform, dtype)
    height = blocks[-1].end * transform.m + 2
    width = blocks[0].answer_tiles.shape[3] * transform.m + 2
    fits = (height, width) == image.shape[:2] and image.flags.c_contiguous
    return Winograd(
        size=size,
        image_transform=transform.image.astype(dtype),
        answer_transform=transform.answer.astype(dtype),
        filters=np.ascontiguousarray(weights) if keep else weights,
        padded=None if fits else np.zeros((height, width, size.channels), dtype),
        blocks=blocks,
    )


def _by_tiles(ready: Winograd, image: Array, _filters: Array, _stride: int) -> Array:
    """Block by block: transform the image, multiply, transform the answer, put it in place."""
    size = ready.size
    if ready.padded is not None:
        ready.padded[: size.height, : size.width] = image
        image = ready.padded
    m, n = ready.answer_transform.shape
    row, _, element = image.strides
    strips = as_strided(
        image,
        (ready.blocks[-1].end, n, image.shape[1] * size.channels),
        (m * row, row, element),
    )
    out = np.empty((size.out_height, size.out_width, size.filters), image.dtype)
    for block in ready.blocks:
        np.matmul(ready.image_transform, strips[block.first : block.end], out=block.halves)
        np.copyto(block.gathered, block.windows)
        np.matmul(ready.image_transform, block.gathered_rows, out=block.tiles_rows)
        np.matmul(block.tiles, ready.filters, out=block.products)
        np.matmul(ready.answer_transform, block.products_rows, out=block.half_answers_rows)
        np.matmul(ready.answer_transform, block.half_answers, out=block.answers)
        _put_in_place(block, out, m)
    return out


def _put_in_place(block: TileBlock, out: Array, m: int) -> None:
    """Tiles into the answer: in one copy when they fill it, else place by place of a tile."""
    height, width, count = out.shape
    if height % m == 0 and width % m == 0:
        places = out.reshape(height // m, m, width // m, m, count).transpose(3, 1, 0, 2, 4)
        np.copyto(places[:, :, block.first : block.end], block.answer_tiles)
        return
    rows = out[block.first * m : block.end * m]
    for across in range(m):
        for down in range(m):
            places = rows[down::m, across::m]
            tiles = block.answer_tiles[across, down, : places.shape[0], : places.shape[1]]
            np.copyto(places, tiles)


def _reason(size: Geometry, kind: str) -> str:
    """Why a convolution is not for this algorithm; empty when it is."""
    shape = f"{size.filter_height}×{size.filter_width} filters at stride {size.stride}"
    if (size.filter_height, size.filter_width, size.stride) != (3, 3, 1):
        m = TRANSFORMS[kind].m
        return (
            f"F({m}×{m}, 3×3) is for 3×3 filters at stride 1, not for {shape}; use im2col_kept"
        )
    return ""


def _refuse(kind: str) -> Callable[[Problem], str]:
    return lambda problem: _reason(Geometry.of(problem), kind)


def _cost(kind: str, kept: bool) -> Callable[[Problem], Cost]:
    """Executed are the products with every matrix, its zeros included."""

    def of(problem: Problem) -> Cost:
        size, transform = Geometry.of(problem), TRANSFORMS[kind]
        if _reason(size, kind):
            return cost(problem, rate="blas", calls=1.0)
        m, n = transform.m, transform.n
        tiles = tiling(size, transform, ITEM_BYTES[problem.dtype])
        count = tiles.rows * tiles.columns
        width = tiles.columns * m + 2
        image = n * n * size.channels * (tiles.rows * width + n * count)
        answer = m * n * (n + m) * count * size.filters
        products = n * n * count * size.channels * size.filters
        filters = n * n * 9 * size.channels * size.filters
        block = min(tiles.rows_per_block * tiles.columns, count)
        places = 3 if size.out_height % m == size.out_width % m == 0 else 3 * m * m
        blocks = math.ceil(tiles.rows / tiles.rows_per_block)
        return cost(
            problem,
            rate="blas",
            # Once: the view and, not kept, transform and buffers; a block: a slice, six
            # steps, the placing.
            calls=(4.0 if kept else 30.0) + (7.0 + places) * blocks,
            workspace_elements=(
                n * n * size.channels * size.filters
                + n * n * block * (2 * size.channels + size.filters)
                + m * n * block * size.filters
            ),
            executed_flop=2.0 * (image + answer + products + (0 if kept else filters)),
        )

    return of


def _work(kind: str) -> Callable[[Problem], Work]:
    """With filters transformed beforehand."""

    def of(problem: Problem) -> Work:
        size, transform = Geometry.of(problem), TRANSFORMS[kind]
        m, n, item_bytes = transform.m, transform.n, ITEM_BYTES[problem.dtype]
        tiles = tiling(size, transform, item_bytes)
        count = tiles.rows * tiles.columns
        blocks = math.ceil(tiles.rows / tiles.rows_per_block)
        block = count // blocks
        width = tiles.columns * m + 2
        channels, filters = size.channels, size.filters
        return Work(
            calls=_cost(kind, kept=True)(problem).calls,
            products=(
                Products(count=tiles.rows, m=n, k=n, n=width * channels),
                Products(count=blocks, m=n, k=n, n=n * block * channels),
                Products(count=n * n * blocks, m=block, k=channels, n=filters),
                Products(count=blocks, m=m, k=n, n=n * block * filters),
                Products(count=m * blocks, m=m, k=n, n=block * filters),
            ),
            moves=(
                Moves(runs=n * n * count, run_bytes=channels * item_bytes),
                Moves(runs=m * m * count, run_bytes=filters * item_bytes),
            ),
        )

    return of


def _prepare(kind: str) -> Callable[..., Callable[..., Array]]:
    def prepare(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
        """Transform the filters and allocate the buffers."""
        return functools.partial(
            _by_tiles, _made_ready(kind, image, filters, stride, keep=True)
        )

    return prepare


@implementation(
    WORKLOAD,
    family="winograd",
    cost=_cost("winograd_4x4", kept=False),
    refuse=_refuse("winograd_4x4"),
    error="winograd_4x4",
)
def winograd(image: Array, filters: Array, stride: int) -> Array:
    """Winograd's F(4×4, 3×3), filters transformed for each call."""
    ready = _made_ready("winograd_4x4", image, filters, stride, keep=False)
    return _by_tiles(ready, image, filters, stride)


@implementation(
    WORKLOAD,
    family="winograd",
    cost=_cost("winograd_4x4", kept=True),
    refuse=_refuse("winograd_4x4"),
    error="winograd_4x4",
    prepare=_prepare("winograd_4x4"),
    work=_work("winograd_4x4"),
)
def winograd_kept(image: Array, filters: Array, stride: int) -> Array:
    """F(4×4, 3×3), filters transformed once and buffers kept."""
    return _prepare("winograd_4x4")(image, filters, stride)(image, filters, stride)


@implementation(
    WORKLOAD,
    family="winograd",
    cost=_cost("winograd_2x2", kept=False),
    refuse=_refuse("winograd_2x2"),
    error="winograd_2x2",
)
def winograd_2x2(image: Array, filters: Array, stride: int) -> Array:
    """Winograd's F(2×2, 3×3), filters transformed for each call."""
    ready = _made_ready("winograd_2x2", image, filters, stride, keep=False)
    return _by_tiles(ready, image, filters, stride)


@implementation(
    WORKLOAD,
    family="winograd",
    cost=_cost("winograd_2x2", kept=True),
    refuse=_refuse("winograd_2x2"),
    error="winograd_2x2",
    prepare=_prepare("winograd_2x2"),
    work=_work("winograd_2x2"),
)
def winograd_2x2_kept(image: Array, filters: Array, stride: int) -> Array:
    """F(2×2, 3×3), filters transformed once and buffers kept."""
    return _prepare("winograd_2x2")(image, filters, stride)(image, filters, stride)
