"""Measures functions of known truth with the very passes that sweeps make.

The rounds of `sweep.runner`, the time breakdowns of `breakdown` and the lines of `lines`, each
in its usual child; nothing is timed in another way than in a sweep.
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

import msgspec

from profiler_suite.errors import ChildError
from profiler_suite.machine import canary
from profiler_suite.measure import lines
from profiler_suite.measure.breakdown import per_point, replay
from profiler_suite.measure.clock import Clock, clock_of_a_child
from profiler_suite.measure.interference import rivals
from profiler_suite.measure.planning.forecast import TYPICAL_PREPARE_S
from profiler_suite.measure.planning.plan import make_point
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.measure.sweep.job import Job, Judge, Progress
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Point, Problem
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord, LineRecord, Row
from profiler_suite.workloads import catalogue, registry

KNOWN_TRUTH = Path(catalogue.__file__).with_name("known_truth.py")
"""The file with the functions; children load it like any experiment."""

ITERATIONS = 100
"""Times that an unchanged unit of work is repeated: one more is a slow-down of 1 %."""
UNITS = ("interpreter_steps", "small_calls", "ufunc_work", "small_products", "copies")
PLANTED = (2, 5, 10)
"""Planted slow-downs, percent: how many more iterations than ITERATIONS."""
WAITS_NS = (20_000, 200_000, 2_000_000)

BREAKDOWN = {
    "only_interpreter": 16,
    "only_dispatch": 16,
    "only_copy": 200_000,
    "only_arithmetic": 20_000,
    "only_product": 16,
    "only_page_faults": 16,
}
"""Implementation → elements of its argument: all of its time is of one kind."""
COUNTS = {
    "counts_multiply_add": 1000,
    "counts_exponentials": 1000,
    "counts_reduction": 1000,
    "counts_product": 3500,
    "counts_small_loop": 312,
    "counts_strided": 1000,
}
LINES = {"one_and_three": 300, "one_and_three_short": 1000}
"""Implementation → iterations: its second line does three times what the first does."""

PATIENCE_S = 60.0
"""A point that takes its child longer than this is given up."""
_NEVER = 10**6  # undisturbed visits: the rounds end with their time, not when points converge
_LEAST_ROUNDS = 0.3  # of their time, however long the other passes took
_BASELINE_RUNS = 500  # of 60 µs each
_COUNTING = 0.05  # of a breakdown's time: its counts are all that is wanted


class SelfCheckEffort(Noun, frozen=True):
    """How much is measured; every check states what it was taken from."""

    same_pairs: int = 80
    """A/A pairs over all units."""
    planted_pairs: int = 40
    """Pairs over all units, for each planted slow-down."""
    rounds_s: float = 40.0
    total_s: float = 75.0
    """All passes together: what the rounds may take less of on a busy machine."""
    workers: int = 2
    replay_s: float = 0.3
    sample_s: float = 0.25
    breakdown_passes: int = 2
    """Of each function: what is wrong with the suite is wrong in all of them."""
    lines_s: float = 0.6
    line_profiles: int = 3
    """Of each function: raw times are not gated by canaries."""
    beside: bool = True
    """Whether some of it is measured again beside planted interference."""
    seed: int = 20


BESIDE_OTHERS = SelfCheckEffort(
    same_pairs=20,
    planted_pairs=10,
    rounds_s=8.0,
    total_s=1e3,
    workers=1,
    replay_s=0.2,
    sample_s=0.15,
    breakdown_passes=1,
)
"""The same once more beside each kind of interference that is planted: fewer pairs, as each
visit takes longer."""


class Pair(Noun, frozen=True):
    """Two points visited side by side whose true ratio is known."""

    left: str
    right: str
    unit: str
    planted: float
    """True time of left over true time of right, less 1: 0 for an A/A pair."""


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
    breakdown = _repeated(machine, BREAKDOWN, effort.breakdown_passes)
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
    breakdown = _repeated(machine, BREAKDOWN, effort.breakdown_passes)
    counts = breakdown_plan(machine, COUNTS)
    breakdown_records: list[BreakdownRecord] = []
    baseline_s = kept_baselines_s.get("ufunc") or _baseline_now_s()
    problems = [
        _measure_breakdowns(breakdown, 1.0, baseline_s, effort, breakdown_records.append),
        _measure_breakdowns(counts, _COUNTING, baseline_s, effort, breakdown_records.append),
    ]
    tell("profiling lines of known functions")
    profiled = _repeated(machine, LINES, effort.line_profiles)
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


def schedule(effort: SelfCheckEffort, points: int, elapsed_s: float) -> Schedule:
    """As many rounds as the time allows, in several processes as in a sweep."""
    prepared_s = effort.workers * points * TYPICAL_PREPARE_S
    left_s = effort.total_s - elapsed_s - prepared_s
    rounds_s = min(effort.rounds_s, max(left_s, _LEAST_ROUNDS * effort.rounds_s))
    return Schedule(
        mode="selfcheck",
        workers=effort.workers,
        span_s=rounds_s,
        half_width=0.0,
        budget_s=rounds_s,
        longest_evaluation_s=1.0,
        undisturbed_visits=_NEVER,
        visits_kept=_NEVER,
    )


def rounds_plan(
    effort: SelfCheckEffort, machine: Machine
) -> tuple[tuple[Point, ...], tuple[Pair, ...]]:
    """The points that are timed in rounds, and which of them are pairs of known ratio."""
    points = [_point("nothing", 1, machine)]
    points += [_point("busy_wait", length, machine) for length in WAITS_NS]
    pairs: list[Pair] = []
    wanted = {0: effort.same_pairs} | dict.fromkeys(PLANTED, effort.planted_pairs)
    for more, count in wanted.items():
        units = itertools.islice(itertools.cycle(UNITS), count)
        for number, unit in enumerate(units):
            slower = _point(unit, ITERATIONS + more, machine, f"/plus{more}/{number}")
            base = _point(unit, ITERATIONS, machine, f"/base{more}/{number}")
            points += [_partnered(slower, base), _partnered(base, slower)]
            pairs.append(
                Pair(left=slower.id, right=base.id, unit=unit, planted=more / ITERATIONS)
            )
    return tuple(points), tuple(pairs)


def breakdown_plan(
    machine: Machine, sizes: Mapping[str, int], suffix: str = ""
) -> tuple[Point, ...]:
    """One point for each of these functions with that many iterations or elements."""
    return tuple(_point(name, n, machine, suffix) for name, n in sizes.items())


def _repeated(machine: Machine, sizes: Mapping[str, int], times: int) -> tuple[Point, ...]:
    """These functions one after the other, that many times."""
    return tuple(
        point
        for number in range(times)
        for point in breakdown_plan(machine, sizes, f"/{number}")
    )


def _partnered(point: Point, partner: Point) -> Point:
    return msgspec.structs.replace(point, partner=partner.id)


def _point(implementation: str, n: int, machine: Machine, suffix: str = "") -> Point:
    """One function with one number of iterations or elements; `suffix` makes ids unique."""
    found = registry.find_implementation(implementation)
    point = make_point(
        "known_truth", found, Problem(workload=found.workload, dims={"n": n}), 1, machine
    )
    return msgspec.structs.replace(point, id=point.id + suffix)
