"""A real scheduler and real workers on loopback: nothing is lost, nothing overlaps."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from profiler_suite.model.rows import (
    BreakdownRecord,
    HostRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    TaskRecord,
)
from profiler_suite.store import host_folders, read_provenance, read_rows
from tests.fake_machine import MACHINE
from tests.files import fleet_driver

pytest.importorskip("distributed", reason="needs distributed: pip install -e '.[test]'")
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        shutil.which("taskset") is None, reason="pins workers to cores with taskset"
    ),
]
ROOT = Path(__file__).resolve().parents[2]
KEEP = """
import msgspec
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import keep_machine
from tests.fake_machine import MACHINE
facts = read_facts()
keep_machine(msgspec.structs.replace(MACHINE, facts=facts, fingerprint=fingerprint(facts)))
"""


class Fleet:
    """A scheduler and two workers, one pinned to each of the first two cores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.cores = sorted(os.sched_getaffinity(0))
        # The machine need not be surveyed for what is tested here.
        self._start("-c", KEEP, core=self.cores[0]).wait()

    def _start(
        self, *arguments: str, core: int | None = None, host: str = ""
    ) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PROFILER_SUITE_CACHE": str(self.folder / "cache"),
            "PROFILER_SUITE_HOST": host,
            "DASK_TEMPORARY_DIRECTORY": str(self.folder / "dask"),
        }
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        with (self.folder / f"log{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen(
                [*pinned, sys.executable, *arguments],
                env=environment,
                cwd=self.folder,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        return self._start("-m", "dask", "scheduler", *where)

    def worker(self, number: int, host: str) -> subprocess.Popen[bytes]:
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny")
        command = ("-m", "dask", "worker", self.address, *options, "--resources", "timing=1")
        return self._start(*command, core=self.cores[number % len(self.cores)], host=host)

    def drive(self, out: Path, hosts: str) -> subprocess.Popen[bytes]:
        return self._start("-m", "tests.files.fleet_driver", self.address, str(out), hosts)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path)
    try:
        yield made
    finally:
        made.end()


def wait_for_tasks(folder: Path, tasks: int) -> None:
    """Until so many tasks are recorded below the folder."""
    deadline = time.monotonic() + 250
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            files = folder.rglob("records.jsonl")
            if sum(f.read_bytes().count(b'"kind":"task"') for f in files) >= tasks:
                return
        time.sleep(0.05)
    raise AssertionError("no task has ended")


def rows_of(folder: Path) -> list[Row]:
    rows, unreadable = read_rows(folder)
    assert unreadable == 0
    return rows


def expected() -> Counter[str]:
    return Counter(point.id for point in fleet_driver.planned(MACHINE).points)


def check_series(folder: Path) -> list[TaskRecord]:
    """Every point of a local sweep once, with its breakdown; the rounds numbered through."""
    rows = rows_of(folder)
    ids = expected()
    assert Counter(row.point.id for row in rows if isinstance(row, PointRecord)) == ids
    breakdown_records = Counter(row.point for row in rows if isinstance(row, BreakdownRecord))
    assert breakdown_records == Counter(name for name in ids if not name.endswith("/again"))
    rounds = [row for row in rows if isinstance(row, RoundRecord)]
    assert len({row.round for row in rounds}) == len(rounds)
    passes = [row.outcome for row in rows if isinstance(row, PassRecord)]
    assert passes[-1] == "complete"
    assert Counter(p.id for p in read_provenance(folder).points) == ids
    return [row for row in rows if isinstance(row, TaskRecord)]


def check_nothing_overlaps(tasks: list[TaskRecord]) -> None:
    """Both workers are on this machine, so no two tasks may ever overlap."""
    ordered = sorted(tasks, key=lambda task: task.began_at_s)
    for before, after in itertools.pairwise(ordered):
        assert before.ended_at_s <= after.began_at_s


def test_split_among_like_hosts_and_a_worker_or_the_scheduler_killed_in_between(
    fleet: Fleet, tmp_path: Path
) -> None:
    out = tmp_path / "split"
    scheduler = fleet.scheduler()
    first, second = fleet.worker(0, "a"), fleet.worker(1, "b")
    driver = fleet.drive(out, "split")
    wait_for_tasks(out, 1)
    first.send_signal(signal.SIGKILL)
    wait_for_tasks(out, 2)
    scheduler.send_signal(signal.SIGKILL)
    assert driver.wait(timeout=250) == 3
    kept = (out / "records.jsonl").read_bytes()
    second.kill()
    fleet.scheduler()
    fleet.worker(0, "a"), fleet.worker(1, "b")
    assert fleet.drive(out, "split").wait(timeout=250) == 0
    assert (out / "records.jsonl").read_bytes().startswith(kept)
    tasks = check_series(out)
    check_nothing_overlaps(tasks)
    hosts = [row.host for row in rows_of(out) if isinstance(row, HostRecord)]
    assert sorted(hosts) == ["a", "b"]


def test_each_host_measures_the_whole_plan_also_when_the_driver_is_killed(
    fleet: Fleet, tmp_path: Path
) -> None:
    out = tmp_path / "each"
    fleet.scheduler()
    fleet.worker(0, "a"), fleet.worker(1, "b")
    driver = fleet.drive(out, "each")
    wait_for_tasks(out, 2)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    assert fleet.drive(out, "each").wait(timeout=250) == 0
    folders = host_folders(out)
    assert [folder.name for folder in folders] == ["a", "b"]
    check_nothing_overlaps([task for folder in folders for task in check_series(folder)])
    assert read_provenance(out).points == ()
    hosts = [row for row in rows_of(out) if isinstance(row, HostRecord)]
    assert sorted(host.host for host in hosts) == ["a", "b"]
    assert all(host.machine.ceilings for host in hosts)
