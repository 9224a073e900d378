"""The events of all threads, started and stopped together."""

import errno
from typing import Any

import pytest

from profiler_suite.measure.native import perf
from profiler_suite.measure.native.thread_events import ThreadEvents


class Event:
    """An event that the kernel never saw."""

    log: list[tuple[int, str]]

    def __init__(self, thread: int, *_: Any) -> None:
        if thread == 30:
            raise ProcessLookupError(errno.ESRCH, "ended")
        if thread == 40:
            raise perf.PerfError("no memory for its buffer")
        self.thread = thread
        self.kernel_included = False

    def enable(self) -> None:
        self.log.append((self.thread, "on"))

    def disable(self) -> None:
        self.log.append((self.thread, "off"))

    def drain(self) -> perf.RingContents:
        return perf.RingContents(samples=((self.thread, False),) * 2, lost=1)

    def ticks(self) -> float:
        return 7.0

    def close(self) -> None:
        self.log.append((self.thread, "closed"))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    made: list[tuple[int, str]] = []
    monkeypatch.setattr(Event, "log", made, raising=False)
    monkeypatch.setattr(perf, "ThreadEvent", Event)
    monkeypatch.setattr(perf, "threads_of_process", lambda: [10, 20, 30, 40])
    monkeypatch.setattr("threading.get_native_id", lambda: 10)
    return made


def test_the_calling_thread_is_the_last_to_start_and_the_first_to_stop(
    log: list[tuple[int, str]],
) -> None:
    watch = ThreadEvents(1000, 4096, None)
    log.clear()
    watch.start()
    assert log == [(20, "on"), (10, "on")]
    log.clear()
    watch.stop()
    assert log[0] == (10, "off")
    assert (20, "off") in log


def test_samples_are_kept_apart_by_thread_and_add_up(log: list[tuple[int, str]]) -> None:
    watch = ThreadEvents(1000, 4096, None)
    for _ in range(3):
        watch.start()
        watch.stop()
    assert watch.addresses[True] == {(10, False): 6}
    assert watch.addresses[False] == {(20, False): 6}
    assert watch.lost == 6
    assert watch.own_ticks() == 7.0
    assert not watch.kernel_included


def test_threads_that_ended_or_were_refused_are_passed_over_once(
    log: list[tuple[int, str]],
) -> None:
    watch = ThreadEvents(1000, 4096, None)
    watch.start()
    watch.start()
    assert (watch.threads, watch.threads_refused) == (2, 1)
    watch.close()
    assert [what for what in log if what[1] == "closed"] == [(10, "closed"), (20, "closed")]
