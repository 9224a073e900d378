"""The process that samples threads, against a process made up of a few files and words."""

import io
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.per_thread import sampler_process
from profiler_suite.measure.per_thread.requests import (
    BLAS,
    INTERPRETER,
    OwnedSpan,
    ThreadCounts,
    ThreadSamples,
    ThreadsTarget,
)
from profiler_suite.measure.per_thread.sampler_process import main, watch
from profiler_suite.measure.per_thread.waits import RUNNING
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import (
    COUNTING,
    END,
    PAUSED,
    READY,
    SAMPLE,
    STARTED,
)
from profiler_suite.model.threads import BLAS_BARRIER, GIL, LOCK, SLEEP
from tests.measure.reading.made_memory import BASE, CONTROL, MadeMemory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is looked at so")
PID, OTHER_THREAD = 12, 13
STACK = BASE + 2 * 4096
TARGET = ThreadsTarget(
    pid=PID,
    control=CONTROL,
    runtime=(0x7000, 0x8000),
    spans=(OwnedSpan(0x1000, 0x2000, INTERPRETER), OwnedSpan(0x2000, 0x3000, BLAS)),
)
FUTEX = "202 {:#x} 0 0 0 0 0 {:#x} 0x1"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeMemory:
    """Of a process whose first thread runs, on x86-64 wherever this test runs."""
    monkeypatch.setattr(sampler_process, "_PROC", tmp_path)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    made = MadeMemory()
    made.put(CONTROL, COUNTING)
    thread(tmp_path, PID)
    return made


def thread(
    proc: Path, number: int, state: str = "R", call: str = "running", clock: str = "5 1 1"
) -> None:
    folder = proc / str(PID) / "task" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stat").write_text(f"{number} (a) S (b) {state} 1 12 12")
    (folder / "syscall").write_text(call)
    (folder / "schedstat").write_text(clock)


def seen(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, *between: Callable[[], Any]
) -> ThreadCounts:
    """What looks find, with `between` them; after the last the process pauses."""
    steps = iter([*between, lambda: memory.put(CONTROL, PAUSED)])

    def sleep(_: float) -> None:
        step: Any = next(steps)
        step()

    clock = SimpleNamespace(sleep=sleep, perf_counter=lambda: 0.0)
    monkeypatch.setattr(sampler_process, "time", clock)
    library: Any = memory
    return watch(library, TARGET, iter([SAMPLE, END]).__next__)


@pytest.mark.parametrize(
    ("state", "call", "cause"),
    [
        ("R", "running", RUNNING),
        ("S", "running", RUNNING),
        ("S", FUTEX.format(0x7010, STACK), GIL),
        ("S", FUTEX.format(0x9000, STACK), LOCK),
        ("S", FUTEX.format(0x9000, STACK + 16), BLAS_BARRIER),
        ("S", "230 0 0 0 0 0 0 0 0", SLEEP),
    ],
)
def test_each_thread_runs_or_waits_for_something(
    memory: MadeMemory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    call: str,
    cause: str,
) -> None:
    memory.put(STACK, 0x900, 0x1500, 0x2500)
    thread(tmp_path, OTHER_THREAD, state, call)
    found = seen(memory, monkeypatch)
    assert found.samples == 1
    assert found.threads[PID].causes == {RUNNING: 1}
    assert found.threads[OTHER_THREAD].causes == {cause: 1}


def test_the_last_words_of_a_stack_are_read_up_to_its_end(
    memory: MadeMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = BASE + 4 * 4096
    memory.put(end - 16, 0x900, 0x2500)
    thread(tmp_path, OTHER_THREAD, "S", FUTEX.format(0x9000, end - 16))
    assert seen(memory, monkeypatch).threads[OTHER_THREAD].causes == {BLAS_BARRIER: 1}


def test_clocks_count_from_the_first_look_or_from_birth(
    memory: MadeMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread(tmp_path, PID, clock="1000 100 1")

    def later() -> None:
        thread(tmp_path, PID, clock="1500 110 1")
        thread(tmp_path, OTHER_THREAD, clock="40 4 1")

    found = seen(memory, monkeypatch, later)
    assert found.samples == 2
    assert found.threads[PID] == ThreadSamples(causes={RUNNING: 2}, ran_ns=500, queued_ns=10)
    assert found.threads[OTHER_THREAD] == ThreadSamples(
        causes={RUNNING: 1}, ran_ns=40, queued_ns=4
    )


def test_nothing_is_counted_between_evaluations(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.put(CONTROL, READY)
    found = seen(memory, monkeypatch, lambda: None)
    assert found == ThreadCounts(samples=0, threads={})


def test_a_thread_that_ends_or_has_ended_is_passed_over(
    memory: MadeMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread(tmp_path, OTHER_THREAD, "Z")
    (tmp_path / str(PID) / "task" / "14").mkdir()
    assert set(seen(memory, monkeypatch).threads) == {PID}


@pytest.mark.parametrize(
    ("machine", "readable", "text", "words"),
    [
        ("x86_64", False, "running", "does not let one process of yours read"),
        ("x86_64", True, "", "does not tell in which call"),
        ("riscv64", True, "running", "system calls of"),
    ],
)
def test_where_threads_cannot_be_told_apart_a_sentence_says_why(
    memory: MadeMemory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    readable: bool,
    text: str,
    words: str,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    memory.readable = readable
    thread(tmp_path, PID, call=text)
    found = seen(memory, monkeypatch)
    assert words in found.error
    assert not found.threads


def test_it_answers_each_target_until_the_input_ends(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peek, "libc", lambda: memory)
    lines = b"".join((msgspec.json.encode(TARGET), b"\n", END)) * 2
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=output))
    main()
    first, *answers = output.getvalue().splitlines(keepends=True)
    assert first == STARTED
    assert [msgspec.json.decode(each, type=ThreadCounts).samples for each in answers] == [0, 0]
