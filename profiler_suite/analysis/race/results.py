"""Two versions of a function raced in several processes: which is faster, and is it right?"""

import enum
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any

import msgspec

from profiler_suite import units
from profiler_suite.analysis import statistics
from profiler_suite.analysis.compare.verdicts import ChangeEvidence, judge
from profiler_suite.analysis.race.breakdown_changes import BreakdownChange
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.machine import canary
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import DIFFERENT, Estimate, Verdict
from profiler_suite.model.rows import Visit
from profiler_suite.workloads.sizes import ArgumentSize

RACE_THRESHOLD = 0.02
"""A difference below this share counts as none: two copies of one function in one process
differ by up to one percent, by where they lie in memory."""
PROCESSES = (4, 8, 12)
"""After so many it is judged; more are added where that leaves it open."""
_SIGMAS = 1.96
# A difference so many half intervals beyond the threshold is one, however wide they are.
_CLEAR = 0.5


class Answers(enum.Enum):
    """How the answers of both versions compare."""

    SAME = "the same"
    DIFFERENT = "different"
    UNKNOWN = "not compared"


class RaceResult(Noun, frozen=True):
    """One new version against the old one, at one size."""

    before: str
    after: str
    size: ArgumentSize
    answers: Answers
    verdict: Verdict
    reason: str
    """Why it could not be judged, or how the answers differ; empty otherwise."""
    ratio: float = 0.0
    """Time of the new version over that of the old one, above 1 is slower; 0 when not timed."""
    low: float = 0.0
    """95 % interval of the ratio, over processes."""
    high: float = 0.0
    threshold: float = RACE_THRESHOLD
    processes: int = 0
    before_time: Estimate | None = None
    after_time: Estimate | None = None
    faults: tuple[float, float] = (0.0, 0.0)
    """Page faults of an evaluation, before and after."""
    peak_bytes: tuple[float, float] = (0.0, 0.0)
    """Most memory that an evaluation held at once; 0 when not known."""
    largest_error: float = 0.0
    """Largest difference of the answers, relative to the largest element."""
    bound: float = 0.0
    """Largest difference that rounding explains."""
    dtype_changed: bool = False
    conditions: tuple[str, ...] = ()
    """Where the answers differ though the real ones do not: 'for empty arrays'."""
    checked: int = 0
    """How many sets of arguments both answered alike."""

    @property
    def answers_nothing(self) -> bool:
        """Whether the new version raises, hangs or ends its process."""
        return self.answers is Answers.DIFFERENT and self.reason.startswith(self.after)

    @property
    def reach(self) -> float:
        """How far from 1 the interval reaches, as a share: the same within this."""
        if self.low <= 0:
            return math.inf
        return max(self.high, 1 / self.low) - 1


class Crossing(Noun, frozen=True):
    """Between two sizes the faster version changes."""

    after: str
    faster_below: bool
    """Whether the new version is the faster one at the smaller size."""
    below: ArgumentSize
    above: ArgumentSize
    elements: float
    """Where the ratio is 1 on a straight line between both, over the logarithm of the size."""


class Race(Noun, frozen=True):
    """All that a race found."""

    targets: tuple[str, ...]
    """The old version first."""
    setup: str
    threads: int
    results: tuple[RaceResult, ...]
    crossings: tuple[Crossing, ...] = ()
    changes: tuple[BreakdownChange, ...] = ()
    """Where the time went before and goes now, of versions that differ in time."""
    notes: tuple[str, ...] = ()

    def any(self, verdict: Verdict) -> bool:
        """Whether some version, at some size, has that verdict."""
        return any(each.verdict is verdict for each in self.results)

    def differing(self, *, strict: bool = False) -> tuple[RaceResult, ...]:
        """Those with other answers; if `strict`, also on arguments other than the real ones."""
        return tuple(
            each
            for each in self.results
            if each.answers is Answers.DIFFERENT
            or (strict and (each.conditions or each.dtype_changed))
        )


OneProcess = Callable[[int], TrialResult]
"""Number of a process → what it found."""


def raced(
    one_process: OneProcess,
    judged: Callable[[Sequence[TrialResult]], RaceResult],
    rounds: Sequence[int] = PROCESSES,
) -> RaceResult:
    """The result after as many processes as it takes, at most the last of `rounds`."""
    done: list[TrialResult] = []
    for wanted in rounds:
        while len(done) < wanted:
            done.append(one_process(len(done)))
            if not done[0].before:  # other answers are not timed
                return judged(done)
        found = judged(done)
        if _is_settled(found):
            break
    return found


def _is_settled(found: RaceResult) -> bool:
    """Whether more processes would hardly change the verdict.

    What is said to differ has to differ by much, or to be said again with more of them.
    """
    if found.answers is not Answers.SAME:
        return True
    if found.verdict in DIFFERENT:
        nearer = min(abs(math.log(found.low)), abs(math.log(found.high)))
        return nearer > 2 * math.log1p(found.threshold)
    return found.verdict is Verdict.SAME and found.reach <= 2 * found.threshold


def judged(
    done: Sequence[TrialResult],
    names: tuple[str, str],
    size: ArgumentSize,
    kept_baselines_s: Mapping[str, float],
    threshold: float = RACE_THRESHOLD,
) -> RaceResult:
    """What the processes of one race say; the first of them compared the answers."""
    first = done[0]
    answers = Answers.SAME if first.same else Answers.DIFFERENT
    if first.same and first.reason:
        answers = Answers.UNKNOWN
    known: dict[str, Any] = {
        "before": names[0],
        "after": names[1],
        "size": size,
        "answers": answers,
        "threshold": threshold,
        "largest_error": first.largest_error,
        "bound": first.bound,
        "dtype_changed": first.dtype_changed,
        "conditions": first.conditions,
        "checked": first.checked,
        "peak_bytes": first.peak_bytes,
    }
    if not first.before:
        return RaceResult(verdict=Verdict.UNKNOWN, reason=first.reason, **known)
    baselines_s = _baselines(done, kept_baselines_s)
    ratio = _ratio(done)
    verdict, reason = verdict_of(ratio, threshold)
    if answers is Answers.UNKNOWN:
        verdict, reason = Verdict.UNKNOWN, first.reason
    return RaceResult(
        verdict=verdict,
        reason=reason,
        ratio=ratio.ratio,
        low=ratio.low,
        high=ratio.high,
        processes=len(done),
        before_time=_time([each.before for each in done], baselines_s),
        after_time=_time([each.after for each in done], baselines_s),
        faults=(_faults(each.before for each in done), _faults(each.after for each in done)),
        **known,
    )


def _baselines(done: Sequence[TrialResult], kept_s: Mapping[str, float]) -> dict[str, float]:
    """Baseline of each canary: of all visits here, or the kept one where it is smaller, s."""
    own = canary.own_baselines(v for each in done for v in (*each.before, *each.after))
    return {name: min(s, kept_s.get(name, s)) for name, s in own.items()}


def _ratio(done: Sequence[TrialResult]) -> PairedRatio:
    """Time after over time before, from the ratios of the processes.

    Each visit counts by its fastest sample, and no visit is left out or corrected by its
    canaries: what slows a visit for longer than a sample lasts slows the other one of its pair
    as well. Beside 14 busy processes on two cores a planted 5.5 % was 4.3 to 5.9 % in every of
    eight processes this way, and -5 to 6.5 % by the medians of samples.
    """
    found = [
        ratio
        for each in done
        if (
            ratio := statistics.paired_ratio(
                dict(enumerate(map(_fastest, each.after))),
                dict(enumerate(map(_fastest, each.before))),
                {},
                run_to_run=0.0 if len(done) > 1 else statistics.RUN_TO_RUN_ONE_WORKER,
            )
        )
    ]
    if len(found) == 1:
        return found[0]
    least = median(each.half_log for each in found) / _SIGMAS
    return statistics.of_processes([math.log(each.ratio) for each in found], least)


def _fastest(visit: Visit) -> Visit:
    """The visit as if its fastest sample were the only one."""
    return msgspec.structs.replace(visit, sample_times_s=(min(visit.running_s),), lost_s=())


def verdict_of(ratio: PairedRatio, threshold: float) -> tuple[Verdict, str]:
    """The verdict, and why it could not be judged.

    An interval that is too wide for a small difference may be narrow for a large one.
    """
    verdict, reason = judge(
        ChangeEvidence(
            ratio=ratio.ratio,
            low=ratio.low,
            high=ratio.high,
            minima=ratio.ratio,
            threshold=threshold,
        )
    )
    if verdict is not Verdict.UNKNOWN or ratio.low <= 0:
        return verdict, reason
    beyond = max(math.log(ratio.low), -math.log(ratio.high)) - math.log1p(threshold)
    if beyond > _CLEAR * ratio.half_log:
        return (Verdict.SLOWER if ratio.low > 1 else Verdict.FASTER), ""
    return verdict, reason


def _time(sides: Sequence[Sequence[Visit]], baselines_s: Mapping[str, float]) -> Estimate:
    visits = [visit for side in sides for visit in side]
    workers = [number for number, side in enumerate(sides) for _ in side]
    return statistics.estimate(visits, workers, baselines_s)


def _faults(sides: Iterable[Sequence[Visit]]) -> float:
    """Page faults of one evaluation: the middle one of all visits."""
    return median(visit.minor_faults for side in sides for visit in side)


def crossings(results: Sequence[RaceResult]) -> tuple[Crossing, ...]:
    """Where, from size to size, the faster version changes."""
    found = []
    for after in dict.fromkeys(each.after for each in results):
        sized = sorted(
            (r for r in results if r.after == after and r.verdict in DIFFERENT),
            key=lambda each: each.size.elements,
        )
        for one, other in itertools.pairwise(sized):
            if one.verdict is not other.verdict and 0 < one.size.elements < other.size.elements:
                found.append(
                    Crossing(
                        after=after,
                        faster_below=one.verdict is Verdict.FASTER,
                        below=one.size,
                        above=other.size,
                        elements=_crossing(one, other),
                    )
                )
    return tuple(found)


def _crossing(one: RaceResult, other: RaceResult) -> float:
    x, y = (math.log(each.size.elements) for each in (one, other))
    a, b = math.log(one.ratio), math.log(other.ratio)
    return math.exp(x + (y - x) * a / (a - b))


def verdict_in_words(found: RaceResult) -> str:
    """'1.42× as fast (1.38 to 1.46)', 'the same within ± 1.2 %', 'could not be judged: …'."""
    if found.answers is Answers.DIFFERENT and not found.ratio:
        return f"refused: {found.reason.partition(chr(10))[0]}"
    digits = units.three_digits
    if found.verdict is Verdict.FASTER:
        return (
            f"{units.ratio(1 / found.ratio)} as fast "
            f"({digits(1 / found.high)} to {digits(1 / found.low)})"
        )
    if found.verdict is Verdict.SLOWER:
        return (
            f"slower: {units.ratio(found.ratio)} the time "
            f"({digits(found.low)} to {digits(found.high)})"
        )
    if found.verdict is Verdict.SAME:
        return f"the same within ± {units.percent(found.reach)}"
    return f"could not be judged: {found.reason}"
