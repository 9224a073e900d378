"""In the program's own process: catches calls of all its functions, in its only run.

Nobody knows yet which of them will matter. So of each function the first call is kept, and let
go when it has ended soon; of one that has taken much of the time by then, others are kept too.
What that may cost is bounded, by the calls that are looked at and the time that copies take.
"""

import json
import os
from time import perf_counter
from types import CodeType

from profiler_suite.measure.program.catching import hooks
from profiler_suite.measure.program.catching.catcher import Catcher
from profiler_suite.measure.program.catching.wish import Wish

# Calls of one function after which nobody looks any more.
_MOST_CALLS = 20_000
# Where all calls of Python functions cost something (3.11), those of all functions together.
_MOST_EVENTS = 5_000_000
_MOST_COPIES = 64
# What ends sooner is not worth an explanation by itself, only if it is called often.
_LEAST_S = 0.002
_WORTH_SHARE, _WORTH_S = 0.01, 0.02
# Time that copies may take: of all so far, and at the beginning.
_COPIES_SHARE, _COPIES_S = 0.02, 0.3
_COROUTINES = 0x80 | 0x200  # inspect.CO_COROUTINE, CO_ASYNC_GENERATOR
_INSTALLED = ("site-packages", "dist-packages")


class EveryCall:
    """What is caught of a program whose functions nobody has asked for by name."""

    most_calls, most_events = _MOST_CALLS, _MOST_EVENTS
    finds_more = True

    def __init__(self, others: list[str]) -> None:
        """`others` are folders of code that is not the program's own."""
        self._others = tuple(each + os.sep for each in others)
        self._wishes: dict[tuple[str, str], Wish] = {}
        self._begun = perf_counter()
        self._copying_s = 0.0

    def wish_for(self, code: CodeType, file: str) -> Wish | None:
        """A wish for a function of the program's own; None for others' and for coroutines."""
        name = code.co_qualname.replace(".<locals>", "")
        if "<" in name or code.co_flags & _COROUTINES or self._is_of_others(file):
            return None
        key = file, name
        if key not in self._wishes:
            self._wishes[key] = Wish(-1, {"file": file, "qualname": name})
        return self._wishes[key]

    def _is_of_others(self, file: str) -> bool:
        installed = any(f"{os.sep}{name}{os.sep}" in file for name in _INSTALLED)
        if installed or file.startswith(self._others):
            return True
        return not os.path.isfile(file)  # noqa: PTH113 - pathlib is not there yet

    def may_keep(self, wish: Wish) -> bool:
        """Its first call; later ones of a function that has taken much of the time."""
        now = self._now()
        if self._copying_s > _COPIES_SHARE * now + _COPIES_S:
            return False
        if sum(len(each.kept) for each in self._wishes.values()) >= _MOST_COPIES:
            return False
        return wish.calls == 1 or self._is_worth_it(wish)

    def _now(self) -> float:
        return perf_counter() - self._begun

    def _is_worth_it(self, wish: Wish) -> bool:
        return wish.total_s > max(_WORTH_S, _WORTH_SHARE * self._now())

    def forked(self, seconds: float) -> None:
        """A copy was made, which took so long."""
        self._copying_s += seconds

    def lets_go(self, wish: Wish, took: float) -> bool:
        """A short call of a function that has not taken much of the time so far."""
        return took < _LEAST_S and not self._is_worth_it(wish)


def start(settings: str) -> None:
    """Set the hook: called in the program before its first line."""
    asked = json.loads(settings)
    hooks.begin(Catcher(asked, EveryCall(asked["others"])))
