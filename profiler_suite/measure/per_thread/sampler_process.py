"""The process that samples every thread of another one: whether it runs, what it waits for.

It stops nobody: the state of a thread is the kernel's to tell, and the stack of one that
sleeps holds still while it is read.
"""

import contextlib
import ctypes
import os
import random
import struct
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from profiler_suite.measure.per_thread import waits
from profiler_suite.measure.per_thread.requests import (
    ThreadCounts,
    ThreadSamples,
    ThreadsTarget,
)
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import COUNTING, PAUSED, SAMPLE
from profiler_suite.measure.reading.serving import answer, state_of

# It shares the cores with what it samples: a tenth of one at most, and not in step with it.
_LEAST_PAUSE_S, _REST = 0.8e-3, 8.0
_STACK_WORDS = 512
_NO_CALLS = "the system calls of {machine} are not known"
_NO_TEXT = "the system does not tell in which call a thread sleeps"
_PROC = Path("/proc")


class ThreadReader:
    """Samples all threads of one process."""

    def __init__(self, library: ctypes.CDLL, target: ThreadsTarget) -> None:
        self._library = library
        self._target = target
        self._tasks = _PROC / str(target.pid) / "task"
        self.samples = 0
        self._causes: dict[int, Counter[str]] = {}
        self._clocks: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}

    def why_not(self) -> str:
        """An empty string where threads can be told apart, or one sentence why not."""
        if not waits.known():
            return _NO_CALLS.format(machine=os.uname().machine)
        try:
            text = (self._tasks / str(self._target.pid) / "syscall").read_text()
        except OSError:
            return _NO_TEXT
        return "" if text.split() else _NO_TEXT

    def state(self) -> int:
        """What the process says that it does."""
        return state_of(self._library, self._target.pid, self._target.control)

    def sample(self) -> None:
        """One sample of every thread, counted only if the function still runs after it."""
        seen = {}
        for task in self._tasks.iterdir():
            with contextlib.suppress(OSError):  # it ends meanwhile
                seen[int(task.name)] = self._cause(task), self._clock(task)
        if self.state() != COUNTING:
            return
        self.samples += 1
        for thread, (cause, clock) in seen.items():
            if not cause:
                continue
            self._causes.setdefault(thread, Counter())[cause] += 1
            # Who appears later was born meanwhile, its clocks with it.
            born = clock if self.samples == 1 else (0, 0)
            self._clocks[thread] = (self._clocks.get(thread, (born, clock))[0], clock)

    def _cause(self, task: Path) -> str:
        # 'pid (name) S …': the name may hold anything, also brackets.
        text = (task / "stat").read_bytes()
        state = text[text.rfind(b")") + 2 :][:1]
        if state == b"R":
            return waits.RUNNING
        if state not in (b"S", b"D"):
            return ""
        return waits.cause((task / "syscall").read_text(), self._target, self._stack)

    def _stack(self, address: int) -> tuple[int, ...]:
        data = peek.copy(self._library, self._target.pid, address, 8 * _STACK_WORDS)
        if not data:  # the outermost frames of a thread lie at the end of its memory
            page = 4096 - address % 4096
            data = peek.copy(self._library, self._target.pid, address, page)
        return struct.unpack(f"{len(data) // 8}Q", data[: len(data) // 8 * 8])

    def _clock(self, task: Path) -> tuple[int, int]:
        """On a core and waiting for one so far, ns."""
        with contextlib.suppress(OSError, ValueError):
            words = (task / "schedstat").read_text().split()
            return int(words[0]), int(words[1])
        return 0, 0

    def counts(self) -> ThreadCounts:
        """What was seen."""
        found = {}
        for thread, causes in self._causes.items():
            first, last = self._clocks[thread]
            found[thread] = ThreadSamples(
                causes=dict(causes),
                ran_ns=max(0, last[0] - first[0]),
                queued_ns=max(0, last[1] - first[1]),
            )
        return ThreadCounts(samples=self.samples, threads=found)


def watch(
    library: ctypes.CDLL, target: ThreadsTarget, next_request: Callable[[], bytes]
) -> ThreadCounts:
    """Sample whenever asked to, until the end is requested."""
    reader = ThreadReader(library, target)
    reason = peek.may_read(library, target.pid, target.control) or reader.why_not()
    while next_request() == SAMPLE:
        if not reason:
            _watch_on(reader)
    if reason:
        return ThreadCounts(samples=0, threads={}, error=reason)
    return reader.counts()


def _watch_on(reader: ThreadReader) -> None:
    while (state := reader.state()) != PAUSED:
        begun = time.perf_counter()
        if state == COUNTING:
            reader.sample()
        took_s = time.perf_counter() - begun
        time.sleep(max(_LEAST_PAUSE_S, _REST * took_s) * (0.5 + random.random()))


def main() -> None:
    """Answer each target from standard input on standard output; end with the input."""
    answer(ThreadsTarget, watch)


if __name__ == "__main__":
    main()
