"""Winograd: exact in exact arithmetic, within its bound, refused where it does not fit."""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.errors import ProblemError
from profiler_suite.measure.trace import trace
from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import convolution, registry, verification
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import winograd
from profiler_suite.workloads.convolution.geometry import Geometry

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")
NAMES = tuple(
    name for name, found in registry.implementations().items() if found.family == "winograd"
)


def exact(matrix: Array) -> list[list[Fraction]]:
    return [[Fraction(float(x)).limit_denominator(24) for x in row] for row in matrix]


def transposed(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    return [list(column) for column in zip(*matrix, strict=True)]


def product(*matrices: list[list[Fraction]]) -> list[list[Fraction]]:
    result = matrices[0]
    for other in matrices[1:]:
        columns = transposed(other)
        result = [
            [sum((a * b for a, b in zip(row, c, strict=True)), Fraction(0)) for c in columns]
            for row in result
        ]
    return result


@pytest.mark.parametrize("kind", winograd.TRANSFORMS)
def test_in_exact_arithmetic_a_tile_is_the_convolution(kind: str) -> None:
    transform = winograd.TRANSFORMS[kind]
    b, g, a = (exact(each) for each in (transform.image, transform.filters, transform.answer))
    n, m = transform.n, transform.m
    numbers = itertools.count(-7, 3)
    pixels = [[Fraction(next(numbers) % 11 - 5) for _ in range(n)] for _ in range(n)]
    weights = [[Fraction(next(numbers) % 7 - 3, 2) for _ in range(3)] for _ in range(3)]
    turned = product(b, pixels, transposed(b))
    filtered = product(g, weights, transposed(g))
    between = [
        [x * y for x, y in zip(*rows, strict=True)]
        for rows in zip(turned, filtered, strict=True)
    ]
    answer = product(a, between, transposed(a))
    assert answer == [
        [
            sum(pixels[i + r][j + c] * weights[r][c] for r in range(3) for c in range(3))
            for j in range(m)
        ]
        for i in range(m)
    ]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """3×3 filters at stride 1 on images that tiles fill, overhang, or do not fill at all."""
    return convolution.problem(
        height=draw(st.integers(3, 23)),
        width=draw(st.integers(3, 23)),
        channels=draw(st.integers(1, 9)),
        filters=draw(st.integers(1, 9)),
        filter_height=3,
        filter_width=3,
        stride=1,
        dtype=draw(st.sampled_from(["float32", "float64"])),
        layout=draw(st.sampled_from(["C", "F", "strided"])),
    )


@settings(deadline=None, max_examples=60)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_with_the_reference_and_leaves_its_inputs_alone(
    name: str, problem: Problem, seed: int
) -> None:
    arguments = CONVOLUTION.arguments(problem, seed)
    reference = CONVOLUTION.reference(problem, arguments)
    found = registry.find_implementation(name)
    check = verification.check(found, problem, arguments, reference)
    assert check.right, check.reason


@pytest.mark.parametrize("name", NAMES)
def test_several_blocks_and_a_smaller_last_one_give_one_answer(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd, "_CACHES_PER_BLOCK", 0)
    monkeypatch.setattr(winograd, "_LEAST_TILES", 12)
    problem = sized(44, 14, 5, 4)
    size, kind = Geometry.of(problem), registry.find_implementation(name).error
    tiles = winograd.tiling(size, winograd.TRANSFORMS[kind], 4)
    assert tiles.rows > 2 * tiles.rows_per_block
    assert tiles.rows % tiles.rows_per_block
    arguments = CONVOLUTION.arguments(problem, 1)
    reference = CONVOLUTION.reference(problem, arguments)
    check = verification.check(
        registry.find_implementation(name), problem, arguments, reference
    )
    assert check.right, check.reason


def sized(
    height: int, width: int, channels: int, filters: int, dtype: str = "float32", **more: Any
) -> Problem:
    sizes: dict[str, Any] = {"filter_height": 3, "filter_width": 3, "stride": 1} | more
    return convolution.problem(
        height=height, width=width, channels=channels, filters=filters, dtype=dtype, **sizes
    )


def worst(kind: str, channels: int, dtype: str, seed: int) -> tuple[Array, Array]:
    """An image and filters of signs that the largest row of Bᵀ, along both axes, adds up.

    Nothing cancels where the numbers are largest, all of it after; all channels add up as
    well. Values of full length make every operation round.
    """
    transform = winograd.TRANSFORMS[kind]
    generator = np.random.default_rng(seed)
    n, m = transform.n, transform.m
    largest = int(np.abs(transform.image).sum(axis=1).argmax())
    signs = np.where(transform.image[largest] < 0, -1.0, 1.0)
    side = 4 * m + 2
    along = np.ones(side)
    for tile in range(4):
        along[m * tile : m * tile + n] = signs
    image = np.multiply.outer(np.outer(along, along), np.ones(channels))
    image *= 1 - generator.uniform(0, 1e-3, image.shape)
    weight_signs = np.where(transform.filters[largest] < 0, -1.0, 1.0)
    filters = np.multiply.outer(
        np.ones(4), np.multiply.outer(np.outer(weight_signs, weight_signs), np.ones(channels))
    )
    filters *= 1 - generator.uniform(0, 1e-3, filters.shape)
    return image.astype(dtype), filters.astype(dtype)


@pytest.mark.parametrize("kind", winograd.TRANSFORMS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("channels", [1, 8, 64, 512])
def test_at_its_worst_the_error_is_within_the_bound_and_not_far_below(
    kind: str, dtype: str, channels: int
) -> None:
    transform = winograd.TRANSFORMS[kind]
    side = 4 * transform.m + 2
    problem = sized(side, side, channels, 4, dtype)
    found = next(f for f in registry.implementations().values() if f.error == kind)
    shares = []
    for seed in range(5):
        arguments = (*worst(kind, channels, dtype, seed), 1)
        reference = np.asarray(exactly(problem, arguments))
        errors = np.abs(found.function(*arguments) - reference)
        bound = CONVOLUTION.error_bound(problem, arguments, kind)
        assert errors.max() <= bound
        shares.append(float(errors.max()) / bound)
    # A bound that is never nearly reached would let wrong answers pass.
    assert max(shares) > 5e-4


def exactly(problem: Problem, arguments: tuple[Any, ...]) -> Array:
    """The reference, with more digits than float64 where the machine has them."""
    image, filters, _ = arguments
    size = Geometry.of(problem)
    wide, weights = image.astype(np.longdouble), filters.astype(np.longdouble)
    total = np.zeros((size.out_height, size.out_width, size.filters), np.longdouble)
    for a, b in itertools.product(range(3), range(3)):
        pixels = wide[a : a + size.out_height, b : b + size.out_width]
        total += np.einsum("ijc,fc->ijf", pixels, weights[:, a, b])
    return total


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("channels", [1, 64, 512])
def test_the_larger_the_tile_the_more_rounding_can_add_up(dtype: str, channels: int) -> None:
    """What the transforms may make of rounding; how much BLAS rounds is another matter.

    Which of two answers is nearer to the truth depends on the order in which a BLAS adds
    up: an answer is held to its own bound, and only bounds have an order.
    """
    problem = sized(18, 18, channels, 4, dtype)
    arguments = CONVOLUTION.arguments(problem, 0)
    reference = np.asarray(exactly(problem, arguments))
    bounds = {}
    for name in ("im2col_gemm", "winograd_2x2", "winograd"):
        found = registry.find_implementation(name)
        bounds[name] = CONVOLUTION.error_bound(problem, arguments, found.error)
        assert np.abs(found.function(*arguments) - reference).max() <= bounds[name]
    assert bounds["winograd_2x2"] < bounds["winograd"]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_entry_of_a_transform_is_beyond_the_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = registry.find_implementation(name)
    transform = winograd.TRANSFORMS[found.error]
    problem = sized(20, 20, 32, 8)
    arguments = CONVOLUTION.arguments(problem, 3)
    reference = CONVOLUTION.reference(problem, arguments)
    wrong = transform.answer.copy()
    wrong[1, 1] *= 1.01
    bound = CONVOLUTION.error_bound(problem, arguments, found.error)
    monkeypatch.setattr(transform, "answer", wrong)
    answer = found.function(*arguments)
    assert not verification.check_answer(answer, reference, "float32", bound).right


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "changes", [{"stride": 2}, {"filter_height": 5}, {"filter_width": 1}], ids=str
)
def test_other_problems_are_refused_in_one_clear_sentence(
    name: str, changes: dict[str, Any]
) -> None:
    problem = sized(12, 12, 3, 2, **changes)
    found = registry.find_implementation(name)
    assert found.refuse is not None
    reason = found.refuse(problem)
    assert "is for 3×3 filters at stride 1" in reason
    assert "use im2col_kept" in reason
    with pytest.raises(ProblemError, match="is for 3×3 filters at stride 1"):
        found.function(*CONVOLUTION.arguments(problem, 0))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [18, 15])
def test_the_stated_operations_are_those_that_are_executed(name: str, side: int) -> None:
    problem = sized(side, side, 16, 8)
    found = registry.find_implementation(name)
    arguments = CONVOLUTION.arguments(problem, 0)
    _, counts = trace(registry.ready(found, arguments), arguments)
    cost = found.cost(problem)
    # A product's first addition of each sum is not executed: 2k − 1 operations for 2k.
    assert counts.flop == pytest.approx(cost.executed_flop, rel=0.12)
    assert counts.coverage > 0.95


def test_the_larger_tile_executes_fewer_operations_than_the_textbook_counts() -> None:
    problem = sized(58, 58, 64, 64)
    shares = [
        cost.executed_flop / cost.flop
        for cost in (
            registry.find_implementation(name).cost(problem)
            for name in ("winograd_kept", "winograd_2x2_kept")
        )
    ]
    assert 0.25 < shares[0] < shares[1] < 1
