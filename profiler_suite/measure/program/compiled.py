"""Puts compiled code under Python stacks that were seen more often than it.

What ran below a Python stack is known from the samples in which the program was stopped: of
the same stack, else of the same innermost functions, else of the same line of a caller. Each
such sample counts alike, so over all stacks of a line the kinds of compiled code have the
shares they had there. What was never stopped in is not split: another line does other work.
"""

import itertools
from collections.abc import Hashable, Iterator, Sequence

import msgspec

from profiler_suite.measure.program.samples import SampledStack, StackFrame

# A library has a few functions of its own between a person's line and compiled code.
_CALLERS = 5
Frames = tuple[StackFrame, ...]


class _Below:
    """What compiled code was seen below some Python functions, and what was handed out."""

    def __init__(self) -> None:
        self._seen: dict[Frames, int] = {}
        self._given: dict[Frames, int] = {}
        self._asked = 0

    def note(self, frames: Frames, count: int) -> None:
        self._seen[frames] = self._seen.get(frames, 0) + count

    def handed_out(self, count: int) -> Iterator[tuple[Frames, int]]:
        """So many samples, in whole ones: who has got least of its share comes first."""
        self._asked += count
        whole, left = sum(self._seen.values()), count
        due = {
            frames: self._asked * seen / whole - self._given.get(frames, 0)
            for frames, seen in self._seen.items()
        }
        for frames in sorted(due, key=lambda each: -due[each]):
            now = min(left, max(0, int(due[frames])))
            due[frames] -= now
            left -= now
            self._given[frames] = self._given.get(frames, 0) + now
            if now:
                yield frames, now
        for frames in sorted(due, key=lambda each: -due[each])[:left]:
            self._given[frames] += 1
            yield frames, 1


def with_compiled(
    often: Sequence[SampledStack], seldom: Sequence[SampledStack]
) -> tuple[SampledStack, ...]:
    """The stacks that were seen often, with compiled code as it was seen seldom."""
    known: dict[Hashable, _Below] = {}
    for stack in seldom:
        python = _python(stack.frames)
        below = _innermost_compiled(stack.frames)
        for number, key in enumerate(_keys(stack, python)):
            # Of the very same stack also what stands between its Python functions is known.
            frames = stack.frames if not number else below
            known.setdefault(key, _Below()).note(frames, stack.count)
    counts: dict[tuple[int, str, str, Frames], SampledStack] = {}
    for stack in often:
        for made in _filled(stack, known):
            key = made.process, made.thread, made.thread_name, made.frames
            before = counts.get(key)
            count = made.count + (before.count if before else 0)
            counts[key] = msgspec.structs.replace(made, count=count)
    return tuple(counts.values())


def _filled(stack: SampledStack, known: dict[Hashable, _Below]) -> Iterator[SampledStack]:
    for number, key in enumerate(_keys(stack, _python(stack.frames))):
        below = known.get(key)
        if below is None:
            continue
        for found, count in below.handed_out(stack.count):
            frames = found if not number else stack.frames + found
            yield msgspec.structs.replace(stack, frames=frames, count=count)
        return
    yield msgspec.structs.replace(stack, compiled_seen=False)


def _keys(stack: SampledStack, python: Frames) -> Iterator[Hashable]:
    """What a stack is known by, from all of it to the lines of its nearest callers."""
    yield stack.process, stack.first_thread, python
    yield python[-2:]
    yield python[-1:], "line"
    for frame in python[-1:]:
        if not frame.name.startswith("<"):  # lines of a module have nothing in common
            yield frame.file, frame.name
    # A function that calls itself from one line is one.
    callers = dict.fromkeys(reversed(python[:-1]))
    yield from (("below", frame) for frame in itertools.islice(callers, _CALLERS))


def _python(frames: Frames) -> Frames:
    return tuple(frame for frame in frames if not frame.compiled)


def _innermost_compiled(frames: Frames) -> Frames:
    """What compiled code was called by the innermost Python function."""
    at = len(frames)
    while at and frames[at - 1].compiled:
        at -= 1
    return frames[at:]
