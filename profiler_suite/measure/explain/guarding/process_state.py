"""What a function changes of its process: put back after each pass, or named where it stays.

The passes after it, and whoever called, are to find the process as the first one did: a
changed directory, another error state or a patched NumPy would be in all their numbers.
"""

import builtins
import contextlib
import errno
import gc
import locale
import operator
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl

_FILES = Path("/proc/self/fd")
_TASKS = Path("/proc/self/task")
# Threads that are about to end get this long.
_JOIN_S = 0.1
_PATCHED = (np, np.linalg, np.fft, np.random, builtins)
_TIMERS = ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")


class Aspect(NamedTuple):
    """One thing that a function may change, how to see it and how to put it back."""

    said: str
    """What it does: 'it changes the working directory'."""
    take: Callable[[], Any]
    put: Callable[[Any], None] | None
    """None where it can only be named."""


class ProcessState:
    """The state of this process when it was made."""

    def __init__(self) -> None:
        self._aspects = tuple(_aspects())
        self._before = [aspect.take() for aspect in self._aspects]
        self._files = open_files()
        self._threads = set(threading.enumerate())

    def restore(self) -> list[str]:
        """Put back what has changed; says what that was, in sentences."""
        found = []
        for aspect, before in zip(self._aspects, self._before, strict=True):
            if _same(aspect.take(), before):
                continue
            if aspect.put is None:
                found.append(f"{aspect.said}, which stays so")
                continue
            with contextlib.suppress(Exception):  # a folder that is gone, a lost privilege
                aspect.put(before)
            back = _same(aspect.take(), before)
            found.append(
                f"{aspect.said}; put back after each pass"
                if back
                else f"{aspect.said}, which stays so"
            )
        return [*found, *self._left_behind()]

    def _left_behind(self) -> Iterator[str]:
        """Threads and files, whatever their number."""
        started = set(threading.enumerate()) - self._threads
        for thread in started:
            if thread is not threading.current_thread():
                thread.join(_JOIN_S / len(started))
        if any(thread.is_alive() for thread in started):
            yield "it leaves threads running, which take their part of the machine's time"
        if open_files() > self._files:
            yield "it leaves files open"


def open_files() -> int:
    """How many files and pipes this process has open; 0 where that is not known."""
    try:
        return len(os.listdir(_FILES)) - 1  # noqa: PTH208 - what lists it is open, too
    except OSError:
        return 0


def can_open_files() -> bool:
    """Whether this process may open one more file."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno != errno.EMFILE
    return True


def children() -> tuple[int, float]:
    """Child processes that run now, and the page faults of those that have ended.

    Between two calls they tell whether any were started: each has faults of its own.
    """
    running: set[str] = set()
    with contextlib.suppress(OSError):
        for task in _TASKS.iterdir():
            with contextlib.suppress(OSError):
                running.update((task / "children").read_text().split())
    try:
        import resource
    except ImportError:  # Windows
        return len(running), 0.0
    return len(running), float(resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt)


def raise_file_limit() -> None:
    """Let this process open as many files as the system allows it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - a handler or a formatter of any kind
        return one is other


def _aspects() -> Iterator[Aspect]:
    yield Aspect("it changes the working directory", _folder, os.chdir)
    yield Aspect("it changes the environment", lambda: dict(os.environ), _put_environment)
    yield Aspect("it changes sys.path", lambda: list(sys.path), _put_path)
    yield Aspect(
        "it changes NumPy's error state (np.seterr)",
        np.geterr,
        _put_errors,
    )
    yield Aspect(
        "it changes NumPy's error callback",
        np.geterrcall,
        _put_error_call,
    )
    yield Aspect(
        "it changes how NumPy prints",
        np.get_printoptions,
        lambda options: np.set_printoptions(**options),
    )
    for module in _PATCHED:
        contents = _Contents(module)
        yield Aspect(f"it replaces parts of {module.__name__}", contents.take, contents.put)
    yield Aspect("it changes signal handlers", _handlers, _put_handlers)
    if hasattr(signal, "setitimer"):
        yield Aspect("it leaves an alarm running", _alarms, _put_alarms)
    yield Aspect(
        "it changes the garbage collector's settings",
        lambda: (gc.isenabled(), gc.get_threshold()),
        _put_collector,
    )
    yield Aspect("it changes the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit)
    yield Aspect(
        "it changes the interpreter's switch interval",
        sys.getswitchinterval,
        sys.setswitchinterval,
    )
    yield Aspect("it sets a trace function", sys.gettrace, sys.settrace)
    yield Aspect("it sets a profile function", sys.getprofile, sys.setprofile)
    yield Aspect(
        "it replaces sys.stdin, sys.stdout or sys.stderr",
        lambda: (sys.stdin, sys.stdout, sys.stderr),
        _put_streams,
    )
    yield Aspect("it changes the locale", _locale, _put_locale)
    if hasattr(os, "sched_setaffinity"):
        yield Aspect(
            "it changes which cores it may use",
            lambda: os.sched_getaffinity(0),
            lambda cores: os.sched_setaffinity(0, cores),
        )
    if hasattr(os, "getpriority"):
        yield Aspect(
            "it changes the priority of its process",
            lambda: os.getpriority(os.PRIO_PROCESS, 0),
            lambda level: os.setpriority(os.PRIO_PROCESS, 0, level),
        )
    threads = _BlasThreads()
    yield Aspect("it changes the number of BLAS threads", threads.take, threads.put)


class _Contents:
    """The names of a module as they were when it was first looked at.

    What is imported on demand comes later: only what was there is anybody's to replace.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._names = [name for name in vars(module) if name != "_"]  # of the interpreter

    def take(self) -> "_Values":
        """The values, to be compared by identity."""
        return _Values(vars(self._module).get(name) for name in self._names)

    def put(self, values: "_Values") -> None:
        """Give the names these values again."""
        for name, value in zip(self._names, values, strict=True):
            if vars(self._module).get(name) is not value:
                setattr(self._module, name, value)


class _Values(list[Any]):
    """Values that are the same only where they are the same objects."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and all(map(operator.is_, self, other))


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a folder that is gone has no path
    except OSError:
        return ""


def _put_environment(before: dict[str, str]) -> None:
    for name in set(os.environ) - set(before):
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _put_path(before: list[str]) -> None:
    sys.path[:] = before


def _put_errors(before: dict[str, Any]) -> None:
    np.seterr(**before)


def _put_error_call(before: Any) -> None:
    np.seterrcall(before)


def _handlers() -> dict[int, Any]:
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def _put_handlers(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _alarms() -> tuple[bool, ...]:
    return tuple(signal.getitimer(getattr(signal, name))[0] > 0 for name in _TIMERS)


def _put_alarms(before: tuple[bool, ...]) -> None:
    """What was not running stops; what was goes on as the function has left it."""
    for name, running in zip(_TIMERS, before, strict=True):
        if not running:
            signal.setitimer(getattr(signal, name), 0)


def _put_collector(before: tuple[bool, tuple[int, int, int]]) -> None:
    (gc.enable if before[0] else gc.disable)()
    gc.set_threshold(*before[1])


def _put_streams(before: tuple[Any, Any, Any]) -> None:
    sys.stdin, sys.stdout, sys.stderr = before


def _locale() -> str:
    return locale.setlocale(locale.LC_ALL)


def _put_locale(before: str) -> None:
    locale.setlocale(locale.LC_ALL, before)


class _BlasThreads:
    """The numbers of threads of the libraries that are loaded when it is made."""

    def __init__(self) -> None:
        self._libraries = threadpoolctl.ThreadpoolController().lib_controllers

    def take(self) -> list[int | None]:
        """As they are now."""
        return [library.get_num_threads() for library in self._libraries]

    def put(self, numbers: list[int | None]) -> None:
        """As they were."""
        for library, number in zip(self._libraries, numbers, strict=True):
            if number is not None:
                library.set_num_threads(number)
