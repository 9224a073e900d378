"""What each line, and each expression in it, takes: read before every instruction.

tracemalloc knows what is held now and what was held at most; both are read, and the most
is begun anew, whenever an instruction of the user's code is about to run. An instruction's
own span in the source is the expression it computes: of `a * 2 + b` there are two.
"""

import functools
import linecache
import sys
import tracemalloc
from collections.abc import Callable
from time import perf_counter
from types import CodeType, FrameType
from typing import Any, NamedTuple

from profiler_suite.measure.arguments import given
from profiler_suite.measure.native import layers
from profiler_suite.model.memory import ExpressionMemory, LineMemory, MemoryRecord

# Smaller arrays come from the heap and go back to it: no line is worth telling for them.
WORTH_BYTES = 2**16
_MOST_EXPRESSIONS = 40
_LONGEST_TEXT = 60
_EVENTS_PER_READING = 512  # of the clock
# From this version on code tells of its instructions from its next call on, in 3.12 from the
# next but one; what it takes for that is then none of the function's memory.
_LATE, _PREPARATIONS = (3, 12), 2
_TOO_LONG = "only the first part of the function was looked at: it runs many instructions"
_TRACED = "something else traces this process"


class InstructionSpan(NamedTuple):
    """Where an instruction's expression stands in its file."""

    first: int
    last: int
    begin: int
    end: int


class _Running:
    """One frame that is active, and the instruction it is at."""

    __slots__ = ("before", "code", "most", "offset")

    def __init__(self, code: CodeType, held: int) -> None:
        self.code = code
        self.offset = -1
        self.before = self.most = held


class _Taken:
    """What one instruction has taken so far."""

    __slots__ = ("level", "made", "most", "times")

    def __init__(self) -> None:
        self.times = self.most = self.made = self.level = 0


class MemoryWatch:
    """Follows the user's frames of one evaluation, instruction by instruction."""

    def __init__(self, most_s: float) -> None:
        self.taken: dict[tuple[CodeType, int], _Taken] = {}
        self.complete = True
        self._stack: list[_Running] = []
        self._end_s = perf_counter() + most_s
        self._events = 0

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        """The global trace function: only the user's own frames are followed."""
        if not self.complete or not _is_own(frame.f_code):
            return None
        held = self._read()
        self._stack.append(_Running(frame.f_code, held))
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self.step

    def step(self, frame: FrameType, event: str, argument: Any) -> Any:
        """The local one: an instruction is about to run, or the frame returns."""
        if not self._stack:
            return None
        if event == "opcode":
            held = self._read()
            running = self._stack[-1]
            self._close(running)
            running.offset = frame.f_lasti
            running.before = running.most = held
            self._events += 1
            if self._events % _EVENTS_PER_READING == 0 and perf_counter() > self._end_s:
                self.complete = False
                sys.settrace(None)
                return None
        elif event == "return":
            self._read()
            last = self._stack.pop()
            self._close(last)
        return self.step

    def _read(self) -> int:
        """Note the most since last time on every frame that is active; what is held now."""
        held, most = tracemalloc.get_traced_memory()
        for running in self._stack:
            running.most = max(running.most, most)
        tracemalloc.reset_peak()
        return held

    def _close(self, running: _Running) -> None:
        """The instruction that ran is over."""
        if running.offset < 0:
            return
        taken = self.taken.setdefault((running.code, running.offset), _Taken())
        more = running.most - running.before
        taken.times += 1
        taken.made += more
        taken.most = max(taken.most, more)
        taken.level = max(taken.level, running.most)

    def end(self) -> None:
        """Close what is left open, where it was ended before the function."""
        if self._stack:
            self._read()
        while self._stack:
            self._close(self._stack.pop())


def memory_profile(
    function: Callable[..., Any], arguments: tuple[Any, ...], peak: float, most_s: float
) -> MemoryRecord:
    """One evaluation, looked at for at most `most_s`; `peak` is what it holds at most."""
    if peak < WORTH_BYTES:
        return MemoryRecord(peak_bytes=peak)
    if sys.gettrace() is not None or tracemalloc.is_tracing():
        return MemoryRecord(peak_bytes=peak, reason=_TRACED)
    layers.of_source(__file__)  # what it has to find out once is not the function's
    tracemalloc.start()
    try:
        for _ in range(_PREPARATIONS if sys.version_info >= _LATE else 0):
            _followed(_prepare, function, arguments)
        watch = MemoryWatch(most_s)
        start = _followed(watch.enter, function, arguments)
        watch.end()
    finally:
        tracemalloc.stop()
    return MemoryRecord(
        peak_bytes=peak,
        lines=_lines(watch, start),
        expressions=_expressions(watch),
        reason="" if watch.complete else _TOO_LONG,
    )


def _prepare(frame: FrameType, event: str, argument: Any) -> None:
    """Ask for instructions and hear of none: the frame's next call will tell of them."""
    if _is_own(frame.f_code):
        frame.f_trace_opcodes = True


def _followed(
    enter: Callable[[FrameType, str, Any], Any],
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> int:
    """Evaluate once; what was held before, bytes."""
    fresh = given(arguments)
    start, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    sys.settrace(enter)
    try:
        function(*fresh)
    finally:
        sys.settrace(None)
    return start


@functools.lru_cache(maxsize=4096)
def _is_own(code: CodeType) -> bool:
    file = code.co_filename
    own = f"{__name__.partition('.')[0]}/measure/" in file.replace("\\", "/")
    return not own and layers.of_source(file) == layers.USER


def _lines(watch: MemoryWatch, start: int) -> tuple[LineMemory, ...]:
    most: dict[tuple[str, int], int] = {}
    made: dict[tuple[str, int], int] = {}
    for (code, offset), taken in watch.taken.items():
        span = span_of(code, offset)
        if span is None:
            continue
        place = (code.co_filename, span.first)
        most[place] = max(most.get(place, 0), taken.level - start)
        made[place] = made.get(place, 0) + taken.made
    return tuple(
        LineMemory(file=file, line=line, most_bytes=float(most[file, line]), made_bytes=bytes_)
        for (file, line), bytes_ in sorted(made.items())
    )


def _expressions(watch: MemoryWatch) -> tuple[ExpressionMemory, ...]:
    """One for each span that took much; several instructions may have the same one."""
    by_span: dict[tuple[str, InstructionSpan], list[_Taken]] = {}
    for (code, offset), taken in watch.taken.items():
        span = span_of(code, offset)
        if span is not None and taken.made >= WORTH_BYTES:
            by_span.setdefault((code.co_filename, span), []).append(taken)
    found = [
        ExpressionMemory(
            file=file,
            line=span.first,
            text=text_of(file, span),
            times=max(each.times for each in some),
            most_bytes=max(each.most for each in some),
            made_bytes=sum(each.made for each in some),
        )
        for (file, span), some in by_span.items()
    ]
    found.sort(key=lambda each: -each.made_bytes)
    return tuple(found[:_MOST_EXPRESSIONS])


@functools.lru_cache(maxsize=512)
def _spans(code: CodeType) -> tuple[InstructionSpan | None, ...]:
    return tuple(
        InstructionSpan(first, last, begin, end)
        if first is not None and last is not None and begin is not None and end is not None
        else None
        for first, last, begin, end in code.co_positions()
    )


def span_of(code: CodeType, offset: int) -> InstructionSpan | None:
    """Where the instruction's expression stands; None where the compiler did not note it."""
    spans = _spans(code)
    return spans[offset // 2] if 0 <= offset // 2 < len(spans) else None


def text_of(file: str, span: InstructionSpan) -> str:
    """The source of an expression in one line, shortened where it is long."""
    lines = [linecache.getline(file, n).encode() for n in range(span.first, span.last + 1)]
    if not lines or not lines[0]:
        return ""
    lines[-1] = lines[-1][: span.end]  # columns count bytes of UTF-8
    lines[0] = lines[0][span.begin :]
    text = " ".join(b" ".join(lines).decode(errors="replace").split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 2]} …"
