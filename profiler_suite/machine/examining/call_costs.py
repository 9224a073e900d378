"""Call costs: time operations at several sizes, fit t = fixed + n / rate."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from profiler_suite.machine.examining.call_operations import LOOP_ITERATION, CallOperation
from profiler_suite.machine.examining.ceilings import percentile
from profiler_suite.machine.examining.rounds import FEWEST_UNDISTURBED, Sample, Station, Visits
from profiler_suite.model.machine import CallCost
from profiler_suite.model.noun import Noun

# One sample of one size: long against the clock (50 ns a read), short enough
# that a visit with all sizes stays below 1 ms.
_SAMPLE_S = 80e-6
# The largest size must cost this much more than the fixed part, or the
# operation does not grow with its size as far as can be seen.
_GROWTH = 0.05

_TEMPLATE = """
def timed(evaluations, {names}):
    start = clock()
    for _ in range(evaluations):
        {statement}
    return (clock() - start) * 1e-9 / evaluations
"""


class Fit(Noun, frozen=True):
    """t = fixed + n / rate."""

    fixed_s: float
    per_unit_s: float

    @property
    def rate_per_s(self) -> float:
        """Units per second at infinite size; 0 when the time does not grow."""
        return 1.0 / self.per_unit_s if self.per_unit_s > 0 else 0.0


def call_stations(
    operations: Sequence[CallOperation], clock: Callable[[], int]
) -> list[Station]:
    """One station per operation; its values are seconds per evaluation at each size."""
    return [
        Station(key=operation.key, sample=_sampler(operation, clock))
        for operation in operations
    ]


def _sampler(operation: CallOperation, clock: Callable[[], int]) -> Callable[[], Sample]:
    timers = []
    for size in operation.sizes:
        names = operation.names(size)
        plain = _timer(operation.statement, names, clock)
        if operation.minus:
            timers.append(_difference(plain, _timer(operation.minus, names, clock)))
        else:
            timers.append(plain)

    def sample() -> Sample:
        return Sample(values=tuple(timer() for timer in timers))

    return sample


def _difference(whole: Callable[[], float], part: Callable[[], float]) -> Callable[[], float]:
    return lambda: whole() - part()


def _timer(
    statement: str, names: dict[str, Any], clock: Callable[[], int]
) -> Callable[[], float]:
    """Times the statement in a loop of its own, as local variables see it."""
    source = _TEMPLATE.format(names=", ".join(names), statement=statement)
    space: dict[str, Any] = {"clock": clock}
    exec(compile(source, f"<{statement}>", "exec"), space)
    timed = space["timed"]
    values = tuple(names.values())
    timed(1, *values)
    evaluations = 1
    while min(timed(evaluations, *values) for _ in range(2)) * evaluations < _SAMPLE_S:
        evaluations *= 2

    def run() -> float:
        # What ran before has evicted the code and the arrays: bring them back first.
        timed(evaluations, *values)
        return float(timed(evaluations, *values))

    return run


def fit(work: Sequence[float], times_s: Sequence[float]) -> Fit:
    """Line through (work, time) that is least wrong relative to each time.

    Relative, because a microsecond matters at the smallest size and not at the
    largest. One size, or no growth: all of it is fixed.
    """
    if len(set(work)) < 2:
        return Fit(fixed_s=times_s[0], per_unit_s=0.0)
    weights = [1.0 / t**2 for t in times_s]
    total = sum(weights)
    mean_n = sum(w * n for w, n in zip(weights, work, strict=True)) / total
    mean_t = sum(w * t for w, t in zip(weights, times_s, strict=True)) / total
    spread = sum(w * (n - mean_n) ** 2 for w, n in zip(weights, work, strict=True))
    rise = sum(
        w * (n - mean_n) * (t - mean_t) for w, n, t in zip(weights, work, times_s, strict=True)
    )
    slope = rise / spread
    fixed = mean_t - slope * mean_n
    if slope * max(work) < _GROWTH * min(times_s):
        return Fit(fixed_s=median(times_s), per_unit_s=0.0)
    return Fit(fixed_s=fixed, per_unit_s=slope)


def fit_costs(
    operations: Sequence[CallOperation], visits: Visits, baseline_s: float
) -> tuple[CallCost, ...]:
    """The call costs, the empty loop's share taken off all but the loop itself."""
    loop_s = 0.0
    costs = []
    for operation in operations:
        undisturbed = visits.undisturbed(operation.key, baseline_s)
        used = (
            undisturbed
            if len(undisturbed) >= FEWEST_UNDISTURBED
            else visits.by_station[operation.key]
        )
        if not used:
            continue
        rows = [visit.values for visit in used]
        # The difference of two statements has the loop in it twice: gone already.
        off_s = 0.0 if operation.minus else loop_s
        cost = _cost(operation, rows, off_s)
        if operation.operation == LOOP_ITERATION:
            loop_s = cost.fixed_s
        costs.append(cost)
    return tuple(costs)


def _cost(operation: CallOperation, rows: Sequence[Sequence[float]], loop_s: float) -> CallCost:
    work = [operation.work(size) for size in operation.sizes]
    typical = fit(work, [median(column) - loop_s for column in zip(*rows, strict=True)])
    if operation.minus:
        fixed = [row[0] for row in rows]
    else:
        fixed = [fit(work, [t - loop_s for t in row]).fixed_s for row in rows]
    return CallCost(
        operation=operation.operation,
        layout=operation.layout,
        dims=operation.dims,
        dtype=operation.dtype,
        fixed_s=typical.fixed_s,
        # The fit of the medians is not the median of the fits: few rounds may part them.
        fixed_low_s=min(typical.fixed_s, percentile(fixed, 0.05)),
        fixed_high_s=max(typical.fixed_s, percentile(fixed, 0.95)),
        rate_per_s=typical.rate_per_s,
        n_half=typical.fixed_s * typical.rate_per_s,
        unit=operation.unit,
    )
