"""The measuring part of a sweep on this machine, with its progress on the terminal."""

from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.measure.sweep.job import Job, PhaseCallbacks
    from profiler_suite.model.rows import Row
    from profiler_suite.model.run import Provenance
    from profiler_suite.store import RunFolder

# A phase that is over sooner says little of how long phases take here.
_TELLING_S = 3.0


def job_of(
    provenance: "Provenance",
    schedule: "Schedule",
    files: tuple[str, ...],
    *,
    other_python: str = "",
    afterwards_s: float = 0.0,
) -> "Job":
    """The job of a run: its children run the experiments' own `files`."""
    from profiler_suite.measure.sweep.job import Job

    return Job(
        points=provenance.points,
        machine=provenance.machine,
        schedule=schedule,
        seed=provenance.seed,
        files=files,
        baselines_s=provenance.baselines_s,
        other_python=other_python,
        afterwards_s=afterwards_s,
    )


def measure(
    run_folder: "RunFolder",
    provenance: "Provenance",
    job: "Job",
    again: frozenset[str],
    progress: ProgressLine,
    *,
    part: bool = False,
) -> None:
    """Measure what has no outcome yet, and the points named in `again`, into the run folder.

    `part`: the job is only a part of the run, which is not complete with it.
    """
    import msgspec

    from profiler_suite.analysis.statistics import estimate
    from profiler_suite.machine.canary import of_environment
    from profiler_suite.machine.kept import keep_baselines, keep_paces
    from profiler_suite.measure.planning import sharding
    from profiler_suite.measure.planning.plan import usable_bytes
    from profiler_suite.measure.sweep import phases
    from profiler_suite.model.noun import OTHER
    from profiler_suite.store import read_rows

    earlier, _ = read_rows(run_folder.folder)
    paces: dict[str, float] = {}

    def took(phase: str, expected_s: float, took_s: float) -> None:
        if expected_s > _TELLING_S:
            paces[phase] = took_s / expected_s

    tell = msgspec.structs.replace(told(run_folder, progress, part=part), took=took)

    def keep(baselines: "Mapping[str, float]") -> None:
        keep_baselines(provenance.machine.fingerprint, of_environment(baselines, ""))
        if provenance.other is not None:
            keep_baselines(provenance.other.fingerprint, of_environment(baselines, OTHER))

    try:
        if provenance.shard:
            # Large plans are sharded, and a round over thousands of points is never done.
            blocks = sharding.blocks(
                job.points, job.schedule, usable_bytes(job.machine, job.schedule)
            )
            phases.measure_in_blocks(
                job, blocks, tell, estimate, earlier, again, keep_baselines=keep
            )
        else:
            phases.measure(job, tell, estimate, earlier, again, keep_baselines=keep)
    except KeyboardInterrupt:
        progress.keep(
            f"interrupted; what was measured is kept in {run_folder.folder}\n"
            f"  continue with the same command and --out {run_folder.folder}"
        )
        raise
    finally:
        progress.clear()
    keep_paces(provenance.machine.fingerprint, paces)


def told(
    run_folder: "RunFolder", progress: ProgressLine, *, part: bool = False
) -> "PhaseCallbacks":
    """Rows into the run folder, everything else onto the terminal.

    That a part of the run is over is no row: the run is not.
    """
    from profiler_suite.measure.sweep.job import PhaseCallbacks
    from profiler_suite.model.rows import PassRecord

    def append(row: "Row") -> None:
        if not (part and isinstance(row, PassRecord)):
            run_folder.append(row)

    return PhaseCallbacks(
        append=append,
        show=progress.show,
        say=progress.say,
        pace=progress.pace,
        warn=lambda text: progress.keep(f"warning: {text}"),
    )
