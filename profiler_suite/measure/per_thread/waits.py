"""What a sleeping thread waits for: by its system call, the lock's place, and who asked.

A thread that sleeps holds still, so that its stack can be read without stopping it. Locks,
the interpreter's own lock and the barriers of BLAS all sleep in the same call (futex). The
interpreter lock lies where the interpreter keeps what it has once; of the others, the first
code on the stack that is not the C library's tells who asked for it.
"""

import bisect
import platform
from collections.abc import Callable, Sequence

from profiler_suite.measure.per_thread.requests import (
    BLAS,
    INTERPRETER,
    OPENMP,
    OTHER,
    ThreadsTarget,
)
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CHILD,
    ELSE,
    EVENTS,
    GIL,
    IO,
    LOCK,
    OPENMP_BARRIER,
    SLEEP,
)

RUNNING = "running"
_FUTEX = "futex"
_ASKED_BY = {
    INTERPRETER: LOCK,
    OTHER: LOCK,
    BLAS: BLAS_BARRIER,
    OPENMP: OPENMP_BARRIER,
}
# Numbers of the system calls that wait. Source: arch/x86/entry/syscalls/syscall_64.tbl and
# include/uapi/asm-generic/unistd.h.
_CALLS: dict[str, dict[str, tuple[int, ...]]] = {
    "x86_64": {
        _FUTEX: (202, 449, 454, 455),
        SLEEP: (35, 230),
        EVENTS: (7, 23, 128, 232, 270, 271, 281, 441),
        IO: (0, 1, 17, 18, 19, 20, 40, 42, 43, 44, 45, 46, 47, 73, 74, 75, 257, 288, 295, 296),
        CHILD: (61, 247),
    },
    "aarch64": {
        _FUTEX: (98, 449, 454, 455),
        SLEEP: (101, 115),
        EVENTS: (22, 72, 73, 137, 441),
        IO: (
            *(32, 56, 63, 64, 65, 66, 67, 68, 69, 70, 71, 82, 83),
            *(202, 203, 206, 207, 211, 212, 242),
        ),
        CHILD: (95, 260),
    },
}
_KINDS = {
    machine: {number: kind for kind, numbers in kinds.items() for number in numbers}
    for machine, kinds in _CALLS.items()
}

ReadStack = Callable[[int], Sequence[int]]
"""Address → the words from there outwards."""


def known() -> bool:
    """Whether the system calls of this processor are known."""
    return platform.machine() in _KINDS


def cause(call: str, target: ThreadsTarget, read_stack: ReadStack) -> str:
    """What a thread waits for, by the text of its file 'syscall' in /proc.

    'running'; '-1 sp pc' outside of any call, such as for a page that is being read; or the
    call's number, its six arguments, sp and pc.
    """
    words = call.split()
    if not words or words[0] == RUNNING:
        return RUNNING
    number = int(words[0])
    if number < 0:
        return IO
    kind = _KINDS.get(platform.machine(), {}).get(number, ELSE)
    if kind != _FUTEX or len(words) < 9:
        return kind if kind != _FUTEX else LOCK
    low, high = target.runtime
    if low <= int(words[1], 16) < high:
        return GIL
    return _ASKED_BY.get(owner(read_stack(int(words[7], 16)), target), LOCK)


def owner(words: Sequence[int], target: ThreadsTarget) -> int:
    """Whose code the first address of somebody's among these words belongs to; -1: none is."""
    for word in words:
        at = bisect.bisect_right(target.spans, word, key=lambda span: span.start) - 1
        if at >= 0 and word < target.spans[at].end:
            return target.spans[at].owner
    return -1
