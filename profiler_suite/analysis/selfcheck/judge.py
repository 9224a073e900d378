"""Judges measurements of known truth: the error of every number that the suite relies on.

Two kinds of limits. Beyond one *of the suite* (counts, splits, intervals, biases) the suite
is wrong, unless interference may have caused the miss: then it could not be judged here.
Beyond one of the *machine* (resolution, noise, what changes are found) it is only said what
cannot be resolved here and now.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy import stats

from profiler_suite import units
from profiler_suite.analysis.run.findings import verdict_for
from profiler_suite.analysis.run.history import History, history_of
from profiler_suite.analysis.selfcheck import interference, known_truth
from profiler_suite.analysis.statistics import (
    CONFIDENCE,
    FEWEST_UNDISTURBED,
    PairedRatio,
    estimate,
    paired_ratio,
)
from profiler_suite.machine import canary
from profiler_suite.measure.selfcheck import ITERATIONS, PLANTED, Pair, SelfCheckEvidence
from profiler_suite.measure.timing import SAMPLE_S
from profiler_suite.model.experiment import Point
from profiler_suite.model.results import DIFFERENT, Estimate, Verdict
from profiler_suite.model.run import Check, SelfCheck

# What reading the clock may add to or hide of a sample: a thousandth.
_CLOCK_LIMIT_S = 1e-3 * SAMPLE_S
# Off by more than this and what a wait of known length cannot help is an error of timing.
_WAIT_LIMIT = 0.02
# Nominal is 5 %; twice that, and with the whole interval of the rate beyond it, is a claim
# that does not hold.
_MISSES = 2 * (1 - CONFIDENCE)
_FOUND = 0.80
_SPREAD = 0.05
_BIAS = 0.01
_UNDISTURBED = 0.30
# Between the two heaps of canaries: undisturbed ones end at 1.2 times the baseline, slow ones
# begin at 1.5.
SLOWED = 1.35
_SLOW_SHARE = 0.10
# From these rates of detection on a change "is found" or "can be told".
_SURELY, _HARDLY = 0.9, 0.5


def judge(evidence: SelfCheckEvidence, suite_version: str) -> SelfCheck:
    """All checks, and in words what this machine can resolve."""
    history = history_of(evidence.rows, 0, evidence.kept_baselines_s)
    ratios = _ratios(evidence.pairs, history)
    breakdown, missing = known_truth.checks(evidence)
    undisturbed = interference.undisturbed_share(evidence, history)
    checks = tuple(
        interference.judged(check, undisturbed)
        for check in (
            *_clock(evidence),
            *_times(evidence, history),
            *_changes(ratios),
            *breakdown,
            *_interference(history),
        )
    )
    return SelfCheck(
        fingerprint=evidence.machine.fingerprint,
        suite_version=suite_version,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=evidence.duration_s,
        checks=checks,
        verdict=_verdict(checks, _visits_per_side(evidence.pairs, history)),
        missing=(*(f"{problem}." for problem in evidence.problems), *missing),
    )


def rate(
    name: str, hits: int, trials: int, limit: float, *, at_least: bool = False, **fields: Any
) -> Check:
    """A rate with its binomial interval.

    A limit of the suite is exceeded only when the whole interval lies beyond it.
    """
    found = stats.binomtest(hits, trials).proportion_ci(CONFIDENCE, method="exact")
    share = hits / trials
    judged = share
    if fields["of_suite"]:
        judged = float(found.high) if at_least else float(found.low)
    return Check(
        name=name,
        error=share,
        unit="share",
        limit=limit,
        ok=judged >= limit if at_least else judged <= limit,
        at_least=at_least,
        low=float(found.low),
        high=float(found.high),
        **fields,
    )


# ---------------------------------------------------------------- clock and times


def _clock(evidence: SelfCheckEvidence) -> list[Check]:
    clock = evidence.clock
    sample = f"{clock.reads:,} reads"
    backwards = Check(
        group="clock",
        name="readings before the last",
        error=float(clock.backwards),
        unit="count",
        limit=0.0,
        ok=not clock.backwards,
        of_suite=False,
        sample=sample,
    )
    of_time = {"smallest step": clock.step_s, "one reading": clock.read_s}
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
            note=clock.name,
        )
        for name, found_s in of_time.items()
    ] + [backwards]


def _estimates(evidence: SelfCheckEvidence, history: History) -> dict[str, Estimate]:
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


def _times(evidence: SelfCheckEvidence, history: History) -> list[Check]:
    estimates = _estimates(evidence, history)
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
                note="a call and a turn of the loop around it: part of every time",
            )
        )
    for point in by_kind.get("busy_wait", ()):
        # It is called, reads the clock once more than it waits, and may begin its last turn
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
            limit=_SPREAD,
            ok=spread <= _SPREAD,
            of_suite=False,
            sample=sample,
        ),
        rate(
            "intervals off their middle",
            len(off) - inside,
            len(off),
            _MISSES,
            group="times",
            of_suite=True,
            sample=sample,
        ),
    ]


# ------------------------------------------------------------------------ changes


def _ratios(pairs: Sequence[Pair], history: History) -> list[tuple[Pair, PairedRatio]]:
    found = []
    for pair in pairs:
        ratio = paired_ratio(
            history.by_round(pair.left), history.by_round(pair.right), history.baselines
        )
        if ratio is not None:
            found.append((pair, ratio))
    return found


def _changes(ratios: Sequence[tuple[Pair, PairedRatio]]) -> list[Check]:
    """What pairs of equal code and pairs with a planted slow-down are called."""
    checks: list[Check] = []
    same = [ratio for pair, ratio in ratios if pair.planted == 0]
    if same:
        checks.append(
            rate(
                "equal code called different",
                sum(_called(ratio) in DIFFERENT for ratio in same),
                len(same),
                _MISSES,
                group="same code",
                of_suite=True,
                sample=units.some(len(same), "pair"),
            )
        )
    for percent in PLANTED:
        planted = [ratio for pair, ratio in ratios if pair.planted == percent / ITERATIONS]
        if planted:
            checks.append(
                rate(
                    found_name(percent),
                    sum(_called(ratio) is Verdict.SLOWER for ratio in planted),
                    len(planted),
                    _FOUND,
                    at_least=True,
                    group="planted changes",
                    of_suite=False,
                    sample=units.some(len(planted), "pair"),
                )
            )
    return [*checks, *_errors_of_ratios(ratios)] if ratios else checks


def _errors_of_ratios(ratios: Sequence[tuple[Pair, PairedRatio]]) -> list[Check]:
    """How far ratios are off the planted ones, and whether their intervals hold them."""
    off = [ratio.ratio / (1 + pair.planted) - 1 for pair, ratio in ratios]
    bias = float(np.median(off))
    low, high = median_interval(off)
    outside = [not ratio.low <= 1 + pair.planted <= ratio.high for pair, ratio in ratios]
    sample = units.some(len(ratios), "pair")
    return [
        Check(
            group="planted changes",
            name="error of a ratio, median",
            error=bias,
            unit="deviation",
            limit=_BIAS,
            ok=low <= _BIAS and high >= -_BIAS,
            of_suite=True,
            sample=sample,
            low=low,
            high=high,
        ),
        Check(
            group="planted changes",
            name="error of a ratio, 95 %",
            error=float(np.quantile(np.abs(off), 0.95)),
            unit="share",
            limit=_SPREAD,
            ok=float(np.quantile(np.abs(off), 0.95)) <= _SPREAD,
            of_suite=False,
            sample=sample,
        ),
        rate(
            "intervals off the truth",
            sum(outside),
            len(outside),
            _MISSES,
            group="planted changes",
            of_suite=True,
            sample=sample,
        ),
    ]


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median, by order statistics; all there is where they are few.

    Conover (1999), Practical nonparametric statistics, section 3.2.
    """
    ordered = sorted(values)
    cut = max(int(stats.binom.ppf((1 - CONFIDENCE) / 2, len(ordered), 0.5)) - 1, 0)
    return ordered[cut], ordered[-1 - cut]


def _called(ratio: PairedRatio) -> Verdict:
    return verdict_for(ratio.low, ratio.high)


def found_name(percent: int) -> str:
    """The name of the check that a slow-down of so many percent is found."""
    return f"+{percent} % called slower"


# ---------------------------------------------------------------------- interference


def _interference(history: History) -> list[Check]:
    """How often the canaries found this machine at its best, and what it is like else."""
    visits = [visit for some in history.visits.values() for visit in some]
    baseline_s = history.baselines.get("ufunc", 0.0)
    if not visits or not baseline_s:
        return []
    undisturbed = sum(canary.is_undisturbed(visit, history.baselines) for visit in visits)
    ratios = np.array([s / baseline_s for visit in visits for s in visit.canaries_s["ufunc"]])
    slow = ratios > SLOWED
    share = float(np.mean(slow))
    times = float(np.median(ratios[slow]) / np.median(ratios[~slow])) if 0 < share < 1 else 1.0
    drift = history.slowness - 1
    sample = units.some(len(visits), "visit")
    return [
        Check(
            group="machine",
            name="undisturbed visits",
            error=undisturbed / len(visits),
            unit="share",
            limit=_UNDISTURBED,
            ok=undisturbed / len(visits) >= _UNDISTURBED,
            of_suite=False,
            sample=sample,
            at_least=True,
        ),
        Check(
            group="machine",
            name="slowed canaries",
            error=share,
            unit="share",
            limit=_SLOW_SHARE,
            ok=share <= _SLOW_SHARE,
            of_suite=False,
            sample=sample,
            note=f"{times:.2f} times as long as the others" if share else "",
        ),
        Check(
            group="machine",
            name="baseline over the best seen",
            error=drift,
            unit="deviation",
            limit=canary.SLOW_BASELINE - 1,
            ok=drift <= canary.SLOW_BASELINE - 1,
            of_suite=False,
            sample=sample,
        ),
    ]


# --------------------------------------------------------------------- in words


def _visits_per_side(pairs: Sequence[Pair], history: History) -> int:
    counts = [len(history.visits.get(pair.left, ())) for pair in pairs]
    return int(np.median(counts)) if counts else 0


def _verdict(checks: Sequence[Check], visits: int) -> tuple[str, ...]:
    named = {check.name: check for check in checks}
    said: list[str] = []
    for percent in sorted(PLANTED, reverse=True):
        found = named.get(found_name(percent))
        if found is None:
            continue
        share = units.percent(found.error)
        if found.error >= _SURELY:
            said.append(f"A change of {percent} % is found in {share} of cases.")
        elif found.error >= _HARDLY:
            said.append(f"A change of {percent} % is found in only {share} of cases.")
        else:
            said.append(f"A change of {percent} % cannot be found: {share} of them are found.")
    same = named.get("equal code called different")
    if same:
        said.append(
            f"Equal code is called different in {units.percent(same.error)} of pairs; the "
            f"intervals allow {units.percent(1 - CONFIDENCE)}."
        )
    if said:
        said.append(
            f"This holds for like code in one process, with about {visits} visits to each side "
            f"(at least {FEWEST_UNDISTURBED} undisturbed ones are wanted), that "
            "stays within its caches, on one thread. Ratios of unlike code, of two "
            "environments or of two runs are given wider intervals."
        )
    slow = named.get("slowed canaries")
    undisturbed = named.get("undisturbed visits")
    if slow and undisturbed:
        said.append(
            f"{units.percent(undisturbed.error)} of visits found the machine at its best; "
            + (
                f"others slow it down at times ({units.percent(slow.error)} of canaries, "
                f"{slow.note})."
                if not slow.ok
                else "no interference was seen."
                if slow.error == 0
                else f"interference is rare ({units.percent(slow.error)} of canaries)."
            )
        )
    return tuple(said)
