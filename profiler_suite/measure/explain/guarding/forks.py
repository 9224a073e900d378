"""Ends a forked child of this process that comes back from the function into the suite.

It would go on measuring beside its parent, and fork again at every evaluation. The hook
that Python calls in a forked child finds the suite's own frame that the function is to
come back to, and has the child end there: nothing is added to a call in the parent.
"""

import mmap
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from types import CodeType, FrameType
from typing import Any

from profiler_suite.errors import TimeUp

_PACKAGE = str(Path(__file__).resolve().parents[3]) + os.sep
# They end their forked child themselves.
_ENDS_ITSELF = (os.sep + "multiprocessing" + os.sep,)
# A child that comes back does so about as soon as its parent.
_COMING_BACK_S = 0.5
_LOOK_S = 0.002
# Of a function whose first calls fork, it is known by then that no child comes back.
_WAITED_FOR = 2
RETURNED = (
    "a child process that it forked came back from it, which would run everything after it "
    "twice; let the child end itself with os._exit"
)

_guards: list["ForkGuard"] = []


class ForkGuard:
    """While it is entered, a forked child that comes back into the suite ends at once."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._thread = threading.get_ident()
        # One page that forked children share.
        self._returned = mmap.mmap(-1, 1)
        self._stopped = False
        self.forks = 0
        """Forks that this process has made through Python."""
        self.late = False
        """Whether the first calls are over; later ones are not checked one by one."""

    def __enter__(self) -> "ForkGuard":
        _register()
        _guards.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.check()
        _guards.remove(self)

    def check(self) -> None:
        """End this process if it is a forked child: it has nothing to do here."""
        if os.getpid() != self._pid:
            self.leave()

    def leave(self) -> None:
        """In the child: say that it came back, and end."""
        self._returned[0] = 1
        os._exit(0)

    def came_back(self, forks_before: int | None = None) -> bool:
        """Whether any forked child has come back; after a fork, waits a moment for it."""
        if forks_before is not None and self.forks > forks_before:
            self._wait(_COMING_BACK_S)
        return bool(self._returned[0])

    def _wait(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self._returned[0] and _has_running_children() and monotonic() < until:
            sleep(_LOOK_S)

    def forked(self) -> None:
        """In the parent, after a fork: no more of them once a child has come back."""
        self.forks += 1
        if self.late and self.forks <= _WAITED_FOR:
            # The next fork may be but some microseconds away.
            self._wait(_COMING_BACK_S / 10)
        frame = _coming_back_to()
        if self._returned[0] and not self._stopped and frame is not None:
            self._stopped = True  # not from here: what a hook raises is lost
            _at_return_to(frame, self._stop)

    def _stop(self) -> None:
        raise TimeUp

    def in_child(self) -> None:
        """In the forked child: have it end where it would come back."""
        if threading.get_ident() != self._thread:
            return  # another thread's fork never comes back to us
        frame = _coming_back_to()
        if frame is not None:
            _at_return_to(frame, self.leave)


def _coming_back_to() -> FrameType | None:
    """The suite's frame that the function returns to; None if the child will end itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if any(each in file for each in _ENDS_ITSELF):
            return None
        if file.startswith(_PACKAGE) and file != __file__:
            return frame
        frame = frame.f_back
    return None


def _has_running_children() -> bool:
    """Whether any child of this process is alive; True where that cannot be known."""
    if not hasattr(os, "waitid"):
        return True
    try:
        # Those that have ended are left for the function to wait for.
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return ended is None
    except OSError:
        return False


def _register() -> None:
    """Once: the hooks stay, and do nothing while there is no guard."""
    if not _registered and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=_in_parent, after_in_child=_in_child)
        _registered.append(True)


_registered: list[bool] = []


def _in_parent() -> None:
    for guard in _guards:
        guard.forked()


def _in_child() -> None:
    for guard in _guards[-1:]:
        guard.in_child()


def _at_return_to(frame: FrameType, act: Callable[[], None]) -> None:
    """Call `act` as soon as that frame of this thread goes on."""
    if sys.version_info < (3, 12) or not _by_event(frame.f_code, act):
        _by_trace(frame, act)


def _by_trace(frame: FrameType, act: Callable[[], None]) -> None:
    def acts(*_: object) -> None:
        sys.settrace(None)
        act()

    frame.f_trace = acts
    sys.settrace(lambda *_: None)


def _by_event(code: CodeType, act: Callable[[], None]) -> bool:
    """Only that code is instrumented: what else the process does runs at its own speed."""
    monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - unknown to Python 3.11
    free = [number for number in range(6) if monitoring.get_tool(number) is None]
    if not free:
        return False
    tool, events = free[0], monitoring.events

    def acts(at: CodeType, *_: object) -> None:
        if at is code:
            monitoring.set_local_events(tool, code, 0)
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)
            act()

    monitoring.use_tool_id(tool, "profiler_suite forks")
    for event in (events.LINE, events.PY_RETURN, events.PY_UNWIND):
        monitoring.register_callback(tool, event, acts)
    monitoring.set_local_events(tool, code, events.LINE | events.PY_RETURN)
    monitoring.set_events(tool, events.PY_UNWIND)
    return True
