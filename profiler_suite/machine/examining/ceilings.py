"""Turns the visits of a ceiling's stations into the ceiling, its spread and its warnings."""

from collections.abc import Sequence
from statistics import median

import msgspec

from profiler_suite.machine.canary import SLOW_BASELINE
from profiler_suite.machine.examining.rounds import (
    FEWEST_UNDISTURBED,
    GRANTED,
    StationVisit,
    Visits,
)
from profiler_suite.model.machine import Ceiling
from profiler_suite.model.noun import Noun

# Best over median above this: something else had the cores or the memory for
# most of the time.
CONTENDED = 1.3
# First and second half of the rounds disagree by more than this.
DRIFT = 0.08
# Removing the fixed part of a call may raise a rate by this much at most;
# beyond, one of the two times was disturbed and the plain rate is the honest one.
_MOST_GAIN = 1.25


class CeilingTarget(Noun, frozen=True):
    """A ceiling to be measured, and the stations that measure it."""

    ceiling: Ceiling
    """Without values."""
    stations: tuple[str, ...]
    """Alternatives; the best one is the ceiling."""
    work: tuple[float, ...] = ()
    """FLOP or bytes of each station's value; empty when the value is itself the result, s."""
    smaller_work: float = 0.0
    """Work of the first of two values where calls have a fixed part to be removed; else 0."""


def summarize(
    target: CeilingTarget,
    visits: Visits,
    baseline_s: float,
    kept_baseline_s: float,
    least_visits: int,
) -> Ceiling:
    """Best value, median and percentiles of the best station, with warnings."""
    found = [
        _of_station(target, k, visits, baseline_s)
        for k, key in enumerate(target.stations)
        if visits.by_station[key]
    ]
    if not found:
        return msgspec.structs.replace(target.ceiling, warning="not measured: no time left")
    cost = not target.work
    series = (min if cost else max)(found, key=lambda s: s.best)
    if series.best <= 0:
        return msgspec.structs.replace(
            target.ceiling, warning="not measured: less than the spread of what it is part of"
        )
    warnings = [
        *([target.ceiling.warning] if target.ceiling.warning else []),
        *series.warnings(cost, least_visits),
        *_slow(visits.baseline_s, kept_baseline_s),
    ]
    return msgspec.structs.replace(
        target.ceiling,
        value=series.best,
        median=median(series.values),
        low=percentile(series.values, 0.05),
        high=percentile(series.values, 0.95),
        warning="; ".join(warnings),
    )


class CeilingSeries(Noun, frozen=True):
    """The values of one station."""

    values: tuple[float, ...]
    """Of the undisturbed visits only, unless there are too few."""
    everything: tuple[float, ...]
    """Of all visits, in order of time."""
    best: float
    undisturbed: bool
    undisturbed_visits: int
    granted: float
    """Median over all visits of the share of the cores that was granted."""

    def warnings(self, cost: bool, least_visits: int) -> list[str]:
        """What makes this series doubtful."""
        found = []
        if not self.undisturbed:
            found.append(
                f"few undisturbed visits ({self.undisturbed_visits} of {len(self.everything)})"
            )
        if self.granted < GRANTED:
            found.append(f"fewer cores granted (typically {100 * self.granted:.0f} %)")
        if len(self.everything) < least_visits:
            found.append(f"few visits ({len(self.everything)})")
        typical = median(self.values)
        ratio = typical / self.best if cost else self.best / typical
        if ratio >= CONTENDED:
            found.append(f"contended (median {ratio:.2f} × worse than best)")
        drift = self.drift(cost)
        if drift > DRIFT:
            found.append(f"drifting (halves of the run differ by {100 * drift:.0f} %)")
        return found

    def drift(self, cost: bool) -> float:
        """Relative difference between the best values of the first and second half."""
        if len(self.everything) < 4:
            return 0.0
        half = len(self.everything) // 2
        best = min if cost else max
        one, two = best(self.everything[:half]), best(self.everything[half:])
        return max(one, two) / min(one, two) - 1 if min(one, two) > 0 else 0.0


def _of_station(
    target: CeilingTarget, index: int, visits: Visits, baseline_s: float
) -> CeilingSeries:
    key = target.stations[index]
    everything = visits.by_station[key]
    values = _values(target, index, everything)
    undisturbed = [
        value
        for value, visit in zip(values, everything, strict=True)
        if visit.undisturbed(baseline_s)
    ]
    enough = len(undisturbed) >= FEWEST_UNDISTURBED
    used = tuple(undisturbed) if enough else values
    return CeilingSeries(
        values=used,
        everything=values,
        # A disturbance never makes a rate better, so every visit may hold the best
        # one. A cost is a difference of two times and may come out too small.
        best=max(values) if target.work else min(used),
        undisturbed=enough,
        undisturbed_visits=len(undisturbed),
        granted=median(visit.granted for visit in everything),
    )


def _values(
    target: CeilingTarget, index: int, visits: Sequence[StationVisit]
) -> tuple[float, ...]:
    if not target.work:
        return tuple(visit.values[0] for visit in visits)
    work = target.work[index]
    if not target.smaller_work:
        return tuple(work / visit.values[0] for visit in visits)
    fixed_s = fixed_part(
        target.smaller_work,
        min(visit.values[0] for visit in visits),
        work,
        min(visit.values[1] for visit in visits),
    )
    return tuple(work / (visit.values[1] - fixed_s) for visit in visits)


def fixed_part(smaller_work: float, smaller_s: float, work: float, time_s: float) -> float:
    """Time at zero work of the line through two points, s; 0 when it makes no sense.

    From minima only: a disturbed smaller point would move the line twice as far.
    """
    slope = (time_s - smaller_s) / (work - smaller_work)
    fixed_s = time_s - slope * work
    if slope <= 0 or fixed_s <= 0 or time_s / (time_s - fixed_s) > _MOST_GAIN:
        return 0.0
    return fixed_s


def _slow(baseline_s: float, kept_baseline_s: float) -> list[str]:
    if kept_baseline_s and baseline_s > SLOW_BASELINE * kept_baseline_s:
        slowdown = f"{baseline_s / kept_baseline_s:.2f}"
        return [f"machine slowed (canary baseline {slowdown} × the kept one)"]
    return []


def percentile(values: Sequence[float], share: float) -> float:
    """Value below which a share of the values lies, interpolated."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
