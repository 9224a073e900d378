"""Whether a folder holds a run to go on with, and which of its points to measure again."""

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from profiler_suite.cli.sweeping.request import SweepRequest
from profiler_suite.errors import RunFolderError, UsageError

if TYPE_CHECKING:
    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.model.experiment import Plan
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.run import Environment, Provenance


def resumable(out: Path | None) -> Path | None:
    """The given folder, when it holds a run already."""
    from profiler_suite.store import is_run, is_untouched

    if out is None:
        return None
    if is_run(out):
        return out
    if out.is_dir() and not is_untouched(out):
        raise RunFolderError(
            f"{out} holds files but no run; give an empty or a new folder with --out"
        )
    return None


def check_place(run: Path | None, out: Path) -> None:
    """Before anything is measured: raise RunFolderError unless rows and report can be written.

    `run` is the folder that is gone on with, else a new one is made at or below `out`.
    """
    from profiler_suite.files import check_folder
    from profiler_suite.report.outputs import check_outputs, places_of

    check_folder(run or out)
    if run is not None:
        remedy = "move it away, or choose another folder with --out"
        check_outputs(places_of(run, run), remedy=remedy)


def unused(folder: Path) -> Path:
    """The folder, or one with a number behind its name where there is something already.

    Two sweeps may begin in one second, and a clock may be set back.
    """
    numbered = (folder.with_name(f"{folder.name}-{n}") for n in itertools.count(2))
    return next(each for each in itertools.chain((folder,), numbered) if not each.exists())


def run_to_improve(out: Path | None, found: Path | None) -> Path:
    """The run whose flagged points are measured again: that in `out`, else the last one."""
    if found is not None:
        return found
    if out is not None:
        raise RunFolderError(
            f"{out} holds no run; --only-flagged measures points of a run again: give its "
            "folder with --out, or leave --out out for the last run"
        )
    from profiler_suite.analysis.run.load import find_run

    return find_run("latest")


def resume(
    folder: Path, plan: "Plan", request: SweepRequest, other: "Environment | None" = None
) -> "Provenance":
    """The provenance of the run in `folder`, if the command asks for the same points."""
    from profiler_suite.measure.planning.sharding import base_id
    from profiler_suite.model.rows import SCHEMA_VERSION
    from profiler_suite.store import read_provenance
    from profiler_suite.workloads import catalogue

    earlier = read_provenance(folder)
    # A file is run because the command names it, never because a run folder does.
    named = {*catalogue.built_in(), *(each.name for each in plan.experiments)}
    missing = [each.name for each in earlier.experiments if each.name not in named]
    if missing:
        raise RunFolderError(
            f"{folder} holds a run of {', '.join(missing)} "
            f"({', '.join(earlier.experiment_files)}); name the file to continue: "
            "sweep FILE --out FOLDER"
        )
    _check_other(folder, earlier, other)
    if request.only_flagged:
        return earlier
    # Which points are skipped, and which are measured twice, depends on predictions, which a
    # new survey may shift.
    before = {base_id(point) for point in earlier.points}
    wanted = {base_id(point) for point in plan.points}
    wanted |= {base_id(skip.point) for skip in plan.skipped}
    known = before | {base_id(skip.point) for skip in earlier.skipped}
    # The same command may ask for more than it did when an earlier release planned.
    more = not wanted <= known and earlier.schema == SCHEMA_VERSION
    if more or not before <= wanted:
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


def _check_other(folder: Path, earlier: "Provenance", other: "Environment | None") -> None:
    """The other Python is run because the command names it, and is what it was."""
    before = earlier.other
    if before is None and other is None:
        return
    if before is None:
        raise RunFolderError(
            f"{folder} holds a run of one environment; leave --versus out, or give another "
            "folder with --out"
        )
    if other is None:
        raise RunFolderError(
            f"{folder} holds a run against {before.python_executable}; to continue it, give "
            f"--versus {before.python_executable}"
        )
    if other.fingerprint != before.fingerprint:
        raise RunFolderError(
            f"{other.python_executable} is not the environment that {folder} was started "
            f"against: {other.facts.python}, NumPy {other.facts.numpy} instead of "
            f"{before.facts.python}, NumPy {before.facts.numpy}; give another folder with --out"
        )


def check_machine(folder: Path, earlier: "Provenance", machine: "Machine") -> None:
    """Raise RunFolderError when the run in `folder` is of another machine or software."""
    from profiler_suite.fleet.identity import differences, host_of

    if earlier.machine.fingerprint == machine.fingerprint:
        return
    before = host_of(earlier)
    now = msgspec.structs.replace(before, machine=machine)
    raise RunFolderError(
        f"{folder} holds a run of another machine or other software: here is "
        f"{'; '.join(differences(now, before))}; continue where it began, or give another "
        "folder with --out"
    )


def flagged(folder: Path) -> frozenset[str]:
    """Ids of the points whose numbers are doubtful or missing, with their partners."""
    from profiler_suite.analysis.run.load import load
    from profiler_suite.measure.planning.subset import beside
    from profiler_suite.model.rows import BROKEN

    run = load(folder)
    broken = run.points["status"].isin(BROKEN)
    doubtful = set(run.points.loc[(run.points["flags"] != "") | broken, "id"])
    if not doubtful:
        raise UsageError(f"no point of {folder} is flagged; there is nothing to measure again")
    return beside(run.provenance.points, doubtful)


def flagged_plan(folder: Path, machine: "Machine", schedule: "Schedule") -> "Plan":
    """What measuring the flagged points of a run again comes to."""
    from profiler_suite.measure.planning.subset import only
    from profiler_suite.model.experiment import Plan
    from profiler_suite.store import read_provenance

    earlier = read_provenance(folder)
    whole = Plan(
        experiments=earlier.experiments,
        points=earlier.points,
        skipped=(),
        predicted_duration_s=earlier.predicted_duration_s,
        predicted_memory_bytes=0.0,
    )
    return only(whole, flagged(folder), machine, schedule)
