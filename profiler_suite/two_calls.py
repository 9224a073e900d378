"""Races two function objects in this process: which is faster, and do they answer the same?"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.race import results as races
from profiler_suite.analysis.race.breakdown_changes import BreakdownChange, breakdown_change
from profiler_suite.analysis.race.results import Race, RaceResult
from profiler_suite.errors import UsageError
from profiler_suite.machine.survey import survey
from profiler_suite.measure.explain import passes, racing
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort, Trial
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.machine import Machine
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.model.trial import TrialKind
from profiler_suite.notebook import IN_PROCESS, called_with, effort_of
from profiler_suite.workloads.own_modules import ModulesInTurn
from profiler_suite.workloads.sizes import ArgumentSize, size_of
from profiler_suite.workloads.user_function import FunctionCall

# With one process the interval is never narrower than what two of them differ by.
_PAIRS_S = 1.5


class RaceView:
    """What a race found: a page in a notebook, a screen on a terminal."""

    def __init__(self, race: Race) -> None:
        self.race = race

    @property
    def verdict(self) -> Verdict:
        """Of the first size."""
        return self.race.results[0].verdict

    @property
    def results(self) -> tuple[RaceResult, ...]:
        """One for each size."""
        return self.race.results

    def __str__(self) -> str:
        from profiler_suite.report.terminal.race import screen

        return screen(self.race, 80, color=False)

    def __repr__(self) -> str:
        said = "; ".join(races.verdict_in_words(each) for each in self.race.results)
        return f"<RaceView of {' and '.join(self.race.targets)}: {said}>"

    def document(self) -> dict[str, Any]:
        """The same as plain values; missing numbers are None."""
        from profiler_suite.report.formats.race_document import document

        return document(self.race)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("RaceView(…)" if cycle else str(self))

    def _repr_html_(self) -> str:
        from profiler_suite.report.html.race import frame

        return frame(self.race)


def race(
    before: Callable[..., Any],
    after: Callable[..., Any],
    /,
    *args: Any,
    profiler_sizes: Sequence[tuple[Any, ...]] = (),
    profiler_threads: int = 1,
    profiler_breakdown: bool = True,
    **kwargs: Any,
) -> RaceView:
    """Race after(*args, **kwargs) against before(*args, **kwargs).

    Both are run in this process on copies of the arguments; their answers are compared on
    these and on others, then both are timed in turn. `profiler_sizes` are tuples of arguments
    to race on instead. Raises FunctionError where `before` raises.
    """
    calls = [
        tuple(called_with(each, tuple(given), kwargs, "race") for each in (before, after))
        for given in (profiler_sizes or (args,))
    ]
    machine = survey(coarse=True)
    allowed = machine.facts.cores_allowed
    if not 1 <= profiler_threads <= allowed:
        raise UsageError(
            f"{profiler_threads} threads cannot be used: this process may use 1 to {allowed}"
        )
    effort = msgspec.structs.replace(effort_of(machine), trial_s=_PAIRS_S)
    # What the functions draw while they are measured is no draw of the caller's.
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        results = [_at_size(pair, effort, profiler_threads) for pair in calls]
        changes: tuple[BreakdownChange, ...] = ()
        if profiler_breakdown:
            changes = _changes(calls, results, machine, profiler_threads)
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
    return RaceView(
        Race(
            targets=_names(calls[0]),
            setup="",
            threads=profiler_threads,
            results=tuple(results),
            crossings=races.crossings(results),
            changes=changes,
            notes=(IN_PROCESS,),
        )
    )


def _names(pair: Sequence[FunctionCall]) -> tuple[str, ...]:
    """What both are called; told apart where they have one name."""
    names = [each.name for each in pair]
    if len(set(names)) == len(names):
        return tuple(names)
    return names[0], f"{names[1]} (new)"


def _at_size(pair: Sequence[FunctionCall], effort: ExplainEffort, threads: int) -> RaceResult:
    old, new = pair
    size: ArgumentSize = size_of(old.args, old.kwargs, "")
    with FunctionGuard(old.name) as guard:
        subject = Subject(old, effort, threads, copy=True, guard=guard)
        found = racing.race(
            subject, new, Trial(kind=TrialKind.RACE), ModulesInTurn((None, None))
        )
    return races.judged((found,), _two(_names(pair)), size, effort.baselines_s)


def _two(names: tuple[str, ...]) -> tuple[str, str]:
    before, after = names
    return before, after


def _changes(
    calls: Sequence[Sequence[FunctionCall]],
    results: Sequence[RaceResult],
    machine: Machine,
    threads: int,
) -> tuple[BreakdownChange, ...]:
    """What changed where they differ, at the last size where they do."""
    differing = [n for n, each in enumerate(results) if each.verdict in DIFFERENT]
    if not differing:
        return ()
    number = differing[-1]
    old, new = (_explained(each, machine, threads) for each in calls[number])
    return (breakdown_change(old, new, results[number].size.label),)


def _explained(called: FunctionCall, machine: Machine, threads: int) -> Explanation:
    effort = msgspec.structs.replace(
        effort_of(machine), timing_s=0.6, replay_s=0.4, sample_s=0.4, lines_s=0.0
    )
    with FunctionGuard(called.name) as guard:
        subject = Subject(called, effort, threads, copy=True, guard=guard)
        subject.sampling_allowed = False
        return Explanation(passes.explain(subject), machine, None, effort.baselines_s)
