"""Places points under three roofs: compute, bandwidth of the level with the data, overhead.

attainable = min(peak FLOP/s, intensity × bandwidth, FLOP ÷ cost of making the calls).
Rates are effective: textbook FLOP over time. What executes fewer operations than the
textbook counts (Winograd) has a peak above the machine's, by that factor: peak × textbook
FLOP ÷ executed FLOP. It is the executed rate that no point may carry above a roof.
Source of the first two: Williams, Waterman and Patterson (2009), Roofline; the
third divides the same FLOP by what interpreter and dispatch take, as if the work
itself took no time.
"""

from collections.abc import Iterable

from profiler_suite import units
from profiler_suite.machine import prediction
from profiler_suite.machine.own_peak import OwnPeak, own_peak
from profiler_suite.model.experiment import Cost, Point
from profiler_suite.model.machine import Ceiling, Machine
from profiler_suite.model.noun import Noun

# A dot may lie this much above a roof before it is called an error: ceilings and
# times each carry some percent of run-to-run spread.
ROOF_TOLERANCE = 0.10
# What reaches less than this of a roof of the machine is held back by something else.
FAR = 0.3
WORK = "work"
"""The bound of what no roof explains: its inner loops take long."""
# From here on a share, measured with some percent of noise, may be the whole.
_NEARLY_ALL = 0.97
# Below this share of written bytes a point counts as reading only.
MOSTLY_READS = 0.1
LEVELS = ("L1", "L2", "L3", "memory")


class Roof(Noun, frozen=True):
    """One roof of a machine."""

    kind: str
    """'compute' (FLOP/s) or 'bandwidth' (bytes/s)."""
    label: str
    level: str
    dtype: str
    threads: int
    access: str
    """'read' for what hardly writes; empty for the best of all ways to move data."""
    value: float
    low: float
    high: float
    own_low: float = 0.0
    own_high: float = 0.0
    """Between these the processor's own peak lies, estimated; 0 where nothing tells it."""

    def at(self, intensity: float) -> float:
        """The roof's height at an intensity (FLOP/byte), FLOP/s."""
        return self.value if self.kind == "compute" else self.value * intensity


class Placement(Noun, frozen=True):
    """A point under its roofs."""

    bound: str
    """'overhead', 'memory' or 'compute': the lowest roof over it; 'work' where that roof is
    not what holds it back (see `held_back_by`); empty when no roof is known."""
    level: str
    """The level of the memory hierarchy that holds the working set."""
    attainable_flop_per_s: float
    overhead_flop_per_s: float
    """Height of the overhead roof; 0 when the implementation states no calls."""
    of_attainable: float
    """Share of the attainable rate that was reached."""
    above_roof: bool


def access(cost: Cost) -> str:
    """Which bandwidth a cost is held against: 'read', or empty for the best.

    Reading and writing at once moves more bytes per second than reading alone:
    what hardly writes is held against the read bandwidth.
    """
    return "read" if cost.written_bytes < MOSTLY_READS * cost.compulsory_bytes else ""


def roofs(
    machine: Machine, dtype: str, threads: int, points: Iterable[Point] = ()
) -> tuple[Roof, ...]:
    """The compute roof of a dtype and the bandwidth roofs per level, for a thread count.

    Per level those that `points` are held against; of a level that holds none of
    them, the best.
    """
    used: dict[str, set[str]] = {}
    for point in points:
        if (point.problem.dtype, point.threads) == (dtype, threads):
            level = level_of(point.working_set_bytes, machine, threads)
            used.setdefault(level, set()).add(access(point.cost))
    found = [
        _roof("compute", ceiling, own=own_peak(machine, dtype, threads))
        for ceiling in machine.ceilings
        if ceiling.quantity == "peak"
        and (ceiling.dtype, ceiling.threads) == (dtype, threads)
        and ceiling.value > 0
    ]
    for level in LEVELS:
        for way in sorted(used.get(level, {""})):
            ceilings = [
                ceiling
                for ceiling in machine.ceilings
                if ceiling.quantity == "bandwidth"
                and (ceiling.level, ceiling.threads) == (level, threads)
                and way in ("", ceiling.access)
                and ceiling.value > 0
            ]
            if ceilings:
                roof = _roof("bandwidth", max(ceilings, key=lambda c: c.value), way)
                if (level, roof.value) not in {(r.level, r.value) for r in found}:
                    found.append(roof)
    return tuple(found)


def _roof(kind: str, ceiling: Ceiling, way: str = "", own: OwnPeak | None = None) -> Roof:
    return Roof(
        kind=kind,
        label=ceiling.label,
        level=ceiling.level,
        dtype=ceiling.dtype,
        threads=ceiling.threads,
        access=way,
        value=ceiling.value,
        low=ceiling.low,
        high=ceiling.high,
        own_low=own.low if own else 0.0,
        own_high=own.high if own else 0.0,
    )


def executed_flop(cost: Cost) -> float:
    """The operations that are really executed: the textbook's, where nothing else is stated."""
    return cost.executed_flop or cost.flop


def level_of(working_set_bytes: float, machine: Machine, threads: int) -> str:
    """The smallest level that holds a working set; private caches count once per thread."""
    for cache in sorted(machine.facts.caches, key=lambda c: c.level):
        copies = max(1, threads // max(1, cache.shared_by_cores))
        if working_set_bytes <= cache.size_bytes * copies:
            return f"L{cache.level}"
    return "memory"


def place(
    point: Point,
    time_s: float,
    low_s: float,
    machine: Machine,
    overhead_s: float = 0.0,
    work_s: float | None = None,
) -> Placement:
    """Bound, attainable rate and share of it for one point and its time.

    `overhead_s` is what interpreter and dispatch take of that time, `work_s` what
    copies and arithmetic do, both from its time breakdown; without one, the least that calls of
    its cost model cost on this machine, and the rest of the time.
    """
    dtype = point.problem.dtype
    level = level_of(point.working_set_bytes, machine, point.threads)
    heights: dict[str, float] = {}
    if peak := machine.peak_flop_per_s(dtype, point.threads):
        executed = executed_flop(point.cost)
        heights["compute"] = peak * (point.cost.flop / executed if executed else 1.0)
    bandwidth = machine.bandwidth(level, point.threads, access(point.cost))
    if bandwidth and point.cost.intensity > 0:
        heights["memory"] = bandwidth * point.cost.intensity
    # Books of hardly any overhead may have less than none: that is no roof.
    overhead_s = max(overhead_s, 0.0) or prediction.overhead_s(point.cost, machine)
    work_s = time_s - overhead_s if work_s is None else work_s
    overhead = point.cost.flop / overhead_s if overhead_s else 0.0
    if overhead:
        heights["overhead"] = overhead
    if not point.cost.flop and time_s:
        return _place_without_flop(point, time_s, level, bandwidth, overhead_s, work_s)
    if not heights or not time_s:
        return Placement(
            bound="",
            level=level,
            attainable_flop_per_s=0.0,
            overhead_flop_per_s=overhead,
            of_attainable=0.0,
            above_roof=False,
        )
    lowest = min(heights, key=lambda name: heights[name])
    rate = point.cost.flop / time_s
    slowest_rate = rate * low_s / time_s if low_s else rate
    return Placement(
        bound=held_back_by(lowest, rate / heights[lowest], overhead_s, work_s),
        level=level,
        attainable_flop_per_s=heights[lowest],
        overhead_flop_per_s=overhead,
        of_attainable=rate / heights[lowest],
        above_roof=slowest_rate > heights[lowest] * (1 + ROOF_TOLERANCE),
    )


def held_back_by(lowest: str, reached: float, overhead_s: float, work_s: float) -> str:
    """The lowest roof, or 'work' where it is not the reason for the time.

    Calls are the reason unless the work in them takes longer; a roof of the machine is,
    unless less than `FAR` of it is reached: then inner loops are slow, or more is done
    than the textbook asks for.
    """
    is_reason = overhead_s >= work_s if lowest == "overhead" else reached >= FAR
    return lowest if is_reason else WORK


def _place_without_flop(
    point: Point,
    time_s: float,
    level: str,
    bandwidth: float,
    overhead_s: float,
    work_s: float,
) -> Placement:
    """What only moves data has no rate: the least time by bytes and by calls is compared."""
    least_s = {"overhead": overhead_s}
    if bandwidth:
        least_s["memory"] = point.cost.compulsory_bytes / bandwidth
    lowest = max(least_s, key=lambda name: least_s[name])
    reached = least_s[lowest] / time_s
    return Placement(
        bound=held_back_by(lowest, reached, overhead_s, work_s) if reached else "",
        level=level,
        attainable_flop_per_s=0.0,
        overhead_flop_per_s=0.0,
        of_attainable=reached,
        above_roof=False,
    )


def in_words(bound: str, level: str, of_attainable: float) -> str:
    """'bound by per-call cost', 'memory-bound (L3)', 'compute-bound', and by how much.

    A roof of calls is no roof of the machine: its share is the part of the time that entering
    calls takes. That of arithmetic is what products of matrices reach here. Above a measured
    roof no percentage is given: there is something wrong with the roof or with the count.
    """
    if not bound:
        return "no roof known"
    if bound == WORK:
        share = units.percent(of_attainable)
        return f"bound by its inner loops, {share} of the nearest roof"
    if bound == "overhead":
        most = "nearly all" if of_attainable > _NEARLY_ALL else units.percent(of_attainable)
        return f"bound by per-call cost, {most} of the time"
    where = f" ({level})" if bound == "memory" else ""
    if of_attainable > 1:
        return f"{bound}-bound{where}, above the measured roof"
    roof = "the best GEMM" if bound == "compute" else "that roof"
    return f"{bound}-bound{where}, {units.percent(of_attainable)} of {roof}"
