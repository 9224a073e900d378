"""Rounds and preparation take about as long as forecast: on a clock of the test's own."""

import math
import random
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.statistics import estimate
from profiler_suite.cli.time_left import MOST_UP, OVER_S, TimeLeft
from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.schedule import DEFAULT, QUICK, Schedule
from profiler_suite.measure.sweep import outlook, runner
from profiler_suite.measure.sweep.job import Job, Judge, Progress
from profiler_suite.measure.sweep.protocol import Completion, PrepareRequest, VisitReply
from profiler_suite.model.experiment import Cost, Point, Problem
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import Status, Visit, WorkerRecord
from tests.fake_machine import MACHINE

FACTOR = 1.25
CANARY_S = 40e-6
# Of visits in cached data, and of processes: logarithms. Few points vary much.
_START_S = 0.2
_QUIET, _WILD, _PROCESSES, _WILD_SHARE = 0.02, 0.12, 0.011, 0.05


class Clock:
    """Goes on only when something is done."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def ns(self) -> int:
        return int(self.now_s * 1e9)


class SimulatedSweep(runner.Sweep):
    """Its processes answer at once, and say how long it took."""

    clock: Clock
    slow = 1.0

    def _take_worker(self, attempt: int) -> bool:
        self._offset = random.Random(attempt).gauss(0, _PROCESSES)
        return super()._take_worker(attempt)

    def _child(self, environment: str) -> Any:
        class Closed:
            def close(self) -> None: ...

        self.clock.now_s += _START_S
        return Closed()

    def _ask(self, children: Mapping[str, Any], point_id: str, request: Any) -> Any:
        point = self._points[point_id]
        if isinstance(request, PrepareRequest):
            took_s = forecast.prepare_s(point, checked=request.check)
            self.clock.now_s += self.slow * took_s
            return Completion(
                record=WorkerRecord(
                    point=point_id,
                    worker=request.worker,
                    status=Status.OK,
                    evaluations=5,
                    error_bound=1.0,
                )
            )
        at_s = self.clock.now_s
        self.clock.now_s += self.slow * forecast.visit_s(point)
        wild = random.Random(point_id).random() < _WILD_SHARE
        noise = random.Random(f"{point_id}/{at_s}").gauss(0, _WILD if wild else _QUIET)
        time_s = point.predicted_s * math.exp(noise + self._offset)
        return VisitReply(
            visit=Visit(
                point=point_id,
                at_s=at_s,
                sample_times_s=(time_s,),
                canaries_s={"ufunc": (CANARY_S, CANARY_S)},
                minor_faults=0.0,
            )
        )


def points(count: int, predicted_s: float, large: int = 0) -> tuple[Point, ...]:
    """So many points, `large` of them beyond the caches."""
    size = float(MACHINE.facts.last_cache_bytes)
    return tuple(
        Point(
            id=f"e/i/{number}",
            experiment="e",
            implementation="i",
            family="loop",
            problem=Problem(workload="double", dims={"n": number}),
            label=str(number),
            threads=1,
            cost=Cost(flop=1e3, compulsory_bytes=8e3, calls=10),
            working_set_bytes=size if number < large else 8e3,
            predicted_s=predicted_s,
        )
        for number in range(count)
    )


def swept(
    asked: tuple[Point, ...],
    schedule: Schedule,
    patch: pytest.MonkeyPatch,
    slow: float = 1.0,
    judge: Judge = estimate,
) -> tuple[SimulatedSweep, list[tuple[float, float]]]:
    """The sweep when it is over, and the time left that it told, by time."""
    clock = Clock()
    told: list[tuple[float, float]] = []

    def show(progress: Progress) -> None:
        told.append((clock.now_s, progress.remaining_s))

    for module in (runner, outlook):
        patch.setattr(module, "perf_counter", clock)
    patch.setattr(runner, "perf_counter_ns", clock.ns)
    patch.setattr(SimulatedSweep, "clock", clock, raising=False)
    patch.setattr(SimulatedSweep, "slow", slow)
    job = Job(
        points=asked, machine=MACHINE, schedule=schedule, seed=1, files=(), baselines_s={}
    )
    run = SimulatedSweep(job, judge, lambda _: None, show)
    run.run()
    return run, told


@pytest.mark.parametrize(
    ("asked", "schedule"),
    [
        (points(20, 1e-4), DEFAULT),
        (points(250, 1e-3), DEFAULT),
        (points(120, 5e-3, large=60), DEFAULT),
        (points(20, 1e-4), QUICK),
        (points(130, 1e-3), QUICK),
    ],
)
def test_preparation_and_rounds_take_what_was_forecast(
    asked: tuple[Point, ...], schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = swept(asked, schedule, monkeypatch)
    for took_s, expected_s in (
        (run.prepared_s, forecast.all_workers_s(asked, schedule)),
        (run.rounds_s, forecast.rounds_s(asked, MACHINE, schedule)),
    ):
        assert 1 / FACTOR < took_s / expected_s < FACTOR


def test_what_a_slow_machine_takes_is_forecast_once_its_pace_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = points(250, 1e-3)
    first, _ = swept(asked, DEFAULT, monkeypatch, slow=1.8)
    paces = {
        "prepare": first.prepared_s / forecast.all_workers_s(asked, DEFAULT),
        "rounds": first.rounds_s / forecast.rounds_s(asked, MACHINE, DEFAULT),
    }
    learned = msgspec.structs.replace(DEFAULT, paces=paces)
    again, _ = swept(asked, learned, monkeypatch, slow=1.8)
    expected_s = forecast.rounds_s(asked, MACHINE, learned)
    assert 1 / FACTOR < again.rounds_s / expected_s < FACTOR
    prepare_s = forecast.all_workers_s(asked, learned)
    assert 1 / FACTOR < again.prepared_s / prepare_s < FACTOR


@pytest.mark.parametrize("slow", [0.6, 1.0, 2.0])
def test_the_time_left_that_is_shown_never_jumps_up(
    slow: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = points(150, 1e-3, large=20)
    _, told = swept(asked, DEFAULT, monkeypatch, slow)
    shown = TimeLeft()
    seen = [(at_s, shown.update(at_s, left_s)) for at_s, left_s in told]
    for number, (at_s, left_s) in enumerate(seen):
        for later_s, later_left_s in seen[number + 1 :]:
            if later_s - at_s > OVER_S:
                break
            assert later_left_s <= MOST_UP * left_s + 1e-9
    assert seen[-1][1] < 0.1 * seen[0][1] + 2.0


def test_a_machine_too_busy_for_the_budget_still_gives_each_point_its_visits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = points(250, 1e-3)
    slow = 1.6 * DEFAULT.budget_s / DEFAULT.fewest_visits / forecast.Share.of(asked).round_s
    run, _ = swept(asked, DEFAULT, monkeypatch, slow)
    assert run.rounds_s > 1.5 * DEFAULT.budget_s
    assert {len(visits) for visits in run._log.visits.values()} >= {DEFAULT.fewest_visits}
    assert min(len(v) for v in run._log.visits.values()) >= DEFAULT.fewest_visits


def never_narrower(*seen: Any) -> Estimate:
    """The estimate with an interval that stays as wide as it is."""
    found = estimate(*seen)
    return msgspec.structs.replace(found, low_s=0.8 * found.time_s, high_s=1.2 * found.time_s)


@pytest.mark.parametrize("in_vain", [24, 0])
def test_a_point_whose_interval_does_not_narrow_is_given_up(
    in_vain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = msgspec.structs.replace(QUICK, visits_in_vain=in_vain)
    run, _ = swept(points(10, 20e-3), schedule, monkeypatch, judge=never_narrower)
    assert (run.rounds_s < 0.9 * QUICK.budget_s) is bool(in_vain)
