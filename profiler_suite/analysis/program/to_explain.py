"""Which functions of a program are worth an explanation: most that may be spared first."""

import ast
import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from profiler_suite.analysis.program import states
from profiler_suite.analysis.program.callers import LoopsOfFiles, calling_line, function_at
from profiler_suite.analysis.program.ranking import (
    RankedFunction,
    Ranking,
    Spent,
    identity_of,
)
from profiler_suite.measure.native import layers
from profiler_suite.measure.program.caught_calls import CallWish, CaughtCalls
from profiler_suite.measure.program.samples import StackFrame
from profiler_suite.workloads import module_lines

# Less of the program's time is not worth the seconds that an explanation takes.
_LEAST_SHARE = 0.02
# What takes as much may be spared by another algorithm, though all of it is arithmetic.
_LARGE_SHARE = 0.15
_OF_ARITHMETIC = 0.25
# What waits for so much of its time for something outside would wait as long if it were called
# alone, or for ever; no rewrite of it helps.
_MOSTLY = 0.5
_FIRST = "MainThread"
_WAITS_OUTSIDE = (states.LOCK, states.SLEEP, states.EVENTS, states.IO, states.CHILD)
# With fewer samples of the user's own code than this nobody knows what may be spared.
_ROUGH_SAMPLES = 100
# A helper: called so often, for so short a time. One with a loop of its own is explained by
# itself, unless the loop has next to nothing to do.
_MANY_CALLS, _SHORT_CALL_S, _SHORT_LOOP_S = 50, 2e-3, 2e-5
# Where a call of its caller is as quick as this, the caller says more in the same time: what a
# longer loop of a helper's own does is seen there as well.
_QUICK_CALLER_S, _LOOP_OF_A_QUICK_ONE_S = 0.25, 5e-4
# So many callers, one above the other: a distance in a search in a loop over points.
_MOST_CALLERS = 3


@dataclasses.dataclass(frozen=True)
class PlaceToExplain:
    """A function, or lines outside of functions, that is worth an explanation."""

    wish: CallWish
    ranked: RankedFunction
    """Its first row in the ranking: lines outside of functions have one each."""
    time_s: float
    """Of the program, in it and in what it calls of others' code, s."""
    avoidable_s: float = 0.0
    """Of that, what a rewrite may spare, s."""
    has_loop: bool = True
    """Whether its costliest line stands in a loop of its own."""
    caller: "PlaceToExplain | None" = None
    """Where it is called in a loop, should it turn out to be a helper."""
    helper: "PlaceToExplain | None" = None
    """The one that it is explained for, where it is such a caller."""

    @property
    def weight(self) -> float:
        """How much of the time for explanations it is to get, beside others."""
        return self.avoidable_s + _OF_ARITHMETIC * (self.time_s - self.avoidable_s)


def places(ranking: Ranking, most: int) -> list[PlaceToExplain]:
    """The functions, and the lines outside of functions, whose calls are to be caught.

    Of a program that was too short for its samples, what has a loop comes first.
    """
    total_s = ranking.spent.total_s
    seen = sum(moment.weight for moment in ranking.moments if moment.own >= 0)
    rough = seen < _ROUGH_SAMPLES
    found: dict[CallWish, PlaceToExplain] = {}
    loops = LoopsOfFiles()
    for each in ranking.functions:
        spent = each.spent
        worth = spent.avoidable_s > _LEAST_SHARE * total_s
        worth |= spent.total_s > _LARGE_SHARE * total_s
        worth |= each is ranking.functions[0] and spent.avoidable_s > 0
        own = spent.total_s and not _waits(spent)
        wish = wish_at(each.file, each.line) if own else None
        if wish is not None and _begins_a_thread(each, ranking):
            wish = _loop_at(each.file, each.line, wish.qualname) or wish
        if wish is None:
            continue
        known = found.get(wish)
        if known is not None:
            found[wish] = _with_more(known, spent.total_s, spent.avoidable_s)
        elif worth or rough:
            looped = loops.hold(each.file, each.line)
            found[wish] = PlaceToExplain(
                wish, each, spent.total_s, spent.avoidable_s, has_loop=looped
            )
    chosen = list(found.values())
    if rough:
        chosen.sort(key=lambda place: not has_loop(place.ranked.file, place.ranked.line))
    return [_with_caller(each, ranking, loops) for each in chosen[:most]]


def _waits(spent: Spent) -> bool:
    outside = sum(spent.states.get(each, 0.0) for each in _WAITS_OUTSIDE)
    return outside > _MOSTLY * spent.total_s


def _with_more(place: PlaceToExplain, time_s: float, avoidable_s: float) -> PlaceToExplain:
    return dataclasses.replace(
        place, time_s=place.time_s + time_s, avoidable_s=place.avoidable_s + avoidable_s
    )


def _with_caller(
    place: PlaceToExplain, ranking: Ranking, loops: LoopsOfFiles
) -> PlaceToExplain:
    """The place, and the one that calls it in a loop, if any, and the one that calls that."""
    ranked = place.ranked
    above = [place]
    file, function = ranked.file, ranked.function
    while not above[-1].wish.first and len(above) <= _MOST_CALLERS:
        within = len(above) > 1
        at = calling_line(ranking.moments, file, function, loops, within=within)
        wish = wish_at(*at) if at is not None else None
        if at is None or wish is None or wish in [each.wish for each in above]:
            break
        row = next((each for each in ranking.functions if (each.file, each.line) == at), ranked)
        above.append(dataclasses.replace(place, wish=wish, ranked=row, has_loop=True))
        file, function = at[0], function_at(ranking.moments, *at)
    found = above.pop()
    while above:
        found = dataclasses.replace(above.pop(), caller=found)
    return found


def wishes_of(chosen: Sequence[PlaceToExplain]) -> list[CallWish]:
    """What is to be caught of these places: calls of them, and of where they are called."""
    found: dict[CallWish, None] = {}
    level: list[PlaceToExplain] = list(chosen)
    while level:
        found |= dict.fromkeys(each.wish for each in level)
        level = [each.caller for each in level if each.caller is not None]
    return list(found)


def settled(
    chosen: Sequence[PlaceToExplain],
    caught: Callable[[CallWish], CaughtCalls],
    longest_s: float = math.inf,
) -> list[PlaceToExplain]:
    """The places once their calls were seen: helpers are explained where they are called.

    Places that come to the same are one. Where a call of the caller takes longer than
    `longest_s` nothing could be tried on it: then the helper is explained by itself.
    """
    found: dict[CallWish, PlaceToExplain] = {}
    for each in chosen:
        place, above = each, each.caller
        while above is not None:
            calls = caught(above.wish)
            # As it was seen while nothing was caught, which may slow it ten times.
            once_s = each.time_s / max(1, calls.calls)
            quick = once_s <= _QUICK_CALLER_S
            if not _is_helper(place, caught(place.wish), quick):
                break
            if calls.representative is not None and once_s <= longest_s:
                place = dataclasses.replace(above, helper=each)
            above = above.caller if place.wish == above.wish else None
        known = found.get(place.wish)
        if known is None:
            found[place.wish] = place
        else:
            more = _with_more(known, place.time_s, place.avoidable_s)
            helper = known.helper if known.helper is not None else place.helper
            found[place.wish] = dataclasses.replace(more, helper=helper)
    return list(found.values())


def _is_helper(place: PlaceToExplain, calls: CaughtCalls, quick: bool) -> bool:
    """Whether it is called so often, for so short a time, that a loop over it is the cause.

    `quick` says that a call of its caller is.
    """
    of_a_loop_s = _LOOP_OF_A_QUICK_ONE_S if quick else _SHORT_LOOP_S
    shortest_s = of_a_loop_s if place.has_loop else _SHORT_CALL_S
    return calls.calls >= _MANY_CALLS and max(calls.median_s, calls.mean_s) < shortest_s


def has_loop(file: str, line: int) -> bool:
    """Whether a loop of the file holds that line."""
    return LoopsOfFiles().hold(file, line)


def wish_at(file: str, line: int) -> CallWish | None:
    """The innermost function at that line of a file, else the statement; None for neither.

    A coroutine runs in turns with others: of one it is the loop, if that can be called alone.
    """
    try:
        source = module_lines.source_of(file)
        body = ast.parse(source).body
    except (OSError, ValueError, SyntaxError):
        return None
    path = str(Path(file).resolve())
    name = ""
    for found, statement in _around(body, line, ""):
        if isinstance(statement, ast.AsyncFunctionDef):
            return _loop_at(file, line, found)
        name = found if isinstance(statement, ast.FunctionDef) else name
    if name:
        return CallWish(file=path, qualname=name)
    first, last = module_lines.group_at(source, line)
    return CallWish(file=path, first=first, last=last) if first else None


def _loop_at(file: str, line: int, qualname: str) -> CallWish | None:
    """The loop of a function there, where it can be called without the rest of the function."""
    first, last = module_lines.loop_in_function(module_lines.source_of(file), line)
    if not first or not qualname:
        return None
    path = str(Path(file).resolve())
    return CallWish(file=path, qualname=qualname, first=first, last=last)


def _begins_a_thread(row: RankedFunction, ranking: Ranking) -> bool:
    """Whether it is what other threads than the first begin with: they wait for each other."""
    own = [m for m in ranking.moments if m.own >= 0 and _is_of(m.python[m.own], row)]
    begun = [m for m in own if m.thread != _FIRST and not any(map(_is_own, m.python[: m.own]))]
    return sum(m.weight for m in begun) > _MOSTLY * sum(m.weight for m in own)


def _is_of(frame: StackFrame, row: RankedFunction) -> bool:
    return identity_of(frame)[:2] == (row.file, row.function)


def _is_own(frame: StackFrame) -> bool:
    return layers.of_source(frame.file) == layers.USER


def _around(body: Sequence[ast.AST], line: int, before: str) -> Iterator[tuple[str, ast.stmt]]:
    """The definitions that hold the line, from the outermost on, with their names."""
    for node in body:
        if isinstance(node, ast.stmt) and not (
            node.lineno <= line <= (node.end_lineno or node.lineno)
        ):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{before}{node.name}", node
            yield from _around(node.body, line, f"{before}{node.name}.")
        else:
            yield from _around(list(ast.iter_child_nodes(node)), line, before)
