"""What runs, where and how: the provenance of a new run, and the name of its folder."""

import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping.request import SweepRequest

if TYPE_CHECKING:
    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.model.experiment import Plan
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.run import Environment, Provenance


def run_name(names: list[str], request: SweepRequest) -> str:
    """A folder name that sorts by time and says what was asked for."""
    what = names[0] if len(names) == 1 else "sweep"
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    mode = f"-{request.mode}" if request.mode else ""
    shard = "-shard{}of{}".format(*request.shard) if request.shard else ""
    versus = "-versus" if request.versus else ""
    return f"{now}-{what}{mode}{shard}{versus}"


def introduced(request: SweepRequest, progress: ProgressLine) -> "Environment | None":
    """The other environment, if one was named."""
    if request.versus is None:
        return None
    from profiler_suite.machine.other_python import introduce

    progress.say(f"asking {request.versus} for its versions")
    found = introduce(request.versus)
    progress.clear()
    return found


def provenance_of(
    request: SweepRequest,
    schedule: "Schedule",
    machine: "Machine",
    plan: "Plan",
    whole: "Plan",
    files: tuple[str, ...],
    other: "Environment | None" = None,
) -> "Provenance":
    """All of it for a run of `plan`, a part of the `whole` one, that begins now."""
    from profiler_suite import __version__
    from profiler_suite.machine.canary import named
    from profiler_suite.machine.kept import kept_baselines, kept_exponents, kept_selfcheck
    from profiler_suite.machine.variables import environment_that_counts
    from profiler_suite.measure.planning.sharding import asked_points, plan_name, plan_seed
    from profiler_suite.model.noun import OTHER
    from profiler_suite.model.rows import SCHEMA_VERSION
    from profiler_suite.model.run import Provenance

    seed = request.seed
    if seed is None:
        # Every shard finds the same seed on its own.
        seed = (
            plan_seed(whole, schedule.mode)
            if request.shard
            else random.SystemRandom().getrandbits(32)
        )
    baselines = kept_baselines(machine.fingerprint)
    if other is not None:
        kept = kept_baselines(other.fingerprint)
        baselines |= {named(name, OTHER): baseline for name, baseline in kept.items()}
    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return Provenance(
        schema=SCHEMA_VERSION,
        suite_version=__version__,
        command=("python", "-m", "profiler_suite", *sys.argv[1:]),
        mode=schedule.mode,
        seed=seed,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        git=_git_state(),
        load_average=load,
        python_executable=sys.executable,
        environment=environment_that_counts(os.environ),
        baselines_s=baselines,
        machine=machine,
        experiments=plan.experiments,
        points=plan.points,
        skipped=plan.skipped,
        predicted_duration_s=plan.predicted_duration_s,
        experiment_files=files,
        plan=plan_name(whole, schedule.mode),
        asked_points=asked_points(whole),
        shard="{}/{}".format(*request.shard) if request.shard else "",
        other=other,
        exponents=kept_exponents(machine.fingerprint),
        selfcheck=kept_selfcheck(machine.fingerprint),
    )


def _git_state() -> str:
    """Commit of the folder we are in, with '+ changes' when it is not clean."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=True,
        ).stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return f"{commit} + changes" if git("status", "--porcelain") else commit
    except (OSError, subprocess.SubprocessError):
        return ""
