"""What a process does that reads another one: targets in, what was seen of each out."""

import ctypes
import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import STARTED

Target = TypeVar("Target")


class GoneError(Exception):
    """The process that was read has ended."""


def answer(
    kind: type[Target],
    watch: Callable[[ctypes.CDLL, Target, Callable[[], bytes]], object],
) -> None:
    """Answer each target from standard input on standard output; end with the input.

    `watch` takes the C library, a target, and what reads the next line of the input.
    """
    requests, output = sys.stdin.buffer, sys.stdout.buffer
    try:
        library = peek.libc()
        peek.sleep_exactly(library)
        output.write(STARTED)
        output.flush()
        while line := requests.readline():
            target = msgspec.json.decode(line, type=kind)
            seen = watch(library, target, requests.readline)
            output.write(msgspec.json.encode(seen) + b"\n")
            output.flush()
    except (GoneError, BrokenPipeError, KeyboardInterrupt):
        return


def state_of(library: ctypes.CDLL, pid: int, control: int) -> int:
    """What the process says that it does: the word at its control address, or GoneError."""
    word = peek.copy(library, pid, control, 8)
    if len(word) < 8:
        raise GoneError
    return int(peek.read_word(word)[0])
