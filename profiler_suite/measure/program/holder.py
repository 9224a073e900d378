"""In a forked copy of the program: waits with one call until somebody wants to explain it.

For each session it forks itself again: the first measures, another one tries rewrites in a
process in which nothing has been measured. The program itself goes on and ends.
"""

import contextlib
import json
import os
import select
import signal
import socket
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any

from profiler_suite.measure.program.repeated_input import kept_input

# How often it looks whether a session has ended.
_LOOK_S = 0.2
_LOWEST_FREE = 3


def hold(
    control: Any,
    path: str,
    frame: FrameType,
    package: str,
    places: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """Wait for orders on that connection; returns when nobody is at its other end any more.

    A session answers over a connection of its own, to the socket at `path`. `places` are those
    of open files among the frame's values, by their identity.
    """
    os.setsid()  # Ctrl-C is for those who wait for the answer
    given = kept_input(places)
    _hear_nothing()
    _lift_limits()
    _let_go_of_others(control.fileno())
    sessions: set[int] = set()
    unread = b""
    while True:
        for pid in [each for each in sessions if _has_ended(each, control)]:
            sessions.discard(pid)
        ready, _, _ = select.select([control], [], [], _LOOK_S if sessions else None)
        if not ready:
            continue
        told = control.recv(4096)
        if not told:
            break
        *lines, unread = (unread + told).split(b"\n")
        for line in lines:
            order = {**json.loads(line), "input": given}
            pid = os.fork()
            if not pid:
                control.close()
                try:
                    _session(path, order, (frame, places), package, os.getppid())
                finally:
                    os._exit(1)
            sessions.add(pid)
    for pid in sessions:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _introduced(path: str, hello: dict[str, Any]) -> socket.socket:
    """A connection whose first line says who this is."""
    talk = socket.socket(socket.AF_UNIX)
    talk.connect(path)
    talk.sendall(json.dumps(hello).encode() + b"\n")
    return talk


def _hear_nothing() -> None:
    """Neither input nor output is the program's any more, and no signal handler."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(_LOWEST_FREE):
        os.dup2(nothing, number)
    os.close(nothing)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        with contextlib.suppress(ValueError, OSError):
            signal.signal(number, signal.SIG_DFL)


def _lift_limits() -> None:
    """What the program may not exceed says nothing about those who explain it."""
    import resource  # where processes fork

    for number in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        with contextlib.suppress(ValueError, OSError):
            _, highest = resource.getrlimit(number)
            resource.setrlimit(number, (highest, highest))


def _let_go_of_others(kept: int) -> None:
    """Who reads a pipe or a socket of the program's hears its end when the program closes it.

    The numbers stay taken, or an object that closes its own would close another's.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in [int(each.name) for each in Path("/dev/fd").iterdir()]:
        if number != kept and _leads_to_another(number):
            os.dup2(nothing, number)
    os.close(nothing)


def _leads_to_another(number: int) -> bool:
    """Whether that descriptor is an end of a pipe, of a socket or of a terminal."""
    try:
        mode = os.fstat(number).st_mode
    except OSError:  # of the listing itself
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(number)


def _has_ended(pid: int, control: Any) -> bool:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except OSError:
        return True
    if not ended:
        return False
    code = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(OSError):
        control.sendall(json.dumps({"ended": pid, "code": code}).encode() + b"\n")
    return True


def _session(
    path: str,
    order: dict[str, Any],
    call: tuple[FrameType, Mapping[int, int]],
    package: str,
    parent: int,
) -> None:
    """Answer what is asked of the call, until nobody asks any more."""
    os.setsid()  # before anybody knows its number: it is ended with all that it starts
    hello = {"kind": "session", "session": order["session"], "pid": os.getpid()}
    talk = _introduced(path, hello)
    _leave_event_loop()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = list(sys.path)
    sys.path[:] = [*before[1:], *before[:1], package]
    from profiler_suite import child
    from profiler_suite.measure.explain.records import LoadReply
    from profiler_suite.measure.explain.served import serve_call
    from profiler_suite.measure.program.caught_call import call_of

    sys.path[:] = before
    child.end_with(parent)
    requests, output = talk.makefile("rb"), talk.makefile("wb")
    frame, places = call
    serve_call(lambda ask: (call_of(frame, ask, order, places), LoadReply()), requests, output)


def _leave_event_loop() -> None:
    """A call that was caught inside of asyncio may start a loop of its own."""
    events = sys.modules.get("asyncio.events")
    if events is not None:
        events._set_running_loop(None)
