"""How far rounding may move an answer of minimal filtering from the exact one."""

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from profiler_suite.workloads import rounding
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import geometry_of
from profiler_suite.workloads.convolution.tiling import Tiling, tiling


def largest(m: int, image: Array, filters: Array, stride: int) -> float:
    """Largest absolute error of one element of the answer that rounding can explain.

    Every number goes through a chain of inner products, and an inner product of k terms
    makes at most k roundings on the way of each term. Transforming an r×q filter takes two,
    of r and q terms, with one rounding more each where 1/6 and its like have no exact binary
    form: with ε(k) = exp(λ √k u + k u² / (1 − u)) − 1, the bound of k factors (1 + δ), |δ| ≤ u
    (Higham and Mary 2019, as for direct sums),

        Û = U + ΔU,  |ΔU| ≤ ε(r + q + 2) |G| |g| |G|ᵀ,   U = G g Gᵀ
        V̂ = V + ΔV,  |ΔV| ≤ ε(h + w) |Bᵀ| |d| |B|,       V = Bᵀ d B of h×w pixels.

    The product, the sum over C channels and Aᵀ along two axes make k = 1 + C + h + w more:

        |error| ≤ |Aᵀ| [ Σ (1 + ε(k)) (|U| + |ΔU|) (|V| + |ΔV|) − |U| |V| ] |A|,

    summed over channels (of all phases, at a stride). By Cauchy and Schwarz each sum is at
    most the product of two norms over the channels, of which the largest over all filters and
    all tiles is taken, place by place of the tile. Cancellation in the transforms is what makes
    this larger than the bound of a direct sum, and what the fewer operations cost.
    """
    dtype = str(image.dtype)
    tiles = tiling(geometry_of(image, filters, stride), m, image.dtype.itemsize)
    down, across, channels = tiles.down, tiles.across, tiles.phases.channels

    def relative(roundings: int) -> float:
        return rounding.sum_of_products_error(roundings, dtype)

    deep_filters = tiles.phases.filters(filters.astype(np.float64))
    weights = deep_filters.transpose(1, 2, 0, 3)  # r×q×F×C
    pixels = _whole_tiles(image.astype(np.float64), tiles)  # h×w×T×C
    u, u_parts = (
        _largest_norms(down.filters, across.filters, weights, a) for a in (False, True)
    )
    v, v_parts = (_largest_norms(down.image, across.image, pixels, a) for a in (False, True))
    u_computed = u + relative(down.r + across.r + 2) * u_parts
    v_computed = v + relative(down.n + across.n) * v_parts
    after = relative(1 + channels + down.n + across.n)
    brackets = (1 + after) * u_computed * v_computed - u * v
    return float((np.abs(down.answer) @ brackets @ np.abs(across.answer).T).max())


def _largest_norms(down: Array, across: Array, values: Array, absolute: bool) -> Array:
    """Of M x Nᵀ, or |M| |x| |N|ᵀ, for each place: the largest 2-norm over the last axis."""
    if absolute:
        down, across, values = np.abs(down), np.abs(across), np.abs(values)
    places = down.shape[1] * across.shape[1]
    turned = np.kron(down, across) @ values.reshape(places, -1)
    norms = np.linalg.norm(turned.reshape(-1, *values.shape[2:]), axis=2)
    return cast(Array, norms.max(axis=1).reshape(len(down), len(across)))


def _whole_tiles(image: Array, tiles: Tiling) -> Array:
    """h×w×T×C: all tiles of an image in phases that zeros have made large enough."""
    deep = np.zeros((tiles.height, tiles.width, tiles.phases.channels))
    tiles.phases.fill(deep, image)
    row, pixel, channel = deep.strides
    down, across = tiles.down, tiles.across
    shape = (down.n, across.n, tiles.rows, tiles.columns, deep.shape[2])
    strides = (row, pixel, down.m * row, across.m * pixel, channel)
    return as_strided(deep, shape, strides).reshape(down.n, across.n, tiles.count, -1)
