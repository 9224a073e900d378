"""Evidence becomes a verdict: for one point, for many at once, for groups."""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, median, stdev
from typing import Any

import msgspec

from profiler_suite import units
from profiler_suite.analysis import statistics
from profiler_suite.analysis.compare.changes import Change, Comparison, Group
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import DIFFERENT, Verdict

# An interval this much wider than what it is held against says neither yes nor no.
_TOO_WIDE = 0.10
SIGNIFICANT = 1 - statistics.CONFIDENCE
_SIGMAS = NormalDist().inv_cdf(0.5 + statistics.CONFIDENCE / 2)


class ChangeEvidence(Noun, frozen=True):
    """What the verdict on one point rests on."""

    ratio: float
    low: float
    high: float
    minima: float
    threshold: float

    @property
    def towards_one(self) -> float:
        """Width of the interval, as a logarithm, on the side of no change."""
        if self.low <= 0:
            return math.inf
        return math.log(self.ratio / self.low if self.ratio > 1 else self.high / self.ratio)

    @property
    def width(self) -> float:
        """Half of the whole interval, as a logarithm."""
        return math.log(self.high / self.low) / 2 if self.low > 0 else math.inf


def judge(evidence: ChangeEvidence) -> tuple[Verdict, str]:
    """The verdict on one point, and why where it could not be judged."""
    e = evidence
    edge = math.log1p(e.threshold)
    if e.width > max(_TOO_WIDE, 2 * edge):
        return Verdict.UNKNOWN, f"the interval is wide: {units.plus_minus(e.width)}"
    minimum = math.log(e.minima)
    for verdict, sign, end in (
        (Verdict.SLOWER, 1, e.low),
        (Verdict.FASTER, -1, e.high),
    ):
        if sign * math.log(end) > edge:
            if sign * minimum > edge:
                return verdict, ""
            return Verdict.UNKNOWN, "the medians differ, the smallest times do not"
    within = max(-math.log(e.low), math.log(e.high)) <= edge
    if e.low <= 1 <= e.high or within:
        return Verdict.SAME, ""
    return (
        Verdict.UNKNOWN,
        f"perhaps a difference, not beyond the noise of {units.percent(e.threshold)}",
    )


def probability(evidence: ChangeEvidence) -> float:
    """One-sided p of the ratio under a true change of the threshold.

    The interval is taken as that of a normal distribution of the logarithm.
    """
    distance = abs(math.log(evidence.ratio)) - math.log1p(evidence.threshold)
    width = evidence.towards_one
    if not math.isfinite(width) or width <= 0:
        return 1.0
    return NormalDist().cdf(-_SIGMAS * distance / width)


def holm(probabilities: Sequence[float]) -> list[float]:
    """The probabilities adjusted for their number; NaN takes no part and becomes 1.

    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    tested = [i for i, p in enumerate(probabilities) if not math.isnan(p)]
    tested.sort(key=lambda i: probabilities[i])
    adjusted = [1.0] * len(probabilities)
    least = 0.0
    for rank, i in enumerate(tested):
        least = max(least, min(1.0, probabilities[i] * (len(tested) - rank)))
        adjusted[i] = least
    return adjusted


def change_of(
    point: Point,
    times_s: tuple[float, float],
    evidence: ChangeEvidence,
    verdict: Verdict,
    reason: str,
    *,
    usable: bool,
) -> Change:
    """A judged point, its p not yet adjusted."""
    return Change(
        **_names(point),
        before_s=float(times_s[0]),
        after_s=float(times_s[1]),
        ratio=evidence.ratio,
        low=evidence.low,
        high=evidence.high,
        minima=evidence.minima,
        threshold=evidence.threshold,
        p=probability(evidence),
        verdict=verdict,
        reason=reason,
        usable=usable and evidence.low > 0 and math.isfinite(evidence.high),
    )


def unmeasured(point: Point, a: dict[Any, Any], b: dict[Any, Any], said: str) -> Change:
    """A point without a time on one side."""
    times = [float(row["time_s"]) if row["time_s"] > 0 else 0.0 for row in (a, b)]
    return Change(
        **_names(point),
        before_s=times[0],
        after_s=times[1],
        ratio=0.0,
        low=0.0,
        high=0.0,
        minima=0.0,
        threshold=0.0,
        p=1.0,
        verdict=Verdict.UNKNOWN,
        reason=said,
        usable=False,
    )


def _names(point: Point) -> dict[str, Any]:
    return {
        "id": point.id,
        "experiment": point.experiment,
        "implementation": point.implementation,
        "family": point.family,
        "problem": point.label,
        "dtype": point.problem.dtype,
        "threads": point.threads,
    }


def concluded(comparison: Comparison, common: float) -> Comparison:
    """The comparison with its groups, and with what holds in view of how much was looked at.

    `common` is the part of the uncertainty that all points share, as half of a 95 %
    interval: a mean over many points does not make it smaller.
    """
    seen = comparison.changes
    implementations = [c.implementation for c in seen]
    as_a_whole = {
        (group.name, group.verdict)
        for group in _groups(seen, implementations, common)
        # One point alone is borne out by no other.
        if group.points > 1 and group.verdict in DIFFERENT and group.p < SIGNIFICANT / 2
    }
    adjusted = holm([c.p if c.usable else math.nan for c in seen])
    changes = tuple(
        _in_view_of_all(c, p, (c.implementation, c.verdict) in as_a_whole)
        for c, p in zip(seen, adjusted, strict=True)
    )
    return msgspec.structs.replace(
        comparison,
        changes=changes,
        families=_groups(changes, [c.family for c in changes], common),
        implementations=_groups(changes, implementations, common),
    )


def _in_view_of_all(change: Change, p: float, as_a_whole: bool) -> Change:
    """With p adjusted; a difference that may be chance among that many points is left out."""
    change = msgspec.structs.replace(change, p=p)
    if change.verdict not in DIFFERENT or as_a_whole or p < SIGNIFICANT / 2:
        return change
    return msgspec.structs.replace(
        change,
        verdict=Verdict.UNKNOWN,
        reason=f"{change.verdict.value}, or chance among so many points",
    )


def _groups(
    changes: Sequence[Change], names: Sequence[str], common: float
) -> tuple[Group, ...]:
    found = [
        group_of(name, [c for c, n in zip(changes, names, strict=True) if n == name], common)
        for name in dict.fromkeys(names)
    ]
    adjusted = holm([group.p if group.points else math.nan for group in found])
    return tuple(
        msgspec.structs.replace(group, p=p) for group, p in zip(found, adjusted, strict=True)
    )


def group_of(name: str, changes: Sequence[Change], common: float) -> Group:
    """Geometric mean with a 95 % interval: the points' scatter or their own, and `common`.

    A single point is its own mean, with its own interval. Of several, the threshold is the
    middle one of the points: in some processes all points of one implementation are slower
    together (np.add in a loop by 12 %), and only the difference between the worker
    processes of one run tells of that.
    """
    usable = [c for c in changes if c.usable]
    seen: ChangeEvidence | Change | None
    if not usable:
        seen, p, verdict = None, 1.0, Verdict.UNKNOWN
    elif len(usable) == 1:
        (seen,) = usable
        p, verdict = seen.p, seen.verdict
    else:
        logs = [math.log(c.ratio) for c in usable]
        own = math.sqrt(sum((math.log(c.high / c.low) / 2) ** 2 for c in usable)) / len(usable)
        scatter = _SIGMAS * stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
        half = math.hypot(max(own, scatter), common)
        middle = fmean(logs)
        ratio, low, high = (math.exp(x) for x in (middle, middle - half, middle + half))
        seen = ChangeEvidence(
            ratio=ratio,
            low=low,
            high=high,
            minima=ratio,
            threshold=median(c.threshold for c in usable),
        )
        p, (verdict, _) = probability(seen), judge(seen)
    return Group(
        name=name,
        points=len(usable),
        ratio=seen.ratio if seen else 0.0,
        low=seen.low if seen else 0.0,
        high=seen.high if seen else 0.0,
        slower=sum(c.verdict is Verdict.SLOWER for c in usable),
        faster=sum(c.verdict is Verdict.FASTER for c in usable),
        p=p,
        verdict=verdict,
    )
