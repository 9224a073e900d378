"""Faults of children: what dies, hangs or takes all memory costs one point; nobody stays."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from profiler_suite import child
from profiler_suite.analysis.statistics import estimate
from profiler_suite.errors import ChildError
from profiler_suite.measure import lines
from profiler_suite.measure.breakdown.per_point import BreakdownRequest, measure_breakdowns
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.children.conversation import Conversation, patiently
from profiler_suite.measure.children.isolated_points import pass_over
from profiler_suite.measure.lines.job import LinesReply
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep.job import Job
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import BreakdownRecord, PointRecord, Row, Status
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE
from tests.short_sweeps import FILES, MARK, alive

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
DEADLY = FILES / "deadly.py"
SHORT = msgspec.structs.replace(
    QUICK, span_s=0.1, budget_s=0.5, half_width=10.0, visit_timeout_s=2.0, workers=1
)


def points(*implementations: str) -> tuple[Point, ...]:
    experiment = catalogue.load(DEADLY)
    made = plan([experiment], MACHINE, SHORT, Overrides(implementations=implementations))
    return tuple(point for point in made.points if not point.replica)


def outcomes(*implementations: str) -> dict[str, tuple[Status, str]]:
    rows: list[Row] = []
    job = Job(
        points=points(*implementations),
        machine=MACHINE,
        schedule=SHORT,
        seed=1,
        files=(str(DEADLY),),
        baselines_s={},
    )
    Sweep(job, estimate, rows.append, lambda progress: None).run()
    return {
        row.point.implementation: (row.status, row.reason)
        for row in rows
        if isinstance(row, PointRecord)
    }


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """Children of this test carry it, and none is left at its end."""
    name = f"{os.getpid()}-{request.node.name}"
    monkeypatch.setenv(MARK, name)
    yield name
    assert not left(name)


def left(name: str, within_s: float = 30.0) -> list[int]:
    end = time.monotonic() + within_s
    while (pids := alive(name)) and time.monotonic() < end:
        time.sleep(0.02)
    return pids


# -------------------------------------------------------------------------- memory


@needs_linux
def test_running_out_of_memory_costs_one_point_and_the_sweep_goes_on(mark: str) -> None:
    ended = outcomes("negative", "asks_for_too_much", "killed_for_its_memory")
    assert ended["negative"][0] is Status.OK
    status, reason = ended["asks_for_too_much"]
    assert status is Status.FAILED
    assert "Unable to allocate" in reason
    status, reason = ended["killed_for_its_memory"]
    assert status is Status.CRASHED
    assert "killed by SIGKILL" in reason
    assert "memory" not in reason  # which is not known, and not guessed


def test_what_is_predicted_to_need_too_much_memory_is_skipped_with_the_reason() -> None:
    small = msgspec.structs.replace(
        MACHINE, facts=msgspec.structs.replace(MACHINE.facts, memory_bytes=300)
    )
    made = plan([catalogue.load(FILES / "steady.py")], small, SHORT, Overrides())
    assert made.points
    assert any("of memory, more than" in skip.reason for skip in made.skipped)


@needs_linux
def test_the_system_takes_the_child_first_when_memory_runs_out(mark: str) -> None:
    talk = Conversation("profiler_suite.measure.planning.traced_cost")
    try:
        talk.ask(b"[]", 30.0)
        assert Path(f"/proc/{talk.pid}/oom_score_adj").read_text().strip() == "1000"
    finally:
        talk.close()


# --------------------------------------------------------- endings of the timing child


@needs_linux
def test_processes_and_pipes_that_an_implementation_leaves_hold_nothing_up(mark: str) -> None:
    ended = outcomes("negative", "leaves_a_process_behind", "closes_everything", "not_a_number")
    assert ended["negative"][0] is Status.OK
    assert ended["leaves_a_process_behind"][0] is Status.TIMEOUT
    assert ended["closes_everything"][0] in (Status.CRASHED, Status.FAILED)
    assert ended["not_a_number"][0] is Status.WRONG


# ----------------------------------------------------------- passes, point by point


@needs_linux
@pytest.mark.slow
def test_a_point_that_kills_or_hangs_the_breakdown_has_none_and_all_others_do(
    mark: str,
) -> None:
    names = ("negative", "dies_when_looked_at", "hangs_when_looked_at", "times_minus_one")
    found: list[BreakdownRecord] = []
    order = BreakdownRequest(
        files=(str(DEADLY),),
        seed=1,
        effort=BreakdownEffort(replay_s=0.01, sample_s=0.01, baseline_s=1.0, least_rounds=1),
    )
    assert measure_breakdowns(points(*names), order, 15.0, found.append) == ""
    by_name = {record.point.split("/")[1]: record for record in found}
    assert set(by_name) == set(names)
    for good in ("negative", "times_minus_one"):
        assert by_name[good].plain_s > 0
        assert by_name[good].untraced == ""
    assert "SIGSEGV" in by_name["dies_when_looked_at"].untraced
    assert "no answer within" in by_name["hangs_when_looked_at"].untraced


@needs_linux
@pytest.mark.long
def test_a_point_that_kills_or_hangs_the_line_profile_has_none_and_all_others_do(
    mark: str,
) -> None:
    names = ("negative", "dies_when_looked_at", "hangs_when_looked_at", "times_minus_one")
    found: list[LinesReply] = []
    said = lines.profile_points(points(*names), (str(DEADLY),), 1, 0.02, 15.0, found.append)
    assert said == ""
    by_name = {each.point.split("/")[1]: each for each in found}
    assert by_name["negative"].lines
    assert by_name["times_minus_one"].lines
    assert "SIGSEGV" in by_name["dies_when_looked_at"].reason
    assert "no answer within" in by_name["hangs_when_looked_at"].reason


def test_a_pass_whose_child_cannot_start_is_given_up_at_once() -> None:
    lost: list[str] = []
    said = pass_over(
        "profiler_suite.measure.no_such_module",
        {},
        points("negative", "times_minus_one"),
        1.0,
        msgspec.json.Decoder(str),
        lost.append,
        lambda point, why: why,
    )
    assert said.startswith("it did not start: its process exited with code 1")
    assert lost == []


# ------------------------------------------------------------------- the parent's death


@needs_linux
@pytest.mark.parametrize(
    "module", ["measure.lines.worker", "measure.planning.traced_cost", "machine.examining.team"]
)
def test_a_child_ends_when_its_parent_is_killed_whatever_it_is_doing(
    module: str, mark: str
) -> None:
    # The parent keeps the pipe open until it dies; the child is stopped, and reads nothing.
    code = (
        "import os, signal, sys, time; from profiler_suite import child\n"
        f"process = child.start('profiler_suite.{module}', '4096')\n"
        "print(process.pid, flush=True); time.sleep(3600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(FILES.parents[1])},
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.3)
    os.kill(pid, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert not left(mark)


@pytest.mark.skipif(os.name != "posix", reason="POSIX only")
def test_without_such_a_signal_a_child_looks_after_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    child.end_with(gone.pid)
    end = time.monotonic() + 30
    while not ended and time.monotonic() < end:
        time.sleep(0.01)
    assert ended == [1]


def test_a_system_that_starts_no_process_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(ChildError, match="no process can be started: Resource temporarily"):
        child.start("profiler_suite.measure.sweep.worker")


# ------------------------------------------------------------------------------ clocks


class Waiting(queue.SimpleQueue[bytes]):
    """Answers with the nth time it is asked; each time takes what the list says, s."""

    def __init__(self, lasted_s: list[float]) -> None:
        self.now_s = 0.0
        self.lasted_s = lasted_s

    def get(self, block: bool = True, timeout: float | None = None) -> bytes:
        if not self.lasted_s:
            return b"answer\n"
        self.now_s += self.lasted_s.pop(0)
        raise queue.Empty


def test_time_that_this_process_was_stopped_does_not_count_as_the_childs() -> None:
    asleep = Waiting([1.0, 3600.0, 1.0, 7200.0, 1.0])
    assert patiently(asleep, 60.0, lambda: asleep.now_s) == b"answer\n"
    awake = Waiting([1.0] * 1000)
    assert patiently(awake, 60.0, lambda: awake.now_s) is None
    assert len(awake.lasted_s) == 1000 - 60


def test_a_clock_that_stands_still_or_goes_back_does_not_wait_for_ever() -> None:
    for lasted_s in (0.0, -100.0):
        odd = Waiting([lasted_s] * 1000)
        assert patiently(odd, 60.0, lambda odd=odd: odd.now_s) is None  # type: ignore[misc]


def test_a_wall_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: (-1) ** next(jumps) * 1e9 + 1e9)
    assert outcomes("negative")["negative"][0] is Status.OK


@pytest.mark.parametrize(
    "module", ["sweep.worker", "lines.worker", "breakdown.per_point", "planning.traced_cost"]
)
def test_a_child_whose_parent_is_interrupted_in_the_middle_of_a_word_says_nothing(
    module: str,
) -> None:
    for said in (b"", b'{"files":['):
        process = child.start(f"profiler_suite.measure.{module}", stderr=subprocess.PIPE)
        _, complaints = process.communicate(said, timeout=60)
        assert (complaints, process.returncode) == (b"", 1)
