"""Runs a person's program to catch a call of the function that is to be explained."""

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import FunctionError, UsageError

if TYPE_CHECKING:
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.program.captured import Capture


@contextlib.contextmanager
def caught_child(
    target: str, program: str, timeout_s: float, progress: ProgressLine, *, aside: bool
) -> "Iterator[ExplainChild]":
    """What explains a call that the program makes of the target.

    `aside` sends what the program prints to standard error: standard output is for a document.
    """
    from profiler_suite.measure.program.captured import capture
    from profiler_suite.measure.program.explaining import CaughtChild
    from profiler_suite.measure.program.request import parse
    from profiler_suite.measure.program.wishes import wish_for

    try:
        words = shlex.split(program)
    except ValueError as error:
        raise UsageError(f"--from {program!r} cannot be split into words: {error}") from error
    started, wish = parse(words), wish_for(target)
    started.check()
    with capture(started, (wish,), beside=_aside(aside)) as found:
        caught = found.caught[0]
        if caught.representative is None:
            raise FunctionError(_not_called(target, program, found))
        if found.end.exit_code:
            progress.clear()
            progress.say(f"the program ended with exit code {found.end.exit_code}")
        with CaughtChild(found, caught, progress.say, timeout_s) as child:
            yield child


def _aside(aside: bool) -> "contextlib.AbstractContextManager[None]":
    return _output_to_errors() if aside else contextlib.nullcontext()


@contextlib.contextmanager
def _output_to_errors() -> Iterator[None]:
    """While it is entered, a program that is started here prints to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _not_called(target: str, program: str, found: "Capture") -> str:
    ended = found.end.exit_code
    how = f"; it ended with exit code {ended}" if ended else ""
    return (
        f"{target} was not called while `{program}` ran{how}; the program may need other "
        "arguments, or another process that it starts may make the call"
    )
