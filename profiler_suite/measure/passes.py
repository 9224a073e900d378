"""The passes over some points: rounds until each has an outcome, then lines, then books."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import msgspec

from profiler_suite.measure import lines
from profiler_suite.measure.accounting import Effort, Order, account_points
from profiler_suite.measure.places import Place, place_after, point_of
from profiler_suite.measure.runner import Judge, Progress, Sweep
from profiler_suite.measure.schedule import Schedule
from profiler_suite.model import (
    AccountRecord,
    LineRecord,
    LinesRecord,
    Machine,
    Noun,
    PassRecord,
    Point,
    Row,
    Status,
)


class Job(Noun, frozen=True):
    """Points to measure, and all that decides how."""

    points: tuple[Point, ...]
    machine: Machine
    schedule: Schedule
    seed: int
    files: tuple[str, ...]
    """Experiment files that enter workloads and implementations of their own."""
    floors_s: dict[str, float]
    """Canary floors kept from earlier runs on this machine, s."""
    profiled: tuple[str, ...] | None = None
    """Ids of points whose lines are profiled; None: one per experiment and implementation."""
    other_python: str = ""
    """Runs the points of the other environment; only their times are taken."""


class Told(Noun, frozen=True):
    """Whom the passes tell what: rows, how far they are, and what went wrong."""

    append: Callable[[Row], None]
    show: Callable[[Progress], None]
    say: Callable[[str], None]
    """A message that the next one replaces."""
    pace: Callable[[str], None]
    """A message of many."""
    warn: Callable[[str], None]


def measure(
    job: Job,
    told: Told,
    judge: Judge,
    earlier: Sequence[Row] = (),
    again: frozenset[str] = frozenset(),
    start: Place | None = None,
    keep_floors: Callable[[Mapping[str, float]], object] = lambda floors: None,
) -> dict[str, Status]:
    """Measure what has no outcome in `earlier`, and the points named in `again`.

    Returns how each point ended; `keep_floors` is given the canaries' floors of this run
    as soon as its times are taken.
    """
    sweep = Sweep(
        job.points,
        job.machine,
        job.schedule,
        seed=job.seed,
        files=job.files,
        floors=job.floors_s,
        append=told.append,
        judge=judge,
        progress=told.show,
        earlier=earlier,
        again=again,
        start=start,
        other_python=job.other_python,
    )
    sweep.run()
    keep_floors(sweep.floors())
    _profile_lines(job, told, earlier, sweep.outcomes)
    _account(job, told, earlier, sweep)
    return sweep.outcomes


def measure_in_blocks(
    job: Job,
    blocks: Sequence[tuple[Point, ...]],
    told: Told,
    judge: Judge,
    earlier: Sequence[Row] = (),
    again: frozenset[str] = frozenset(),
    keep_floors: Callable[[Mapping[str, float]], object] = lambda floors: None,
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
        told.show(
            msgspec.structs.replace(
                progress,
                points=len(job.points),
                points_done=len(outcomes) + progress.points_done,
                elapsed_s=elapsed_s,
                remaining_s=progress.remaining_s + (len(blocks) - number - 1) * block_s,
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
                keep_floors,
            )
            number += 1
        outcome = "complete"
    finally:
        told.append(PassRecord(name="sweep", at_s=place.at_s, outcome=outcome))
    return outcomes


def _profile_lines(
    job: Job, told: Told, earlier: Sequence[Row], outcomes: Mapping[str, Status]
) -> None:
    before = {row.point for row in earlier if isinstance(row, LineRecord | LinesRecord)}
    good = [p for p in job.points if outcomes.get(p.id) is Status.OK and not p.environment]
    if job.profiled is None:
        wanted = lines.representatives(good)
    else:
        wanted = [p for p in good if p.id in job.profiled]
    todo = [p for p in wanted if p.id not in before]
    if not todo:
        return
    told.say(f"profiling lines of {len(todo)} implementations")

    def keep(result: lines.Profiled) -> None:
        told.append(LinesRecord(point=result.point, lines=result.lines, reason=result.reason))

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


def _account(job: Job, told: Told, earlier: Sequence[Row], sweep: Sweep) -> None:
    before = {row.point for row in earlier if isinstance(row, AccountRecord)}
    outcomes = sweep.outcomes
    todo = [
        point
        for point in job.points
        if outcomes.get(point.id) is Status.OK
        and not point.replica
        and not point.runs  # its books are those of the code it runs
        and not point.environment
        and point.id not in before
    ]
    if not todo:
        return
    floors = (job.floors_s.get("ufunc"), sweep.floors().get("ufunc"))
    order = Order(
        files=job.files,
        seed=job.seed,
        effort=Effort(
            replay_s=job.schedule.replay_s,
            sample_s=job.schedule.sample_s,
            floor_s=min((floor for floor in floors if floor), default=0.0),
            seed=job.seed,
        ),
    )
    number = 0

    def keep(record: AccountRecord) -> None:
        nonlocal number
        told.append(record)
        number += 1
        told.pace(f"where the time goes  {number}/{len(todo)}  {record.point}")

    problem = account_points(todo, order, job.schedule.visit_timeout_s, keep)
    if problem:
        told.warn(f"{problem}; the times are complete")
