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
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing of it has been seen in this process yet."""
        self.calls = 0
        self.kept: list[int] = []
        self.costs: list[float] = []
        self.faults: list[int] = []
        """Page faults of calls of which no copy was made: a copy causes some of its own."""
        self.grown = 0
        """By how much the peak of the program's memory grew in its calls, bytes."""
        self.total_s = 0.0
        self.open: dict[int, OpenCall] = {}

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

    __slots__ = ("begun", "call", "faults", "frame", "peak")

    def __init__(self, frame: int, call: int) -> None:
        self.frame = frame
        self.call = call
        """Its number where a copy of it waits, else 0."""
        self.faults, self.peak = own_memory.usage()
        self.begun = perf_counter()
