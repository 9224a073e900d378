"""Checks of the clock, and of times whose truth is known: waits, nothing, equal code."""

from collections.abc import Sequence

import numpy as np

from profiler_suite import units
from profiler_suite.analysis.run.history import History
from profiler_suite.analysis.selfcheck import interference
from profiler_suite.analysis.selfcheck.rates import MISSES, SPREAD, rate
from profiler_suite.analysis.statistics import estimate
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import Pair
from profiler_suite.measure.timing import SAMPLE_S
from profiler_suite.model.experiment import Point
from profiler_suite.model.results import Estimate
from profiler_suite.model.run import Check

# What reading the clock may add to or hide of a sample: a thousandth.
_CLOCK_LIMIT_S = 1e-3 * SAMPLE_S
# Off by more than this and what a wait of known length cannot help is an error of timing.
_WAIT_LIMIT = 0.02


def clock(evidence: SelfCheckEvidence) -> list[Check]:
    """How finely the clock can be read, and whether it ever goes back."""
    facts = evidence.clock
    sample = f"{facts.reads:,} reads"
    backwards = Check(
        group="clock",
        name="readings before the last",
        error=float(facts.backwards),
        unit="count",
        limit=0.0,
        ok=not facts.backwards,
        of_suite=False,
        sample=sample,
    )
    of_time = {"smallest step": facts.step_s, "one reading": facts.read_s}
    return [
        Check(
            group="clock",
            name=name,
            error=found_s,
            unit="s",
            limit=_CLOCK_LIMIT_S,
            ok=0 < found_s <= _CLOCK_LIMIT_S,
            of_suite=False,
            sample=sample,
            note=facts.name,
        )
        for name, found_s in of_time.items()
    ] + [backwards]


def estimates_of(evidence: SelfCheckEvidence, history: History) -> dict[str, Estimate]:
    """Point → its time with the interval."""
    return {
        point.id: estimate(
            history.visits[point.id],
            history.worker_of[point.id],
            history.baselines,
            slow=history.slowness,
        )
        for point in evidence.points
        if point.id in history.visits
    }


def times(evidence: SelfCheckEvidence, history: History) -> list[Check]:
    """How far the times of waits, of nothing and of equal code are off."""
    estimates = estimates_of(evidence, history)
    by_kind: dict[str, list[Point]] = {}
    for point in evidence.points:
        if point.id in estimates:
            by_kind.setdefault(point.implementation, []).append(point)
    checks: list[Check] = []
    nothing_s = 0.0
    for point in by_kind.get("nothing", ()):
        found = estimates[point.id]
        nothing_s = found.time_s
        checks.append(
            Check(
                group="times",
                name="an evaluation of nothing",
                error=nothing_s,
                unit="s",
                limit=_CLOCK_LIMIT_S,
                ok=nothing_s <= _CLOCK_LIMIT_S,
                of_suite=False,
                sample=_visits(found),
                note="a call and one iteration of the loop around it: part of every time",
            )
        )
    for point in by_kind.get("busy_wait", ()):
        # It is called, reads the clock once more than it waits, may begin its last iteration
        # of two readings just before the end.
        more_s = nothing_s + 2 * evidence.clock.read_s
        checks.append(_wait(point, estimates[point.id], history, more_s))
    return checks + _same_times(evidence.pairs, estimates)


def _visits(found: Estimate) -> str:
    return f"{found.undisturbed_visits}/{units.some(found.visits, 'visit')}"


def _wait(point: Point, found: Estimate, history: History, more_s: float) -> Check:
    """A wait of known length; too long through and through, or too short, is wrong timing.

    Its truth is from what it was asked to last to `more_s` beyond. Nothing makes it shorter;
    where its shortest sample is right, or most take longer than that, interference did it.
    """
    least_s = point.problem.dims["n"] * 1e-9
    most_s = least_s + more_s
    error = max(found.time_s / most_s - 1, 0.0) + min(found.time_s / least_s - 1, 0.0)
    visits = history.visits[point.id]
    shortest_s = interference.shortest(visits)
    late = interference.late_from(visits, max(most_s, shortest_s))
    right = shortest_s <= (1 + _WAIT_LIMIT) * most_s
    explained = right or late > 1 - interference.LEAST_UNDISTURBED
    return Check(
        group="times",
        name=f"busy-wait of {units.time(least_s)}",
        error=error,
        unit="deviation",
        limit=_WAIT_LIMIT,
        ok=abs(error) <= _WAIT_LIMIT,
        of_suite=True,
        sample=_visits(found),
        note=f"beyond the {units.time(more_s)} that it may last longer than asked",
        exact=error < -_WAIT_LIMIT,
        undisturbed=1 - late if error > _WAIT_LIMIT and explained else None,
    )


def _same_times(pairs: Sequence[Pair], estimates: dict[str, Estimate]) -> list[Check]:
    """How far apart the times of points are that run the same code."""
    by_unit: dict[str, list[Estimate]] = {}
    for pair in pairs:
        if pair.right in estimates:
            by_unit.setdefault(pair.unit, []).append(estimates[pair.right])
    off: list[float] = []
    inside = 0
    for same in by_unit.values():
        middle_s = float(np.median([each.time_s for each in same]))
        off += [abs(each.time_s / middle_s - 1) for each in same]
        inside += sum(each.low_s <= middle_s <= each.high_s for each in same)
    if not off:
        return []
    spread = float(np.quantile(off, 0.95))
    sample = units.some(len(off), "point")
    return [
        Check(
            group="times",
            name="same code, 95 % within",
            error=spread,
            unit="share",
            limit=SPREAD,
            ok=spread <= SPREAD,
            of_suite=False,
            sample=sample,
        ),
        rate(
            "intervals off their middle",
            len(off) - inside,
            len(off),
            MISSES,
            group="times",
            of_suite=True,
            sample=sample,
        ),
    ]
