"""Where to look first in a program: functions and lines, by what a rewrite may spare."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from profiler_suite.analysis.program import module_places
from profiler_suite.analysis.program.moments import (
    BREAKDOWN,
    IMPORTS,
    OTHER,
    Moment,
    moments,
)
from profiler_suite.measure.native import layers
from profiler_suite.measure.program.samples import StackFrame
from profiler_suite.measure.program.watching import ProgramRun

MODULE = "<module>"
# What a comprehension or a lambda spends is the function's that it stands in.
_INNER = re.compile(r"(\.<locals>)?\.<(listcomp|dictcomp|setcomp|genexpr|lambda)>.*")
# The library function that is named with a function took at least this share of its time.
_MOSTLY = 0.3
_Key = TypeVar("_Key")


@dataclasses.dataclass(frozen=True)
class Spent:
    """Time of some moments, s, taken apart."""

    total_s: float
    avoidable_s: float
    """Per-call cost, copies, page faults and waiting: all but work and imports, s."""
    breakdown: dict[str, float]
    """Kind of work, see BREAKDOWN → s."""
    layers: dict[str, float]
    """Whose code → s, most first."""
    states: dict[str, float]
    """What it waited for, or 'running' → s."""

    def share(self, *entries: str) -> float:
        """Share of these kinds of work in the time; 0 of nothing."""
        return sum(self.breakdown.get(each, 0.0) for each in entries) / (self.total_s or 1.0)


@dataclasses.dataclass(frozen=True)
class RankedFunction:
    """A function of the user's own."""

    file: str
    function: str
    """Qualified name; '<module>' for what stands outside of functions."""
    line: int
    """Its line that takes most of its avoidable time."""
    self_s: float
    """In the function itself and compiled code it calls, no other Python function, s."""
    total_s: float
    """In it and in all it calls, s."""
    spent: Spent
    """In its own code and in what it calls of others': the time it answers for."""
    called: str
    """The library's Python function under it that takes most: 'numpy sum'; may be empty."""
    lines: tuple[int, int] = (0, 0)
    """First and last line of statements that stand outside of functions; 0 for a function."""


@dataclasses.dataclass(frozen=True)
class RankedLine:
    """A line of the user's own, with what it calls of others' code."""

    file: str
    function: str
    line: int
    spent: Spent
    called: str


@dataclasses.dataclass(frozen=True)
class Ranking:
    """A program's time, and where to look first."""

    run: ProgramRun
    moments: list[Moment]
    spent: Spent
    functions: list[RankedFunction]
    """Most avoidable time first."""
    lines: list[RankedLine]
    others: list[tuple[str, float, float]]
    """Functions of others' code by name: self and total time, s, most first."""

    @property
    def attributed_share(self) -> float:
        """Share of the wall time that a kind of work is known of."""
        return 1 - self.spent.share(OTHER) if self.moments else 0.0


def rank(run: ProgramRun) -> Ranking:
    """The ranking of one watched run."""
    main = next(iter(run.samples.processes), 0)
    seen = moments(run.samples, main)
    total = sum(each.weight for each in seen)
    one_s = run.end.wall_s / total if total else 0.0
    answered = [each for each in seen if each.own >= 0 and each.entry != IMPORTS]
    functions = [
        _function(some, seen, one_s) for some in _grouped(answered, _own_function).values()
    ]
    lines = [
        RankedLine(file, name, line, _spent(some, one_s), _called(some))
        for (file, name, line), some in _grouped(answered, _own_line).items()
    ]
    functions += _only_callers(seen, functions, one_s)
    return Ranking(
        run=run,
        moments=seen,
        spent=_spent(seen, one_s),
        functions=sorted(functions, key=_first_to_look_at),
        lines=sorted(lines, key=lambda each: -each.spent.avoidable_s),
        others=_of_others(seen, one_s),
    )


def _first_to_look_at(each: RankedFunction) -> tuple[float, float, float]:
    return -each.spent.avoidable_s, -each.spent.total_s, -each.total_s


def _grouped(some: Sequence[Moment], key: Callable[[Moment], _Key]) -> dict[_Key, list[Moment]]:
    groups: dict[_Key, list[Moment]] = {}
    for each in some:
        groups.setdefault(key(each), []).append(each)
    return groups


def identity_of(frame: StackFrame) -> tuple[str, str, int]:
    """File and name; what stands outside of functions has the number of its first line."""
    name = MODULE if frame.name.startswith("<") else _INNER.sub("", frame.name)
    if name != MODULE:
        return frame.file, name, 0
    return frame.file, name, module_places.statements_at(frame.file, frame.line)[0]


def _statements(identity: tuple[str, str, int], line: int) -> tuple[int, int]:
    return module_places.statements_at(identity[0], line) if identity[2] else (0, 0)


def _own_function(moment: Moment) -> tuple[str, str, int]:
    return identity_of(moment.python[moment.own])


def _own_line(moment: Moment) -> tuple[str, str, int]:
    frame = moment.python[moment.own]
    return frame.file, frame.name, frame.line


def _spent(some: Sequence[Moment], one_s: float) -> Spent:
    entries = _summed(some, lambda each: each.entry, one_s)
    return Spent(
        total_s=sum(entries.values()),
        avoidable_s=sum(each.weight for each in some if each.avoidable) * one_s,
        breakdown={name: entries[name] for name in BREAKDOWN if entries.get(name)},
        layers=_summed(some, lambda each: each.layer, one_s),
        states=_summed(some, lambda each: each.state, one_s),
    )


def _summed(
    some: Sequence[Moment], key: Callable[[Moment], _Key], one_s: float
) -> dict[_Key, float]:
    """Time by a key, s, most first."""
    found: dict[_Key, float] = {}
    for each in some:
        name = key(each)
        found[name] = found.get(name, 0.0) + each.weight * one_s
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _function(own: list[Moment], seen: list[Moment], one_s: float) -> RankedFunction:
    identity = _own_function(own[0])
    spared = [each for each in own if each.avoidable] or own
    lines = _summed(spared, lambda each: each.python[each.own].line, one_s)
    itself = [each for each in own if each.own == len(each.python) - 1]
    above = [each for each in seen if any(identity_of(f) == identity for f in each.python)]
    return RankedFunction(
        file=identity[0],
        function=identity[1],
        line=next(iter(lines)),
        self_s=sum(each.weight for each in itself) * one_s,
        total_s=sum(each.weight for each in above) * one_s,
        spent=_spent(own, one_s),
        called=_called(own),
        lines=_statements(identity, next(iter(lines))),
    )


def _only_callers(
    seen: list[Moment], known: list[RankedFunction], one_s: float
) -> list[RankedFunction]:
    """Functions of the user's that only call others of the user's: all total, nothing else."""
    there = {(each.file, each.function) for each in known}
    totals: dict[tuple[str, str, int], float] = {}
    lines: dict[tuple[str, str, int], int] = {}
    for moment in seen:
        callers = {identity_of(f): f.line for f in moment.python[: moment.own + 1]}
        lines |= callers
        for identity in callers:
            if identity[:2] not in there and layers.of_source(identity[0]) == layers.USER:
                totals[identity] = totals.get(identity, 0.0) + moment.weight * one_s
    return [
        RankedFunction(
            file=identity[0],
            function=identity[1],
            line=lines[identity],
            self_s=0.0,
            total_s=total_s,
            spent=_spent([], one_s),
            called="",
            lines=_statements(identity, lines[identity]),
        )
        for identity, total_s in totals.items()
    ]


def _called(own: Sequence[Moment]) -> str:
    """The function of others' code that it calls most, by time: 'pandas Series.apply'."""
    names = _summed(own, _callee, 1.0)
    names.pop("", None)
    name, most = next(iter(names.items()), ("", 0.0))
    return name if most >= _MOSTLY * sum(each.weight for each in own) else ""


def _callee(moment: Moment) -> str:
    if moment.own + 1 < len(moment.python):
        frame = moment.python[moment.own + 1]
        return f"{layers.package_of(frame.file)} {frame.name}".strip()
    return ""  # symbols of compiled code name nothing that a person has typed


def _of_others(seen: Sequence[Moment], one_s: float) -> list[tuple[str, float, float]]:
    """Self and total time of functions that are not the user's own."""
    selves: dict[str, float] = {}
    totals: dict[str, float] = {}
    for moment in seen:
        if moment.entry == IMPORTS:
            continue
        names = [_others_name(frame) for frame in moment.python]
        for name in {each for each in names if each}:
            totals[name] = totals.get(name, 0.0) + moment.weight * one_s
        if names and names[-1]:
            selves[names[-1]] = selves.get(names[-1], 0.0) + moment.weight * one_s
    ordered = sorted(selves.items(), key=lambda item: -item[1])
    return [(name, self_s, totals[name]) for name, self_s in ordered]


def _others_name(frame: StackFrame) -> str:
    layer = layers.of_source(frame.file)
    return "" if layer == layers.USER else f"{layer}: {frame.name}"
