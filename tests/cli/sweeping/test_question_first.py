"""The question's answer comes first, and the rest of the sweep goes on from there."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping import question_first
from profiler_suite.cli.sweeping.question_first import (
    answer_first,
    comes_first,
    has_first,
    phases_of,
    with_first,
)
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import DEFAULT, QUICK
from profiler_suite.measure.sweep.job import Job
from profiler_suite.model.experiment import Experiment
from profiler_suite.model.rows import PointRecord, Status
from profiler_suite.store import RunFolder
from profiler_suite.workloads import catalogue, question
from tests.cli.requests import request
from tests.fake_machine import MACHINE


def experiments(*names: str) -> list[Experiment]:
    return [catalogue.load(catalogue.locate(name)) for name in names]


BOTH = (question.NAME, "stride")


@pytest.mark.parametrize(
    ("names", "options", "first"),
    [
        (BOTH, {}, True),
        (BOTH, {"mode": "full"}, True),
        (BOTH, {"mode": "quick"}, False),  # all of it is soon over
        ((question.NAME,), {}, False),
        (("stride", "depth"), {}, False),
        (BOTH, {"shard": (1, 2)}, False),
        (BOTH, {"scheduler": "tcp://a:1"}, False),
        (BOTH, {"only_flagged": True}, False),
        (BOTH, {"point": ("a/b",)}, False),
    ],
)
def test_it_comes_first_among_others_in_a_sweep_of_minutes(
    names: tuple[str, ...], options: dict[str, Any], first: bool
) -> None:
    assert comes_first(request(**options), experiments(*names)) is first


@pytest.mark.parametrize(
    ("names", "options", "count"),
    [
        (BOTH, {"survey": True, "fresh": True}, 1 + 5 + 4),
        (BOTH, {"survey": False, "fresh": True}, 5 + 4),
        (BOTH, {"survey": False, "fresh": False}, 5),
        (("stride",), {"survey": False, "fresh": True}, 4),
        ((question.NAME,), {"survey": True, "fresh": True}, 1 + 5),
    ],
)
def test_every_phase_is_told_of(
    names: tuple[str, ...], options: dict[str, bool], count: int
) -> None:
    found = phases_of(request(), experiments(*names), **options)
    assert len(found) == count
    assert found[-1] == ("writing the report",)


def test_without_its_two_sides_there_is_nothing_to_answer_first() -> None:
    made = plan(experiments(*BOTH), MACHINE, DEFAULT)
    assert has_first(request(), made)
    assert not has_first(request(mode="quick"), made)
    one = tuple(p for p in made.points if p.implementation != "loop")
    assert not has_first(request(), msgspec.structs.replace(made, points=one))


def test_what_comes_first_is_part_of_the_forecast() -> None:
    made = plan(experiments(*BOTH), MACHINE, DEFAULT)
    found = with_first(made, MACHINE, DEFAULT)
    more_s = found.predicted_duration_s - made.predicted_duration_s
    assert 5.0 < more_s < 40.0
    assert found.forecast.breakdown_s == made.forecast.breakdown_s  # taken once
    assert found.points == made.points


def test_its_points_alone_are_measured_quickly_and_named_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(experiments(*BOTH), MACHINE, DEFAULT)
    job = Job(
        points=made.points,
        machine=MACHINE,
        schedule=DEFAULT,
        seed=1,
        files=(),
        baselines_s={},
        afterwards_s=2.0,
    )
    asked: list[Job] = []
    done: list[str] = []

    def measure(
        run_folder: RunFolder, provenance: Any, own: Job, again: Any, *_: Any, **options: Any
    ) -> None:
        assert options == {"part": True}
        assert not again
        asked.append(own)
        for number, point in enumerate(own.points):
            status = Status.OK if number else Status.WRONG
            run_folder.append(PointRecord(point=point, status=status))

    monkeypatch.setattr(question_first, "measure", measure)
    monkeypatch.setattr(question_first, "advise", lambda *_: done.append("advice"))
    monkeypatch.setattr(question_first, "_show", lambda *_: done.append("answer"))
    with RunFolder(tmp_path / "run") as run_folder:
        again = answer_first(
            run_folder,
            SimpleNamespace(),  # type: ignore[arg-type]
            job,
            request(),
            ProgressLine(io.StringIO(), quiet=True),
        )
    ids = [point.id for point in made.points if point.experiment == question.NAME]
    assert [point.id for point in asked[0].points] == ids
    assert again == set(ids[1:])  # what went wrong is not tried again
    assert done == ["advice", "answer"]
    schedule = asked[0].schedule
    assert (schedule.workers, schedule.budget_s) == (QUICK.workers, QUICK.budget_s)
    # What is measured once is measured as in the whole sweep; the time left is that of all.
    assert (schedule.replay_s, schedule.sample_s) == (DEFAULT.replay_s, DEFAULT.sample_s)
    assert asked[0].afterwards_s > 20.0
