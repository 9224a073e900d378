"""The child's end of the pipes: the first line opens it, each other line has one answer."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

from profiler_suite import child
from profiler_suite.model.noun import Noun, to_json
from profiler_suite.workloads import catalogue

READY = b"ready"
"""What the child answers to the first line, once it can take others."""


def serve(opened: Callable[[bytes], Callable[[bytes], Noun]]) -> None:
    """Answer every line until the parent closes the pipe.

    `opened` makes of the first line what answers the others. Answers go out alone:
    what else the process prints goes to standard error.
    """
    output = answers_alone(sys.stderr.fileno())
    lines = child.heard(sys.stdin.buffer)
    answer = opened(next(lines))
    send(output, READY)
    for line in lines:
        send(output, to_json(answer(line)))


def answers_alone(other: int) -> BinaryIO:
    """Standard output for answers alone; what else is printed goes to the other descriptor."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(other, sys.stdout.fileno())
    return output


def send(output: BinaryIO, line: bytes) -> None:
    """One line, at once."""
    output.write(line + b"\n")
    output.flush()


def enter(files: Iterable[str]) -> None:
    """Enter the workloads and implementations of experiment files."""
    for file in files:
        catalogue.find(file)
