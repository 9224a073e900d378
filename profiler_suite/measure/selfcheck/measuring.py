"""Measures functions of known truth with the very passes that sweeps make.

The rounds of `sweep.runner`, the time breakdowns of `breakdown` and the lines of `lines`, each
in its usual child; nothing is timed in another way than in a sweep.
"""

from collections.abc import Callable, Mapping
from time import perf_counter

import msgspec

from profiler_suite.errors import ChildError
from profiler_suite.machine import canary
from profiler_suite.measure import lines
from profiler_suite.measure.breakdown import per_point, replay
from profiler_suite.measure.clock import Clock, clock_of_a_child
from profiler_suite.measure.interference import rivals
from profiler_suite.measure.selfcheck.plan import (
    BESIDE_OTHERS,
    BREAKDOWN,
    COUNTS,
    KNOWN_TRUTH,
    LINES,
    Pair,
    SelfCheckEffort,
    breakdown_plan,
    repeated,
    rounds_plan,
    schedule,
)
from profiler_suite.measure.sweep.job import Job, Judge, Progress
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord, LineRecord, Row
from profiler_suite.workloads import catalogue

PATIENCE_S = 60.0
"""A point that takes its child longer than this is given up."""
_BASELINE_RUNS = 500  # of 60 µs each
_COUNTING = 0.05  # of a breakdown's time: its counts are all that is wanted


class SelfCheckEvidence(Noun, frozen=True):
    """Everything that was measured, not judged yet."""

    machine: Machine
    kept_baselines_s: dict[str, float]
    own_baselines_s: dict[str, float]
    """Canary baselines of the rounds, s."""
    clock: Clock
    points: tuple[Point, ...]
    """Of the rounds, the breakdowns and the lines."""
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]
    breakdown_records: tuple[BreakdownRecord, ...]
    lines: tuple[LineRecord, ...]
    problems: tuple[str, ...]
    """Passes that ended early, in whole sentences."""
    duration_s: float
    beside: dict[str, "SelfCheckEvidence"] = msgspec.field(default_factory=dict)
    """Planted interference → what was measured beside it: times, pairs and breakdowns."""


def measure(
    machine: Machine,
    kept_baselines_s: Mapping[str, float],
    judge: Judge,
    effort: SelfCheckEffort,
    tell: Callable[[str], None],
    progress: Callable[[Progress], None],
) -> SelfCheckEvidence:
    """All passes; the rounds get what the others have left of the time.

    Then some of them once more beside planted interference.
    """
    begun = perf_counter()
    found = _alone(machine, kept_baselines_s, judge, effort, tell, progress)
    quiet = canary.effective_baselines(found.own_baselines_s, dict(kept_baselines_s))
    beside: dict[str, SelfCheckEvidence] = {}
    problems = list(found.problems)
    for kind in rivals.KINDS if effort.beside else ():
        tell(f"beside {kind} that are started for it")
        try:
            with rivals.rivals(kind, machine.facts):
                beside[kind] = _beside(found, quiet, judge, effort.seed, progress)
        except ChildError as error:
            problems.append(str(error))
    return msgspec.structs.replace(
        found,
        beside=beside,
        problems=tuple(problems),
        duration_s=perf_counter() - begun,
    )


def _beside(
    alone: SelfCheckEvidence,
    baselines_s: Mapping[str, float],
    judge: Judge,
    seed: int,
    progress: Callable[[Progress], None],
) -> SelfCheckEvidence:
    """Breakdowns and rounds, judged by the canaries' baselines without interference."""
    begun, machine = perf_counter(), alone.machine
    effort = msgspec.structs.replace(BESIDE_OTHERS, seed=seed)
    breakdown = repeated(machine, BREAKDOWN, effort.breakdown_passes)
    records: list[BreakdownRecord] = []
    problem = _measure_breakdowns(
        breakdown, 1.0, baselines_s.get("ufunc", 0.0), effort, records.append
    )
    rounds = _measure_rounds(machine, effort, 0.0, baselines_s, judge, progress)
    return msgspec.structs.replace(
        alone,
        kept_baselines_s=dict(baselines_s),
        own_baselines_s=rounds.baselines_s,
        points=(*rounds.points, *breakdown),
        pairs=rounds.pairs,
        rows=rounds.rows,
        breakdown_records=tuple(records),
        lines=(),
        problems=(problem,) if problem else (),
        duration_s=perf_counter() - begun,
        beside={},
    )


def _alone(
    machine: Machine,
    kept_baselines_s: Mapping[str, float],
    judge: Judge,
    effort: SelfCheckEffort,
    tell: Callable[[str], None],
    progress: Callable[[Progress], None],
) -> SelfCheckEvidence:
    begun = perf_counter()
    catalogue.load(KNOWN_TRUTH)
    tell("reading the clock")
    clock = clock_of_a_child()
    tell("where the time of known functions goes")
    breakdown = repeated(machine, BREAKDOWN, effort.breakdown_passes)
    counts = breakdown_plan(machine, COUNTS)
    breakdown_records: list[BreakdownRecord] = []
    baseline_s = kept_baselines_s.get("ufunc") or _baseline_now_s()
    problems = [
        _measure_breakdowns(breakdown, 1.0, baseline_s, effort, breakdown_records.append),
        _measure_breakdowns(counts, _COUNTING, baseline_s, effort, breakdown_records.append),
    ]
    tell("profiling lines of known functions")
    profiled = repeated(machine, LINES, effort.line_profiles)
    found, problem = _profile_lines(profiled, effort)
    problems.append(problem)
    elapsed_s = perf_counter() - begun
    rounds = _measure_rounds(machine, effort, elapsed_s, kept_baselines_s, judge, progress)
    return SelfCheckEvidence(
        machine=machine,
        kept_baselines_s=dict(kept_baselines_s),
        own_baselines_s=rounds.baselines_s,
        clock=clock,
        points=(*rounds.points, *breakdown, *counts, *profiled),
        pairs=rounds.pairs,
        rows=rounds.rows,
        breakdown_records=tuple(breakdown_records),
        lines=tuple(found),
        problems=tuple(problem for problem in problems if problem),
        duration_s=perf_counter() - begun,
    )


class _Rounds(Noun, frozen=True):
    """What was timed in rounds."""

    points: tuple[Point, ...]
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]
    baselines_s: dict[str, float]


def _measure_rounds(
    machine: Machine,
    effort: SelfCheckEffort,
    elapsed_s: float,
    baselines_s: Mapping[str, float],
    judge: Judge,
    progress: Callable[[Progress], None],
) -> _Rounds:
    """Rounds over single points and pairs, in the time that is left after `elapsed_s`."""
    points, pairs = rounds_plan(effort, machine)
    job = Job(
        points=points,
        machine=machine,
        schedule=schedule(effort, len(points), elapsed_s),
        seed=effort.seed,
        files=(str(KNOWN_TRUTH),),
        baselines_s=dict(baselines_s),
    )
    rows: list[Row] = []
    sweep = Sweep(job, judge, rows.append, progress)
    sweep.run()
    return _Rounds(points=points, pairs=pairs, rows=tuple(rows), baselines_s=sweep.baselines())


def _profile_lines(
    points: tuple[Point, ...], effort: SelfCheckEffort
) -> tuple[list[LineRecord], str]:
    """The lines of these functions, and why the pass ended early."""
    found: list[LineRecord] = []
    problem = lines.profile_points(
        points,
        (str(KNOWN_TRUTH),),
        effort.seed,
        effort.lines_s,
        PATIENCE_S,
        lambda result: found.extend(result.lines),
    )
    return found, problem


def _measure_breakdowns(
    points: tuple[Point, ...],
    share: float,
    baseline_s: float,
    effort: SelfCheckEffort,
    tell: Callable[[BreakdownRecord], None],
) -> str:
    """The time breakdowns of these functions, with that share of the time for each."""
    return per_point.measure_breakdowns(
        points,
        per_point.BreakdownRequest(
            files=(str(KNOWN_TRUTH),),
            seed=effort.seed,
            effort=replay.BreakdownEffort(
                replay_s=share * effort.replay_s,
                sample_s=share * effort.sample_s,
                baseline_s=baseline_s,
                seed=effort.seed,
            ),
        ),
        PATIENCE_S,
        tell,
    )


def _baseline_now_s() -> float:
    """What the canary takes at its best now, s: of a machine that was never seen before."""
    run = canary.make("ufunc")
    return canary.own_baseline([run() for _ in range(_BASELINE_RUNS)])
