"""A thread of another process stands still while it is read, and has its signals."""

import signal
import sys
from typing import Any

import pytest

from profiler_suite.measure.reading.brake import ThreadBrake
from profiler_suite.measure.reading.serving import GoneError
from tests.measure.reading.made_memory import EVENT_STOP, GONE, MadeMemory, waits_with

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sampled so")
CONT, DETACH, SEIZE, INTERRUPT = 7, 17, 0x4206, 0x4207


@pytest.fixture
def memory() -> MadeMemory:
    return MadeMemory()


def brake(memory: MadeMemory) -> ThreadBrake:
    library: Any = memory
    return ThreadBrake(library, 77)


def stopped_by(number: int) -> int:
    return number << 8 | 0x7F


def test_a_signal_that_comes_meanwhile_is_passed_on(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_with(monkeypatch, stopped_by(signal.SIGUSR1), EVENT_STOP)
    brake(memory).stop()
    assert memory.traced == [SEIZE, INTERRUPT, CONT]
    waits_with(monkeypatch, stopped_by(signal.SIGUSR1), -1)
    later = brake(memory)
    later.pass_on()
    later.pass_on()  # nothing has come: nothing is asked
    assert memory.traced[3:] == [SEIZE, CONT]


def test_a_process_that_has_ended_cannot_be_stopped(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_with(monkeypatch, GONE, GONE)
    with pytest.raises(GoneError):
        brake(memory).stop()
    with pytest.raises(GoneError):
        brake(memory).pass_on()


def test_a_thread_is_let_go_in_the_end(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_with(monkeypatch, EVENT_STOP, EVENT_STOP)
    held = brake(memory)
    assert held.works
    held.stop()
    held.release()
    held.let_go()
    assert memory.traced == [SEIZE, INTERRUPT, CONT, INTERRUPT, DETACH]


def test_where_the_system_does_not_allow_it_it_does_not_work(memory: MadeMemory) -> None:
    memory.may_trace = False
    assert not brake(memory).works
