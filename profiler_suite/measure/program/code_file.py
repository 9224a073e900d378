"""Code that was given with -c, in a file for the time of the command: its lines can be read."""

import ast
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.samples import SampledStack, StackFrame
from profiler_suite.measure.program.watching import ProgramRun
from profiler_suite.measure.program.wishes import functions_in

NAME = "-c"
"""What the file is called, as the interpreter calls such a program."""
_UNNAMED = "<string>"


@contextlib.contextmanager
def in_a_file(target: ProgramTarget) -> Iterator[ProgramTarget]:
    """The program; code with a file that holds it."""
    if target.kind != "code":
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="profiler_suite-") as folder:
        file = Path(folder).resolve() / NAME
        file.write_text(target.name, encoding="utf-8", errors="surrogateescape")
        yield msgspec.structs.replace(target, file=str(file))


def named(run: ProgramRun) -> ProgramRun:
    """The run with the code's functions and lines as being in its file.

    What libraries make of text has no file either, and stays without.
    """
    target = run.target
    if not target.file:
        return run
    try:
        own = {name for name, _ in functions_in(ast.parse(target.name).body)}
    except (SyntaxError, ValueError):
        return run

    def frame_of(frame: StackFrame) -> StackFrame:
        plain = frame.name.replace(".<locals>", "")
        if frame.file != _UNNAMED or not (plain.partition(".<")[0] in own or plain[0] == "<"):
            return frame
        return msgspec.structs.replace(frame, file=target.file)

    def stack_of(stack: SampledStack) -> SampledStack:
        return msgspec.structs.replace(stack, frames=tuple(map(frame_of, stack.frames)))

    stacks = tuple(map(stack_of, run.samples.stacks))
    samples = msgspec.structs.replace(run.samples, stacks=stacks)
    return msgspec.structs.replace(run, samples=samples)
