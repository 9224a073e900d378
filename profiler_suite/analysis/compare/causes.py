"""Why the second run took longer: how much of the difference each cause makes alone.

The difference of two runs is that of their times while they ran and of what they waited for a
core. A cause that can be tried is measured: its side over the first run's, visited in turn. Of
other programs the record of both runs tells: waits, and what the reference workload took, less
what the causes that were tried do to it.
"""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import NamedTuple

from profiler_suite.analysis import statistics
from profiler_suite.analysis.compare.candidates import Candidate, Candidates
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.intervene.sides import CANARY, SideVisits
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit

LEAST_DIFFERENCE = 0.03
"""A smaller difference between two runs needs no cause."""
OTHER_PROGRAMS = "other programs"
# Longer evaluations would take minutes on every side.
_LONGEST_S = 1.0
# Processes of the same code differ by this much, as a standard deviation.
_SPREAD = 0.01
_FEWEST_VISITS = 3


class Effect(Noun, frozen=True):
    """What one cause does alone."""

    cause: Candidate
    ratio: PairedRatio | None = None
    """Time with it over time without; None where it was not measured."""
    share: float = 0.0
    """Of the difference between the runs, on the scale of logarithms; below 0 where it works
    against it, above 1 where others do."""
    reason: str = ""
    """Why it was not measured; empty where it was."""

    @property
    def counts(self) -> bool:
        """Whether it makes a difference at all."""
        return self.ratio is not None and not self.ratio.low <= 1 <= self.ratio.high


class Causes(Noun, frozen=True):
    """What makes the difference between two runs, the cause of most of it first."""

    points: tuple[str, ...]
    """Ids of the points that were looked at: those that differ most."""
    observed: float
    """Time of the second run over that of the first, geometric mean of those points; waits for
    a core count."""
    effects: tuple[Effect, ...] = ()
    together: PairedRatio | None = None
    """All that could be tried at once."""
    together_share: float = 0.0

    @property
    def nothing_to_explain(self) -> bool:
        """Whether the runs are alike."""
        return not self.points


def observed_logs(before: Run, after: Run) -> dict[str, float]:
    """Point → logarithm of the second run's time over the first's, with waits for a core."""
    found = {}
    for name, visits in after.history.visits.items():
        earlier = before.history.visits.get(name, [])
        if min(len(visits), len(earlier)) >= _FEWEST_VISITS:
            found[name] = _log_of(visits) - _log_of(earlier)
    return found


def chosen_points(before: Run, after: Run, most: int = 4) -> tuple[Point, ...]:
    """The points that differ most, all in the same direction; none where the runs are alike."""
    logs = observed_logs(before, after)
    points = {
        p.id: p
        for p in after.provenance.points
        if p.id in logs and not p.replica and _usual_s(after, p.id) <= _LONGEST_S
    }
    apart = [n for n in points if abs(logs[n]) > math.log1p(LEAST_DIFFERENCE)]
    if not apart:
        return ()
    sign = 1 if sum(logs[n] for n in apart) > 0 else -1
    apart = [n for n in apart if sign * logs[n] > 0]
    apart.sort(key=lambda n: -abs(logs[n]))
    return tuple(points[n] for n in apart[:most])


def _usual_s(run: Run, name: str) -> float:
    return median(visit.time_s for visit in run.history.visits[name])


def causes(
    runs: tuple[Run, Run],
    points: Sequence[Point],
    found: Candidates,
    sides: Sequence[SideVisits],
) -> Causes:
    """The share of each candidate.

    `sides`: the first run's setting, one for each candidate that was tried, and where there
    are several of them the setting with all at once.
    """
    names = tuple(point.id for point in points)
    logs = observed_logs(*runs)
    observed = fmean(logs[name] for name in names)
    base, *others = sides
    tried = found.tried
    pairs = [
        _SidePair(side, base, waits=found.waits(cause))
        for cause, side in zip(tried, others, strict=False)
    ]
    effects = [
        _effect(cause, pair, names, observed) for cause, pair in zip(tried, pairs, strict=False)
    ]
    whole = pairs[0] if len(pairs) == 1 else None
    if len(others) > len(tried):
        whole = _SidePair(others[len(tried)], base, waits=any(map(found.waits, tried)))
    together = _ratio(whole, names) if whole else None
    effects.append(_other_programs(runs, names, observed, whole))
    untried = [Effect(cause=c, reason=c.reason) for c in found.each if c.setting is None]
    effects.sort(key=lambda each: (not each.counts, each.ratio is None, -each.share))
    return Causes(
        points=names,
        observed=math.exp(observed),
        effects=(*effects, *untried),
        together=together,
        together_share=math.log(together.ratio) / observed if together else 0.0,
    )


class _SidePair(NamedTuple):
    """A side, and that of the first run's setting."""

    side: SideVisits
    base: SideVisits
    waits: bool
    """Whether it may be what makes a process wait for a core: else those waits are others'."""


def _effect(cause: Candidate, pair: _SidePair, names: Sequence[str], observed: float) -> Effect:
    ratio = _ratio(pair, names)
    if ratio is None:
        return Effect(cause=cause, reason=pair.side.reason or "it gave no visit")
    return Effect(cause=cause, ratio=ratio, share=math.log(ratio.ratio) / observed)


def _ratio(pair: _SidePair, names: Sequence[str]) -> PairedRatio | None:
    """Time of a side over that of the first run's setting, over pairs of processes."""
    logs = []
    for one, other in zip(pair.side.processes, pair.base.processes, strict=False):
        both = [(one[n], other[n]) for n in names if n in one and n in other]
        if both:
            logs.append(fmean(_paired(mine, theirs, waits=pair.waits) for mine, theirs in both))
    if not logs:
        return None
    return statistics.of_processes(logs, _SPREAD)


def _paired(side: Sequence[Visit], base: Sequence[Visit], *, waits: bool) -> float:
    """Logarithm of the ratio of visits in turn, if `waits` with what each waited for a core."""
    pairs = zip(side, base, strict=False)
    ran = median(math.log(min(a.running_s) / min(b.running_s)) for a, b in pairs)
    return ran + (math.log(waited(side) / waited(base)) if waits else 0.0)


def _log_of(visits: Sequence[Visit]) -> float:
    return math.log(median(visit.time_s for visit in visits) * waited(visits))


def waited(visits: Iterable[Visit]) -> float:
    """Time that passed over time that the samples ran; 1 where they never waited for a core."""
    passed = ran = 0.0
    for visit in visits:
        passed += math.fsum(visit.sample_times_s)
        ran += math.fsum(visit.sample_times_s)
        if len(visit.lost_s) == len(visit.sample_times_s):
            ran -= math.fsum(visit.lost_s)
    return passed / ran if 0 < ran < passed else 1.0


# ------------------------------------------------------------------- what others did to it


def _other_programs(
    runs: tuple[Run, Run],
    names: Sequence[str],
    observed: float,
    tried: _SidePair | None,
) -> Effect:
    """How much longer both runs' reference workload took, and waited, less what was tried."""
    first, second = (_disturbance([run.history.visits[n] for n in names]) for run in runs)
    explained = 0.0
    if tried is not None and tried.side.processes and tried.base.processes:
        mine, theirs = (
            _disturbance(_all(each), waits=tried.waits) for each in (tried.side, tried.base)
        )
        explained = mine - theirs
    log = second - first - explained
    cause = Candidate(
        name=OTHER_PROGRAMS,
        before=f"{math.exp(first - min(first, second)):.2f}×",
        after=f"{math.exp(second - min(first, second)):.2f}×",
    )
    # What the reference workload is off by between two undisturbed runs of equal code.
    half = 2 * statistics.RUN_TO_RUN_ONE_WORKER
    ratio = PairedRatio(
        ratio=math.exp(log),
        low=math.exp(log - half),
        high=math.exp(log + half),
        pairs=len(names),
    )
    return Effect(cause=cause, ratio=ratio, share=log / observed)


def _all(side: SideVisits) -> list[Sequence[Visit]]:
    return [visits for process in side.processes for visits in process.values()]


def _disturbance(each: Iterable[Sequence[Visit]], *, waits: bool = True) -> float:
    """Logarithm of what the reference workload takes and points wait for a core, on average."""
    logs = [
        _reference(visits) + (math.log(waited(visits)) if waits else 0.0)
        for visits in each
        if visits
    ]
    return fmean(logs) if logs else 0.0


def _reference(visits: Sequence[Visit]) -> float:
    """Logarithm of the middle time of the reference workload; 0 where there is none."""
    times = [fmean(visit.canaries_s[CANARY]) for visit in visits if CANARY in visit.canaries_s]
    return math.log(median(times)) if times else 0.0
