"""Times and ratios of times with intervals, from visits between canaries."""

import itertools
import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median, stdev

import numpy as np
from numpy.typing import NDArray

from profiler_suite.analysis import correction
from profiler_suite.analysis.correction import Exponent
from profiler_suite.analysis.level import (
    CONFIDENCE,
    RATIOS,
    TIMES,
    Witness,
    level,
    quantile_of_t,
)
from profiler_suite.machine import canary
from profiler_suite.machine.canary import is_undisturbed, slowness
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import Visit

# A wide interval from fewer undisturbed visits than this says so.
FEWEST_UNDISTURBED = 10
_LEAST_UNDISTURBED = 5
# With fewer visits nothing can be learned of how they follow their canaries.
_FEWEST_CORRECTED = 5
# Half an interval above this share of the time is wide.
_WIDE = 0.10
# The ratio of one pair of processes is the median of at least this many pairs of visits.
_FEWEST_PAIRS = 3
# Beyond the caches of its own core, code is slowed by what neighbours do to the shared
# cache and the memory: by degrees, without an undisturbed and a slowed state. The median of a
# 12 MB product varied by 4.3 % over five runs, this quantile by 2.6 % or less.
_UNDISTURBED = 0.05
# Visits are autocorrelated: independent-sample intervals covered 19 to 67 % of a
# nominal 95 %. Means of contiguous batches are nearly independent.
BATCHES = 8
# Two processes that measure the same code differ by 1.3 to 2.8 %; part of that
# is averaged away when several processes share a run.
RUN_TO_RUN_ONE_WORKER = 0.02
RUN_TO_RUN_WORKERS = 0.015
UNLIKE_CODE = math.sqrt(2) * TIMES.processes
"""What ratios of unlike code differ by between processes, each side for itself."""
WORTH_SAYING = 1.15
"""The usual time is worth a sentence where it is this much longer than the undisturbed one."""
WIDE_RATIO = 1.4
"""A ratio whose interval ends this much above its beginning has no number of its own."""
# Best visit this much below the middle one on several threads: somebody else
# used a core.
CONTENDED = 1.3
__all__ = [
    "CONFIDENCE",
    "PairedRatio",
    "batch_half_width",
    "canary_ratio",
    "estimate",
    "holding",
    "of_processes",
    "paired_ratio",
    "slowness",
]


class PairedRatio(Noun, frozen=True):
    """A ratio of two times with its 95 % interval, from visits side by side."""

    ratio: float
    low: float
    high: float
    pairs: int
    """Of visits, or of processes."""

    @property
    def half_log(self) -> float:
        """Half of the interval's width, as a logarithm."""
        return math.log(self.high / self.low) / 2 if self.low > 0 else math.inf


def canary_ratio(visit: Visit, baselines: Mapping[str, float]) -> float:
    """The worse of a visit's canaries, each relative to its baseline."""
    return max(
        (
            max(before, after) / baselines[name]
            for name, (before, after) in visit.canaries_s.items()
            if baselines.get(name)
        ),
        default=1.0,
    )


def beyond_caches(visit: Visit) -> bool:
    """Whether the visit's working set is so large that it had a memory canary."""
    return any(canary.kind(name) == "memory" for name in visit.canaries_s)


def batch_half_width(
    values: Sequence[float] | NDArray[np.float64], batches: int = BATCHES
) -> float:
    """Half the 95 % interval of the mean of an autocorrelated series, by batch means.

    Contiguous batches, Student's t with one degree of freedom less than batches
    (Schmeiser 1982, Batch size effects in the analysis of simulation output).
    """
    batches = min(batches, len(values))
    if batches < 2:
        return math.inf
    # The first batches are one longer where the values do not divide evenly.
    size, longer = divmod(len(values), batches)
    listed = [float(value) for value in values]
    ends = [number * size + min(number, longer) for number in range(batches + 1)]
    means = [fmean(listed[start:end]) for start, end in itertools.pairwise(ends)]
    middle = fmean(means)
    deviation = math.sqrt(math.fsum((m - middle) ** 2 for m in means) / (batches - 1))
    return quantile_of_t(batches - 1) * deviation / math.sqrt(batches)


def quantile(values: Sequence[float], share: float) -> float:
    """The quantile, in a straight line between the two values next to it."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def half_width(spread: float, number: int) -> float:
    """Half the 95 % interval of the mean of `number` independent values of that spread."""
    return quantile_of_t(number - 1) * spread / math.sqrt(number) if number > 1 else math.inf


def estimate(
    visits: Sequence[Visit],
    workers: Sequence[int],
    baselines: Mapping[str, float],
    slow: float = 1.0,
    threads: int = 1,
    exponent: Exponent | None = None,
) -> Estimate:
    """Time per evaluation from the visits of one point.

    `workers` gives the process of each visit, `baselines` the canaries' baselines (s), `slow`
    what `slowness` says of the run, `exponent` how code of its kind follows the canaries
    (learned from these visits alone where it is not given). It is the level of all visits
    (`level`), each corrected by its canaries and counting by how little it was disturbed. For
    working sets beyond the caches it is a low quantile of the undisturbed ones, the interval
    from as far below as few visits may mislead up to their median. A wide one is flagged where
    undisturbed visits are few.
    """
    # Plain lists: a run may have a hundred thousand points of some twenty visits each.
    medians = [visit.time_s for visit in visits]
    chosen = [
        m for m, visit in zip(medians, visits, strict=True) if is_undisturbed(visit, baselines)
    ]
    raw_median_s = median([median(visit.sample_times_s) for visit in visits])
    minimum_s = min(medians)
    several = len(set(workers)) >= 3
    run_to_run = RUN_TO_RUN_WORKERS if several else RUN_TO_RUN_ONE_WORKER
    if len(chosen) >= _LEAST_UNDISTURBED and any(map(beyond_caches, visits)):
        time_s, low_s, high_s = _low_quantile(chosen, run_to_run)
    elif len(visits) >= _FEWEST_CORRECTED:
        own = exponent or correction.learn([(visits, baselines)])
        time_s, low_s, high_s = _levelled(visits, workers, baselines, own)
    else:
        time_s, low_s = minimum_s, minimum_s * (1 - run_to_run)
        # Also when all visits agree: nothing says that they were not all slow.
        high_s = max(raw_median_s, minimum_s * canary.limit("ufunc"))
    samples = sum(len(visit.sample_times_s) for visit in visits)
    flags: list[str] = []
    if len(chosen) < FEWEST_UNDISTURBED and high_s - low_s > 2 * _WIDE * time_s:
        flags.append(f"few undisturbed visits ({len(chosen)})")
    if slow > canary.SLOW_BASELINE:
        flags.append(f"machine slowed (× {slow:.2f})")
        low_s /= slow
    if threads > 1 and raw_median_s / minimum_s >= CONTENDED:
        flags.append("contended")
        low_s = min(low_s, minimum_s)
    return Estimate(
        time_s=time_s,
        low_s=max(low_s, 0.0),
        high_s=high_s,
        minimum_s=minimum_s,
        raw_median_s=raw_median_s,
        p95_s=quantile([t for v in visits for t in v.sample_times_s], 0.95),
        visits=len(visits),
        undisturbed_visits=len(chosen),
        switched_out=sum(visit.switched_out for visit in visits) / samples,
        flags=tuple(flags),
    )


def _low_quantile(chosen: Sequence[float], run_to_run: float) -> tuple[float, float, float]:
    """Time and interval of a working set beyond the caches, from undisturbed visits alone."""
    middle_s = median(chosen)
    half = math.hypot(batch_half_width(chosen) / middle_s, run_to_run)
    time_s = quantile(chosen, _UNDISTURBED)
    return time_s, time_s * (1 - half), max(middle_s, time_s * (1 + half))


def _levelled(
    visits: Sequence[Visit],
    workers: Sequence[int],
    baselines: Mapping[str, float],
    exponent: Exponent,
) -> tuple[float, float, float]:
    """Time and interval from all visits, each corrected by its canaries."""
    x, y = correction.logs(visits, baselines)
    middle, half = level(y, workers, [Witness(x, exponent)], hidden=correction.hidden(visits))
    return math.exp(middle), math.exp(middle - half), math.exp(min(middle + half, 700.0))


def of_processes(logs: Sequence[float], least_spread: float) -> PairedRatio:
    """One ratio from the logarithms that each of several pairs of processes gave.

    The processes are the independent units: visits of one process resemble each other. The
    spread of few processes may be small by chance: it counts as at least `least_spread`.
    """
    spread = max(stdev(logs), least_spread) if len(logs) > 1 else math.inf
    half, middle = half_width(spread, len(logs)), median(logs)
    return PairedRatio(
        ratio=math.exp(middle),
        low=math.exp(middle - half),
        high=math.exp(min(middle + half, 700.0)),
        pairs=len(logs),
    )


def by_worker(
    left: Mapping[int, Visit],
    right: Mapping[int, Visit],
    worker_of: Mapping[int, int],
    baselines: Mapping[str, float],
) -> dict[int, float]:
    """Launch → of its pair of processes, the median logarithm of left's time over right's.

    From undisturbed pairs of visits; `worker_of` has the process of each round. Processes with
    fewer than three such pairs are left out.
    """
    found: dict[int, list[float]] = {}
    for number in sorted(set(left) & set(right)):
        one, other = left[number], right[number]
        if is_undisturbed(one, baselines) and is_undisturbed(other, baselines):
            ratio = one.time_s / other.time_s
            found.setdefault(worker_of[number], []).append(math.log(ratio))
    return {n: median(logs) for n, logs in found.items() if len(logs) >= _FEWEST_PAIRS}


def paired_ratio(
    left: Mapping[int, Visit],
    right: Mapping[int, Visit],
    baselines: Mapping[str, float],
    run_to_run: float = 0.0,
    exponents: tuple[Exponent, Exponent] | None = None,
    worker_of: Mapping[int, int] | None = None,
    processes: float = RATIOS.processes,
) -> PairedRatio | None:
    """Time of left over time of right from visits of the same rounds; None without any.

    Interference slows unlike code unequally, so it does not cancel: each side is corrected by
    its canaries as its time is (`exponents` of left and right; learned from these visits alone
    where they are not given), so that the ratio of two times and the time of a ratio agree.
    `worker_of` has the process of each round, `processes` is what ratios of two processes are
    expected to differ by (a standard deviation), `run_to_run` is added in quadrature.
    """
    rounds = sorted(set(left) & set(right))
    if not rounds:
        return None
    sides = [[side[r] for r in rounds] for side in (left, right)]
    (x_left, y_left), (x_right, y_right) = (correction.logs(s, baselines) for s in sides)
    one, other = exponents or (correction.learn([(s, baselines)]) for s in sides)
    # Code of one kind follows alike, however well it is known how: where both sides were slowed
    # by as much it cancels.
    alike = [Witness(x_left - x_right, one)]
    middle, half = level(
        y_left - y_right,
        [worker_of[r] if worker_of else 0 for r in rounds],
        alike if one == other else [Witness(x_left, one), Witness(-x_right, other)],
        RATIOS._replace(processes=processes),
        np.hypot(correction.hidden(sides[0]), correction.hidden(sides[1])),
        np.maximum(x_left, x_right),
    )
    half = math.hypot(half, run_to_run)
    return PairedRatio(
        ratio=math.exp(middle),
        low=math.exp(middle - half),
        high=math.exp(min(middle + half, 700.0)),
        pairs=len(rounds),
    )


def holding(ratio: PairedRatio, *quotients: float) -> PairedRatio:
    """The ratio with an interval that holds these quotients of the two times as well.

    Where one side lives in memory its time is a low quantile of visits, not the
    median that pairs are made of: the two answers differ, and a reader sees both.
    """
    own = [each for each in quotients if 0 < each < math.inf]
    return PairedRatio(
        ratio=ratio.ratio,
        low=min(ratio.low, *own),
        high=max(ratio.high, *own),
        pairs=ratio.pairs,
    )


def quotient(
    left: tuple[float, float, float], right: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Left over right with its interval, of two (time, low, high) whose errors are independent.

    Relative errors add in quadrature, on either side of the time on their own.
    """
    found = left[0] / right[0]
    below = math.hypot(_log_ratio(left[0], left[1]), _log_ratio(right[2], right[0]))
    above = math.hypot(_log_ratio(left[2], left[0]), _log_ratio(right[0], right[1]))
    return found, found * math.exp(-below), found * math.exp(above)


def _log_ratio(larger: float, smaller: float) -> float:
    return math.log(larger / smaller) if smaller > 0 else math.inf
