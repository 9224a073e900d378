"""Points under several settings take turns; one that fails does not stop the others."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.children.conversation import ChildDiedError
from profiler_suite.measure.intervene.side_setting import SideSetting
from profiler_suite.measure.intervene.sides import SidesPlan, measure_sides, process_under
from profiler_suite.measure.sweep.protocol import (
    Completion,
    ErrorReply,
    PrepareRequest,
    VisitReply,
    VisitRequest,
)
from profiler_suite.model.experiment import Cost, Point, Problem
from profiler_suite.model.rows import Status, Visit, WorkerRecord
from tests.fake_folder import made_points

POINTS = made_points()[:2]
PLAN = SidesPlan(points=POINTS, files=(), processes=3, rounds=4)


class FakeTalk:
    """A process that takes as many seconds as its setting has threads."""

    log: ClassVar[list[tuple[str, int]]] = []
    alive = 0

    def __init__(self, setting: SideSetting) -> None:
        self._setting = setting

    def ask_for(self, request: Any, decoder: Any, timeout_s: float) -> Any:
        if isinstance(request, PrepareRequest):
            FakeTalk.log.append(("prepare", request.point.threads))
            status = Status.FAILED if self._setting.threads == 13 else Status.OK
            record = WorkerRecord(
                point=request.point.id, worker=0, status=status, reason="no such threads"
            )
            return Completion(record=record)
        assert isinstance(request, VisitRequest)
        if self._setting.threads == 17:
            return ErrorReply(reason="ValueError: no")
        if self._setting.threads == 19:
            raise ChildDiedError(Status.CRASHED, "its process was killed by SIGILL")
        FakeTalk.log.append((request.point, self._setting.threads))
        took = float(self._setting.threads)
        visit = Visit(
            point=request.point,
            at_s=0.0,
            sample_times_s=(took,),
            canaries_s={},
            minor_faults=0.0,
        )
        return VisitReply(visit=visit)


@contextlib.contextmanager
def started(setting: SideSetting, plan: SidesPlan) -> Iterator[Any]:
    FakeTalk.alive += 1
    try:
        yield FakeTalk(setting)
    finally:
        FakeTalk.alive -= 1


def measured(*threads: int) -> Any:
    FakeTalk.log = []
    sides = [SideSetting(threads=each) for each in threads]
    return measure_sides(sides, PLAN, lambda text: None, started)


def test_every_side_is_visited_as_often_in_as_many_processes() -> None:
    one, two = measured(1, 2)
    assert [len(side.processes) for side in (one, two)] == [3, 3]
    for side, took in ((one, 1.0), (two, 2.0)):
        for process in side.processes:
            assert set(process) == {p.id for p in POINTS}
            times = {v.sample_times_s for visits in process.values() for v in visits}
            assert times == {(took,)}
            assert {len(visits) for visits in process.values()} == {4}
    assert set(Counter(FakeTalk.log).values()) == {12, 6}
    assert FakeTalk.alive == 0


def test_sides_take_turns() -> None:
    measured(1, 2)
    visits = [side for name, side in FakeTalk.log if name == POINTS[0].id]
    pairs = {tuple(visits[n : n + 2]) for n in range(0, len(visits), 2)}
    assert pairs <= {(1, 2), (2, 1)}
    assert len(pairs) == 2


@pytest.mark.parametrize(
    ("threads", "reason"), [(13, "no such threads"), (17, "ValueError"), (19, "SIGILL")]
)
def test_a_side_that_cannot_be_measured_is_left_out_with_the_reason(
    threads: int, reason: str
) -> None:
    one, bad, two = measured(1, threads, 2)
    assert reason in bad.reason
    assert bad.processes == ()
    assert len(one.processes) == len(two.processes) == 3
    assert FakeTalk.alive == 0


def test_without_the_first_setting_nothing_can_be_said() -> None:
    with pytest.raises(UsageError, match=r"first run cannot be measured.*SIGILL"):
        measured(19, 1)


@pytest.mark.slow
def test_a_real_process_runs_under_its_variables_and_cores() -> None:
    """Its hash seed and its cores are what the setting says; the point is measured."""
    point = Point(
        id="p",
        experiment="seed_question",
        implementation="dot",
        family="gemm",
        problem=Problem(workload="dense", dims={"rows": 8, "columns": 8, "batch": 1}),
        label="8",
        threads=1,
        cost=Cost(flop=1.0, compulsory_bytes=1.0, calls=1),
        working_set_bytes=1e3,
        predicted_s=1e-6,
    )
    plan = SidesPlan(points=(point,), files=("seed_question",), processes=1, rounds=1)
    settings = [SideSetting(), SideSetting(variables={"PYTHONHASHSEED": "7"}, cores=1)]
    one, other = measure_sides(settings, plan, lambda text: None)
    assert one.reason == other.reason == ""
    assert one.processes[0]["p"][0].time_s > 0
    with process_under(settings[1], plan) as talk:
        about = Path(f"/proc/{talk.pid}")
        assert b"PYTHONHASHSEED=7" in (about / "environ").read_bytes()
        lines = (about / "status").read_text().splitlines()
        allowed = next(line for line in lines if line.startswith("Cpus_allowed_list"))
        assert allowed.split()[1].isdigit()
