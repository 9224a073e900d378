"""A function, or some lines of a module, whose calls are wanted, and what is known of them."""

import os
from time import perf_counter
from types import CodeType, FrameType
from typing import Any

from profiler_suite.measure.program.catching import own_memory

_MODULE = "<module>"


class Wish:
    """One function, or some lines of a module, whose calls are wanted."""

    def __init__(self, number: int, asked: dict[str, Any]) -> None:
        self.number = number
        self.file = os.path.realpath(asked["file"]) if asked.get("file") else ""
        self.module = str(asked.get("module", ""))
        self.qualname = str(asked.get("qualname", ""))
        self.line = int(asked.get("line", 0))
        self.first, self.last = int(asked.get("first", 0)), int(asked.get("last", 0))
        self.over = False
        """Whether enough of its calls have been seen."""
        self.uncounted = False
        """Whether there may have been more calls than were counted."""
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing of it has been seen in this process yet."""
        self.calls = 0
        self.kept: list[int] = []
        self.tries = 0
        """Calls of which a copy was made to see what they cost."""
        self.tried = 0
        """The one of them that has not ended yet; 0 for none."""
        self.tried_s = 0.0
        """What all of them took, s."""
        self.weighed = 0
        """The one of them that is kept; 0 for none."""
        self.costs: list[float] = []
        """Of some calls, s; where there are others, of those of which no copy was made."""
        self.faults: list[int] = []
        """Page faults of calls of which no copy was made: a copy causes some of its own."""
        self.grown = 0
        """By how much the peak of the program's memory grew in its calls, bytes."""
        self.total_s = 0.0
        self.open: dict[int, OpenCall] = {}

    def is_uneven(self, times: float) -> bool:
        """Whether the mean cost of its calls is so many times the median, or more."""
        costs = sorted(self.costs)
        return sum(costs) > times * len(costs) * costs[len(costs) // 2] if costs else False

    def is_of(self, code: CodeType, frame: FrameType, file: str) -> bool:
        """Whether that is the code whose calls are wanted."""
        if self.file:
            if self.file != file:
                return False
        elif not self._is_in_module(frame, file):
            return False
        if self.first and not self.qualname:
            return code.co_name == _MODULE
        if self.line and self.line != code.co_firstlineno:
            return False
        return code.co_qualname.replace(".<locals>", "") == self.qualname

    def _is_in_module(self, frame: FrameType, file: str) -> bool:
        """By its name; the program's main module has that of its file, or of `-m`."""
        spec = frame.f_globals.get("__spec__")
        if self.module in (frame.f_globals.get("__name__"), getattr(spec, "name", None)):
            return True
        return file.endswith(os.sep + self.module.replace(".", os.sep) + ".py")


class OpenCall:
    """A call that has not ended yet."""

    __slots__ = ("begun", "call", "copying_s", "faults", "frame", "peak")

    def __init__(self, frame: int, call: int, copying_s: float = 0.0) -> None:
        self.frame = frame
        self.copying_s = copying_s
        """What copies had taken by then, s."""
        self.call = call
        """Its number where a copy of it waits, else 0."""
        self.faults, self.peak = own_memory.usage()
        self.begun = perf_counter()
