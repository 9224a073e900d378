"""The sampling clocks of all threads, those that are started later included."""

import errno
import os
import struct
import sys
import threading
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.native import perf
from profiler_suite.measure.per_thread.clocks import InheritedClocks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sampled so")


class Event:
    """An event that the kernel never saw."""

    made: list["Event"]

    def __init__(self, thread: int, *_: Any) -> None:
        if thread == 30:
            raise ProcessLookupError(errno.ESRCH, "ended")
        if thread == 40:
            raise perf.PerfError("no memory for its buffer")
        self.thread, self.on, self.closed = thread, False, False
        self.made.append(self)

    def enable(self) -> None:
        self.on = True

    def disable(self) -> None:
        self.on = False

    def take(self) -> bytes:
        sample = struct.pack("=IHHQII", 9, 2, 24, 0x1000, 7, self.thread)
        return sample + struct.pack("=IHHQQ", 2, 0, 24, 1, 3)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    found: list[Event] = []
    monkeypatch.setattr(Event, "made", found, raising=False)
    monkeypatch.setattr(perf, "ThreadEvent", Event)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3})
    monkeypatch.setattr("threading.get_native_id", lambda: 10)
    return found


def test_the_calling_thread_has_a_clock_for_each_core_and_others_one(
    made: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perf, "threads_of_process", lambda: [10, 20, 30])
    clocks = InheritedClocks(1000.0)
    assert [each.thread for each in made] == [10, 10, 20]
    clocks.start()
    assert all(each.on for each in made)
    clocks.stop()
    assert not any(each.on for each in made)
    assert clocks.samples == {(10, 0x1000, False): 2, (20, 0x1000, False): 1}
    assert clocks.lost == 9
    clocks.close()
    assert all(each.closed for each in made)


def test_clocks_are_given_back_where_one_is_refused(
    made: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perf, "threads_of_process", lambda: [10, 20, 40])
    with pytest.raises(perf.PerfError):
        InheritedClocks(1000.0)
    assert [each.closed for each in made] == [True, True, True]


@pytest.mark.measures
def test_a_thread_that_is_started_later_is_sampled() -> None:
    if reason := perf.why_not():
        pytest.skip(reason)
    numbers = np.ones(200_000)
    later: list[int] = []

    def work() -> None:
        later.append(threading.get_native_id())
        for _ in range(60):
            np.exp(numbers)

    clocks = InheritedClocks(1999.0)
    clocks.start()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    clocks.stop()
    clocks.close()
    of_thread = sum(n for (number, _, _), n in clocks.samples.items() if number == later[0])
    assert of_thread >= 5
