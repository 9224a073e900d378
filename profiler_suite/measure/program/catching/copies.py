"""Forks the program at the beginning of a call: the copy waits with it.

It has the arguments as they are at that moment and the program's modules around them. Nothing
is copied in the program itself, and it hears nothing of its copies.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from profiler_suite.measure.program.catching.channel import CallChannel
from profiler_suite.measure.program.catching.wish import Wish

# What a copy needs of others, besides Python's own.
_OURS = ("profiler_suite", "msgspec", "threadpoolctl")
_FIRST_LOOK_S = 0.02
_READ = ("TextIOWrapper", "BufferedReader")
# What the program may do to these is its own affair: ours are as they were at its beginning.
_fork: Any = getattr(os, "fork", None)
_exit, _getpid, _waitpid = os._exit, os.getpid, os.waitpid


class CallCopies:
    """Makes copies of the program; their parent is none of its processes."""

    def __init__(self, channel: CallChannel, package: str) -> None:
        """`package` is the folder that our package lies in."""
        self._channel, self._package = channel, package
        self.stop_looking: Callable[[], None] = _nothing
        """What takes the hook away, in a copy."""

    def keep(self, wish: Wish, frame: FrameType, call: int) -> bool:
        """Fork a copy that waits; False where nobody would ask for it."""
        try:
            talk = self._channel.holder(wish, call)
        except OSError:  # nobody waits for it any more
            return False
        places = places_of_files(frame)
        with _unheard_children():
            self._copied(talk, frame, places)
        return True

    def _copied(self, talk: _socket.socket, frame: FrameType, places: dict[int, int]) -> None:
        """The copy; the process between, whose child it is, is gone at once."""
        filters = sys.modules.get("warnings")
        with filters.catch_warnings() if filters else contextlib.nullcontext():
            if filters:
                filters.simplefilter("ignore")  # of a fork beside other threads
            try:
                between = _fork()
            except OSError:  # no more processes, no more memory: this call is not kept
                talk.close()
                return
        if between:
            talk.close()
            with contextlib.suppress(OSError):
                _waitpid(between, 0)
            return
        try:
            if _fork():
                _exit(0)
            self._wait(talk, frame, places)
        finally:
            _exit(70)

    def _wait(self, talk: _socket.socket, frame: FrameType, places: dict[int, int]) -> None:
        """In the copy: leave the hook as if it had never been, and wait for orders."""
        # Most are let go as soon as their call has ended.
        talk.settimeout(_FIRST_LOOK_S)
        with contextlib.suppress(TimeoutError):
            if not talk.recv(1, _socket.MSG_PEEK):
                _exit(0)
        talk.settimeout(None)
        self.stop_looking()
        _leave_tracing()
        before = list(sys.path)
        # A neighbour of the program's may have the name of a module that we need.
        sys.path[:] = [*before[1:], *before[:1], self._package]
        _forget_neighbours(before[:1])
        from profiler_suite.measure.program import holder

        sys.path[:] = before
        holder.hold(talk, self._channel.path, frame, self._package, places)


def places_of_files(frame: FrameType) -> dict[int, int]:
    """Where files stand that are open for reading, by the identity of the values of a frame.

    Standard input is among them: what the frame's code calls may read it. A copy shares their
    places with the program, which reads on.
    """
    found = {}
    for value in [*frame.f_locals.values(), getattr(sys, "stdin", None)]:
        if type(value).__module__ == "_io" and type(value).__name__ in _READ:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                if value.mode in ("r", "rt", "rb"):
                    found[id(value)] = value.tell()
    return found


def _nothing() -> None:
    """Nobody looks yet."""


@contextlib.contextmanager
def _unheard_children() -> Iterator[None]:
    """While it is entered, the program hears nothing of a child of ours that ends.

    If one of its own ends meanwhile, it hears of that afterwards.
    """
    number = _signal.SIGCHLD
    handler = _signal.getsignal(number)
    if not callable(handler):
        yield
        return
    try:
        _signal.signal(number, _signal.SIG_DFL)
    except ValueError:  # not the main thread, which alone may
        yield
        return
    try:
        yield
    finally:
        _signal.signal(number, handler)
        with contextlib.suppress(OSError, AttributeError):
            if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                os.kill(_getpid(), number)


def _forget_neighbours(folders: list[str]) -> None:
    """In the copy: modules of the program's that have names of ours, or of Python's own.

    Its functions go on with those that they have; what we import is what we mean.
    """
    here = {os.path.realpath(each) for each in folders}
    for name, module in list(sys.modules.items()):
        root = name.partition(".")[0]
        if name == "__main__" or root not in (*_OURS, *sys.stdlib_module_names):
            continue
        named = getattr(module, "__file__", "")
        if not named:  # built in
            continue
        file = os.path.realpath(named)
        parts = [os.path.dirname(file), os.path.dirname(os.path.dirname(file))]  # noqa: PTH120
        if here.intersection(parts):
            del sys.modules[name]


def _leave_tracing() -> None:
    """Let this thread be traced and monitored again, although a hook is being called.

    A hook's own lines cause no events, and neither would anything explained inside of it.
    """
    import ctypes

    api = ctypes.pythonapi
    api.PyThreadState_Get.restype = ctypes.c_void_p
    api.PyThreadState_LeaveTracing.argtypes = [ctypes.c_void_p]
    api.PyThreadState_LeaveTracing.restype = None
    api.PyThreadState_LeaveTracing(api.PyThreadState_Get())
