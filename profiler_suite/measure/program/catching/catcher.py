"""What happens at the wanted calls: which are counted, which are kept, what they cost.

Of the calls of one function some are kept, each as likely as any other (reservoir sampling),
and one more by its cost: of a function that mostly looks into a cache, a call that fills it.
"""

import _thread
import os
from collections.abc import Callable
from time import perf_counter
from types import CodeType, FrameType
from typing import Any, Protocol

from profiler_suite.measure.program.catching import own_memory
from profiler_suite.measure.program.catching.channel import CallChannel
from profiler_suite.measure.program.catching.copies import CallCopies
from profiler_suite.measure.program.catching.wish import OpenCall, Wish

# Copies that wait, of the calls of one function.
_KEPT = 4
# Costs that the median is taken of.
_COSTS = 500
# Copies beyond those, to find the calls that take the time, of a function whose mean cost is so
# many times the median: per second, one of so many calls that come then, and the share of the
# time that these copies may take.
_UNEVEN, _TRIES_PER_S, _OF_CALLS, _TRIES_SHARE = 3.0, 16.0, 32, 0.1
_getpid = os.getpid  # the program may replace it


class CallChoice(Protocol):
    """Which code is wanted although nobody asked for it, and which calls are kept."""

    most_calls: int
    """Of one function, after which nobody looks any more."""
    most_events: int
    """Of all functions together, where each costs something."""
    finds_more: bool
    """Whether functions that nobody asked for may be wanted at any time."""

    def wish_for(self, code: CodeType, file: str) -> Wish | None:
        """A wish for code that nobody asked for."""

    def may_keep(self, wish: Wish) -> bool:
        """Whether another call of it may be kept now."""

    def forked(self, seconds: float) -> None:
        """A copy was made, which took so long."""

    def lets_go(self, wish: Wish, took: float) -> bool:
        """Whether a call that was kept and took so long is of no use after all."""


class Catcher:
    """All the wishes, and what was seen of them; a hook says when calls begin and end."""

    def __init__(self, asked: dict[str, Any], choice: CallChoice) -> None:
        self.choice = choice
        self._wishes = [Wish(number, each) for number, each in enumerate(asked["wishes"])]
        self._channel = CallChannel(str(asked["socket"]))
        self._copies = CallCopies(self._channel, str(asked["package"]))
        self._limit_bytes = int(asked.get("limit_bytes", 0))
        self._looking_s = float(asked.get("looking_s", 0.0))
        self._begun = perf_counter()
        self._copying_s = self._trying_s = 0.0
        self._drawn = 1
        self._files: dict[str, str] = {}
        # By identity: a code's hash is computed anew each time. Held, so that it stays its own.
        self.found: dict[int, list[Wish]] = {}
        self.firsts: dict[int, int] = {}
        self.codes: list[CodeType] = []
        try:
            self._begun_in = os.getcwd()  # noqa: PTH109 - pathlib is not there yet
        except OSError:  # the folder is gone
            self._begun_in = os.sep
        self._of = _getpid()

    def stopped_by(self, stop: Callable[[], None]) -> None:
        """Take the hook away by that, at the end and in every copy."""
        self._copies.stop_looking = stop

    def finish(self) -> None:
        """Say what was seen of each function; the program has ended."""
        if _getpid() != self._of:
            return
        self._copies.stop_looking()
        for wish in self._wishes:
            self._tell("seen", wish)

    # -------------------------------------------------------------- which code

    def wishes_of(self, code: CodeType, frame: FrameType) -> list[Wish]:
        """Whose calls this code's are: several for a module, none for most."""
        found: list[Wish] = []
        name = code.co_filename
        if not name.startswith("<frozen"):
            if name not in self._files:
                whole = os.path.join(self._begun_in, name)  # noqa: PTH118
                self._files[name] = os.path.realpath(whole)
            file = self._files[name]
            found = [w for w in self._wishes if w.is_of(code, frame, file)]
            more = None if found else self.choice.wish_for(code, file)
            if more is not None:
                self._wishes.append(more)
                found = [more]
        self.codes.append(code)
        self.found[id(code)] = found
        return found

    # --------------------------------------------------------------- its calls

    def begins(self, wish: Wish, frame: FrameType) -> bool:
        """A call begins; says whether its end is of interest."""
        if _getpid() != self._of:
            self._count_anew()
        thread = _thread.get_ident()
        outer = wish.open.get(thread)
        if outer is not None and _is_below(outer.frame, frame):
            return False  # of a recursion the outermost call is the call
        wish.calls += 1
        if wish.calls > self.choice.most_calls:
            wish.over = wish.uncounted = True
            return False
        call = wish.calls if self._is_chosen(wish) or self._is_weighed(wish) else 0
        if call:
            self._keep(wish, frame, call)
        wish.open[thread] = OpenCall(id(frame), call, self._copying_s)
        return True

    def _count_anew(self) -> None:
        """In a forked child: what its parent has seen, its parent says."""
        self._of = _getpid()
        for wish in self._wishes:
            wish.begin_anew()

    def ends(self, wish: Wish, frame: FrameType) -> None:
        """A call has returned, or a generator has given its first value."""
        thread = _thread.get_ident()
        outer = wish.open.get(thread)
        if outer is None or outer.frame != id(frame):
            return
        # Copies of calls further in are none of its own time.
        took = perf_counter() - outer.begun - (self._copying_s - outer.copying_s)
        del wish.open[thread]
        wish.total_s += took
        faults, peak = own_memory.usage()
        wish.grown += peak - outer.peak
        if not outer.call or wish.calls <= _KEPT:  # a copy makes the call it is of slower
            self._note(wish.costs, took, wish.calls)
        if not outer.call:
            self._note(wish.faults, faults - outer.faults, wish.calls)
            return
        self._tell("cost", wish, call=outer.call, seconds=took)
        if outer.call == wish.tried:
            self._weigh(wish, took)
        elif outer.call in wish.kept and self.choice.lets_go(wish, took):
            wish.kept.remove(outer.call)
            self._tell("dropped", wish, call=outer.call)

    def _is_weighed(self, wish: Wish) -> bool:
        """Whether to try if this call is one of those that take the time."""
        if self.choice.finds_more or wish.calls <= _KEPT:
            return False
        if self._draw(min(_OF_CALLS, 1 + wish.calls // _KEPT)):  # not always the next one
            return False
        now = perf_counter() - self._begun
        if wish.tries >= _TRIES_PER_S * now or self._trying_s > _TRIES_SHARE * now:
            return False
        if wish.tried or not wish.is_uneven(_UNEVEN) or not self._has_room():
            return False
        wish.tries += 1
        wish.tried = wish.calls
        return True

    def _weigh(self, wish: Wish, took: float) -> None:
        """Keep the call that was tried, or the one before: each as likely as it took long."""
        wish.tried_s += took
        is_kept = self._draw(2**20) * wish.tried_s < took * 2**20
        dropped, wish.tried = wish.tried, 0
        if is_kept:
            dropped, wish.weighed = wish.weighed, dropped
        if dropped:
            self._tell("dropped", wish, call=dropped)

    def _note(self, known: list[Any], value: float, calls: int) -> None:
        """One of a few hundred values that stand for all: each is as likely as any other."""
        if len(known) < _COSTS:
            known.append(value)
            return
        at = self._draw(calls)
        if at < _COSTS:
            known[at] = value

    def line(self, wishes: list[Wish], frame: FrameType) -> bool:
        """A line of a module begins; says whether others are still waited for."""
        for wish in wishes:
            if not wish.over and wish.first <= frame.f_lineno <= wish.last:
                wish.over = True
                wish.calls = 1
                self._keep(wish, frame, 1)
        return not all(wish.over for wish in wishes)

    def is_done(self) -> bool:
        """Whether nothing more is to be kept: of what has not ended yet a call is.

        Where looking ends by itself, another call of that may differ.
        """
        if self.choice.finds_more:
            return False
        return all(
            w.over or bool(w.open and w.kept and (w.calls == 1 or not self._looking_s))
            for w in self._wishes
        )

    def is_enough(self) -> bool:
        """Whether calls of all were kept, and looking for more has taken its time."""
        if not self._looking_s or perf_counter() - self._begun < self._looking_s:
            return False
        return not self.choice.finds_more and all(e.over or e.kept for e in self._wishes)

    def looks_no_more(self) -> None:
        """Note that calls from now on are not counted."""
        for wish in self._wishes:
            wish.uncounted = True

    def _draw(self, below: int) -> int:
        """A number under that one; the program's own random numbers stay what they are."""
        self._drawn = (self._drawn * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._drawn >> 33) % below

    def _is_chosen(self, wish: Wish) -> bool:
        """A random choice among all calls so far: each is as likely as any other."""
        if not self.choice.may_keep(wish):
            return False
        if len(wish.kept) < _KEPT:
            wish.kept.append(wish.calls)
            return True
        at = self._draw(wish.calls)
        if at >= _KEPT or not self._has_room():
            return False
        self._tell("dropped", wish, call=wish.kept[at])
        wish.kept[at] = wish.calls
        return True

    def _has_room(self) -> bool:
        """Whether one more copy may grow as large as this process is."""
        own, free = own_memory.held_and_free()
        return own < (self._limit_bytes or free / 2)

    def _keep(self, wish: Wish, frame: FrameType, call: int) -> None:
        begun = perf_counter()
        if self._copies.keep(wish, frame, call):
            took = perf_counter() - begun
            self._copying_s += took
            self._trying_s += took if call == wish.tried else 0.0
            self.choice.forked(took)

    def _tell(self, kind: str, wish: Wish, **more: Any) -> None:
        self._channel.tell(kind, wish, **more)


def _is_below(outer: int, frame: FrameType) -> bool:
    """Whether the frame of that identity is among those that called this one."""
    at: FrameType | None = frame.f_back
    while at is not None:
        if id(at) == outer:
            return True
        at = at.f_back
    return False
