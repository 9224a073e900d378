"""What a thread did at a moment: it ran, or it waited, and for what."""

import re
from collections.abc import Sequence

from profiler_suite.measure.native import layers
from profiler_suite.measure.program.samples import StackFrame

RUNNING, GIL, LOCK, SLEEP = "running", "interpreter lock", "lock", "sleep"
EVENTS, IO, CHILD, TEAM = "events", "input and output", "child process", "other BLAS threads"
HANDED_OVER = (LOCK, CHILD, EVENTS)
"""States in which a thread waits for what other threads or processes do."""

_CONDITION = re.compile(r"pthread_cond_(timed|clock)?wait|take_gil")
_ACQUIRE = re.compile(
    r"PyThread_acquire_lock_timed|PySemaphore|PyParkingLot|PyMutex_Lock|sem_(timed|clock)?wait"
    r"|rlock_acquire|semlock_acquire|_PyEvent"
)
# Waiting by the name of a function of the C library, from the first that fits.
_C_LIBRARY = (
    (SLEEP, re.compile(r"^_*(clock_)?nanosleep|^u?sleep$")),
    (CHILD, re.compile(r"^_*(libc_)?wait(4|3|pid|id)$")),
    (EVENTS, re.compile(r"^_*(libc_)?(epoll_p?wait2?|p?poll|p?select|kevent|sigtimedwait)$")),
    (
        IO,
        re.compile(
            r"^_*(libc_)?((p?read|p?write)(v|v2)?|recv(from|msg)?|send(to|msg|file)?|f(data)?sync|"
            r"msync|connect|accept4?|open(at)?|close|f?statx?|l?stat|fstatat|readdir|getdents|"
            r"access|lseek|ftruncate|flock|getaddrinfo)(64)?$"
        ),
    ),
)
# Where only Python functions are seen: those of the standard library that wait.
_STANDARD = (
    (LOCK, re.compile(r"threading\.py$"), re.compile(r"wait|join|acquire|enter")),
    (LOCK, re.compile(r"queue\.py$"), re.compile(r"get|put")),
    (CHILD, re.compile(r"subprocess\.py$|popen_fork\.py$"), re.compile(r"wait|poll")),
    (EVENTS, re.compile(r"selectors\.py$|connection\.py$"), re.compile(r"select|wait|poll")),
    (IO, re.compile(r"socket\.py$|ssl\.py$"), re.compile(r"read|recv|send|accept|connect")),
)


def state_of(compiled: Sequence[StackFrame], python: StackFrame | None) -> str:
    """What a thread is doing, by its compiled frames from the inside and its Python frame."""
    names = [frame.name for frame in compiled]
    if not names:
        return _by_python(python)
    owners = {layers.of_code(frame.file) for frame in compiled} - {layers.NOBODY}
    waits = any(_CONDITION.search(name) for name in names)
    if layers.BLAS in owners:
        return TEAM if waits else RUNNING
    if any(_ACQUIRE.search(name) for name in names):
        return LOCK
    if waits:
        # Who has waited for a lock waits for the interpreter's before it goes on.
        return LOCK if owners - {layers.CPYTHON} or _by_python(python) == LOCK else GIL
    # What the C library calls itself stands between it and the function that was called.
    for name in names[:3]:
        for state, pattern in _C_LIBRARY:
            if pattern.search(name):
                return state
    return RUNNING


def _by_python(python: StackFrame | None) -> str:
    if python is None or layers.of_source(python.file) != layers.CPYTHON:
        return RUNNING
    for state, file, name in _STANDARD:
        if file.search(python.file) and name.search(python.name.rpartition(".")[2]):
            return state
    return RUNNING
