"""Winograd: right on any filter and stride, counted, refused where it does not fit."""

import dataclasses
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.errors import ProblemError
from profiler_suite.measure.trace import trace
from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import convolution, registry, verification
from profiler_suite.workloads.convolution import tiling, toom_cook, winograd
from profiler_suite.workloads.convolution.geometry import Geometry

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")
NAMES = tuple(
    name for name, found in registry.implementations().items() if found.family == "winograd"
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Filters of any kind on images that tiles fill, overhang, or do not fill at all."""
    stride = draw(st.integers(1, 4))
    filter_height, filter_width = draw(st.integers(1, 7)), draw(st.integers(stride + 1, 7))
    return convolution.problem(
        height=filter_height + draw(st.integers(0, 20)),
        width=filter_width + draw(st.integers(0, 20)),
        channels=draw(st.integers(1, 9)),
        filters=draw(st.integers(1, 9)),
        filter_height=filter_height,
        filter_width=filter_width,
        stride=stride,
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
    assert found.refuse is not None
    if reason := found.refuse(problem):
        assert "may enlarge rounding" in reason
        return
    check = verification.check(found, problem, arguments, reference)
    assert check.right, check.reason


@pytest.mark.parametrize("name", NAMES)
def test_several_blocks_and_a_smaller_last_one_give_one_answer(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiling, "_CACHES_PER_BLOCK", 0)
    monkeypatch.setattr(tiling, "_LEAST_TILES", 12)
    kind = registry.find_implementation(name).error
    m = winograd.TILES[kind]
    problem = sized(11 * m, 3 * m + 2, 5, 4)
    size = Geometry.of(problem)
    tiles = tiling.tiling(size, m, 4)
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


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_entry_of_a_transform_is_beyond_the_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = registry.find_implementation(name)
    problem = sized(20, 20, 32, 8)
    arguments = CONVOLUTION.arguments(problem, 3)
    reference = CONVOLUTION.reference(problem, arguments)
    right = toom_cook.transform(winograd.TILES[found.error], 3)
    wrong = right.answer.copy()
    wrong[1, 1] *= 1.05
    bound = CONVOLUTION.error_bound(problem, arguments, found.error)
    changed = dataclasses.replace(right, answer=wrong)
    monkeypatch.setattr(toom_cook, "transform", lambda _m, _r: changed)
    answer = found.function(*arguments)
    assert not verification.check_answer(answer, reference, "float32", bound).right


@pytest.mark.parametrize(
    ("name", "sizes", "because"),
    [
        (
            "winograd",
            {"filter_height": 1, "filter_width": 1},
            "do not overlap; use im2col_kept",
        ),
        ("winograd_2x2", {"stride": 3}, "windows of 3×3 filters at stride 3 do not overlap"),
        ("winograd_kept", {"filter_width": 12}, "15 products along an axis, at most 12 .* fft"),
        ("winograd_6x6_kept", {"filter_height": 5, "filter_width": 5}, "may enlarge rounding"),
    ],
)
def test_other_problems_are_refused_in_one_clear_sentence(
    name: str, sizes: dict[str, Any], because: str
) -> None:
    problem = sized(16, 16, 3, 2, **sizes)
    found = registry.find_implementation(name)
    assert found.refuse is not None
    assert re.search(because, found.refuse(problem))
    assert "may enlarge" not in found.refuse(msgspec.structs.replace(problem, dtype="float64"))
    with pytest.raises(ProblemError, match=because):
        found.function(*CONVOLUTION.arguments(problem, 0))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "sizes", [{}, {"stride": 2}, {"filter_height": 1}, {"filter_width": 4}], ids=str
)
@pytest.mark.parametrize("side", [18, 15])
def test_the_stated_operations_are_those_that_are_executed(
    name: str, sizes: dict[str, int], side: int
) -> None:
    problem = sized(side, side, 16, 8, "float64", **sizes)
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
            for name in ("winograd_6x6_kept", "winograd_kept", "winograd_2x2_kept")
        )
    ]
    assert 0.2 < shares[0] < shares[1] < shares[2] < 1
