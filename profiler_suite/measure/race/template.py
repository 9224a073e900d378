"""A process that has imported what serving a function takes, and forks one for each function.

Runs as a module; its parent gives it one order per line. What a process on its own would import
anew for every function, its forks have; nothing of a project's own is imported here.
"""

import importlib
import os
import signal
import socket
import sys
from time import monotonic, sleep

from profiler_suite import child
from profiler_suite.measure.children.serve import answers_alone, send

FORK, WAIT = "fork", "wait"
# What a fork would import before it loads the function.
_FOR_FORKS = (
    "profiler_suite.measure.explain.alone",
    "profiler_suite.measure.explain.guarding.guard",
    "profiler_suite.measure.explain.served",
    "profiler_suite.measure.explain.subject",
    "profiler_suite.workloads.sizes",
    "profiler_suite.workloads.user_function",
)
GOING = "going"
_LOOK_EVERY_S = 0.005


def forked(path: str, parent: int) -> None:
    """In a fork: serve one function over the socket at that path."""
    from profiler_suite.measure.explain import served

    # What runs below may start processes of its own, and is ended with them.
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child.end_with(parent)
    talk = socket.socket(socket.AF_UNIX)
    talk.connect(path)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    served.serve_call(served.loaded, talk.makefile("rb"), talk.makefile("wb"))


def waited(pid: int, seconds: float) -> str:
    """How that fork ended, as a number that subprocess would give; 'going' where it has not."""
    until_s = monotonic() + seconds
    while True:
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # it was waited for
            return "0"
        if found:
            return str(os.waitstatus_to_exitcode(status))
        if monotonic() >= until_s:
            return GOING
        sleep(_LOOK_EVERY_S)


def main() -> None:
    """Take orders on standard input until there are no more."""
    for name in _FOR_FORKS:
        importlib.import_module(name)
    nothing = os.open(os.devnull, os.O_RDWR)
    output = answers_alone(nothing)
    own = os.getpid()
    for line in sys.stdin.buffer:
        order, *words = line.decode().rstrip("\n").split("\t")
        if order == WAIT:
            send(output, waited(int(words[0]), float(words[1])).encode())
            continue
        pid = os.fork()
        if not pid:
            code = 1
            try:
                forked(words[0], own)
                code = 0
            finally:
                os._exit(code)
        send(output, str(pid).encode())


if __name__ == "__main__":
    main()
