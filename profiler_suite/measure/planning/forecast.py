"""Predicts how long a sweep takes: what each phase does with these points, and what that costs.

The rounds follow from the schedule and from how many visits points need; the other phases
do a known number of evaluations per point beside fixed work. What a piece of fixed work
costs was measured on the development machine (two cores of a shared host), each in sweeps
of 19, 43, 128 and 412 points: it is said beside the constant.
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from profiler_suite.machine.prediction import SCIPY_RATES
from profiler_suite.measure.lines.job import representatives
from profiler_suite.measure.planning.schedule import (
    BREAKDOWN,
    LINES,
    LONG_REPLAY_S,
    MOST_OVER,
    PREPARE,
    ROUNDS,
    Schedule,
    budget_s,
    most_trace_s,
    trace_s,
)
from profiler_suite.measure.timing import (
    SAMPLE_S,
    SAMPLES_PER_VISIT,
    VISIT_S,
    WARM_LIMIT_S,
    passes_that_fill,
)
from profiler_suite.model.experiment import Forecast, Point
from profiler_suite.model.machine import Machine
from profiler_suite.workloads import question, registry

# The command itself: Python, imports, the plan (0.5 to 0.9 s).
_START_S = 0.7
# A child that is asked for its first point: a timing child (0.15 to 0.2 s), the one that
# profiles lines (it measures what line_profiler adds first), the one that takes breakdowns.
_TIMING_CHILD_S, _LINES_CHILD_S, _BREAKDOWN_CHILD_S = 0.2, 0.4, 0.25
# SciPy's modules, in each child that runs something of it (0.55 to 0.65 s).
_SCIPY_S = 0.6

# Data, warm-up and calibration of a point beyond its own evaluations (4.1 to 4.4 ms); where
# another process has calibrated it, two evaluations and little else (478 points: 4.0 s).
_PREPARE_S, _PREPARE_KNOWN_S, _WARM_KNOWN = 0.0043, 0.0015, 1
# So many evaluations without a gain end a warm-up, the first ones gain.
_WARM_EVALUATIONS = 5
TYPICAL_PREPARE_S = 0.012
"""Preparing a point of usual size, its own evaluations and its check included, s."""
# Checking an answer, once per point: another evaluation, a digest of the data, the comparison
# and the bound (478 points: 3.8 s, 2 ns per byte), and the reference, once per problem
# (29 GFLOP/s).
_CHECKED_BYTE_S = 2.0e-9
_REFERENCE_FLOP_S = 3.4e-11

# A visit beyond its samples: canaries, and the words between parent and child.
_AROUND_VISIT_S = 0.4e-3
# A sample of several evaluations lasts one to two times what it must (mean of 150 points).
_OVER_SAMPLE = 1.5
# How many visits it takes until an interval is narrow enough: a tail of (v0/v)^1.5, where v0
# goes with the square of the precision. v0 is 5 at ± 3 %: of 478 points with 7 visits each the
# half widths had a median of 2.0 % and a 90 % quantile of 4.7 % (v0 of 3 and 7).
_TAIL, _TAIL_VISITS, _TAIL_HALF_WIDTH = 1.5, 5.0, 0.03
# An evaluation that makes and frees more than this share of the last cache never came to
# ± 3 %: 22 of 23 such points in a sweep had no end but the budget's or the most visits.
# Of other points whose data take more than that, some do not either: 10 of 55 in one sweep,
# 3 of 4 in another; of those that take 0.5 to 5 ms, 21 of 63 in three.
_UNSETTLED_CACHE_SHARE = 0.25
_UNSETTLED_LARGE = 0.3

# Lines: all time that is asked for and 5 %, and at least this many evaluations.
_LINES_SHARE, _LINES_EVALUATIONS = 1.05, 7
# Books, beside what is asked for: building operations (20 ms), and evaluations that are
# traced, tried, replayed in at least five rounds (once plain, once in parts) and sampled.
# Of short ones whose data fill more than a private cache, four untimed passes go before.
_BREAKDOWN_S = 0.04
_BREAKDOWN_EVALUATIONS_TRACED, _BREAKDOWN_EVALUATIONS = 12, 6
# Of long ones fewer rounds are replayed.
_FEWER_OF_LONG = 4
_BREAKDOWN_EVALUATIONS_FILLING = 60

# The report: pictures' and page's libraries (2.6 s with one experiment), then the figures
# of each experiment (4.7 s with eight).
_REPORT_S, _REPORT_PER_EXPERIMENT_S = 2.2, 0.3
# Advice for the question: loading (0.8 s), short passes of `explain` and trials.
_ADVICE_S = 7.0


def forecast(
    points: Sequence[Point],
    machine: Machine,
    schedule: Schedule,
    profiled: Collection[str] | None = None,
) -> Forecast:
    """How long one sweep over the points takes, the machine's survey apart.

    `profiled` are the ids of the points whose lines are profiled; None: those that stand
    for their experiment and implementation.
    """
    if profiled is None:
        profiled = {p.id for p in representatives(of_this_environment(points))}
    return Forecast(
        start_s=_START_S,
        prepare_s=all_workers_s(points, schedule),
        rounds_s=rounds_s(points, machine, schedule),
        most_rounds_s=budget_s(schedule, len(points)),
        lines_s=lines_s([p for p in points if p.id in profiled], schedule),
        breakdown_s=breakdown_s([p for p in points if has_breakdown(p)], schedule, profiled),
        advice_s=_ADVICE_S if _asks_the_question(points) else 0.0,
        report_s=_REPORT_S + _REPORT_PER_EXPERIMENT_S * len({p.experiment for p in points}),
    )


def _asks_the_question(points: Sequence[Point]) -> bool:
    return any(point.experiment == question.NAME and point.partner for point in points)


def one_after_the_other(forecasts: Sequence[Forecast]) -> Forecast:
    """Of parts that are measured in one command, which is started once; without a report."""
    names = ("prepare_s", "rounds_s", "most_rounds_s", "lines_s", "breakdown_s")
    return Forecast(
        start_s=_START_S, **{name: sum(getattr(f, name) for f in forecasts) for name in names}
    )


# --------------------------------------------------------------------- worker processes


def all_workers_s(points: Sequence[Point], schedule: Schedule) -> float:
    """Starting all processes and preparing all points in each, s; the first checks answers."""
    each_s = (worker_s(points, checked=worker == 0) for worker in range(schedule.workers))
    return schedule.pace(PREPARE) * sum(each_s)


def worker_s(points: Sequence[Point], *, checked: bool) -> float:
    """Starting a child (one per environment) and preparing all points in it, s."""
    children = {p.environment for p in points}
    scipy = {p.environment for p in points if _needs_scipy(p)}
    found = len(children) * _TIMING_CHILD_S + len(scipy) * _SCIPY_S
    found += sum(prepare_s(p, checked=checked) for p in points)
    if checked:
        flop = {msgspec.json.encode(p.problem): p.cost.flop for p in points}
        found += _REFERENCE_FLOP_S * sum(flop.values())
    return found


def prepare_s(point: Point, *, checked: bool) -> float:
    """Preparing one point, s: data, one cold evaluation, warm-up and calibration.

    Where its answer is checked, that too; the reference, which points share, apart. Where it
    was, another process has found out how many evaluations make a sample.
    """
    once_s = point.predicted_s
    check_s = once_s + _CHECKED_BYTE_S * data_bytes(point) if checked else 0.0
    # A first evaluation that lasts as long as a warm-up may is one.
    warm = _WARM_EVALUATIONS if checked else _WARM_KNOWN
    warm_s = min(WARM_LIMIT_S, warm * once_s) if once_s < WARM_LIMIT_S else 0.0
    fixed_s = _PREPARE_S if checked else _PREPARE_KNOWN_S
    return fixed_s + once_s + warm_s + check_s


def data_bytes(point: Point) -> float:
    """Inputs and output of one evaluation."""
    return point.working_set_bytes - point.cost.workspace_bytes


def _needs_scipy(point: Point) -> bool:
    return point.cost.rate in SCIPY_RATES


# ----------------------------------------------------------------------- rounds


def visit_s(point: Point) -> float:
    """Predicted length of one visit, canaries included."""
    one_s = point.predicted_s
    sample_s = one_s if one_s >= SAMPLE_S else _OVER_SAMPLE * SAMPLE_S
    samples = max(1, min(SAMPLES_PER_VISIT, int(VISIT_S / sample_s)))
    # Without the size of the last cache: what exceeds it is seldom that short.
    untimed = passes_that_fill(point.working_set_bytes, math.inf, one_s)
    return samples * sample_s + untimed * one_s + _AROUND_VISIT_S


class Share(NamedTuple):
    """Points of a round: how many are expected, and what visiting each of them once takes."""

    points: float
    round_s: float

    @classmethod
    def of(cls, points: Sequence[Point], pace: float = 1.0) -> "Share":
        """These points, on a machine that is slower than predicted by a factor."""
        return cls.weighted(points, [pace] * len(points), float(len(points)))

    @classmethod
    def weighted(
        cls, points: Sequence[Point], weights: Sequence[float], expected: float
    ) -> "Share":
        """So many of these points, each with its weight."""
        each_s = (w * visit_s(p) for p, w in zip(points, weights, strict=True))
        return cls(expected, sum(each_s))


class SweepState(NamedTuple):
    """How far the rounds of a sweep are."""

    worker: int = 0
    """Worker processes that are over."""
    worker_rounds: int = 0
    """Rounds in the present one."""
    worker_s: float = 0.0
    """Their time."""
    rounds: int = 0
    """In all worker processes."""
    used_s: float = 0.0
    """Their time."""


def unsettled(point: Point, machine: Machine) -> float:
    """How likely it is that no number of visits makes the point's interval narrow."""
    most_bytes = _UNSETTLED_CACHE_SHARE * machine.facts.last_cache_bytes
    if not most_bytes or point.working_set_bytes <= most_bytes:
        return 0.0
    own = registry.implementations().get(point.runs or point.implementation)
    kept = own is not None and own.prepare is not None
    return 1.0 if not kept and point.cost.workspace_bytes > most_bytes else _UNSETTLED_LARGE


def still_active(visits: int, schedule: Schedule) -> float:
    """Of the points that settle, the share that needs more than that many visits."""
    if visits < schedule.fewest_visits or not schedule.half_width:
        return 1.0
    enough = _TAIL_VISITS * (_TAIL_HALF_WIDTH / schedule.half_width) ** 2
    return float(min(1.0, (enough / visits) ** _TAIL))


def rounds_s(points: Sequence[Point], machine: Machine, schedule: Schedule) -> float:
    """All rounds of all worker processes, s."""
    limit_s, pace = budget_s(schedule, len(points)), schedule.pace(ROUNDS)
    return rounds_left_s(points, machine, schedule, limit_s, pace=pace)


def rounds_left_s(
    points: Sequence[Point],
    machine: Machine,
    schedule: Schedule,
    limit_s: float,
    at: SweepState | None = None,
    pace: float = 1.0,
) -> float:
    """The rounds from there to the end, s: every process but the last makes what it must.

    `points` are those without an outcome, `limit_s` is the budget of all rounds.
    """
    at = at or SweepState()
    all_s = Share.of(points, pace).round_s
    used_s, rounds = at.used_s, at.rounds
    for worker in range(at.worker, schedule.workers - 1):
        begun = worker == at.worker
        share_s = (limit_s - used_s + begun * at.worker_s) / (schedule.workers - worker)
        most_s = share_s + (MOST_OVER - 1) * limit_s / (schedule.workers - worker)
        more = rounds_of_worker(all_s, share_s, schedule, most_s) - begun * at.worker_rounds
        used_s += max(0, more) * all_s
        rounds += max(0, more)
    active_at = at.rounds if at.worker >= schedule.workers - 1 else 0
    never = [unsettled(p, machine) for p in points]
    if schedule.visits_beyond_caches:
        never = [float(p > 0) for p in never]
    else:
        # What is active after many visits is the likelier not to settle.
        left_by_now = still_active(active_at, schedule)
        never = [p / (p + (1 - p) * left_by_now) if p else 0.0 for p in never]
    ever = [1 - p for p in never]
    other = Share.weighted(points, [pace * p for p in never], sum(never))
    settling = Share.weighted(points, [pace * p for p in ever], sum(ever))
    last_s = last_worker_s(settling, other, schedule, rounds, used_s, limit_s, active_at)
    return used_s - at.used_s + last_s


def rounds_of_worker(
    round_s: float, share_s: float, schedule: Schedule, most_s: float = 0.0
) -> int:
    """Rounds in one worker process that is not the last, of `share_s` at most.

    The fewest that it has to make may take `most_s`, where that is more.
    """
    round_s = max(round_s, 1e-9)
    spanning = math.ceil(schedule.span_s / schedule.workers / round_s)
    least = min(schedule.fewest_rounds, math.ceil(most_s / round_s))
    within = max(1, least, math.ceil(share_s / round_s))
    return min(max(schedule.rounds_of_each, spanning), within)


def last_worker_s(
    settling: Share,
    other: Share,
    schedule: Schedule,
    visits: int,
    used_s: float,
    limit_s: float,
    active_at: int = 0,
) -> float:
    """Rounds until less than half a point is expected to be left, s.

    `visits` and `used_s` are those before; both kinds of points end with the most visits or
    the budget, `limit_s`, at the latest, the others where what exceeds the caches does.
    `active_at`: all of these points are known to be active after so many visits.
    """
    begun_s = used_s
    known = still_active(active_at, schedule) if active_at else 1.0
    if active_at:
        wanted = least = active_at
    else:
        wanted, least = visits + schedule.fewest_rounds, visits + schedule.rounds_per_worker
    others_end = schedule.visits_beyond_caches or schedule.visits_kept
    while visits < schedule.visits_kept:
        if used_s >= (limit_s if visits >= wanted else MOST_OVER * limit_s):
            break
        share = min(1.0, still_active(visits, schedule) / known)
        left = other if visits < others_end else Share(0.0, 0.0)
        if used_s < 0.9 * schedule.span_s or visits < least:
            share = 1.0  # none may end before
        elif left.points + share * settling.points < 0.5:
            break
        used_s += max(share * settling.round_s + left.round_s, 1e-6)
        visits += 1
    most_s = limit_s if visits > wanted else MOST_OVER * limit_s
    return min(used_s, max(most_s, begun_s)) - begun_s


# -------------------------------------------------------------- lines and time breakdowns


def of_this_environment(points: Sequence[Point]) -> list[Point]:
    """Of points in another environment only times are taken."""
    return [p for p in points if not p.environment]


def has_breakdown(point: Point) -> bool:
    """Whether a point has a time breakdown of its own; code that another one runs has none."""
    return not (point.replica or point.runs or point.environment)


def lines_s(points: Sequence[Point], schedule: Schedule) -> float:
    """Profiling the lines of these points, s."""
    each_s = [lines_of_point_s(p, schedule) for p in points]
    return _pass_s(points, _LINES_CHILD_S, each_s)


def breakdown_s(
    points: Sequence[Point], schedule: Schedule, profiled: Collection[str]
) -> float:
    """Time breakdowns of these points, s; `profiled` names those with line profiles."""
    each_s = [breakdown_of_point_s(p, schedule, p.id in profiled) for p in points]
    return _pass_s(points, _BREAKDOWN_CHILD_S, each_s)


def _pass_s(points: Sequence[Point], child_s: float, each_s: Sequence[float]) -> float:
    if not points:
        return 0.0
    scipy_s = _SCIPY_S if any(_needs_scipy(p) for p in points) else 0.0
    return child_s + scipy_s + sum(each_s)


def lines_of_point_s(point: Point, schedule: Schedule) -> float:
    """Profiling the lines of one point, s."""
    once_s = _LINES_SHARE * schedule.line_profile_s + _LINES_EVALUATIONS * point.predicted_s
    return schedule.pace(LINES) * once_s


def breakdown_of_point_s(point: Point, schedule: Schedule, lines_profiled: bool) -> float:
    """Trace, replay and native samples of one point, s."""
    traced = trace_s(point.cost) <= most_trace_s(schedule, lines_profiled)
    evaluations = _BREAKDOWN_EVALUATIONS_TRACED if traced else _BREAKDOWN_EVALUATIONS
    evaluations -= _FEWER_OF_LONG if point.predicted_s > LONG_REPLAY_S else 0
    moved_bytes = point.cost.compulsory_bytes + 2 * point.cost.workspace_bytes
    if traced and passes_that_fill(moved_bytes, math.inf, point.predicted_s):
        evaluations += _BREAKDOWN_EVALUATIONS_FILLING
    return schedule.pace(BREAKDOWN) * (
        _BREAKDOWN_S
        + schedule.replay_s
        + schedule.sample_s
        + evaluations * point.predicted_s
        + (trace_s(point.cost) if traced else 0.0)
    )


class Countdown:
    """What is left of a pass over points: what they are predicted to take, at the pace seen."""

    # So long a prediction is believed as much as what was seen.
    _BELIEVED_S = 2.0

    def __init__(self, costs_s: Sequence[float]) -> None:
        self._costs_s = list(costs_s)

    def left_s(self, done: int, elapsed_s: float) -> float:
        """After this many points, and after this long, s."""
        expected_s = sum(self._costs_s[:done])
        pace = (elapsed_s + self._BELIEVED_S) / (expected_s + self._BELIEVED_S)
        return pace * sum(self._costs_s[done:])
