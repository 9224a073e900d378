"""What changed between two runs: ratios with intervals, verdicts, correction for many.

Two runs at different times confound the machine's mood with the change. So a
point counts as different only when the interval of the ratio of its gated times lies
outside a threshold *and* the ratio of its minima does too. Of the ways tried,
this one called same code different in 1 % of the points and found a true 10 % in 85 %;
a t-test was wrong in 48 %.
"""

import enum
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist, fmean, median, stdev
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import environment, statistics
from profiler_suite.analysis.environment import Difference
from profiler_suite.analysis.frames import Run
from profiler_suite.errors import UsageError
from profiler_suite.machine.canary import is_clean
from profiler_suite.model import Noun, Point, Visit

LEAST_THRESHOLD = 0.03
"""Times of the same code in two runs differ by so much without any cause."""
MEMORY_THRESHOLD = 0.12
"""The same for working sets beyond the caches, which neighbours slow by degrees."""
PAIRED_THRESHOLD = 0.01
"""Side by side, less than this counts as none."""
# What one point shows between its own processes is no change either.
_OWN_SPREAD = 1.5
_OWN_QUANTILE = 0.95
_FEWEST_PER_LAUNCH = 3
# An interval this much wider than what it is held against says neither yes nor no.
_TOO_WIDE = 0.10
# Two runs differ by the spread between runs, whatever was changed.
_RUNS_APART = math.sqrt(2) * statistics.RUN_TO_RUN_LAUNCHES
SIGNIFICANT = 1 - statistics.CONFIDENCE
_SIGMAS = NormalDist().inv_cdf(0.5 + statistics.CONFIDENCE / 2)


class Verdict(enum.Enum):
    """A comparison in a word: what the second is against the first."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same within noise"
    UNKNOWN = "cannot tell"


DIFFERENT = (Verdict.FASTER, Verdict.SLOWER)


class Change(Noun, frozen=True):
    """One point measured twice."""

    id: str
    experiment: str
    implementation: str
    family: str
    problem: str
    dtype: str
    threads: int
    before_s: float
    """Time of one evaluation in the first run, s; 0 when there is none."""
    after_s: float
    ratio: float
    """after_s / before_s, above 1 is slower; of a paired comparison, the median of the
    ratios of visits side by side. 0 when one side has no time."""
    low: float
    """95 % interval of the ratio."""
    high: float
    minima: float
    """The same ratio of the smallest visit medians."""
    threshold: float
    """A change below this share counts as none: max(3 %, 1.5 × what the point differs by
    between its own processes; 12 % beyond the caches)."""
    p: float
    """Probability of such a ratio, or one further out, at a true change of the threshold;
    adjusted for the number of usable points (Holm 1979)."""
    verdict: Verdict
    """Faster and slower also hold in view of how many points were looked at: by p, or
    because all points of the implementation together differ in the same direction."""
    reason: str = ""
    """Why one cannot tell; empty otherwise."""
    usable: bool = True
    """Whether its ratio may count in a mean: measured, undisturbed, on comparable runs."""


class Group(Noun, frozen=True):
    """All usable points of one family, or of one implementation, together."""

    name: str
    points: int
    ratio: float
    """Geometric mean of the points' ratios; 0 without points."""
    low: float
    high: float
    slower: int
    faster: int
    p: float
    """As of a point; adjusted for the number of groups."""
    verdict: Verdict


class Comparison(Noun, frozen=True):
    """A second run against a first."""

    before: str
    """The first run, or the environment held against, in words."""
    after: str
    paired: bool
    """Measured side by side in one run."""
    differences: tuple[Difference, ...]
    obstacles: tuple[str, ...]
    """Why nothing can be told; empty when something can."""
    warnings: tuple[str, ...]
    changes: tuple[Change, ...]
    families: tuple[Group, ...]
    implementations: tuple[Group, ...]

    def tally(self) -> dict[Verdict, int]:
        """How many points have each verdict."""
        return {v: sum(c.verdict is v for c in self.changes) for v in Verdict}

    def regressions(self, share: float) -> tuple[Change, ...]:
        """Slow-downs of at least `share`, the worst first."""
        found = [
            c for c in self.changes if c.verdict is Verdict.SLOWER and c.ratio >= 1 + share
        ]
        return tuple(sorted(found, key=lambda c: -c.ratio))


class Evidence(Noun, frozen=True):
    """What the verdict on one point rests on."""

    ratio: float
    low: float
    high: float
    minima: float
    threshold: float

    @property
    def towards_one(self) -> float:
        """Width of the interval, as a logarithm, on the side of no change."""
        return math.log(self.ratio / self.low if self.ratio > 1 else self.high / self.ratio)

    @property
    def width(self) -> float:
        """Half of the whole interval, as a logarithm."""
        return math.log(self.high / self.low) / 2 if self.low > 0 else math.inf


def compare(before: Run, after: Run) -> Comparison:
    """The second run against the first, point by point."""
    if before.folder.resolve() == after.folder.resolve():
        raise UsageError(f"{before.folder.name} would be compared with itself; give two runs")
    obstacles = environment.obstacles(before, after)
    return _compared(before, after, obstacles, _drift(before, after))


def compare_hosts(first: Run, other: Run) -> Comparison:
    """One host of a run against another: that the machines differ is the question here."""
    return _compared(first, other, environment.slow_runs(first, other), drift=0.0)


def by_experiment(found: Comparison) -> dict[tuple[str, str], Group]:
    """The usable points of each implementation of each experiment together, of two hosts."""
    keys = [(c.experiment, c.implementation) for c in found.changes]
    groups = {
        key: _group(
            key[1],
            [c for c, k in zip(found.changes, keys, strict=True) if k == key],
            _RUNS_APART,
        )
        for key in dict.fromkeys(keys)
    }
    adjusted = holm([g.p if g.points else math.nan for g in groups.values()])
    return {
        key: msgspec.structs.replace(group, p=p)
        for (key, group), p in zip(groups.items(), adjusted, strict=True)
    }


def _compared(before: Run, after: Run, obstacles: Sequence[str], drift: float) -> Comparison:
    first, second = _originals(before), _originals(after)
    rows = (before.points.set_index("id"), after.points.set_index("id"))
    changes = []
    others: list[str] = []
    for name, point in second.items():
        if name not in first:
            continue
        if first[name].problem != point.problem:
            others.append(name)
            continue
        changes.append(_between(point, before, after, rows, obstacles, drift))
    if not changes:
        raise UsageError(
            f"{before.folder.name} and {after.folder.name} have no point in common; give two "
            "runs of the same experiments"
        )
    said = _warnings(first, second, others, before, after)
    return concluded(
        Comparison(
            before=before.folder.name,
            after=after.folder.name,
            paired=False,
            differences=environment.differences(before.provenance, after.provenance),
            obstacles=tuple(obstacles),
            warnings=said,
            changes=tuple(changes),
            families=(),
            implementations=(),
        ),
        common=math.hypot(_RUNS_APART, drift),
    )


def comparison_within(run: Run) -> Comparison | None:
    """Both environments of a `sweep --versus`; None for a run of one environment."""
    other = run.provenance.other
    if other is None:
        return None
    facts = run.provenance.machine.facts
    differing = environment.software_differences(
        other.facts, facts, (other.python_executable, run.provenance.python_executable)
    )
    table = run.points.set_index("id")
    points = [
        p for p in run.provenance.points if p.counterpart and not (p.environment or p.replica)
    ]
    launches = {p.id: _pairs_of_processes(p, run) for p in points}
    spreads = [stdev(logs.values()) for logs in launches.values() if len(logs) > 1]
    # The spread of few processes may be small by chance: at least what most points show.
    typical = median(spreads) if spreads else math.inf
    changes = [_side_by_side(p, run, table, launches[p.id], typical) for p in points]
    # What people call the two: by the versions they chose, else by what came along.
    chosen = (("Python", "NumPy"), ("BLAS",), ("SciPy",))
    told = next((t for c in chosen if (t := [d for d in differing if d.name in c])), [])
    names = [
        ", ".join(_short(d.name, text) for d, text in zip(told, texts, strict=True))
        for texts in ([d.before for d in told], [d.after for d in told])
    ]
    unfinished = () if run.complete else ("The run was interrupted.",)
    return concluded(
        Comparison(
            before=names[0] or "the other environment",
            after=names[1] or "this environment",
            paired=True,
            differences=differing,
            obstacles=(),
            warnings=unfinished,
            changes=tuple(changes),
            families=(),
            implementations=(),
        ),
        common=_shared(launches.values()),
    )


def _short(name: str, text: str) -> str:
    """'Python', 'CPython 3.12.1' → 'Python 3.12.1'."""
    version = text.partition(",")[0].removeprefix("CPython ")
    return version if name == "BLAS" else f"{name} {version}"


def _pairs_of_processes(point: Point, run: Run) -> dict[int, float]:
    history = run.history
    rounds = zip(
        history.round_of.get(point.id, ()), history.launch_of.get(point.id, ()), strict=True
    )
    sides = history.by_round(point.id), history.by_round(point.counterpart)
    return statistics.by_launch(*sides, dict(rounds), history.floors)


def _shared(launches: Iterable[Mapping[int, float]]) -> float:
    """What all points of a pair of processes have in common, as half of a 95 % interval."""
    together: dict[int, list[float]] = {}
    for logs in launches:
        for launch, log in logs.items():
            together.setdefault(launch, []).append(log)
    middles = [median(logs) for logs in together.values()]
    if len(middles) < 2:
        return math.inf
    return statistics.half_width(stdev(middles), len(middles))


def _side_by_side(
    point: Point, run: Run, table: pd.DataFrame, launches: Mapping[int, float], typical: float
) -> Change:
    """The processes are the independent units: visits of one process share its luck."""
    a, b = (table.loc[name].to_dict() for name in (point.counterpart, point.id))
    for which, row in (("the other", a), ("this", b)):
        if row["status"] != "ok" or not row["time_s"] > 0:
            said = f"{row['status']} in {which} environment"
            if row["status"] == "ok":
                said = f"no visit in {which} environment"
            return unmeasured(point, a, b, f"{said} ({row['reason']})")
    if len(launches) < 2:
        return unmeasured(point, a, b, f"few clean pairs of visits ({len(launches)} launches)")
    logs = list(launches.values())
    half = statistics.half_width(max(stdev(logs), typical), len(logs))
    middle = median(logs)
    seen = Evidence(
        ratio=math.exp(middle),
        low=math.exp(middle - half),
        high=math.exp(middle + half),
        minima=b["minimum_s"] / a["minimum_s"],
        threshold=PAIRED_THRESHOLD,
    )
    # The pairs are judged by themselves: minima of single processes stray more than they do.
    verdict, reason = judge(msgspec.structs.replace(seen, minima=seen.ratio))
    contended = [f for f in (a["flags"], b["flags"]) if "contended" in str(f)]
    if contended:
        verdict, reason = Verdict.UNKNOWN, "contended"
    times = (a["time_s"], b["time_s"])
    return change_of(point, times, seen, verdict, reason, usable=not contended)


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
        if group.verdict in DIFFERENT and group.p < SIGNIFICANT / 2
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
    """With p adjusted; a difference that may be chance among so many points is not told."""
    change = msgspec.structs.replace(change, p=p)
    if change.verdict not in DIFFERENT or as_a_whole or p < SIGNIFICANT / 2:
        return change
    return msgspec.structs.replace(
        change,
        verdict=Verdict.UNKNOWN,
        reason=f"{change.verdict.value}, or chance among so many points",
    )


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """The verdict on one point, and why when one cannot tell."""
    e = evidence
    edge = math.log1p(e.threshold)
    if e.width > max(_TOO_WIDE, 2 * edge):
        return Verdict.UNKNOWN, f"the interval is wide: ± {units.percent(e.width)}"
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


def probability(evidence: Evidence) -> float:
    """One-sided p of the ratio under a true change of the threshold.

    The interval is taken as that of a normal distribution of the logarithm.
    """
    distance = abs(math.log(evidence.ratio)) - math.log1p(evidence.threshold)
    width = evidence.towards_one
    if not math.isfinite(width) or width <= 0:
        return 1.0
    return NormalDist().cdf(-_SIGMAS * distance / width)


def threshold(
    sides: Iterable[tuple[Sequence[Visit], Sequence[int], Mapping[str, float]]],
) -> float:
    """What a point must change by to count: from (visits, launches, floors) of each side."""
    apart: list[float] = []
    least = LEAST_THRESHOLD
    for visits, launches, floors in sides:
        apart += between_launches(visits, launches, floors)
        if any(statistics.beyond_caches(visit) for visit in visits):
            least = MEMORY_THRESHOLD
    own = _OWN_SPREAD * float(np.quantile(apart, _OWN_QUANTILE)) if apart else 0.0
    return max(least, own)


def between_launches(
    visits: Sequence[Visit], launches: Sequence[int], floors: Mapping[str, float]
) -> list[float]:
    """Differences (of logarithms) of a point between the processes of one run: its own A/A."""
    by_launch: dict[int, list[float]] = {}
    for visit, launch in zip(visits, launches, strict=True):
        if is_clean(visit, floors):
            by_launch.setdefault(launch, []).append(median(visit.sample_times_s))
    times = [median(v) for v in by_launch.values() if len(v) >= _FEWEST_PER_LAUNCH]
    return [abs(math.log(a / b)) for a, b in itertools.combinations(times, 2)]


def _originals(run: Run) -> dict[str, Point]:
    return {p.id: p for p in run.provenance.points if not p.replica}


def _between(
    point: Point,
    before: Run,
    after: Run,
    rows: tuple[pd.DataFrame, pd.DataFrame],
    obstacles: Sequence[str],
    drift: float,
) -> Change:
    a, b = (table.loc[point.id].to_dict() for table in rows)
    for which, row in (("first", a), ("second", b)):
        if row["status"] != "ok" or not row["time_s"] > 0:
            said = f"{row['status']} in the {which} run"
            if row["status"] == "ok":
                said = f"no visit in the {which} run"
            return unmeasured(point, a, b, said)
    evidence = _evidence(a, b, _threshold_of(point, before, after, drift))
    doubts = [
        f"{which} run: {flag}"
        for which, row in (("first", a), ("second", b))
        for flag in str(row["flags"] or "").split("; ")
        if flag.startswith(("few clean visits", "machine slow", "contended"))
    ]
    if obstacles:
        verdict, reason = Verdict.UNKNOWN, "the runs are not comparable"
    elif doubts:
        verdict, reason = Verdict.UNKNOWN, "; ".join(doubts)
    else:
        verdict, reason = judge(evidence)
    times = (a["time_s"], b["time_s"])
    return change_of(
        point, times, evidence, verdict, reason, usable=not obstacles and not doubts
    )


def change_of(
    point: Point,
    times_s: tuple[float, float],
    evidence: Evidence,
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


def _evidence(a: dict[Any, Any], b: dict[Any, Any], threshold: float) -> Evidence:
    """Both intervals in quadrature, each side of them for itself."""
    ratio = b["time_s"] / a["time_s"]
    up = math.hypot(_log(b["high_s"], b["time_s"]), _log(a["time_s"], a["low_s"]))
    down = math.hypot(_log(b["time_s"], b["low_s"]), _log(a["high_s"], a["time_s"]))
    return Evidence(
        ratio=ratio,
        low=ratio * math.exp(-down),
        high=ratio * math.exp(min(up, 700.0)),
        minima=b["minimum_s"] / a["minimum_s"],
        threshold=threshold,
    )


def _log(larger: float, smaller: float) -> float:
    return math.log(larger / smaller) if smaller > 0 else math.inf


def _threshold_of(point: Point, before: Run, after: Run, drift: float) -> float:
    own = threshold(
        (
            run.history.visits.get(point.id, []),
            run.history.launch_of.get(point.id, []),
            run.history.floors,
        )
        for run in (before, after)
    )
    return max(own, drift)


def _drift(before: Run, after: Run) -> float:
    """By how much the machine itself was faster or slower, where its canary can tell."""
    if before.provenance.machine.fingerprint != after.provenance.machine.fingerprint:
        return 0.0
    return abs(math.log(environment.floors_apart(before, after)))


def _groups(
    changes: Sequence[Change], names: Sequence[str], common: float
) -> tuple[Group, ...]:
    found = [
        _group(name, [c for c, n in zip(changes, names, strict=True) if n == name], common)
        for name in dict.fromkeys(names)
    ]
    adjusted = holm([group.p if group.points else math.nan for group in found])
    return tuple(
        msgspec.structs.replace(group, p=p) for group, p in zip(found, adjusted, strict=True)
    )


def _group(name: str, changes: Sequence[Change], common: float) -> Group:
    """Geometric mean with a 95 % interval: the points' scatter or their own, and `common`.

    Its threshold is the middle one of its points: in some processes all points of one
    implementation are slower together (np.add in a loop by 12 %), and only what launches
    of one run differ by tells of that.
    """
    usable = [c for c in changes if c.usable]
    if not usable:
        seen, p, verdict = None, 1.0, Verdict.UNKNOWN
    else:
        logs = [math.log(c.ratio) for c in usable]
        own = math.sqrt(sum((math.log(c.high / c.low) / 2) ** 2 for c in usable)) / len(usable)
        scatter = _SIGMAS * stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
        half = math.hypot(max(own, scatter), common)
        ratio, low, high = (math.exp(fmean(logs) + sign * half) for sign in (0, -1, 1))
        seen = Evidence(
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


def _warnings(
    first: Mapping[str, Point],
    second: Mapping[str, Point],
    others: Sequence[str],
    before: Run,
    after: Run,
) -> tuple[str, ...]:
    said = []
    for mine, theirs, which in ((first, second, "first"), (second, first, "second")):
        alone = [name for name in mine if name not in theirs]
        if alone:
            more = f" and {len(alone) - 1} more" if len(alone) > 1 else ""
            said.append(f"Only in the {which} run: {alone[0]}{more}.")
    if others:
        said.append(f"The same name but another problem: {', '.join(others[:3])}.")
    for which, run in (("first", before), ("second", after)):
        if not run.complete:
            said.append(f"The {which} run was interrupted: its times rest on fewer visits.")
    return tuple(said)
