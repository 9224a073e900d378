"""The sweep: survey the machine, plan, measure, profile lines, report."""

import dataclasses
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import point_latest, terminal_width, wants_color
from profiler_suite.errors import RunFolderError, UsageError

if TYPE_CHECKING:
    from profiler_suite.analysis.frames import Run
    from profiler_suite.measure.runner import Sweep
    from profiler_suite.measure.schedule import Schedule
    from profiler_suite.model import Experiment, Machine, Plan, Provenance
    from profiler_suite.store import RunFolder

# Where runs go when no other folder is given.
REPORTS = "reports"
# Variables that change how fast NumPy, BLAS or the allocator are.
_ENVIRONMENT = re.compile(
    r"^(OMP_|OPENBLAS_|MKL_|BLIS_|VECLIB_|GOTO_|NUMEXPR_|KMP_|GOMP_|MALLOC_|GLIBC_TUNABLES$"
    r"|LD_PRELOAD$|PYTHON(OPTIMIZE|MALLOC|HASHSEED|_JIT|_GIL)|NPY_|NUMPY_)"
)


class WholeNumbers(click.ParamType[tuple[int, ...]]):
    """A list of whole numbers such as '8,16,32'."""

    name = "N[,N…]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """'8,16' → (8, 16)."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers; try 8,16,32", param, ctx)


class Words(click.ParamType[tuple[str, ...]]):
    """A list of names such as 'loop,taps'."""

    name = "NAME[,NAME…]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """'loop, taps' → ('loop', 'taps')."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


@dataclasses.dataclass(frozen=True)
class Request:
    """What was asked for on the command line; the field names are the options'."""

    experiments: tuple[str, ...]
    mode: str | None
    out: Path | None
    sizes: tuple[int, ...]
    filters: tuple[int, ...]
    strides: tuple[int, ...]
    threads: tuple[int, ...]
    dtype: tuple[str, ...]
    implementations: tuple[str, ...]
    seed: int | None
    dry_run: bool
    only_flagged: bool
    strict: bool
    as_json: bool
    quiet: bool


@click.command("sweep")
@click.argument("experiments", nargs=-1)
@click.option("--quick", "mode", flag_value="quick", help="Fewer points, at most a minute.")
@click.option(
    "--full", "mode", flag_value="full", help="Narrower intervals, up to half an hour."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Run folder; an old one is resumed."
)
@click.option("--sizes", type=WholeNumbers(), default=(), help="Input heights and widths.")
@click.option("--filters", type=WholeNumbers(), default=(), help="Filter counts.")
@click.option("--strides", type=WholeNumbers(), default=(), help="Strides.")
@click.option("--threads", type=WholeNumbers(), default=(), help="BLAS thread counts.")
@click.option("--dtype", type=Words(), default=(), help="float32, float64 or both.")
@click.option("--implementations", type=Words(), default=(), help="Only these implementations.")
@click.option("--seed", type=int, help="Seed of the data and of the order of visits.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be measured and how long it takes."
)
@click.option("--only-flagged", is_flag=True, help="Measure doubtful points of a run again.")
@click.option("--strict", is_flag=True, help="Exit code 4 when points are flagged as noisy.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def sweep_command(**options: Any) -> int:
    """Measure EXPERIMENTS and write a report (default: all of them).

    An experiment is a name from `list`, or the path of a file that defines one.
    """
    return _sweep(Request(**options))


def _sweep(request: Request) -> int:
    from profiler_suite.workloads import catalogue

    # Names are checked before anything heavy is imported.
    paths = [catalogue.locate(name) for name in request.experiments or catalogue.built_in()]
    experiments = [catalogue.load(path) for path in paths]
    resumed = _resumable(request.out)
    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    files = tuple(str(path) for path in paths)
    machine, plan, schedule = _planned(request, experiments, files, progress)
    if request.dry_run:
        return _show_plan(request, plan)
    if request.only_flagged and request.out is None:
        resumed = _latest()
    folder = (
        resumed
        or request.out
        or Path(REPORTS) / _run_name([e.name for e in experiments], request)
    )
    from profiler_suite.store import RunFolder

    with RunFolder(folder) as run_folder:
        if resumed:
            provenance = _resume(folder, plan, request)
        else:
            provenance = _provenance(request, schedule, machine, plan, files)
            run_folder.write_provenance(provenance)
        again = _flagged(folder) if request.only_flagged else frozenset[str]()
        _measure(run_folder, provenance, schedule, again, progress)
    if folder.resolve().parent.name == REPORTS:
        point_latest(folder.resolve())
    return _report(request, folder, progress)


def _resumable(out: Path | None) -> Path | None:
    """The given folder, when it holds a run already."""
    from profiler_suite.store import RECORDS, is_run

    if out is None:
        return None
    if is_run(out):
        return out
    if out.is_dir() and any(path.name != RECORDS for path in out.iterdir()):
        raise RunFolderError(
            f"{out} holds other files and no run; give an empty or a new folder with --out"
        )
    return None


def _latest() -> Path:
    from profiler_suite.analysis.frames import find_run

    return find_run("latest")


def _planned(
    request: Request,
    experiments: list["Experiment"],
    files: tuple[str, ...],
    progress: ProgressLine,
) -> tuple["Machine", "Plan", "Schedule"]:
    from profiler_suite.machine.survey import survey
    from profiler_suite.measure.costing import TracedCosts
    from profiler_suite.measure.plan import Overrides, plan
    from profiler_suite.measure.schedule import of_mode

    schedule = of_mode(request.mode or "default")
    overrides = Overrides(
        sizes=request.sizes,
        filters=request.filters,
        strides=request.strides,
        threads=request.threads,
        dtypes=request.dtype,
        implementations=request.implementations,
    )
    machine = survey(
        coarse=schedule.mode == "quick" or request.dry_run,
        refresh=False,
        progress=progress.say,
    )
    progress.clear()
    with TracedCosts(files) as costs:
        planned = plan(experiments, machine, schedule, overrides, costs.cost)
    return machine, planned, schedule


def _show_plan(request: Request, plan: "Plan") -> int:
    import msgspec

    from profiler_suite.report.terminal import plan_page

    if request.as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(plan)).decode())
    else:
        click.echo(plan_page(plan, terminal_width(), wants_color()))
    return 0


def _run_name(names: list[str], request: Request) -> str:
    what = names[0] if len(names) == 1 else "sweep"
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{now}-{what}" + (f"-{request.mode}" if request.mode else "")


def _provenance(
    request: Request,
    schedule: "Schedule",
    machine: "Machine",
    plan: "Plan",
    files: tuple[str, ...],
) -> "Provenance":
    from profiler_suite import __version__
    from profiler_suite.machine.kept import kept_floors
    from profiler_suite.model import SCHEMA_VERSION, Provenance

    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return Provenance(
        schema=SCHEMA_VERSION,
        suite_version=__version__,
        command=("python", "-m", "profiler_suite", *sys.argv[1:]),
        mode=schedule.mode,
        seed=request.seed
        if request.seed is not None
        else random.SystemRandom().getrandbits(32),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        git=_git_state(),
        load_average=load,
        python_executable=sys.executable,
        environment={k: v for k, v in os.environ.items() if _ENVIRONMENT.match(k)},
        floors_s=kept_floors(machine.fingerprint),
        machine=machine,
        experiments=plan.experiments,
        points=plan.points,
        skipped=plan.skipped,
        predicted_duration_s=plan.predicted_duration_s,
        experiment_files=files,
    )


def _git_state() -> str:
    """Commit of the folder we are in, with '+ changes' when it is not clean."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return f"{commit} + changes" if git("status", "--porcelain") else commit
    except (OSError, subprocess.SubprocessError):
        return ""


def _resume(folder: Path, plan: "Plan", request: Request) -> "Provenance":
    """The provenance of the run in `folder`, if the command asks for the same points."""
    from profiler_suite.store import read_provenance

    earlier = read_provenance(folder)
    if request.only_flagged:
        return earlier
    before = {point.id for point in earlier.points}
    # Which points are skipped depends on predictions, which a new survey may shift.
    wanted = {point.id for point in plan.points} | {skip.point.id for skip in plan.skipped}
    known = before | {skip.point.id for skip in earlier.skipped}
    if not before <= wanted or not wanted <= known:
        raise RunFolderError(
            f"{folder} holds a run of other points ({' '.join(earlier.command)}); give the "
            "same command to resume it, or another folder with --out"
        )
    if request.seed is not None and request.seed != earlier.seed:
        raise RunFolderError(
            f"{folder} holds a run with seed {earlier.seed}, not {request.seed}; leave --seed "
            "out to resume it"
        )
    return earlier


def _flagged(folder: Path) -> frozenset[str]:
    """Ids of the points whose numbers are doubtful, with their partners."""
    from profiler_suite.analysis.frames import load

    run = load(folder)
    doubtful = set(run.points.loc[run.points["flags"] != "", "id"])
    if not doubtful:
        raise UsageError(f"no point of {folder} is flagged; nothing to measure again")
    partners = {p.partner for p in run.provenance.points if p.id in doubtful and p.partner}
    return frozenset(doubtful | partners)


def _measure(
    run_folder: "RunFolder",
    provenance: "Provenance",
    schedule: "Schedule",
    again: frozenset[str],
    progress: ProgressLine,
) -> None:
    from profiler_suite.analysis.statistics import estimate
    from profiler_suite.machine.kept import keep_floors
    from profiler_suite.measure.runner import Sweep
    from profiler_suite.store import read_rows

    earlier, _ = read_rows(run_folder.folder)
    sweep = Sweep(
        provenance.points,
        provenance.machine,
        schedule,
        seed=provenance.seed,
        files=provenance.experiment_files,
        floors=provenance.floors_s,
        append=run_folder.append,
        judge=estimate,
        progress=progress.show,
        earlier=earlier,
        again=again,
    )
    try:
        sweep.run()
    except KeyboardInterrupt:
        progress.keep(
            f"interrupted; what was measured is kept in {run_folder.folder}\n"
            f"  go on with the same command and --out {run_folder.folder}"
        )
        raise
    finally:
        progress.clear()
    keep_floors(provenance.machine.fingerprint, sweep.floors())
    _profile_lines(run_folder, provenance, schedule, earlier, sweep.outcomes, progress)
    _account(run_folder, provenance, schedule, earlier, sweep, progress)


def _profile_lines(
    run_folder: "RunFolder",
    provenance: "Provenance",
    schedule: "Schedule",
    earlier: list[Any],
    outcomes: dict[str, Any],
    progress: ProgressLine,
) -> None:
    from profiler_suite.measure import lines
    from profiler_suite.model import LineRecord, Status

    profiled = {row.point for row in earlier if isinstance(row, LineRecord)}
    good = [p for p in provenance.points if outcomes.get(p.id) is Status.OK]
    todo = [p for p in lines.representatives(good) if p.id not in profiled]
    if not todo:
        return
    progress.say(f"profiling lines of {len(todo)} implementations")

    def keep(result: lines.Profiled) -> None:
        for record in result.lines:
            run_folder.append(record)

    problem = lines.profile_points(
        todo, provenance.experiment_files, provenance.seed, schedule.line_profile_s, keep
    )
    if problem:
        progress.keep(f"warning: {problem}; the times are complete")
    progress.clear()


def _account(
    run_folder: "RunFolder",
    provenance: "Provenance",
    schedule: "Schedule",
    earlier: list[Any],
    sweep: "Sweep",
    progress: ProgressLine,
) -> None:
    from profiler_suite.measure.accounting import Effort, Order, account_points
    from profiler_suite.model import AccountRecord, Status

    done = {row.point for row in earlier if isinstance(row, AccountRecord)}
    todo = [
        point
        for point in provenance.points
        if sweep.outcomes.get(point.id) is Status.OK
        and not point.replica
        and point.id not in done
    ]
    if not todo:
        return
    kept = provenance.floors_s.get("ufunc")
    own = sweep.floors().get("ufunc")
    order = Order(
        points=tuple(todo),
        files=provenance.experiment_files,
        seed=provenance.seed,
        effort=Effort(
            replay_s=schedule.replay_s,
            sample_s=schedule.sample_s,
            floor_s=min(floor for floor in (kept, own) if floor),
            seed=provenance.seed,
        ),
    )
    told = 0

    def keep(record: AccountRecord) -> None:
        nonlocal told
        run_folder.append(record)
        told += 1
        progress.pace(f"where the time goes  {told}/{len(todo)}  {record.point}")

    problem = account_points(order, keep)
    if problem:
        progress.keep(f"warning: {problem}; the times are complete")
    progress.clear()


def _report(request: Request, folder: Path, progress: ProgressLine) -> int:
    from profiler_suite.analysis.frames import load
    from profiler_suite.report.write import write_report

    progress.say("writing the report")
    run = load(folder)
    write_report(run, run.folder)
    progress.clear()
    if request.as_json:
        import msgspec

        from profiler_suite.report.document import document

        click.echo(msgspec.json.format(msgspec.json.encode(document(run))).decode())
    else:
        from profiler_suite.report.terminal import summary

        click.echo(summary(run, terminal_width(), wants_color()))
    return _exit_code(request, run)


def _exit_code(request: Request, run: "Run") -> int:
    if run.points["status"].isin(["wrong", "failed", "crashed", "timeout"]).any():
        return 3
    if request.strict and (run.points["flags"] != "").any():
        return 4
    return 0
