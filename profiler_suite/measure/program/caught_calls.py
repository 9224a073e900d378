"""Calls of a program that were seen and kept: whose they are, how many, what they cost."""

import socket
from pathlib import Path

from profiler_suite import units
from profiler_suite.model.noun import Noun

# Less is not worth a word.
_MANY_FAULTS, _MUCH_BYTES = 256, 2**24


class CallWish(Noun, frozen=True):
    """A function, or lines of a module, whose calls are to be caught."""

    file: str = ""
    module: str = ""
    """Where no file is given."""
    qualname: str = ""
    """As in the source: 'Class.method', 'outer.inner'."""
    line: int = 0
    """Where its definition begins; 0 for any."""
    first: int = 0
    """For lines outside of any function, or in the function that is named; 0 for a function."""
    last: int = 0

    @property
    def target(self) -> str:
        """'file.py:function', 'file.py:lines 3 to 9', 'file.py:function, lines 3 to 9'."""
        where = Path(self.file).name if self.file else self.module
        if not self.first:
            return f"{where}:{self.qualname}"
        several = self.last > self.first
        lines = f"lines {self.first} to {self.last}" if several else f"line {self.first}"
        return f"{where}:{self.qualname}, {lines}" if self.qualname else f"{where}:{lines}"


class CallMemory(Noun, frozen=True):
    """What the calls of a function do to the memory of the program."""

    page_faults: float = -1.0
    """The median of its calls; -1 where too few are known."""
    grown_bytes: int = 0
    """By how much the peak of the program's memory grew in its calls."""

    @property
    def words(self) -> str:
        """In words; empty where it is nothing much."""
        said = []
        if self.page_faults >= _MANY_FAULTS:
            said.append(f"a call causes {units.count(self.page_faults)} page faults")
        if self.grown_bytes >= _MUCH_BYTES:
            grown = units.size(self.grown_bytes)
            said.append(f"the program's peak of memory grew by {grown} in it")
        return f"in the program, {' and '.join(said)}" if said else ""


class CaughtCalls:
    """What was seen of one function while the program ran, and the calls that were kept."""

    def __init__(self, wish: CallWish) -> None:
        self.wish = wish
        self._by_program: dict[int, tuple[int, float]] = {}
        self.median_s = 0.0
        self.mean_s = 0.0
        """Both of calls of which no copy was made, where there are any."""
        self.uncounted = False
        """Whether there may have been more calls than were counted."""
        self.memory = CallMemory()
        self.costs_s: dict[tuple[int, int], float] = {}
        """Of the kept calls that ended: by the process and the number of the call."""
        self.kept: dict[tuple[int, int], socket.socket] = {}

    @property
    def calls(self) -> int:
        """In the program and in its children."""
        return sum(calls for calls, _ in self._by_program.values())

    @property
    def total_s(self) -> float:
        """Of those calls that have ended, s."""
        return sum(seconds for _, seconds in self._by_program.values())

    def seen_in(self, program: int, calls: int, total_s: float = 0.0) -> None:
        """Note what a process has said of its calls so far."""
        before = self._by_program.get(program, (0, 0.0))
        self._by_program[program] = max(before[0], calls), max(before[1], total_s)

    @property
    def representative(self) -> tuple[int, int] | None:
        """The kept call in the middle of their time; None when none was kept.

        Half of the time that the kept calls took is in calls that took as long or longer.
        """
        ended = [(s, key) for key, s in self.costs_s.items() if key in self.kept]
        passed_s, half_s = 0.0, sum(s for s, _ in ended) / 2
        for seconds, key in sorted(ended):
            passed_s += seconds
            if passed_s >= half_s:
                return key
        return next(iter(self.kept), None)

    def words(self) -> str:
        """How many calls there were, and which of them is explained."""
        chosen = self.representative
        if self.wish.first or chosen is None:
            return ""
        if self.calls == 1:
            return "explained by its only call in the program"
        more = " or more" if self.uncounted else ""
        return (
            f"explained by call {chosen[1]:,} of {self.calls:,}{more}: of the {len(self.kept)} "
            "that were kept, the one in the middle of their time"
        )
