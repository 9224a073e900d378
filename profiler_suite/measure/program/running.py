"""Runs a program beside this process, with the streams, folder and signals of a plain run."""

import contextlib
import ctypes
import errno
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from types import FrameType
from typing import Any

import msgspec

from profiler_suite.child import PR_SET_PDEATHSIG
from profiler_suite.errors import UsageError
from profiler_suite.measure.program.limit import ProgramLimit, send
from profiler_suite.measure.program.request import (
    Probe,
    ProgramTarget,
    boot_environment,
    command,
)
from profiler_suite.measure.reading.peek import PR_SET_PTRACER
from profiler_suite.model.noun import Noun

_ANY = ctypes.c_ulong(-1)  # of processes, for PR_SET_PTRACER (linux/prctl.h)
# An interpreter is at its bootstrap within some hundredths of a second; under load, later.
_PATIENCE_MS = 20_000
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
# Linux counts kilobytes, macOS bytes (getrusage(2)).
_PEAK_UNIT = 1024 if sys.platform == "linux" else 1
# Pages are counted by each core for itself, and summed up now and then.
_INEXACT = 1.05


FROM_OUTSIDE = b"-"
"""Answer to a program that waits: it is watched from outside."""


class ProgramEnd(Noun, frozen=True):
    """How a program ended, and what the system counted of it."""

    exit_code: int
    """As subprocess has it: the number of a signal is negative."""
    wall_s: float
    """From its first line to its end, s."""
    user_s: float = 0.0
    system_s: float = 0.0
    """Of the program and of its children that it waited for, s."""
    peak_bytes: int = 0
    """Resident memory at its highest, of the largest process; 0 where that is not known."""
    page_faults: int = 0
    """Pages that were given without reading a disk."""
    limited: bool = False
    """Whether it was ended because its time was over."""
    interrupted: bool = False
    """Whether somebody pressed Ctrl-C while it ran."""


def run_program(
    target: ProgramTarget,
    probes: Sequence[Probe] = (),
    beside: Callable[[int], object] | None = None,
    python: str = "",
    environment: dict[str, str] | None = None,
    limit_s: float = 0.0,
) -> ProgramEnd:
    """Run the program to its end; nothing of it is read, changed or written by this process.

    `probes` run in it before its first line. `beside` is called with the process id when the
    interpreter stands before that line, and the program begins when it returns; without probes
    that stand in for it if it returns True. After `limit_s`, if any, it is ended.
    """
    given = dict(os.environ if environment is None else environment)
    with _gate() as (ours, theirs):
        number = theirs.fileno() if theirs else -1
        process = _started(target, python, boot_environment(given, probes, number), given)
        with forwarding(process) as heard:
            if ours and theirs:
                theirs.close()
                if _arrived(ours) and beside and beside(process.pid) is True:
                    ours.send(FROM_OUTSIDE)
            begun = perf_counter()
            if ours:
                ours.close()
            with ProgramLimit(process, limit_s) as limit:
                end = _wait(process, begun)
            interrupted = signal.SIGINT in heard
            return msgspec.structs.replace(end, limited=limit.reached, interrupted=interrupted)


def _started(
    target: ProgramTarget, python: str, environment: dict[str, str], plain: dict[str, str]
) -> "subprocess.Popen[bytes]":
    """The program with that environment; with the plain one where there is no room for ours."""
    try:
        return subprocess.Popen(
            command(target, python),
            env=environment,
            close_fds=False,  # what the shell has opened for it; ours are not inherited
            preexec_fn=_preparation(),
        )
    except OSError as error:
        if error.errno == errno.E2BIG and environment is not plain:
            return _started(target, python, plain, plain)
        raise UsageError(
            f"{python or sys.executable} cannot be run: {error.strerror or error}; check "
            "that it is a Python interpreter"
        ) from error


@contextlib.contextmanager
def _gate() -> Iterator[tuple[socket.socket | None, socket.socket | None]]:
    """Two ends of a socket: the program waits at one until the other is closed."""
    if os.name != "posix":
        yield None, None
        return
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    with ours, theirs:
        yield ours, theirs


def _arrived(gate: socket.socket) -> bool:
    """Whether the interpreter came to our bootstrap, and not to its end before."""
    poll = select.poll()
    poll.register(gate, select.POLLIN)
    return bool(poll.poll(_PATIENCE_MS)) and gate.recv(1) == b"+"


def _preparation() -> Callable[[], None] | None:
    """What the process does before it becomes the interpreter, where the system can."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The sampler is no ancestor of it; Yama would refuse it.
        prctl(PR_SET_PTRACER, _ANY, 0, 0, 0)

    return prepare


def _wait(process: "subprocess.Popen[bytes]", begun: float) -> ProgramEnd:
    if not hasattr(os, "wait4"):
        code = process.wait()
        return ProgramEnd(exit_code=code, wall_s=perf_counter() - begun)
    inherited = _own_peak()
    _, status, used = os.wait4(process.pid, 0)
    wall_s = perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return ProgramEnd(
        exit_code=process.returncode,
        wall_s=wall_s,
        user_s=used.ru_utime,
        system_s=used.ru_stime,
        peak_bytes=used.ru_maxrss * _PEAK_UNIT if used.ru_maxrss > inherited else 0,
        page_faults=used.ru_minflt,
    )


def _own_peak() -> float:
    """What Linux counts as the program's although it was ours: it began as a copy of us."""
    if sys.platform != "linux":
        return 0.0
    import resource

    return _INEXACT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@contextlib.contextmanager
def forwarding(process: "subprocess.Popen[bytes]") -> Iterator[list[int]]:
    """While it is entered, signals to this process are the program's, as in a plain run.

    The list has the numbers of those that came.
    """
    heard: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        heard.append(number)
        if not (number == signal.SIGINT and _by_terminal()):
            send(process, number)

    before: dict[int, Any] = {}
    for name in ("SIGINT", *_FORWARDED):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # only the main thread has a say in it
                before[number] = signal.signal(number, forward)
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _by_terminal() -> bool:
    """Whether Ctrl-C reaches the program by itself: its group is in the foreground."""
    try:
        with open("/dev/tty") as terminal:  # noqa: PTH123 - a device, by its number
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except (OSError, AttributeError):
        return os.name != "posix"


def end_as(code: int) -> int:
    """End as the program did: the exit code to give, or this process dies of its signal."""
    if code >= 0:
        return code
    number = -code
    if number in (signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # one picture of memory is enough
    with contextlib.suppress(OSError, ValueError):  # SIGKILL takes no handler
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
