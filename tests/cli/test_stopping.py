"""What asks a command to stop becomes one KeyboardInterrupt."""

import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.cli import stopping
from profiler_suite.cli.stopping import Stopping, StopRequest


def raised(found: Stopping, number: int = signal.SIGTERM) -> bool:
    try:
        found.receive(number, None)
    except KeyboardInterrupt:
        return True
    return False


def test_the_first_signal_stops_and_those_soon_after_wait() -> None:
    now = [0.0]
    found = Stopping(clock=lambda: now[0])
    assert raised(found)
    now[0] = 2.9
    assert not raised(found)
    now[0] = 3.1
    assert raised(found)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (0, 130)],
)
def test_the_exit_code_is_the_signal_s(number: int, code: int) -> None:
    found = Stopping()
    found.signal = number
    assert found.exit_code == code


def frame(*files: str) -> Any:
    made: Any = None
    for file in reversed(files):
        made = SimpleNamespace(f_code=SimpleNamespace(co_filename=file), f_back=made)
    return made


def test_an_import_is_not_interrupted_until_it_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later: list[int] = []
    monkeypatch.setattr(Stopping, "_later", lambda self, number: later.append(number))
    now = [100.0]
    found = Stopping(clock=lambda: now[0])
    importing = frame("a.py", "<frozen importlib._bootstrap>", "main.py")
    found.receive(signal.SIGINT, importing)
    assert later == [signal.SIGINT]
    now[0] = 103.0
    with pytest.raises(KeyboardInterrupt):
        found.receive(signal.SIGINT, importing)


def test_handlers_are_put_back_and_what_is_ignored_stays_ignored() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stopping() as found:
            assert signal.getsignal(signal.SIGTERM) == found.receive
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) == before[0]
    finally:
        signal.signal(signal.SIGHUP, before[1])


def test_an_interrupt_in_a_destructor_is_raised_again_and_other_errors_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", others.append)
    found = Stopping()
    again: list[int] = []
    monkeypatch.setattr(found, "_later", again.append)
    found.signal = signal.SIGTERM
    stopping.leave_unraised_to(found)
    sys.unraisablehook(SimpleNamespace(exc_type=ValueError))
    assert (len(others), again) == (1, [])
    sys.unraisablehook(SimpleNamespace(exc_type=KeyboardInterrupt))
    assert (len(others), again) == (1, [signal.SIGTERM])


def test_a_request_is_kept_in_mind_and_the_third_is_heard_at_once() -> None:
    with Stopping(), StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_what_may_be_stopped_is_stopped_and_not_begun_afterwards() -> None:
    begun = []
    with Stopping(), StopRequest() as stop:
        with pytest.raises(KeyboardInterrupt), stop.raising():
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt), stop.raising():
            begun.append(1)
    assert not begun


def test_a_program_that_was_stopped_counts_as_a_request() -> None:
    with StopRequest() as stop:
        assert not stop.asked
        stop.ask()
        assert stop.asked


def test_handlers_are_as_before_when_nothing_is_postponed_any_more() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopRequest():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
