"""Operations alone and the plain function find their data where evaluations leave it."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.measure.breakdown import replay as module
from profiler_suite.measure.breakdown.replay import BreakdownEffort, replay
from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.rebuilding.rebuild import IN_ANOTHER_ORDER, rebuild

ROUNDS = 5


@pytest.fixture(autouse=True)
def every_sample_lasts_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "perf_counter_ns", itertools.count(0, 1_000_000).__next__)


def evaluations_per_round(elements: int, last_cache_bytes: float) -> float:
    """Of the plain function: untimed ones and timed ones."""
    calls = 0

    def function(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(np.sum(np.sqrt(x)))

    x = np.ones(elements)
    _, counts = trace(function, (x,))
    calls = 0
    found = replay(
        function,
        (x,),
        counts.operations,
        lambda: 1.0,
        BreakdownEffort(
            baseline_s=1.0,
            replay_s=0.0,
            sample_s=0.0,
            seed=1,
            least_rounds=ROUNDS,
            last_cache_bytes=last_cache_bytes,
        ),
    )
    assert found.rounds == ROUNDS
    return calls / ROUNDS


def test_what_only_the_last_cache_holds_is_passed_over_several_times_before() -> None:
    several = evaluations_per_round(500_000, last_cache_bytes=2**25)
    once = evaluations_per_round(500_000, last_cache_bytes=0.0)
    assert several > once + 2


@pytest.mark.parametrize("last_cache_bytes", [2**18, 2**20])
def test_what_the_last_cache_cannot_hold_is_fetched_again_each_time(
    last_cache_bytes: float,
) -> None:
    beyond = evaluations_per_round(500_000, last_cache_bytes)
    unknown = evaluations_per_round(500_000, last_cache_bytes=0.0)
    assert abs(beyond - unknown) < 1.5


def five_operations(effort: BreakdownEffort) -> list[bool]:
    """Which of five operations, the costliest first, were timed; the function always is."""

    def function(*arrays: np.ndarray) -> None:
        for array in arrays:
            np.sqrt(array)

    arrays = tuple(np.ones(length) for length in (5000, 4000, 3000, 2000, 1000))
    _, counts = trace(function, arrays)
    found = replay(function, arrays, counts.operations, lambda: 1.0, effort)
    assert found.plain.time_s > 0.0
    assert [each is None for each in found.fixed] == [each is None for each in found.full]
    return [each is not None for each in found.full]


def test_operations_for_which_no_time_is_left_are_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    effort = BreakdownEffort(baseline_s=1.0, replay_s=0.5, sample_s=0.0, least_rounds=1)
    assert five_operations(effort) == [True] * 5
    assert five_operations(msgspec.structs.replace(effort, replay_s=0.0)) == [False] * 5
    # Each look at the clock is a second: half of five is for making them ready.
    monkeypatch.setattr(module, "perf_counter", itertools.count(0.0).__next__)
    limited = msgspec.structs.replace(effort, most_replay_s=5.0)
    assert five_operations(limited) == [True] * 2 + [False] * 3


def test_a_round_that_would_be_over_too_late_is_not_begun() -> None:
    """The function's time is known and stands for the first round: only then it is called."""
    calls: list[int] = []
    effort = BreakdownEffort(
        baseline_s=1.0, replay_s=0.5, sample_s=0.0, least_rounds=1, plain_s=3.0
    )
    found = replay(lambda: calls.append(1), (), (), lambda: 2.0, effort)
    assert (found.rounds, calls) == (1, [])


@pytest.mark.parametrize(
    "function", [lambda a: a.sort(), lambda a: a.partition(500), lambda a: np.sort(a)]
)
def test_what_is_sorted_is_out_of_order_each_time(function: Callable[[Any], Any]) -> None:
    _, counts = trace(function, (np.random.default_rng(0).random(1000),))
    (operation,) = (each for each in counts.operations if each.name in IN_ANOTHER_ORDER)
    made = rebuild(operation)
    assert made is not None
    assert np.mean(np.diff(made[1][0]) > 0) < 0.7
    series = module._series(operation, shrink=False)
    assert series is not None
    for _ in range(2):
        (array, *_) = series._args.fresh()  # type: ignore[attr-defined]
        assert np.mean(np.diff(array) > 0) < 0.7
        series.take()
    assert len(series.times_s) == 2
