"""Merging: shards become the run that one machine would have made; unlike ones are refused."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.analysis.run import load
from profiler_suite.errors import RunFolderError
from profiler_suite.fleet import merging
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.planning.sharding import asked_points, plan_name, shard_of
from profiler_suite.model.experiment import Plan
from profiler_suite.model.machine import Machine
from profiler_suite.model.rows import (
    HostRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Status,
    TaskRecord,
    Visit,
    WorkerRecord,
)
from profiler_suite.model.run import Provenance
from profiler_suite.workloads import catalogue
from tests import fake_rows
from tests.fake_machine import FACTS, MACHINE

COMMAND = ("merge",)


def whole_plan() -> Plan:
    return plan([catalogue.load(catalogue.locate("stride"))], MACHINE, QUICK)


def provenance(part: Plan, **changes: Any) -> Provenance:
    whole = whole_plan()
    named = {
        "suite_version": "1.0",
        "seed": 7,
        "plan": plan_name(whole, "quick"),
        "asked_points": asked_points(whole),
    }
    return fake_rows.provenance(part, **(named | changes))


def write_run(folder: Path, origin: Provenance, time_s: float = 1e-3, rounds: int = 2) -> Path:
    """A run with two worker processes of so many rounds, every point measured."""
    with store.RunFolder(folder) as run:
        run.write_provenance(origin)
        for worker in (0, 1):
            for point in origin.points:
                run.append(WorkerRecord(point=point.id, worker=worker, status=Status.OK))
            for number in range(rounds * worker, rounds * (worker + 1)):
                visits = tuple(
                    Visit(
                        point=point.id,
                        at_s=1.0 + number,
                        sample_times_s=(time_s,),
                        canaries_s={"ufunc": (4e-5, 4e-5)},
                        minor_faults=0.0,
                    )
                    for point in origin.points
                )
                run.append(RoundRecord(round=number, worker=worker, visits=visits))
        for point in origin.points:
            run.append(PointRecord(point=point, status=Status.OK, reason="converged"))
        run.append(PassRecord(name="sweep", at_s=5.0, outcome="complete"))
    return folder


def write_shards(folder: Path, of: int = 3, **changes: Any) -> list[Path]:
    whole = whole_plan()
    return [
        write_run(
            folder / f"s{number}",
            provenance(
                shard_of(whole, number, of, MACHINE, QUICK),
                shard=f"{number}/{of}",
                started_at=f"2026-01-01T00:0{number}:00+00:00",
                **changes,
            ),
        )
        for number in range(1, of + 1)
    ]


def merged(folders: list[Path], target: Path) -> merging.MergeOutcome:
    parts = [merging.read_part(folder) for folder in folders]
    merging.check(parts)
    with store.RunFolder(target) as run:
        return merging.merge(parts, run, COMMAND)


def test_all_shards_make_the_whole_run(tmp_path: Path) -> None:
    result = merged(write_shards(tmp_path), tmp_path / "all")
    run = load.load(tmp_path / "all")
    assert result.missing == ()
    assert run.complete
    assert [p.id for p in run.provenance.points] == [p.id for p in whole_plan().points]
    assert (run.points["status"] == "ok").all()
    assert (run.points["visits"] == 4).all()
    assert run.provenance.shard == ""
    assert run.provenance.command == COMMAND


def test_workers_and_rounds_of_the_shards_stay_apart_and_keep_their_time(
    tmp_path: Path,
) -> None:
    merged(write_shards(tmp_path), tmp_path / "all")
    rows, unreadable = store.read_rows(tmp_path / "all")
    assert unreadable == 0
    rounds = [row for row in rows if isinstance(row, RoundRecord)]
    assert [row.round for row in rounds] == list(range(12))
    assert sorted({row.worker for row in rounds}) == list(range(6))
    # The third shard began two minutes after the first.
    assert rounds[-1].visits[0].at_s == 2 * 60 + 1 + 3
    tasks = [row for row in rows if isinstance(row, TaskRecord)]
    assert [task.first_worker_process for task in tasks] == [0, 2, 4]
    assert sum(isinstance(row, HostRecord) for row in rows) == 1


def test_a_missing_shard_is_named_and_the_run_is_not_complete(tmp_path: Path) -> None:
    result = merged(write_shards(tmp_path)[:2], tmp_path / "some")
    assert len(result.missing) == 1
    assert "1 shard not given: 3" in result.missing[0]
    assert not load.load(tmp_path / "some").complete


def test_the_same_shard_twice_is_refused(tmp_path: Path) -> None:
    first, *_ = write_shards(tmp_path)
    again = write_run(tmp_path / "again", store.read_provenance(first))
    with pytest.raises(RunFolderError, match="give each shard once"):
        merged([first, again], tmp_path / "all")


def unlike(**facts: Any) -> Machine:
    changed = msgspec.structs.replace(FACTS, **facts)
    return msgspec.structs.replace(MACHINE, fingerprint="another", facts=changed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"suite_version": "2.0"}, "profiler_suite 2.0 instead of 1.0"),
        ({"machine": unlike(numpy="2.9")}, "NumPy 2.9 instead of 2.0"),
        ({"machine": unlike(python="3.14")}, "Python 3.14 instead of 3.11"),
        ({"machine": unlike(cpu="B CPU")}, "CPU B CPU instead of A CPU"),
        ({"machine": unlike()}, "fingerprint another instead of fake"),
        ({"environment": {"MALLOC_ARENA_MAX": "1"}}, "MALLOC_ARENA_MAX=1 instead of (unset)"),
        ({"mode": "full"}, "another mode"),
        ({"plan": "other"}, "another plan"),
        ({"seed": 8}, "another seed"),
        ({"shard": "2/4"}, "another number of shards"),
    ],
)
def test_what_is_unlike_is_refused_and_named(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    first, second, _ = write_shards(tmp_path)
    origin = msgspec.structs.replace(store.read_provenance(second), **changes)
    with store.RunFolder(second) as run:
        run.write_provenance(origin)
    with pytest.raises(RunFolderError) as caught:
        merged([first, second], tmp_path / "all")
    assert said in str(caught.value)
    assert str(second) in str(caught.value)


def test_hosts_side_by_side_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    whole = whole_plan()
    folders = [
        write_run(tmp_path / "a", provenance(whole), 1e-3),
        write_run(tmp_path / "b", provenance(whole, machine=unlike(numpy="2.9")), 2e-3),
    ]
    groups = merging.by_host([merging.read_part(folder) for folder in folders])
    assert list(groups) == ["host (NumPy 2.0)", "host (NumPy 2.9)"]
    with store.RunFolder(tmp_path / "both") as run:
        result = merging.merge_each(groups, run, COMMAND)
    assert result.missing == ()
    loaded = load.load(tmp_path / "both")
    assert list(loaded.hosts) == list(groups)
    assert loaded.folder == tmp_path / "both"
    times = [run.points["time_s"].iloc[0] for run in loaded.hosts.values()]
    assert times == pytest.approx([1e-3, 2e-3])
