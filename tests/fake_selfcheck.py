"""Evidence of a selfcheck with made-up times, wrong only where a test says so."""

import math

import msgspec
import numpy as np

from profiler_suite.measure.clock import Clock
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import (
    BREAKDOWN,
    COUNTS,
    KNOWN_TRUTH,
    SelfCheckEffort,
    breakdown_plan,
    rounds_plan,
)
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    BreakdownRecord,
    LineRecord,
    OperationTime,
    RoundRecord,
    Visit,
)
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE, ceiling
from tests.fake_rows import breakdown_record

BASELINE_S = 40e-6
FAULT_S = 1e-6
PRICED = msgspec.structs.replace(
    MACHINE, ceilings=(*MACHINE.ceilings, ceiling("page_fault", FAULT_S))
)


def evidence(
    *,
    noise: float = 0.003,
    slow_share: float = 0.0,
    waits: float = 1.0,
    busy_share: float = 0.0,
    rounds: int = 24,
    same_bias: float = 0.0,
    miscount: float = 0.0,
    copy_share: float = 0.97,
    three: float = 3.0,
    pairs: int = 40,
) -> SelfCheckEvidence:
    """What a machine with that much noise would give.

    `waits` multiplies the time of busy-waits, `busy_share` of which another process made half
    as long again; `same_bias` adds to one side of every A/A pair,
    `miscount` to every traced count; `three` is how often the heavier line seems to do what
    the lighter does.
    """
    catalogue.load(KNOWN_TRUTH)
    effort = SelfCheckEffort(same_pairs=pairs, planted_pairs=pairs)
    points, made = rounds_plan(effort, PRICED)
    rng = np.random.default_rng(5)
    biased = {pair.left for pair in made if pair.planted == 0}

    def true_s(point: Point) -> float:
        n = point.problem.dims["n"]
        if point.implementation == "nothing":
            return 40e-9
        if point.implementation == "busy_wait":
            return n * 1e-9 * waits
        return n * 1e-6 * (1 + (same_bias if point.id in biased else 0.0))

    def visit(point: Point, number: int) -> Visit:
        slowdown = 1.7 if rng.random() < slow_share else 1.0
        time_s = true_s(point) * math.exp(rng.normal(0, noise))
        if point.implementation != "busy_wait":
            time_s *= slowdown
        elif rng.random() < busy_share:
            time_s *= 1.5
        canary_s = BASELINE_S * slowdown * (1 + abs(rng.normal(0, 0.01)))
        return Visit(
            point=point.id,
            at_s=float(number),
            sample_times_s=(time_s,) * 3,
            canaries_s={"ufunc": (canary_s, canary_s)},
            minor_faults=0.0,
        )

    rows = tuple(
        RoundRecord(round=k, worker=k % 2, visits=tuple(visit(p, k) for p in points))
        for k in range(rounds)
    )
    extra, breakdown_records = _breakdowns(miscount, copy_share)
    return SelfCheckEvidence(
        machine=PRICED,
        kept_baselines_s={"ufunc": BASELINE_S},
        own_baselines_s={"ufunc": BASELINE_S},
        clock=Clock(name="made up", step_s=1e-9, read_s=45e-9, backwards=0, reads=1000),
        points=(*points, *extra),
        pairs=made,
        rows=rows,
        breakdown_records=breakdown_records,
        lines=_lines(three),
        problems=(),
        duration_s=50.0,
    )


def _breakdowns(
    miscount: float, copy_share: float
) -> tuple[list[Point], tuple[BreakdownRecord, ...]]:
    # What the one operation of each function does: (kind, share of time, fixed share).
    breakdown = {
        "only_interpreter": ("ufunc", 0.0, 0.0),
        "only_dispatch": ("ufunc", 0.95, 0.95),
        "only_copy": ("copy", copy_share, 0.0),
        "only_arithmetic": ("ufunc", 0.98, 0.0),
        "only_product": ("product", 0.99, 0.0),
        "only_page_faults": ("copy", 0.0, 0.0),
    }
    points = list(breakdown_plan(PRICED, BREAKDOWN | COUNTS))
    return points, tuple(_measure_breakdowns(point, breakdown, miscount) for point in points)


def _measure_breakdowns(
    point: Point, breakdown: dict[str, tuple[str, float, float]], miscount: float
) -> BreakdownRecord:
    kind, full, fixed = breakdown.get(point.implementation, ("ufunc", 0.5, 0.1))
    plain_s = 1e-3
    operation = OperationTime(
        name=kind,
        kind=kind,
        via="",
        calls=1,
        flop=point.cost.flop,
        traffic_bytes=point.cost.compulsory_bytes,
        shapes="",
        file="",
        line=0,
        full_s=full * plain_s,
        fixed_s=fixed * plain_s,
        full_spread_s=0.0,
        fixed_spread_s=0.0,
        minor_faults=0.0,
        replayed=True,
    )
    faults = 0.95 * plain_s / FAULT_S if point.implementation == "only_page_faults" else 0.0
    return breakdown_record(
        point.id,
        plain_s=plain_s,
        minor_faults=faults,
        rounds=8,
        undisturbed_rounds=8,
        operations=(operation,),
        calls=1,
        flop=point.cost.flop + miscount,
        traffic_bytes=point.cost.compulsory_bytes,
        unsampled="made up",
    )


def _lines(three: float) -> tuple[LineRecord, ...]:
    def line(name: str, work: str, times: int, corrected_s: float) -> LineRecord:
        return LineRecord(
            point=name,
            implementation=name,
            file="known_truth.py",
            function=name,
            line=times,
            source="; ".join([work] * times),
            hits=100,
            time_s=corrected_s * 100 + 100e-6,
            evaluations=100,
            corrected_s=corrected_s,
            method="sampled",
            samples=1000,
            added_s=1e-6,
            plain_s=10e-6,
            profiled_s=20e-6,
        )

    return tuple(
        line(name, work, times, corrected_s)
        for name, work in {"one_and_three": "sum(x)", "one_and_three_short": "a * b"}.items()
        for times, corrected_s in ((1, 2e-6), (3, three * 2e-6))
    )
