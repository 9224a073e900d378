"""What a process with threads and the one that samples them say to each other."""

import msgspec

INTERPRETER, BLAS, OPENMP, OTHER = 0, 1, 2, 3
"""Whose code a span of addresses holds; the C library's and the kernel's is nobody's."""


class OwnedSpan(msgspec.Struct, frozen=True, array_like=True):
    """Addresses that hold somebody's code."""

    start: int
    end: int
    owner: int


class ThreadsTarget(msgspec.Struct, frozen=True):
    """Which process's threads to sample."""

    pid: int
    control: int
    """Address of the word with the state of the process."""
    runtime: tuple[int, int]
    """Where the interpreter keeps what it has once, its lock among it; (0, 0): not known."""
    spans: tuple[OwnedSpan, ...]
    """In the order of their addresses."""


class ThreadSamples(msgspec.Struct, frozen=True):
    """What one thread was seen doing."""

    causes: dict[str, int]
    """'running', or what it waited for → samples."""
    ran_ns: int
    queued_ns: int
    """Meanwhile on a core, and waiting for one; both 0 where the system does not tell."""


class ThreadCounts(msgspec.Struct, frozen=True):
    """All threads that were there in some sample, by their numbers."""

    samples: int
    threads: dict[int, ThreadSamples]
    error: str = ""
