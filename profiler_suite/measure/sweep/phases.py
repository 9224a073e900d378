"""The phases of a sweep: rounds until each point has an outcome, lines, time breakdowns."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import msgspec

from profiler_suite.measure import lines
from profiler_suite.measure.breakdown.per_point import BreakdownRequest, measure_breakdowns
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.schedule import (
    BREAKDOWN,
    LINES,
    PREPARE,
    ROUNDS,
    most_trace_s,
)
from profiler_suite.measure.sweep.job import Job, Judge, PhaseCallbacks, Progress
from profiler_suite.measure.sweep.row_offsets import RowOffsets, place_after, point_of
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    BreakdownRecord,
    LineRecord,
    LinesRecord,
    PassRecord,
    RoundRecord,
    Row,
    Status,
)

# A sweep in which more of the points were visited before does not tell how long one takes.
_FEW = 0.1
# Nor does one with more of its samples interrupted: on a quiet machine one in some hundred is.
_BUSY = 0.05


def measure(
    job: Job,
    told: PhaseCallbacks,
    judge: Judge,
    earlier: Sequence[Row] = (),
    again: frozenset[str] = frozenset(),
    start: RowOffsets | None = None,
    keep_baselines: Callable[[Mapping[str, float]], object] = lambda baselines: None,
) -> dict[str, Status]:
    """Measure what has no outcome in `earlier`, and the points named in `again`.

    Returns how each point ended; `keep_baselines` is given the canaries' baselines of this run
    as soon as its times are taken.
    """
    expected = _Forecaster(job, earlier)

    def show(progress: Progress) -> None:
        left_s = progress.remaining_s + expected.after_rounds_s
        told.show(msgspec.structs.replace(progress, remaining_s=left_s))

    sweep = Sweep(job, judge, told.append, show, earlier, again, start)
    sweep.run()
    expected.tell_rounds(sweep, told, earlier)
    keep_baselines(sweep.baselines())
    _profile_lines(job, told, expected, sweep.outcomes)
    _measure_breakdowns(job, told, expected, sweep)
    return sweep.outcomes


class _Forecaster:
    """Which points are going to have lines and time breakdowns, and what that takes."""

    def __init__(self, job: Job, earlier: Sequence[Row]) -> None:
        self._job = job
        self.unlearned = msgspec.structs.replace(job.schedule, paces={})
        """The schedule before anything was learned of how long its phases take here."""
        self._quiet = False
        self._lines_before = {
            row.point for row in earlier if isinstance(row, LineRecord | LinesRecord)
        }
        self._breakdown_before = {
            row.point for row in earlier if isinstance(row, BreakdownRecord)
        }
        # As if every point ended well.
        lines_s = forecast.lines_s(self.of_lines(job.points), job.schedule)
        self.after_lines_s = job.afterwards_s + forecast.breakdown_s(
            self.of_breakdown(job.points), job.schedule, self.profiled(job.points)
        )
        self.after_rounds_s = lines_s + self.after_lines_s

    def tell_rounds(self, sweep: Sweep, told: PhaseCallbacks, earlier: Sequence[Row]) -> None:
        """What the rounds took, unless some points were visited before.

        Where something else had the core now and then, no phase says how long it takes.
        """
        self._quiet = sweep.switched_out < _BUSY
        points = self._job.points
        before = {
            v.point for row in earlier if isinstance(row, RoundRecord) for v in row.visits
        }
        if sum(p.id in before for p in points) > _FEW * len(points):
            return
        prepare_s = forecast.all_workers_s(points, self.unlearned)
        self.tell(told, PREPARE, prepare_s, sweep.prepared_s)
        rounds_s = forecast.rounds_s(points, self._job.machine, self.unlearned)
        self.tell(told, ROUNDS, rounds_s, sweep.rounds_s)

    def tell(self, told: PhaseCallbacks, phase: str, expected_s: float, took_s: float) -> None:
        """What a phase was predicted to take and took."""
        if self._quiet:
            told.took(phase, expected_s, took_s)

    def profiled(self, good: Sequence[Point]) -> list[str]:
        """Ids of the points whose lines are profiled, now or before."""
        if self._job.profiled is not None:
            return list(self._job.profiled)
        return [p.id for p in lines.representatives(forecast.of_this_environment(good))]

    def of_lines(self, good: Sequence[Point]) -> list[Point]:
        """Points whose lines are still to be profiled."""
        wanted = {*self.profiled(good)} - self._lines_before
        return [p for p in good if p.id in wanted and not p.environment]

    def of_breakdown(self, good: Sequence[Point]) -> list[Point]:
        """Points whose time breakdowns are still to be kept."""
        return [
            p for p in good if forecast.has_breakdown(p) and p.id not in self._breakdown_before
        ]


def _ended_well(job: Job, outcomes: Mapping[str, Status]) -> list[Point]:
    return [p for p in job.points if outcomes.get(p.id) is Status.OK]


def measure_in_blocks(
    job: Job,
    blocks: Sequence[tuple[Point, ...]],
    told: PhaseCallbacks,
    judge: Judge,
    earlier: Sequence[Row] = (),
    again: frozenset[str] = frozenset(),
    keep_baselines: Callable[[Mapping[str, float]], object] = lambda baselines: None,
) -> dict[str, Status]:
    """Measure one block of the job's points after the other, as one run."""
    number_of = {p.id: number for number, block in enumerate(blocks) for p in block}
    earlier_of: list[list[Row]] = [[] for _ in blocks]
    for row in earlier:
        if point_of(row) in number_of:
            earlier_of[number_of[point_of(row)]].append(row)
    place = place_after(earlier)
    outcomes: dict[str, Status] = {}
    profiled = tuple(p.id for p in lines.representatives(job.points))

    def append(row: Row) -> None:
        nonlocal place
        if not isinstance(row, PassRecord):  # the pass over all blocks is told at its end
            place = place_after((row,), place)
            told.append(row)

    def show(progress: Progress) -> None:
        elapsed_s = perf_counter() - begun
        block_s = elapsed_s / number if number else elapsed_s + progress.remaining_s
        left_s = progress.remaining_s + (len(blocks) - number - 1) * block_s
        told.show(
            msgspec.structs.replace(
                progress,
                points=len(job.points),
                points_done=len(outcomes) + progress.points_done,
                elapsed_s=elapsed_s,
                remaining_s=left_s,
                share=elapsed_s / max(elapsed_s + left_s, 1e-9),
            )
        )

    begun, number = perf_counter(), 0
    outcome = "interrupted"
    try:
        for block, rows in zip(blocks, earlier_of, strict=True):
            outcomes |= measure(
                msgspec.structs.replace(job, points=block, profiled=profiled),
                msgspec.structs.replace(told, append=append, show=show),
                judge,
                rows,
                again & {p.id for p in block},
                place,
                keep_baselines,
            )
            number += 1
        outcome = "complete"
    finally:
        told.append(PassRecord(name="sweep", at_s=place.at_s, outcome=outcome))
    return outcomes


def _profile_lines(
    job: Job, told: PhaseCallbacks, expected: _Forecaster, outcomes: Mapping[str, Status]
) -> None:
    todo = expected.of_lines(_ended_well(job, outcomes))
    if not todo:
        return
    tell = _PhaseProgress(
        "profiling lines",
        [forecast.lines_of_point_s(p, job.schedule) for p in todo],
        expected.after_lines_s,
        told.show,
    )

    def keep(result: lines.LinesReply) -> None:
        told.append(LinesRecord(point=result.point, lines=result.lines, reason=result.reason))
        tell.done(result.point)

    begun = perf_counter()
    problem = lines.profile_points(
        todo,
        job.files,
        job.seed,
        job.schedule.line_profile_s,
        job.schedule.visit_timeout_s,
        keep,
    )
    if problem:
        told.warn(f"{problem}; the times are complete")
    expected_s = forecast.lines_s(todo, expected.unlearned)
    expected.tell(told, LINES, expected_s, perf_counter() - begun)


def _measure_breakdowns(
    job: Job, told: PhaseCallbacks, expected: _Forecaster, sweep: Sweep
) -> None:
    good = _ended_well(job, sweep.outcomes)
    todo = expected.of_breakdown(good)
    if not todo:
        return
    profiled = expected.profiled(good)
    baselines = (job.baselines_s.get("ufunc"), sweep.baselines().get("ufunc"))
    order = BreakdownRequest(
        files=job.files,
        seed=job.seed,
        effort=BreakdownEffort(
            replay_s=job.schedule.replay_s,
            sample_s=job.schedule.sample_s,
            baseline_s=min((baseline for baseline in baselines if baseline), default=0.0),
            seed=job.seed,
            last_cache_bytes=job.machine.facts.last_cache_bytes,
            most_trace_s=most_trace_s(job.schedule, False),
        ),
        profiled=tuple(profiled),
        most_trace_of_profiled_s=most_trace_s(job.schedule, True),
    )
    tell = _PhaseProgress(
        "where the time goes",
        [forecast.breakdown_of_point_s(p, job.schedule, p.id in profiled) for p in todo],
        job.afterwards_s,
        told.show,
    )

    def keep(record: BreakdownRecord) -> None:
        told.append(record)
        tell.done(record.point)

    begun = perf_counter()
    problem = measure_breakdowns(todo, order, job.schedule.visit_timeout_s, keep)
    if problem:
        told.warn(f"{problem}; the times are complete")
    expected_s = forecast.breakdown_s(todo, expected.unlearned, profiled)
    expected.tell(told, BREAKDOWN, expected_s, perf_counter() - begun)


class _PhaseProgress:
    """Tells of a phase, point by point, with the time left of it and of what follows."""

    def __init__(
        self,
        stage: str,
        costs_s: Sequence[float],
        afterwards_s: float,
        show: Callable[[Progress], None],
    ) -> None:
        self._stage = stage
        self._countdown = forecast.Countdown(costs_s)
        self._of = len(costs_s)
        self._afterwards_s = afterwards_s
        self._show = show
        self._begun = perf_counter()
        self._done = 0
        self._tell("")

    def done(self, point: str) -> None:
        """One more."""
        self._done += 1
        self._tell(point)

    def _tell(self, point: str) -> None:
        elapsed_s = perf_counter() - self._begun
        left_s = self._countdown.left_s(self._done, elapsed_s)
        self._show(
            Progress(
                stage=self._stage,
                points=self._of,
                points_done=self._done,
                point=point,
                elapsed_s=elapsed_s,
                remaining_s=left_s + self._afterwards_s,
                share=self._done / self._of,
            )
        )
