"""What a point's account holds: a trace unless it would take too long, longer for lines."""

import functools

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from profiler_suite.machine import canary
from profiler_suite.measure.breakdown.per_point import (
    ROUNDS_OF_LONG,
    BreakdownRequest,
    breakdown_record,
    measure_breakdown,
)
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.planning.plan import make_point
from profiler_suite.measure.planning.schedule import LONG_REPLAY_S, trace_s
from profiler_suite.model.experiment import Point
from profiler_suite.workloads import convolution, registry
from tests.fake_machine import MACHINE


def loop() -> Point:
    problem = convolution.problem(
        height=8, width=8, channels=3, filters=2, filter_height=2, filter_width=2
    )
    return make_point("test", registry.find_implementation("loop"), problem, 1, MACHINE)


@pytest.mark.parametrize(("profiled", "traced"), [(False, False), (True, True)])
def test_a_long_trace_is_taken_only_where_lines_are_profiled(
    profiled: bool, traced: bool
) -> None:
    point = loop()
    expected_s = trace_s(point.cost)
    effort = BreakdownEffort(
        replay_s=0.005, sample_s=0.005, baseline_s=1.0, most_trace_s=0.5 * expected_s
    )
    order = BreakdownRequest(
        files=(), seed=0, effort=effort, most_trace_of_profiled_s=2 * expected_s
    )
    if profiled:
        order = msgspec.structs.replace(order, profiled=(point.id,))
    record = measure_breakdown(point, order, canary.make("ufunc"))
    assert bool(record.operations) is traced
    assert ("tracing it would take" in record.untraced) is not traced


def test_what_there_is_no_time_for_is_not_sampled_and_says_so() -> None:
    effort = BreakdownEffort(replay_s=0.005, sample_s=0.0, baseline_s=1.0)
    order = BreakdownRequest(files=(), seed=0, effort=effort)
    record = measure_breakdown(loop(), order, canary.make("ufunc"))
    assert record.native is None
    assert record.unsampled == "no time was left for it"


@pytest.mark.parametrize(
    ("predicted_s", "rounds"), [(0.1 * LONG_REPLAY_S, 5), (2 * LONG_REPLAY_S, ROUNDS_OF_LONG)]
)
def test_a_long_evaluation_is_replayed_in_fewer_rounds(predicted_s: float, rounds: int) -> None:
    point = msgspec.structs.replace(loop(), predicted_s=predicted_s)
    effort = BreakdownEffort(replay_s=1e-6, sample_s=0.0, baseline_s=1.0)
    order = BreakdownRequest(files=(), seed=0, effort=effort)
    assert measure_breakdown(point, order, canary.make("ufunc")).rounds == rounds


@functools.lru_cache
def weights(count: int) -> NDArray[np.float64]:
    """Made once."""
    return np.exp(-np.linspace(0.0, 1.0, count)) / count


def weighted(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x * weights(len(x))


def test_what_only_the_first_call_makes_is_not_counted() -> None:
    weights.cache_clear()
    effort = BreakdownEffort(replay_s=1e-6, sample_s=0.0, baseline_s=1.0)
    made = breakdown_record(
        weighted, (np.ones(50),), effort, canary.make("ufunc"), name="weighted"
    )
    assert [each.name for each in made.operations] == ["np.multiply"]
    assert made.flop == 50
