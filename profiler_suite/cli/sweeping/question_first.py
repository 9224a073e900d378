"""The question comes first: its answer and its page are there while the rest is measured."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.progress import SURVEY, ProgressLine
from profiler_suite.cli.show import REPORTS, point_latest, terminal_width, wants_color
from profiler_suite.cli.sweeping.advising import advise
from profiler_suite.cli.sweeping.measuring import measure
from profiler_suite.cli.sweeping.request import SweepRequest

if TYPE_CHECKING:
    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.measure.sweep.job import Job
    from profiler_suite.model.experiment import Experiment, Plan, Point
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.run import Provenance
    from profiler_suite.store import RunFolder

_MEASURE = (
    ("preparing", "measuring"),
    ("profiling lines",),
    ("where the time goes",),
)
_ADVISE, _REPORT = ("looking for a faster way",), ("writing the report",)


def comes_first(request: SweepRequest, experiments: "list[Experiment]") -> bool:
    """Whether the question is one of several, in a sweep that takes minutes."""
    from profiler_suite.workloads import question

    others = request.shard or request.scheduler or request.versus or request.point
    names = {experiment.name for experiment in experiments}
    return (
        request.mode != "quick"
        and not (others or request.only_flagged)
        and question.NAME in names
        and len(names) > 1
    )


def has_first(request: SweepRequest, plan: "Plan | Provenance") -> bool:
    """Whether it comes first and both of its sides are planned."""
    from profiler_suite.measure.planning import question_point

    first = comes_first(request, list(plan.experiments))
    return first and question_point.slow_side(plan.experiments, plan.points) is not None


def phases_of(
    request: SweepRequest, experiments: "list[Experiment]", *, survey: bool, fresh: bool
) -> tuple[tuple[str, ...], ...]:
    """What the sweep goes through, as its progress is told; `survey`: the machine first."""
    from profiler_suite.workloads import question

    asked = question.NAME in {experiment.name for experiment in experiments}
    advice = (_ADVISE,) if asked and not request.shard else ()
    first = (*_MEASURE, *advice, _REPORT) if fresh and comes_first(request, experiments) else ()
    rest = (*_MEASURE, *(() if first else advice), _REPORT)
    return (*((SURVEY,) if survey else ()), *first, *rest)


def with_first(plan: "Plan", machine: "Machine", schedule: "Schedule") -> "Plan":
    """The plan with what the question's own rounds and its page take before all others."""
    import msgspec

    from profiler_suite.measure.planning.forecast import forecast

    first = forecast(_questions(plan.points), machine, _quick(schedule))
    names = ("prepare_s", "rounds_s", "most_rounds_s", "report_s")
    more = {name: getattr(plan.forecast, name) + getattr(first, name) for name in names}
    expected = msgspec.structs.replace(plan.forecast, **more)
    return msgspec.structs.replace(
        plan, forecast=expected, predicted_duration_s=expected.duration_s
    )


def answer_first(
    run_folder: "RunFolder",
    provenance: "Provenance",
    job: "Job",
    request: SweepRequest,
    progress: ProgressLine,
) -> frozenset[str]:
    """Measure the question's points quickly, write the page and print the answer.

    Returns the points that ended well: they are measured further with all others.
    """
    import msgspec

    own = _questions(job.points)
    quick = msgspec.structs.replace(
        job,
        points=own,
        schedule=_quick(job.schedule),
        afterwards_s=job.afterwards_s + _others_s(job, own),
    )
    measure(run_folder, provenance, quick, frozenset(), progress, part=True)
    advise(run_folder, provenance, progress)
    _show(run_folder.folder, request, progress)
    return _ended_well(run_folder.folder)


def _questions(points: "tuple[Point, ...]") -> "tuple[Point, ...]":
    from profiler_suite.workloads import question

    return tuple(point for point in points if point.experiment == question.NAME)


def _quick(schedule: "Schedule") -> "Schedule":
    """Rounds as in a quick sweep; lines and breakdowns are taken once, so as they are to be."""
    import msgspec

    from profiler_suite.measure.planning.schedule import QUICK

    names = ("workers", "span_s", "half_width", "budget_s", "budget_per_point_s")
    return msgspec.structs.replace(schedule, **{name: getattr(QUICK, name) for name in names})


def _others_s(job: "Job", own: "tuple[Point, ...]") -> float:
    """What the other points are expected to take, s."""
    from profiler_suite.measure.planning.forecast import forecast

    ids = {point.id for point in own}
    others = [point for point in job.points if point.id not in ids]
    found = forecast(others, job.machine, job.schedule)
    return found.prepare_s + found.rounds_s + found.lines_s + found.breakdown_s


def _ended_well(folder: Path) -> frozenset[str]:
    from profiler_suite.model.rows import PointRecord, Status
    from profiler_suite.store import read_rows

    rows, _ = read_rows(folder)
    ended = {row.point.id: row.status for row in rows if isinstance(row, PointRecord)}
    return frozenset(name for name, status in ended.items() if status is Status.OK)


def _show(folder: Path, request: SweepRequest, progress: ProgressLine) -> None:
    """The page as far as it is, and the answer."""
    from profiler_suite.analysis.run.load import load
    from profiler_suite.report.terminal.listings import answer
    from profiler_suite.report.write import write_report

    progress.say("writing the report")
    run = load(folder)
    write_report(run, run.folder, progress=progress.pace)
    if folder.resolve().parent.name == REPORTS:
        point_latest(folder.resolve())
    progress.clear()
    if not request.as_json:
        click.echo(answer(run, terminal_width(), wants_color()))
