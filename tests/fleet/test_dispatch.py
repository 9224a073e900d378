"""The driver with made-up workers: who may measure, and what becomes of what is lost."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import __version__
from profiler_suite.errors import RunFolderError
from profiler_suite.fleet import campaign as campaigns
from profiler_suite.fleet import task
from profiler_suite.fleet.dispatch import NO_WORKER, Driver, DriverCallbacks
from profiler_suite.fleet.engine import FleetWorker, Question, Reply
from profiler_suite.fleet.identity import differences, most_alike
from profiler_suite.model.machine import BlasLibrary
from profiler_suite.model.rows import (
    BreakdownRecord,
    HostRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    TaskRecord,
    Visit,
    WorkerRecord,
)
from profiler_suite.store import read_provenance, read_rows
from tests.fake_machine import FACTS, MACHINE
from tests.fake_rows import breakdown_record
from tests.files import fleet_driver


def host(name: str, *, suite: str = __version__, **facts: Any) -> HostRecord:
    changed = msgspec.structs.replace(FACTS, **facts)
    print_of = MACHINE.fingerprint + "".join(f"-{k}" for k in facts)
    machine = msgspec.structs.replace(MACHINE, facts=changed, fingerprint=print_of)
    return HostRecord(host=name, suite_version=suite, machine=machine)


def measured(assignment: bytes) -> bytes:
    """What a worker would answer, without having measured."""
    asked = msgspec.json.decode(assignment, type=task.Assignment)
    rows: list[Row] = []
    ended = {row.point.id for row in asked.earlier if isinstance(row, PointRecord)}
    known = {row.point for row in asked.earlier if isinstance(row, BreakdownRecord)}
    for point in asked.job.points:
        if point.id in ended:
            continue
        visit = Visit(
            point=point.id,
            at_s=0.5,
            sample_times_s=(1e-3,),
            canaries_s={"ufunc": (4e-5, 4e-5)},
            minor_faults=0.0,
        )
        rows += [
            WorkerRecord(point=point.id, worker=0, status=Status.OK),
            RoundRecord(round=0, worker=0, visits=(visit,)),
            PointRecord(point=point, status=Status.OK),
        ]
    rows += [
        breakdown_record(p.id) for p in asked.job.points if not p.replica and p.id not in known
    ]
    answer = task.TaskAnswer(
        host=asked.host.host, began_at_s=2e9, ended_at_s=2e9 + 1, rows=tuple(rows)
    )
    return msgspec.json.encode(answer)


class Scripted:
    """An engine whose workers answer at once, until the script takes them away."""

    def __init__(self, hosts: dict[str, HostRecord], slots: dict[str, float] | None = None):
        self.hosts = hosts
        self.slots = slots or {}
        self.kills: Counter[str] = Counter()
        """Address → blocks that its worker takes with it, one by one."""
        self._generation: Counter[str] = Counter()
        self._replies: list[Reply] = []
        self._ticket = 0
        self.asked: list[tuple[str, str]] = []

    def workers(self) -> list[FleetWorker]:
        return [
            FleetWorker(
                address=address,
                identity=f"{address}#{self._generation[address]}",
                slots=self.slots.get(address, 1.0),
            )
            for address in self.hosts
        ]

    def ask(self, question: Question, content: bytes, worker: FleetWorker, timing: bool) -> int:
        self._ticket += 1
        what = getattr(question, "__name__", "")
        self.asked.append((what, worker.address))
        if what == "measured" and self.kills[worker.address]:
            self.kills[worker.address] -= 1
            self._generation[worker.address] += 1  # started again, at the same address
            return self._ticket
        record = msgspec.json.encode(self.hosts[worker.address])
        answer = measured(content) if what == "measured" else record
        self._replies.append(Reply(ticket=self._ticket, answer=answer))
        return self._ticket

    def forget(self, ticket: int) -> None:
        pass

    def replies(self, timeout_s: float) -> list[Reply]:
        found, self._replies = self._replies, []
        return found

    def close(self) -> None:
        pass


class Told:
    """What a run said, and how it ended."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.reason = ""
        self.missing: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profiler_suite.fleet.dispatch._LOOK_EVERY_S", 0.0)


def run(engine: Scripted, folder: Path, hosts: str, wait_s: float = 0.05) -> Told:
    told = Told()
    with campaigns.Campaign(
        folder,
        hosts,
        fleet_driver.SHORT,
        (str(fleet_driver.TINY),),
        fleet_driver.begin,
        lambda there, machine: read_provenance(there),
    ) as campaign:
        heard = DriverCallbacks(
            warn=told.warnings.append, say=lambda text: None, progress=lambda driver: None
        )
        rules = campaign.rules(coarse=True, perform=measured)
        told.reason = Driver(engine, rules, heard, patience_s=0.05, wait_s=wait_s).run()
        campaign.end(told.reason or "complete")
        told.missing = campaign.missing()
    return told


def ended(folder: Path) -> Counter[str]:
    rows, _ = read_rows(folder)
    return Counter(row.point.id for row in rows if isinstance(row, PointRecord))


def tasks(folder: Path) -> list[TaskRecord]:
    return [row for row in read_rows(folder)[0] if isinstance(row, TaskRecord)]


def everything() -> Counter[str]:
    return Counter(point.id for point in fleet_driver.planned(MACHINE).points)


def test_like_hosts_share_the_plan(tmp_path: Path) -> None:
    told = run(Scripted({"w1": host("a"), "w2": host("b")}), tmp_path / "run", "split")
    assert (told.reason, told.missing, told.warnings) == ("", (), [])
    assert ended(tmp_path / "run") == everything()
    assert {each.host for each in tasks(tmp_path / "run")} == {"a", "b"}


def test_each_host_measures_the_whole_plan(tmp_path: Path) -> None:
    hosts = {"w1": host("a"), "w2": host("b", numpy="9.9")}
    told = run(Scripted(hosts), tmp_path / "run", "each")
    assert (told.reason, told.missing, told.warnings) == ("", (), [])
    for name in ("a", "b"):
        assert ended(tmp_path / "run" / "hosts" / name) == everything()


BLAS = (BlasLibrary(name="mkl", version="1", architecture="", threading="", threads=1),)


@pytest.mark.parametrize(
    ("unlike", "said"),
    [
        (host("c", numpy="9.9"), "NumPy 9.9 instead of 2.0"),
        (host("c", python="CPython 3.14"), "Python CPython 3.14 instead of 3.11"),
        (host("c", suite="0.0.1"), f"profiler_suite 0.0.1, this is {__version__}"),
        (host("c", cpu="Another"), "CPU Another instead of A CPU"),
        (host("c", blas=BLAS), "BLAS mkl 1 instead of none"),
    ],
)
def test_an_unlike_worker_is_named_and_refused_when_the_plan_is_split(
    unlike: HostRecord, said: str, tmp_path: Path
) -> None:
    engine = Scripted({"w1": host("a"), "w2": host("b"), "w3": unlike})
    told = run(engine, tmp_path / "run", "split")
    assert len(told.warnings) == 1
    assert "worker w3 on c" in told.warnings[0]
    assert said in told.warnings[0]
    assert ("measured", "w3") not in engine.asked
    assert ended(tmp_path / "run") == everything()


def test_a_resumed_run_is_held_to_the_hosts_that_began_it(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(Scripted({"w1": host("a")}), out, "split")
    cut_after_first_task(out)
    unlike = {"w1": host("x", numpy="9.9"), "w2": host("y", numpy="9.9")}
    told = run(Scripted(unlike), out, "split")
    assert "no worker may measure" in told.reason
    assert told.missing
    assert run(Scripted({"w1": host("b")}), out, "split").missing == ()
    assert ended(out) == everything()


def cut_after_first_task(folder: Path, extra: int = 0) -> None:
    """As a killed driver leaves it: some tasks, and some rows of the next."""
    lines = (folder / "records.jsonl").read_bytes().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if b'"kind":"task"' in line)
    (folder / "records.jsonl").write_bytes(b"".join(lines[: first + 1 + extra]))


@pytest.mark.parametrize("extra", range(1, 12))
def test_a_driver_killed_while_it_wrote_measures_nothing_twice(
    extra: int, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run(Scripted({"w1": host("a")}), out, "split")
    cut_after_first_task(out, extra)
    told = run(Scripted({"w1": host("a")}), out, "split")
    assert told.missing == ()
    assert ended(out) == everything()
    breakdown_records = Counter(
        r.point for r in read_rows(out)[0] if isinstance(r, BreakdownRecord)
    )
    assert set(breakdown_records.values()) == {1}


def test_what_a_lost_worker_had_in_hand_is_measured_once(tmp_path: Path) -> None:
    engine = Scripted({"w1": host("a")})
    engine.kills["w1"] = 2
    told = run(engine, tmp_path / "run", "split")
    assert sum("is lost" in warning for warning in told.warnings) == 2
    assert ended(tmp_path / "run") == everything()


def test_points_that_take_every_worker_with_them_have_crashed(tmp_path: Path) -> None:
    engine = Scripted({"w1": host("a")})
    engine.kills["w1"] = 3
    told = run(engine, tmp_path / "run", "split")
    assert told.missing == ()
    rows, _ = read_rows(tmp_path / "run")
    crashed = [r for r in rows if isinstance(r, PointRecord) and r.status is Status.CRASHED]
    assert crashed
    assert all("lost 3 times" in row.reason for row in crashed)
    assert ended(tmp_path / "run") == everything()


def test_a_worker_without_the_resource_is_told_what_to_declare(tmp_path: Path) -> None:
    told = run(Scripted({"w1": host("a")}, {"w1": 0.0}), tmp_path / "run", "each")
    assert told.reason.startswith("no worker may measure: worker w1 gets no work: ")
    assert "--resources" in told.reason
    assert told.warnings == []


def test_those_who_may_not_measure_are_named_once_somebody_does(tmp_path: Path) -> None:
    engine = Scripted({"w1": host("a"), "w2": host("b")}, {"w1": 0.0})
    told = run(engine, tmp_path / "run", "each")
    assert told.reason == ""
    assert ["w1 gets no work" in warning for warning in told.warnings] == [True]


def test_the_first_worker_is_waited_for_as_long_as_was_asked(tmp_path: Path) -> None:
    begun = time.monotonic()
    told = run(Scripted({}), tmp_path / "run", "each", wait_s=1.0)
    assert told.reason == NO_WORKER
    assert time.monotonic() - begun >= 1.0


def test_nobody_is_waited_for_without_end(tmp_path: Path) -> None:
    assert run(Scripted({}), tmp_path / "run", "each").reason == "no worker has connected"


def test_the_two_ways_do_not_mix_in_one_folder(tmp_path: Path) -> None:
    run(Scripted({"w1": host("a")}), tmp_path / "run", "each")
    with pytest.raises(RunFolderError, match="--hosts each"):
        run(Scripted({"w1": host("a")}), tmp_path / "run", "split")


def test_the_host_that_most_are_like_sets_the_measure() -> None:
    hosts = [host("a", numpy="9.9"), host("b"), host("c")]
    assert most_alike(hosts).host == "b"
    assert most_alike(hosts[:2]).host == "a"
    assert differences(hosts[1], hosts[2]) == ()


def names(rows: Iterable[Row]) -> list[str]:
    return [type(row).__name__ for row in rows]


def test_every_host_is_recorded_once(tmp_path: Path) -> None:
    out = tmp_path / "run"
    for _ in range(2):
        run(Scripted({"w1": host("a"), "w2": host("b")}), out, "split")
    assert names(read_rows(out)[0]).count("HostRecord") == 2
