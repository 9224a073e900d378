"""The passes of a sweep over its points: rounds, line profiles, ledgers."""

from typing import TYPE_CHECKING, Any

from profiler_suite.cli.progress import ProgressLine

if TYPE_CHECKING:
    from profiler_suite.measure.runner import Sweep
    from profiler_suite.measure.schedule import Schedule
    from profiler_suite.model import Provenance
    from profiler_suite.store import RunFolder


def measure(
    run_folder: "RunFolder",
    provenance: "Provenance",
    schedule: "Schedule",
    again: frozenset[str],
    progress: ProgressLine,
) -> None:
    """Measure what has no outcome yet, and the points named in `again`, into the run folder."""
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
