"""The passes over points: in blocks they make one run, which an interruption only delays."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from profiler_suite.analysis.statistics import estimate
from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep import phases
from profiler_suite.measure.sweep.job import Job, PhaseCallbacks
from profiler_suite.model.experiment import Point, Problem
from profiler_suite.model.rows import (
    BreakdownRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
)
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE

TINY = Path(__file__).parents[2] / "files" / "tiny.py"
SHORT = msgspec.structs.replace(
    QUICK, span_s=0.2, budget_s=1.0, half_width=10.0, line_profile_s=0.02, sample_s=0.02
)


def job() -> Job:
    experiment = msgspec.structs.replace(
        catalogue.load(TINY),
        problems=tuple(Problem(workload="double", dims={"n": n}) for n in (8, 64)),
    )
    return Job(
        points=plan([experiment], MACHINE, SHORT).points,
        machine=MACHINE,
        schedule=SHORT,
        seed=1,
        files=(str(TINY),),
        baselines_s={},
    )


def told(rows: list[Row], stop_after: int = 0) -> PhaseCallbacks:
    def append(row: Row) -> None:
        rows.append(row)
        if sum(isinstance(r, PointRecord) for r in rows) == stop_after:
            raise KeyboardInterrupt

    def silent(what: object) -> None:
        pass

    return PhaseCallbacks(append=append, show=silent, say=silent, pace=silent, warn=silent)


def blocks(of: Job) -> list[tuple[Point, ...]]:
    small = tuple(p for p in of.points if p.problem.dims["n"] == 8)
    return [small, tuple(p for p in of.points if p not in small)]


def test_blocks_make_one_run_also_when_interrupted_in_between() -> None:
    asked = job()
    rows: list[Row] = []
    with pytest.raises(KeyboardInterrupt):
        phases.measure_in_blocks(asked, blocks(asked), told(rows, stop_after=2), estimate)
    assert [r.outcome for r in rows if isinstance(r, PassRecord)] == ["interrupted"]
    phases.measure_in_blocks(asked, blocks(asked), told(rows), estimate, tuple(rows))
    assert [r.outcome for r in rows if isinstance(r, PassRecord)][-1] == "complete"
    # Every point once, with its time breakdown; the lines of one point per implementation.
    ends = Counter(row.point.id for row in rows if isinstance(row, PointRecord))
    assert ends == Counter(point.id for point in asked.points)
    breakdown_records = Counter(row.point for row in rows if isinstance(row, BreakdownRecord))
    assert breakdown_records == Counter(point.id for point in asked.points if not point.replica)
    assert len({row.point for row in rows if isinstance(row, LinesRecord)}) == 2
    # One run: rounds are numbered through, and time goes on.
    rounds = [row for row in rows if isinstance(row, RoundRecord)]
    assert [row.round for row in rounds] == sorted({row.round for row in rounds})
    starts = [row.visits[0].at_s for row in rounds]
    assert starts == sorted(starts)


@pytest.mark.parametrize("busy", [False, True])
def test_each_phase_tells_what_it_was_predicted_to_take_and_took(
    busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "_BUSY", 0.0 if busy else 1.1)
    heard: dict[str, tuple[float, float]] = {}

    def took(phase: str, expected_s: float, took_s: float) -> None:
        heard[phase] = (expected_s, took_s)

    asked = job()
    paced = msgspec.structs.replace(asked.schedule, paces={"lines": 3.0})
    rows: list[Row] = []
    phases.measure(
        msgspec.structs.replace(asked, schedule=paced),
        msgspec.structs.replace(told(rows, stop_after=-1), took=took),
        estimate,
    )
    if busy:
        assert not heard
        return
    assert set(heard) == {"prepare", "rounds", "lines", "breakdown"}
    assert all(expected_s > 0 and took_s > 0 for expected_s, took_s in heard.values())
    profiled = [p for p in asked.points if any(_is_of(row, p) for row in rows)]
    expected_s, _ = heard["lines"]
    assert expected_s == forecast.lines_s(profiled, SHORT)  # before anything was learned
    heard.clear()
    again = frozenset(p.id for p in asked.points)
    phases.measure(
        asked,
        msgspec.structs.replace(told([], stop_after=-1), took=took),
        estimate,
        rows,
        again,
    )
    assert not heard  # most were visited before: that tells nothing


def _is_of(row: Row, point: Point) -> bool:
    return isinstance(row, LinesRecord) and row.point == point.id
