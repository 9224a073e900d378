"""The sweep: survey the machine, plan, measure, report."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from profiler_suite.cli.compare import Percentage
from profiler_suite.cli.options.seconds import Seconds
from profiler_suite.cli.options.values import NameList, SeedNumber, Setting, Shard, WholeNumbers
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import REPORTS, point_latest, terminal_width, wants_color
from profiler_suite.cli.sweeping.advising import advise
from profiler_suite.cli.sweeping.fleet import sweep_on_fleet
from profiler_suite.cli.sweeping.measuring import job_of, measure
from profiler_suite.cli.sweeping.planning import (
    check_points,
    chosen_points,
    experiments_of,
    plan_for,
    schedule_of,
    with_paces,
)
from profiler_suite.cli.sweeping.provenance import introduced, provenance_of, run_name
from profiler_suite.cli.sweeping.question_first import (
    answer_first,
    has_first,
    phases_of,
    with_first,
)
from profiler_suite.cli.sweeping.reporting import exit_code, report_on
from profiler_suite.cli.sweeping.request import SweepRequest, requested
from profiler_suite.cli.sweeping.resuming import (
    check_machine,
    check_place,
    flagged,
    flagged_plan,
    resumable,
    resume,
    run_to_improve,
    unused,
)
from profiler_suite.errors import UsageError
from profiler_suite.workloads import short_forms

if TYPE_CHECKING:
    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.model.experiment import Experiment, Plan
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.run import Environment, Provenance


def _short_forms(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that stand for a `--set`."""
    for name, said in reversed(short_forms.OPTIONS.items()):
        command = click.option(f"--{name}", type=WholeNumbers(), default=(), help=said)(command)
    return command


@click.command("sweep")
@click.argument("experiments", nargs=-1)
@click.option("--quick", "mode", flag_value="quick", help="Fewer points, about a minute.")
@click.option(
    "--full", "mode", flag_value="full", help="Narrower intervals, up to half an hour."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Run folder; an existing run is resumed."
)
@_short_forms
@click.option(
    "--set",
    "settings",
    type=Setting(),
    multiple=True,
    help="Any dimension of the problems; may be repeated.",
)
@click.option("--threads", type=WholeNumbers(), default=(), help="BLAS thread counts.")
@click.option("--dtype", type=NameList(), default=(), help="float32, float64 or both.")
@click.option(
    "--implementations",
    type=NameList(),
    default=(),
    metavar="NAMES",
    help="Only these, separated by commas.",
)
@click.option(
    "--seed",
    type=SeedNumber(),
    help="Random seed for the data and the order.",
)
@click.option(
    "--dry-run", is_flag=True, help="Only say what would be measured, and for how long."
)
@click.option("--only-flagged", is_flag=True, help="Measure doubtful points again.")
@click.option(
    "--point",
    multiple=True,
    metavar="ID",
    help="Only the point with this id, shown in the report.",
)
@click.option("--shard", type=Shard(), help="Only this part of the plan, for batch jobs.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Measure on a Dask fleet.")
@click.option(
    "--tls-ca", type=click.Path(path_type=Path), help="CA certificate, for tls://, as for Dask."
)
@click.option("--tls-cert", type=click.Path(path_type=Path), help="This client's certificate.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key.")
@click.option("--wait", type=Seconds(), help="Longest wait for a scheduler, and for a worker.")
@click.option(
    "--hosts",
    type=click.Choice(("each", "split")),
    default="each",
    help="Fleet: each host measures all, or they share it.",
)
@click.option(
    "--versus",
    metavar="PYTHON",
    type=click.Path(path_type=Path),
    help="Compare with another Python and its NumPy.",
)
@click.option(
    "--fail-on",
    type=Percentage(),
    help="With --versus: exit code 1 if that much slower.",
)
@click.option("--strict", is_flag=True, help="Exit code 4 if points are flagged as noisy.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def sweep_command(**options: Any) -> int:
    """Measure EXPERIMENTS and write a report (default: all of them).

    An experiment is a name from `list`, or the path of a file that defines one.
    """
    return _sweep(requested(options))


def _sweep(request: SweepRequest) -> int:
    """Request → plan → phases → report."""
    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    chosen = _choose(request)
    if request.scheduler and not request.dry_run:
        folder = chosen.folder(request)
        code = sweep_on_fleet(request, chosen.experiments, chosen.files, folder, progress)
        _point_latest(folder)
        return code
    prepared = _prepare(request, chosen, progress)
    if request.dry_run:
        return _show_plan(request, _with_survey(prepared.plan, request))
    folder = chosen.folder(request)
    provenance = _measure(request, folder, chosen.files, prepared, progress)
    if provenance.shard:
        return _shard_measured(request, folder, provenance)
    _point_latest(folder)
    return report_on(
        folder,
        progress,
        as_json=request.as_json,
        strict=request.strict,
        fail_on=request.fail_on,
    )


class SweepSubject(NamedTuple):
    """What is to be measured, and the run that is gone on with."""

    experiments: list["Experiment"]
    files: tuple[str, ...]
    resumed: Path | None

    def folder(self, request: SweepRequest) -> Path:
        """The run folder; a new one where none is given."""
        return self.resumed or request.out or _new_folder(self.experiments, request)


class Preparation(NamedTuple):
    """What is known before anything is timed."""

    machine: "Machine"
    schedule: "Schedule"
    other: "Environment | None"
    whole: "Plan"
    plan: "Plan"
    """The part of the whole plan that is measured here."""


def _choose(request: SweepRequest) -> SweepSubject:
    """Names and options are checked before anything heavy is imported."""
    from profiler_suite.workloads import catalogue

    if request.versus and (request.shard or request.scheduler):
        named = "--shard" if request.shard else "--scheduler"
        raise UsageError(f"--versus and {named} cannot be combined; choose one of them")
    if request.fail_on is not None and not request.versus:
        raise UsageError(
            "--fail-on needs --versus PYTHON here; to compare two runs: compare A B"
        )
    if not request.scheduler:
        _check_no_fleet(request)
    check_points(request)
    paths = [catalogue.locate(name) for name in request.experiments or experiments_of(request)]
    experiments = [catalogue.load(path) for path in paths]
    resumed = resumable(request.out)
    if request.only_flagged:
        resumed = run_to_improve(request.out, resumed)
    if not request.dry_run:
        check_place(resumed, request.out or Path(REPORTS))
    return SweepSubject(experiments, tuple(str(path) for path in paths), resumed)


def _prepare(
    request: SweepRequest, chosen: SweepSubject, progress: ProgressLine
) -> Preparation:
    """The other environment, the machine, the plan."""
    if not request.dry_run:
        progress.phases(_phases(request, chosen))
    other = introduced(request, progress)
    machine = _survey(request, progress)
    schedule = with_paces(schedule_of(request), machine)
    if request.only_flagged and request.dry_run and chosen.resumed:
        plan = flagged_plan(chosen.resumed, machine, schedule)
        return Preparation(machine, schedule, other, plan, plan)
    # A shard is measured in blocks that fit into the memory one by one.
    whole = plan_for(
        request, chosen.experiments, machine, chosen.files, together=request.shard is None
    )
    if request.point:
        whole = chosen_points(request, whole, machine, schedule, progress)
    plan = _part(request, whole, machine, schedule)
    if chosen.resumed is None and has_first(request, plan):
        plan = with_first(plan, machine, schedule)
    return Preparation(machine, schedule, other, whole, plan)


def _measure(
    request: SweepRequest,
    folder: Path,
    files: tuple[str, ...],
    prepared: Preparation,
    progress: ProgressLine,
) -> "Provenance":
    """All phases, into the folder; returns what was measured, where and how."""
    from profiler_suite.store import RunFolder

    machine, schedule, other, whole, plan = prepared
    with RunFolder(folder) as run_folder:
        fresh = False
        # Another sweep may have begun a run there while this one planned.
        if resumable(folder):
            provenance = resume(folder, plan, request, other)
            check_machine(folder, provenance, machine)
        else:
            provenance = provenance_of(request, schedule, machine, plan, whole, files, other)
            run_folder.write_provenance(provenance)
            fresh = has_first(request, provenance)
        again = flagged(folder) if request.only_flagged else frozenset[str]()
        job = job_of(
            provenance,
            schedule,
            files,
            other_python=other.python_executable if other else "",
            afterwards_s=plan.forecast.advice_s + plan.forecast.report_s,
        )
        if fresh:
            again |= answer_first(run_folder, provenance, job, request, progress)
        measure(run_folder, provenance, job, again, progress)
        advise(run_folder, provenance, progress)
    return provenance


def _phases(request: SweepRequest, chosen: SweepSubject) -> tuple[tuple[str, ...], ...]:
    """What the sweep goes through."""
    from profiler_suite.machine.survey import survey_s

    return phases_of(
        request,
        chosen.experiments,
        survey=survey_s(coarse=request.mode == "quick") > 0,
        fresh=chosen.resumed is None,
    )


def _check_no_fleet(request: SweepRequest) -> None:
    """Options that have a meaning with --scheduler only."""
    named = {
        "--tls-ca": request.tls_ca,
        "--tls-cert": request.tls_cert,
        "--tls-key": request.tls_key,
        "--wait": request.wait,
    }
    for option, value in named.items():
        if value is not None:
            raise UsageError(f"{option} needs --scheduler ADDRESS; give both or neither")


def _new_folder(experiments: list["Experiment"], request: SweepRequest) -> Path:
    return unused(Path(REPORTS) / run_name([e.name for e in experiments], request))


def _point_latest(folder: Path) -> None:
    if folder.resolve().parent.name == REPORTS:
        point_latest(folder.resolve())


def _survey(request: SweepRequest, progress: ProgressLine) -> "Machine":
    from profiler_suite.machine.survey import survey

    machine = survey(
        coarse=request.mode == "quick" or request.dry_run,
        refresh=False,
        progress=progress.say,
    )
    progress.clear()
    return machine


def _with_survey(plan: "Plan", request: SweepRequest) -> "Plan":
    """The plan with the survey that the sweep itself would make."""
    import msgspec

    from profiler_suite.machine.survey import survey_s

    expected = msgspec.structs.replace(
        plan.forecast, survey_s=survey_s(coarse=request.mode == "quick")
    )
    return msgspec.structs.replace(
        plan, forecast=expected, predicted_duration_s=expected.duration_s
    )


def _part(
    request: SweepRequest, whole: "Plan", machine: "Machine", schedule: "Schedule"
) -> "Plan":
    from profiler_suite.measure.planning.sharding import shard_of

    return shard_of(whole, *request.shard, machine, schedule) if request.shard else whole


def _shard_measured(request: SweepRequest, folder: Path, provenance: "Provenance") -> int:
    """Say what comes next: a shard has no report of its own."""
    from profiler_suite.analysis.run.load import load

    run = load(folder)
    tally = {str(status): int(n) for status, n in run.points["status"].value_counts().items()}
    if request.as_json:
        import msgspec

        document = {"folder": str(folder), "shard": provenance.shard, "points": tally}
        click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
    else:
        said = ", ".join(f"{n} {status}" for status, n in tally.items())
        click.echo(f"shard {provenance.shard} in {folder}: {said}")
        click.echo("when all are done:  python -m profiler_suite merge SHARD… --out FOLDER")
    return exit_code(run, request.strict)


def _show_plan(request: SweepRequest, plan: "Plan") -> int:
    import msgspec

    from profiler_suite.report.terminal.listings import plan_page

    if request.as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(plan)).decode())
    else:
        click.echo(plan_page(plan, terminal_width(), wants_color()))
    return 0
