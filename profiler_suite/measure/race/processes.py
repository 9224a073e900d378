"""One process of a race: both versions loaded and visited in turn.

Every other process loads the new version first: where code and arguments come to lie in
memory depends on the order, and may take some percent.
"""

from collections.abc import Callable

import msgspec

from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    LoadRequest,
    Trial,
    TrialResult,
)
from profiler_suite.measure.explain.serving_process import ServingProcess, StartedProcess
from profiler_suite.model.noun import Noun
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.sizes import ArgumentSize


class RaceTargets(Noun, frozen=True):
    """What runs against what, on which arguments."""

    before: str
    after: str
    setup: str = ""
    """With the module it is in; it makes the arguments of both."""
    threads: int = 1
    timeout_s: float = 0.0


class RacedPair(Noun, frozen=True):
    """What one process found at one size."""

    found: TrialResult
    """Before is the old version, whichever was loaded first."""
    sizes: tuple[ArgumentSize, ...] = ()
    """All there are, of the first process at the first size."""


def race_process(
    targets: RaceTargets,
    size: int,
    number: int,
    effort: ExplainEffort,
    tell: Callable[[str], None],
    start: Callable[[], ServingProcess] = StartedProcess,
) -> RacedPair:
    """Race both in a new process; the answers are compared in the first one, number 0."""
    swapped = number % 2 == 1
    sides = (targets.before, targets.after)
    first, second = reversed(sides) if swapped else sides
    ask = LoadRequest(
        target=first,
        other=second,
        setup=targets.setup,
        size=size,
        timeout_s=targets.timeout_s,
    )
    trial = Trial(kind=TrialKind.RACE, target=second, answer="unchecked" if number else "same")
    seeded = msgspec.structs.replace(effort, seed=effort.seed + number)
    with ExplainChild(ask, tell, start) as child:
        try:
            found = child.race(trial, seeded, targets.threads)
        except FunctionError as error:
            # It may even have ended the process.
            if number or targets.after not in str(error):
                raise
            reason = f"{targets.after}: {error}"
            found = TrialResult(trial=trial, before=(), after=(), same=False, reason=reason)
        if swapped:
            found = msgspec.structs.replace(found, before=found.after, after=found.before)
        return RacedPair(found=found, sizes=child.loaded.sizes)
