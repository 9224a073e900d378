"""A probe that catches calls of functions, and lines of modules, asked for by name."""

import json
from types import CodeType

from profiler_suite.measure.program.catching import hooks
from profiler_suite.measure.program.catching.catcher import Catcher
from profiler_suite.measure.program.catching.wish import Wish

# Calls after which nobody looks any more: each costs the program some microseconds.
_MOST_CALLS = 20_000
# Where all calls of Python functions cost something (3.11), those of all functions together.
_MOST_EVENTS = 20_000_000


class ByName:
    """What is caught where functions were asked for by name: those, and no others."""

    most_calls, most_events = _MOST_CALLS, _MOST_EVENTS
    finds_more = False

    def wish_for(self, code: CodeType, file: str) -> Wish | None:
        """A wish for code that nobody asked for."""
        return None

    def may_keep(self, wish: Wish) -> bool:
        """Whether another call of it may be kept now."""
        return True

    def forked(self, seconds: float) -> None:
        """A copy was made, which took so long."""

    def lets_go(self, wish: Wish, took: float) -> bool:
        """Whether a call that was kept and took so long is of no use after all."""
        return False


def start(settings: str) -> None:
    """Set the hook: called in the program before its first line."""
    asked = json.loads(settings)
    hooks.begin(Catcher(asked, ByName()))
