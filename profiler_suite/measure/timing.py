"""Times one callable: calibration, warm-up, and a visit between canaries.

Words: an *evaluation* is one execution, a *sample* one time measurement over
several evaluations, a *visit* a canary, some samples and a canary again.
"""

import gc
import itertools
from collections.abc import Callable, Mapping
from statistics import fmean
from time import perf_counter_ns
from typing import Any, NamedTuple

from profiler_suite.machine.canary import Canary
from profiler_suite.measure import preemption
from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.model.noun import Noun

Clock = Callable[[], int]
"""Returns nanoseconds of a monotonic clock."""

# A read of the clock costs about 45 ns; a sample of half a millisecond keeps
# that and the loop around the call below 0.1 % and 1 %.
SAMPLE_S = 0.5e-3
# Short enough that a machine's state (dwelling from 80 ms) rarely changes inside.
VISIT_S = 5e-3
SAMPLES_PER_VISIT = 5
# Warm-up ends when three calls in a row gain no more than this, or after a while:
# with 350 points and three processes, 0.2 s took a quarter of a sweep.
_WARM_GAIN = 0.02
_WARM_CALLS_IN_A_ROW = 3
WARM_LIMIT_S = 0.05


# A canary that was switched out says nothing of the machine's speed. Beside one busy loop per
# core one in some thirty is; three in a row are rare, and may stand.
_CANARY_TRIES = 3
# A cache that is filled by what a smaller one has to give up (AMD's L3) holds 12 MB only
# after several passes: a product of a 12 MB matrix took 300 µs (quartiles 268 and 343) after
# one untimed call, 203 (190, 264) after two and 184 (183, 188) after four.
_PASSES_THAT_FILL = 4
# What a private cache holds is there after one.
_PRIVATE_BYTES = 2**20
LONG_S = 5e-3
"""An evaluation that lasts longer is long compared with fetching its data."""
# With more evaluations in a sample each is shorter than what reading the scheduler disturbs.
_FEW_EVALUATIONS = 4
# Readings of two clocks may add up to more than the time between them.
_LEAST_RUNNING = 0.01


def passes_that_fill(used_bytes: float, last_cache_bytes: float, once_s: float) -> int:
    """Untimed evaluations after which such data are where they stay: in the last cache.

    0 where they are not to be there (what a private cache holds comes back at once, what
    exceeds the last cache never does), and for evaluations that last long.
    """
    fits = _PRIVATE_BYTES < used_bytes <= last_cache_bytes
    return _PASSES_THAT_FILL if fits and once_s < LONG_S else 0


class PreparedCall(Noun, frozen=True):
    """What warming up and calibrating found."""

    cold_s: float
    """The very first call, s."""
    evaluations: int
    """Evaluations per sample."""
    samples: int
    """Samples per visit."""


class Stopwatch:
    """A callable that notes how long its last call took."""

    def __init__(self, call: Callable[..., Any], clock: Clock = perf_counter_ns) -> None:
        self._call = call
        self._clock = clock
        self.last_s = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """Call it and note the time."""
        start = self._clock()
        answer = self._call(*arguments)
        self.last_s = (self._clock() - start) * 1e-9
        return answer


def time_evaluations(
    call: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int, clock: Clock
) -> float:
    """Seconds per evaluation over one sample of that many evaluations."""
    if isinstance(arguments, RestoredArguments):
        return _time_restored(call, arguments, evaluations, clock)
    repeat = itertools.repeat(None, evaluations)
    start = clock()
    for _ in repeat:
        call(*arguments)
    return (clock() - start) * 1e-9 / evaluations


def _time_restored(
    call: Callable[..., Any], arguments: RestoredArguments, evaluations: int, clock: Clock
) -> float:
    """The same where arguments are restored in between, untimed.

    Each evaluation then has a reading of the clock of its own, about 45 ns.
    """
    total = 0
    for _ in range(evaluations):
        fresh = arguments.fresh()
        start = clock()
        call(*fresh)
        total += clock() - start
    return total * 1e-9 / evaluations


def prepare(
    call: Callable[..., Any],
    arguments: tuple[Any, ...],
    clock: Clock = perf_counter_ns,
    known: int = 0,
) -> PreparedCall:
    """Call once (cold), warm up, then choose evaluations per sample and samples per visit.

    `known` are the evaluations per sample that another process has found: then the first call
    without a gain ends the warm-up, and so many are taken.
    """
    begun = clock()
    cold_s = time_evaluations(call, arguments, 1, clock)
    best_s, without_gain = cold_s, 0
    in_a_row = 1 if known else _WARM_CALLS_IN_A_ROW
    while without_gain < in_a_row and (clock() - begun) * 1e-9 < WARM_LIMIT_S:
        once_s = time_evaluations(call, arguments, 1, clock)
        without_gain = without_gain + 1 if once_s > best_s * (1 - _WARM_GAIN) else 0
        best_s = min(best_s, once_s)
    evaluations = known or _calibrate(call, arguments, best_s, clock)
    sample_s = max(evaluations * best_s, SAMPLE_S)
    samples = min(SAMPLES_PER_VISIT, max(1, int(VISIT_S / sample_s)))
    return PreparedCall(cold_s=cold_s, evaluations=evaluations, samples=samples)


def _calibrate(
    call: Callable[..., Any], arguments: tuple[Any, ...], once_s: float, clock: Clock
) -> int:
    """Evaluations for a sample of SAMPLE_S, by growth ×2 to ×16 on the minimum of three."""
    evaluations = 1
    while once_s * evaluations < SAMPLE_S:
        growth = min(16.0, max(2.0, SAMPLE_S / (once_s * evaluations)))
        evaluations = int(evaluations * growth + 0.5)
        once_s = min(time_evaluations(call, arguments, evaluations, clock) for _ in range(3))
    return evaluations


class VisitTimes(NamedTuple):
    """What a visit has measured."""

    samples_s: tuple[float, ...]
    """Time per evaluation of each sample, s."""
    canaries_s: dict[str, tuple[float, float]]
    """Canaries before and after, s."""
    minor_faults: float
    """Per evaluation."""
    lost_s: tuple[float, ...]
    """Of each sample, time per evaluation in which the thread was kept from running, s; empty
    where it never was."""


def visit(
    call: Callable[..., Any],
    arguments: tuple[Any, ...],
    prepared: PreparedCall,
    canaries: Mapping[str, Canary],
    clock: Clock = perf_counter_ns,
    untimed: int = 0,
    scheduling: preemption.Reader | None = None,
) -> VisitTimes:
    """Canaries, samples, canaries.

    `untimed` evaluations go before the samples: canaries and the points visited before have
    evicted what this one keeps in the last cache.
    The garbage collector rests during the visit, as it would otherwise charge
    one evaluation with the litter of another. `scheduling` is read by the clock's own system.
    """
    own = preemption.scheduling if clock is perf_counter_ns else preemption.nothing_counted
    read = scheduling or own
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        before = {name: _undelayed(run, clock, read) for name, run in canaries.items()}
        for _ in range(untimed):
            call(*given(arguments))
        faults = minor_faults()
        samples = [
            _sample(call, arguments, prepared.evaluations, clock, read)
            for _ in range(prepared.samples)
        ]
        faults = minor_faults() - faults
        # In reverse, so that the canary nearest to the samples is the same on both sides.
        after = {
            name: _undelayed(canaries[name], clock, read) for name in reversed(list(canaries))
        }
    finally:
        if was_enabled:
            gc.enable()
    lost_s = tuple(lost for _, lost in samples)
    return VisitTimes(
        samples_s=tuple(time_s for time_s, _ in samples),
        canaries_s={name: (before[name], after[name]) for name in canaries},
        minor_faults=faults / (prepared.evaluations * prepared.samples),
        lost_s=lost_s if any(lost_s) else (),
    )


def _sample(
    call: Callable[..., Any],
    arguments: tuple[Any, ...],
    evaluations: int,
    clock: Clock,
    read: preemption.Reader,
) -> tuple[float, float]:
    """Seconds per evaluation, and how many of them the thread was kept from running.

    What delays that arguments are restored delays no evaluation, so that each is looked at.
    """
    if isinstance(arguments, RestoredArguments) and evaluations <= _FEW_EVALUATIONS:
        each = [_one_restored(call, arguments, clock, read) for _ in range(evaluations)]
        return fmean(time_s for time_s, _ in each), fmean(lost_s for _, lost_s in each)
    begun = clock()
    before, start = read(), clock()
    time_s = time_evaluations(call, arguments, evaluations, clock)
    wall_ns, after = clock() - start, read()
    apart_ns = clock() - begun - wall_ns
    return time_s, time_s * preemption.share_lost(before, after, wall_ns, apart_ns)


def _one_restored(
    call: Callable[..., Any],
    arguments: RestoredArguments,
    clock: Clock,
    read: preemption.Reader,
) -> tuple[float, float]:
    fresh = arguments.fresh()
    begun = clock()
    before, start = read(), clock()
    call(*fresh)
    wall_ns, after = clock() - start, read()
    time_s, apart_ns = wall_ns * 1e-9, clock() - begun - wall_ns
    return time_s, time_s * preemption.share_lost(before, after, wall_ns, apart_ns)


def running_s(call: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int) -> float:
    """Seconds per evaluation, less what its thread waited for a core."""
    if not isinstance(arguments, RestoredArguments):
        return preemption.undelayed(
            lambda: time_evaluations(call, arguments, evaluations, perf_counter_ns)
        )
    read = preemption.scheduling
    time_s, lost_s = _sample(call, arguments, evaluations, perf_counter_ns, read)
    return max(time_s - lost_s, _LEAST_RUNNING * time_s)


def _undelayed(run: Canary, clock: Clock, read: preemption.Reader) -> float:
    """Time of a canary that was not switched out, s; of the shortest of three otherwise."""
    tries_s: list[float] = []
    while len(tries_s) < _CANARY_TRIES:
        before, start = read(), clock()
        tries_s.append(run())
        wall_ns, after = clock() - start, read()
        if not preemption.share_lost(before, after, wall_ns):
            return tries_s[-1]
    return min(tries_s)


try:
    import resource
except ImportError:  # Windows does not count page faults per process this way
    COUNTS_FAULTS = False

    def minor_faults() -> int:
        """Minor page faults of this process so far; always 0 where not counted."""
        return 0

else:
    COUNTS_FAULTS = True
    """Whether the system counts the page faults of a process."""

    def minor_faults() -> int:
        """Minor page faults of this process so far; always 0 where not counted."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
