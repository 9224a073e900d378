"""The parent and its real children: every ending stays in its own point."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from profiler_suite.analysis.statistics import estimate
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep.job import Job
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.rows import (
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    WorkerRecord,
)
from profiler_suite.registry import forget
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE

pytestmark = pytest.mark.measures
TINY = Path(__file__).parents[2] / "files" / "tiny.py"
# Short: these tests are about what happens, not about how long anything takes.
SHORT = msgspec.structs.replace(
    QUICK, span_s=0.2, budget_s=1.0, half_width=10.0, visit_timeout_s=3.0
)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    forget(TINY.resolve())


def sweep(*implementations: str, earlier: tuple[Row, ...] = ()) -> list[Row]:
    experiment = catalogue.load(TINY)
    made = plan([experiment], MACHINE, SHORT, Overrides(implementations=implementations))
    rows: list[Row] = []
    job = Job(
        points=made.points,
        machine=MACHINE,
        schedule=SHORT,
        seed=1,
        files=(str(TINY),),
        baselines_s={},
    )
    Sweep(job, estimate, rows.append, lambda progress: None, earlier).run()
    return rows


def outcomes(rows: list[Row]) -> dict[str, tuple[Status, str]]:
    return {
        row.point.id.split("/", 1)[1]: (row.status, row.reason)
        for row in rows
        if isinstance(row, PointRecord)
    }


def test_good_points_end_ok_with_visits_in_rounds() -> None:
    rows = sweep("times_two", "plus_itself")
    ended = outcomes(rows)
    assert {status for status, _ in ended.values()} == {Status.OK}
    rounds = [row for row in rows if isinstance(row, RoundRecord)]
    assert all(len({v.point for v in r.visits}) == len(r.visits) for r in rounds)
    assert len({row.worker for row in rounds}) == SHORT.workers
    assert isinstance(rows[-1], PassRecord)


def test_partners_are_visited_side_by_side_in_both_orders() -> None:
    rows = sweep("times_two", "plus_itself")
    firsts = set()
    for row in rows:
        if isinstance(row, RoundRecord) and len(row.visits) >= 2:
            names = [visit.point.split("/")[1] for visit in row.visits]
            pair = [name for name in names if name in ("times_two", "plus_itself")]
            firsts.add(pair[0])
    assert firsts == {"times_two", "plus_itself"}


def test_an_answer_is_checked_before_its_time_is_taken() -> None:
    rows = sweep("wrong", "times_two")
    status, reason = outcomes(rows)["wrong/n64/float64/t1"]
    assert status is Status.WRONG
    assert "differs from the reference" in reason
    visited = {v.point for row in rows if isinstance(row, RoundRecord) for v in row.visits}
    assert not any("/wrong/" in point for point in visited)
    checked = [row for row in rows if isinstance(row, WorkerRecord) and row.error_bound]
    assert checked


def test_what_an_implementation_raises_is_its_outcome() -> None:
    status, reason = outcomes(sweep("raises", "times_two"))["raises/n64/float64/t1"]
    assert status is Status.FAILED
    assert "this one always raises" in reason
    assert "tiny.py" in reason


def test_a_crash_takes_only_its_point_along_and_the_sweep_goes_on() -> None:
    rows = sweep("segfault", "times_two")
    ended = outcomes(rows)
    status, reason = ended["segfault/n64/float64/t1"]
    assert status is Status.CRASHED
    assert "SIGSEGV" in reason
    assert ended["times_two/n64/float64/t1"][0] is Status.OK


@pytest.mark.slow
def test_a_hang_is_given_up_and_the_sweep_goes_on() -> None:
    ended = outcomes(sweep("hangs", "times_two"))
    assert ended["hangs/n64/float64/t1"][0] is Status.TIMEOUT
    assert ended["times_two/n64/float64/t1"][0] is Status.OK


def test_an_interrupted_sweep_keeps_its_visits_and_goes_on_where_it_stopped() -> None:
    first = sweep("times_two", "plus_itself")
    cut = [row for row in first if not isinstance(row, PointRecord | PassRecord)][:8]
    second = sweep("times_two", "plus_itself", earlier=tuple(cut))
    earlier_rounds = {row.round for row in cut if isinstance(row, RoundRecord)}
    later_rounds = {row.round for row in second if isinstance(row, RoundRecord)}
    assert not earlier_rounds & later_rounds
    assert {status for status, _ in outcomes(second).values()} == {Status.OK}
    # Finished points are not measured again.
    third = sweep("times_two", "plus_itself", earlier=tuple(first))
    assert [row for row in third if isinstance(row, RoundRecord)] == []


def test_what_one_process_has_calibrated_the_next_one_takes_over() -> None:
    records = [r for r in sweep("times_two", "plus_itself") if isinstance(r, WorkerRecord)]
    evaluations = {(r.point, r.worker): r.evaluations for r in records}
    workers = {r.worker for r in records}
    assert len(workers) == SHORT.workers
    for point, _ in evaluations:
        assert len({evaluations[point, worker] for worker in workers}) == 1
