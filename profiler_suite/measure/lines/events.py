"""Counts the events that line_profiler would receive, line by line, in one run of its own.

What line_profiler adds to a line depends on what happens while the line runs: its
own event, events of Python functions it calls that are not profiled (NumPy's
wrappers), events of functions that are. The functions run once with a counter in
place of line_profiler.
"""

import sys
from collections.abc import Callable, Sequence
from dis import get_instructions
from time import perf_counter
from types import CodeType, FrameType
from typing import Any

import msgspec

MONITORING = sys.version_info >= (3, 12)
"""Whether line_profiler hears events by `sys.monitoring`, not by `sys.settrace`."""
if MONITORING:
    _TOOL = 4  # one of the two numbers without a meaning of their own
_CHECK_EVERY = 64  # events between two looks at the clock


class Events(msgspec.Struct):
    """What happened while one line was the running line of its function."""

    hits: float = 0
    hit_bytes: float = 0
    """Hits times the length of the function's bytecode."""
    foreign: float = 0
    """Line and exit events of functions that are not profiled."""
    foreign_bytes: float = 0
    foreign_calls: float = 0
    inner: float = 0
    """Line and exit events of profiled functions called from the line."""
    inner_bytes: float = 0
    inner_calls: float = 0
    instructions: float = 0
    """Bytecode instructions, about: every line that ran counts with all it has."""

    def add(self, other: "Events") -> None:
        """Add another line's events to these."""
        for name in FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


FIELDS = Events.__struct_fields__


class EventCounts(msgspec.Struct):
    """Events per line of one evaluation, or of as much of it as was counted."""

    lines: dict[tuple[int, int], Events]
    """(number of the code, line) → events."""
    entries: int
    """How often one of the functions was entered or resumed."""
    complete: bool


class _Open(msgspec.Struct):
    """A profiled function that runs."""

    number: int
    line: int
    sum: Events
    """Events inside of it so far, for the line that called it."""


class _Code(msgspec.Struct):
    """What is looked up at each event."""

    code: CodeType  # keeps the id in use
    length: int
    instructions: dict[int, int]


class Tally:
    """Events as they come; who reports them is not its business."""

    def __init__(self, codes: Sequence[CodeType]) -> None:
        self.lines: dict[tuple[int, int], Events] = {}
        self.entries = 0
        self._numbers = {id(code): number for number, code in enumerate(codes)}
        self._known: dict[int, _Code] = {}
        self._open: list[_Open] = []
        self._last_lines: dict[int, int] = {}

    def enter(self, code: CodeType) -> None:
        """A function begins or goes on after a yield."""
        number = self._numbers.get(id(code))
        if number is not None:
            self.entries += 1
            line = self._last_lines.get(number, code.co_firstlineno)
            self._open.append(_Open(number, line, Events(inner_calls=1)))
        elif self._open:
            self._charge(Events(foreign_calls=1))

    def line(self, code: CodeType, line: int) -> None:
        """A line begins."""
        number = self._numbers.get(id(code))
        known = self._look_up(code)
        instructions = known.instructions.get(line, 0)
        if number is None:
            if self._open:
                self._charge(
                    Events(foreign=1, foreign_bytes=known.length, instructions=instructions)
                )
        elif self._open and self._open[-1].number == number:
            top = self._open[-1]
            top.line = line
            self._last_lines[number] = line
            self._events(top).add(
                Events(hits=1, hit_bytes=known.length, instructions=instructions)
            )
            top.sum.add(Events(inner=1, inner_bytes=known.length, instructions=instructions))

    def leave(self, code: CodeType) -> None:
        """A function returns, yields or raises."""
        number = self._numbers.get(id(code))
        known = self._look_up(code)
        if number is None:
            if self._open:
                self._charge(Events(foreign=1, foreign_bytes=known.length))
        elif self._open and self._open[-1].number == number:
            inside = self._open.pop().sum
            inside.add(Events(inner=1, inner_bytes=known.length))
            if self._open:
                self._charge(inside)

    def _charge(self, events: Events) -> None:
        top = self._open[-1]
        self._events(top).add(events)
        top.sum.add(events)

    def _events(self, top: _Open) -> Events:
        return self.lines.setdefault((top.number, top.line), Events())

    def _look_up(self, code: CodeType) -> _Code:
        known = self._known.get(id(code))
        if known is None:
            per_line: dict[int, int] = {}
            line = code.co_firstlineno
            starts = {start: at for start, _, at in code.co_lines() if at is not None}
            for instruction in get_instructions(code):
                line = starts.get(instruction.offset, line)
                per_line[line] = per_line.get(line, 0) + 1
            known = self._known[id(code)] = _Code(code, len(code.co_code), per_line)
        return known


def count(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    codes: Sequence[CodeType],
    seconds: float,
) -> EventCounts:
    """Evaluate once; count for at most `seconds`, the rest of the evaluation just runs."""
    tally = Tally(codes)
    complete = (_monitor if MONITORING else _trace)(function, arguments, tally, seconds)
    return EventCounts(lines=tally.lines, entries=tally.entries, complete=complete)


def _trace(
    function: Callable[..., Any], arguments: tuple[Any, ...], tally: Tally, seconds: float
) -> bool:
    end = perf_counter() + seconds
    events = 0
    over = False

    def hear(frame: FrameType, event: str, _: object) -> Any:
        nonlocal events, over
        events += 1
        if over or (events % _CHECK_EVERY == 0 and perf_counter() > end):
            over = True
            sys.settrace(None)
            return None
        if event == "line":
            tally.line(frame.f_code, frame.f_lineno)
        elif event == "call":
            tally.enter(frame.f_code)
        elif event == "return":
            tally.leave(frame.f_code)
        return hear

    before = sys.gettrace()
    sys.settrace(hear)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return not over


if MONITORING:

    def _monitor(
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        tally: Tally,
        seconds: float,
    ) -> bool:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        names = monitoring.events
        end = perf_counter() + seconds
        heard = 0
        over = False

        def line(code: CodeType, number: int) -> None:
            nonlocal heard, over
            heard += 1
            if heard % _CHECK_EVERY == 0 and perf_counter() > end:
                over = True
                monitoring.set_events(_TOOL, 0)
            elif not over:
                tally.line(code, number)

        def enter(code: CodeType, _: int) -> None:
            if not over:
                tally.enter(code)

        def leave(code: CodeType, *_: object) -> None:
            if not over:
                tally.leave(code)

        callbacks = {
            names.LINE: line,
            names.PY_START: enter,
            names.PY_RESUME: enter,
            names.PY_RETURN: leave,
            names.PY_YIELD: leave,
            names.PY_UNWIND: leave,
        }
        monitoring.use_tool_id(_TOOL, "profiler_suite")
        try:
            for event, callback in callbacks.items():
                monitoring.register_callback(_TOOL, event, callback)
            monitoring.set_events(_TOOL, sum(callbacks))
            try:
                function(*arguments)
            finally:
                monitoring.set_events(_TOOL, 0)
                for event in callbacks:
                    monitoring.register_callback(_TOOL, event, None)
        finally:
            monitoring.free_tool_id(_TOOL)
        return not over

else:
    _monitor = _trace
