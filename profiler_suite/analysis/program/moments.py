"""Each stack becomes a moment: whose code, what kind of work, and how much of the wall time.

Wall time is what the first thread spends. While it waits for a lock, an event or a child, the
threads and processes that run meanwhile hold the program up: its waiting is put down to them.

The sampler makes up for a pause, for reading the symbols of a new child for example, by looks
in quick succession, many of which find the program at its very end: the interpreter that takes
itself down (some tenths of a second at most) is therefore left out.
"""

import dataclasses
import functools
import re
from collections.abc import Sequence

from profiler_suite.analysis.program import states
from profiler_suite.measure.native import layers
from profiler_suite.measure.native.rules import ENTRIES, classify
from profiler_suite.measure.program.samples import ProgramSamples, SampledStack, StackFrame

IMPORTS, WAITING, OTHER, UNSEEN = "imports", "waiting", "other", "not split"
BREAKDOWN = (
    *("interpreter", "dispatch", "memory", "copy", "arithmetic", WAITING, IMPORTS, OTHER),
    UNSEEN,
)
"""Kinds of work, in the order of every table and picture."""
AVOIDABLE = ("interpreter", "dispatch", "memory", "copy", WAITING, UNSEEN)
"""What a rewrite may spare; importing is no overhead of the code that asks for it."""
# A product needs its operands packed and its threads to meet: no rewrite spares that.
_KINDS = ENTRIES | {"packing": "arithmetic", "waiting": WAITING}
_WORKERS = re.compile(r"multiprocessing/(spawn|forkserver|resource_tracker)\.py$")
_IMPORTLIB = ("<frozen importlib", "<frozen zipimport")


@dataclasses.dataclass(frozen=True)
class Moment:
    """One stack, understood."""

    python: tuple[StackFrame, ...]
    """Python functions, from the outermost to the innermost."""
    own: int
    """Place of the innermost function of the user's own in `python`; -1 where none is."""
    entry: str
    """One of BREAKDOWN."""
    state: str
    layer: str
    """Whose code ran."""
    symbol: str
    """The compiled function that ran; empty where it was the interpreter itself."""
    process: int
    thread: str
    weight: float
    """Samples of wall time that it stands for."""

    @property
    def avoidable(self) -> bool:
        """Whether a rewrite may spare it."""
        return self.entry in AVOIDABLE and self.state != states.TEAM


def moments(samples: ProgramSamples, main: int) -> list[Moment]:
    """All moments of the wall time; their weights add up to the first thread's samples."""
    first: list[Moment] = []
    others: list[Moment] = []
    for stack in samples.stacks:
        made = _moment(stack, samples.compiled and stack.compiled_seen)
        if stack.process != main or not stack.first_thread:
            others.append(made)
        elif made.python:  # without any the interpreter ends, see below
            first.append(made)
    return _handed_over(first, others)


def _handed_over(first: list[Moment], others: list[Moment]) -> list[Moment]:
    """The first thread's moments, with its waiting put down to who ran meanwhile."""
    waited = [each for each in first if each.state in states.HANDED_OVER]
    ran = [each for each in others if each.state == states.RUNNING]
    wait, run = (sum(each.weight for each in some) for some in (waited, ran))
    if not wait or not run:
        return first
    taken = min(wait, run)
    rest = 1 - taken / wait
    left = [dataclasses.replace(each, weight=each.weight * rest) for each in waited if rest]
    given = [dataclasses.replace(each, weight=each.weight * taken / run) for each in ran]
    return [each for each in first if each.state not in states.HANDED_OVER] + left + given


def _moment(stack: SampledStack, compiled_seen: bool) -> Moment:
    python = _of_worker(tuple(frame for frame in stack.frames if not frame.compiled))
    compiled: list[StackFrame] = []
    for frame in reversed(stack.frames):
        if not frame.compiled:
            break
        compiled.append(frame)
    inner = python[-1] if python else None
    state = states.state_of(compiled, inner)
    own = _last(python, _is_own)
    entry = _entry(compiled, state, compiled_seen)
    if entry == WAITING and state == states.RUNNING:
        state = states.TEAM
    if not python or _last(python, _is_importing) > own:
        entry = IMPORTS
    source = inner.file if inner else ""
    return Moment(
        python=python,
        own=own,
        entry=entry,
        state=state,
        layer=layers.of_moment([_path(frame) for frame in compiled], source),
        symbol=compiled[0].name if compiled else "",
        process=stack.process,
        thread=stack.thread_name or stack.thread,
        weight=float(stack.count),
    )


def _of_worker(python: tuple[StackFrame, ...]) -> tuple[StackFrame, ...]:
    """Without the line of code with which multiprocessing begins an interpreter of a worker."""
    begun = len(python) > 1 and python[0].file == "<string>"
    return python[1:] if begun and _WORKERS.search(python[1].file) else python


def _last(python: Sequence[StackFrame], wanted: "functools._lru_cache_wrapper[bool]") -> int:
    return next((at for at in reversed(range(len(python))) if wanted(python[at])), -1)


@functools.lru_cache(maxsize=65536)
def _is_own(frame: StackFrame) -> bool:
    return layers.of_source(frame.file) == layers.USER


@functools.lru_cache(maxsize=65536)
def _is_importing(frame: StackFrame) -> bool:
    return frame.file.startswith(_IMPORTLIB)


def _path(frame: StackFrame) -> str:
    """The library of a compiled frame; source files stand for those their library names."""
    if frame.line and "/Python-3" in frame.file:
        return "/libpython3"
    return "" if frame.file == "?" else frame.file


def _entry(compiled: Sequence[StackFrame], state: str, seen: bool) -> str:
    if state != states.RUNNING:
        return WAITING
    if not seen:
        return UNSEEN
    entry = "interpreter"
    for frame in compiled:
        entry = _KINDS[classify(_path(frame), frame.name)]
        if entry != "residual":
            return entry
    return OTHER if entry == "residual" else entry
