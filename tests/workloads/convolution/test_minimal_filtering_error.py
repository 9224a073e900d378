"""The error bound of minimal filtering: kept at its worst, and not far from being reached."""

import itertools
from typing import Any

import numpy as np
import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import minimal_filtering_error, tiling
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.winograd import TILES, refused

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")
FILTERS = [(3, 3, 1), (5, 5, 1), (7, 7, 2), (1, 7, 1), (3, 3, 2)]
"""Height, width and stride."""


def sized(
    side: int, channels: int, dtype: str, taps: tuple[int, int, int] = (3, 3, 1)
) -> Problem:
    return convolution.problem(
        height=side,
        width=side,
        channels=channels,
        filters=4,
        filter_height=taps[0],
        filter_width=taps[1],
        stride=taps[2],
        dtype=dtype,
    )


def signs(matrix: Array) -> Array:
    """Of the row that enlarges most."""
    return np.where(matrix[int(np.abs(matrix).sum(axis=1).argmax())] < 0, -1.0, 1.0)


def worst(kind: str, problem: Problem, seed: int) -> tuple[Array, Array, int]:
    """An image and filters of signs that the largest row of Bᵀ, along both axes, adds up.

    Nothing cancels where the numbers are largest, all of it after; all channels add up as
    well. Values of full length make every operation round.
    """
    size = Geometry.of(problem)
    tiles = tiling.tiling(size, TILES[kind], 4)
    generator = np.random.default_rng(seed)
    along = []
    for transform, count, side in (
        (tiles.down, tiles.rows, size.height),
        (tiles.across, tiles.columns, size.width),
    ):
        pixels = np.ones(count * transform.m + transform.n)
        for tile in range(count):
            first = tile * transform.m
            pixels[first : first + transform.n] = signs(transform.image)
        along.append(np.resize(np.repeat(pixels, size.stride), side))
    taps = [
        np.repeat(signs(transform.filters), size.stride)[:length]
        for transform, length in (
            (tiles.down, size.filter_height),
            (tiles.across, size.filter_width),
        )
    ]
    image = np.multiply.outer(np.outer(*along), np.ones(size.channels))
    filters = np.multiply.outer(
        np.ones(4), np.multiply.outer(np.outer(*taps), np.ones(size.channels))
    )
    image *= 1 - generator.uniform(0, 1e-3, image.shape)
    filters *= 1 - generator.uniform(0, 1e-3, filters.shape)
    return image.astype(problem.dtype), filters.astype(problem.dtype), size.stride


def exactly(problem: Problem, arguments: tuple[Any, ...]) -> Array:
    """The reference, with more digits than float64 where the machine has them."""
    image, filters, stride = arguments
    size = Geometry.of(problem)
    wide, weights = image.astype(np.longdouble), filters.astype(np.longdouble)
    total = np.zeros((size.out_height, size.out_width, size.filters), np.longdouble)
    for a, b in itertools.product(range(size.filter_height), range(size.filter_width)):
        pixels = wide[a::stride, b::stride][: size.out_height, : size.out_width]
        total += np.einsum("ijc,fc->ijf", pixels, weights[:, a, b])
    return np.asarray(total)


@pytest.mark.parametrize("kind", TILES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("channels", "taps"),
    [*((c, (3, 3, 1)) for c in (1, 8, 64, 512)), *((8, taps) for taps in FILTERS[1:])],
    ids=str,
)
def test_at_its_worst_the_error_is_within_the_bound_and_not_far_below(
    kind: str, dtype: str, channels: int, taps: tuple[int, int, int]
) -> None:
    problem = sized(4 * TILES[kind] * taps[2] + taps[0] - 1, channels, dtype, taps)
    if refused(Geometry.of(problem), TILES[kind], dtype):
        problem = sized(4 * TILES[kind] + 2, channels, dtype)
    found = next(f for f in registry.implementations().values() if f.error == kind)
    shares = []
    for seed in range(5):
        arguments = worst(kind, problem, seed)
        errors = np.abs(found.function(*arguments) - exactly(problem, arguments))
        bound = CONVOLUTION.error_bound(problem, arguments, kind)
        assert errors.max() <= bound
        shares.append(float(errors.max()) / bound)
    # A bound that is never nearly reached would let wrong answers pass.
    assert max(shares) > 5e-4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("channels", [1, 64, 512])
def test_the_larger_the_tile_the_more_rounding_can_add_up(dtype: str, channels: int) -> None:
    """What the transforms may make of rounding; how much BLAS rounds is another matter.

    Which of two answers is nearer to the truth depends on the order in which a BLAS adds
    up: an answer is held to its own bound, and only bounds have an order.
    """
    problem = sized(26, channels, dtype)
    arguments = CONVOLUTION.arguments(problem, 0)
    reference = exactly(problem, arguments)
    bounds = {}
    for name in ("im2col_gemm", "winograd_2x2", "winograd", "winograd_6x6_kept"):
        found = registry.find_implementation(name)
        bounds[name] = CONVOLUTION.error_bound(problem, arguments, found.error)
        assert np.abs(found.function(*arguments) - reference).max() <= bounds[name]
    assert bounds["winograd_2x2"] < bounds["winograd"] < bounds["winograd_6x6_kept"]


@pytest.mark.parametrize("taps", FILTERS, ids=str)
def test_the_bound_grows_with_what_it_bounds(taps: tuple[int, int, int]) -> None:
    problem = sized(24, 5, "float64", taps)
    image, filters, stride = CONVOLUTION.arguments(problem, 2)
    one = minimal_filtering_error.largest(4, image, filters, stride)
    assert minimal_filtering_error.largest(4, 8 * image, filters, stride) == pytest.approx(
        8 * one
    )
    halved = image.astype(np.float32), filters.astype(np.float32)
    assert minimal_filtering_error.largest(4, *halved, stride) > 1e8 * one
