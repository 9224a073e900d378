"""A sweep on the workers of a Dask scheduler, with its progress on the terminal."""

import random
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from profiler_suite import units
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping.planning import plan_for, schedule_of
from profiler_suite.cli.sweeping.provenance import provenance_of
from profiler_suite.cli.sweeping.reporting import report_on
from profiler_suite.cli.sweeping.request import SweepRequest
from profiler_suite.cli.sweeping.resuming import resume
from profiler_suite.errors import FleetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiler_suite.fleet.campaign import Campaign
    from profiler_suite.fleet.dispatch import Driver
    from profiler_suite.fleet.engine import Engine
    from profiler_suite.model.experiment import Experiment, Plan
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.rows import HostRecord
    from profiler_suite.model.run import Provenance


def sweep_on_fleet(
    request: SweepRequest,
    experiments: list["Experiment"],
    files: tuple[str, ...],
    folder: Path,
    progress: ProgressLine,
) -> int:
    """Measure on the fleet into the folder, or go on with the run that it holds."""
    if request.shard or request.only_flagged:
        option = "--shard" if request.shard else "--only-flagged"
        raise UsageError(f"{option} cannot be combined with --scheduler; leave one of them out")
    from profiler_suite.fleet.dispatch import NO_WORKER
    from profiler_suite.fleet.engine import WAIT_S
    from profiler_suite.store import is_run

    begun, wait_s = monotonic(), request.wait or WAIT_S
    # Nothing is written for a scheduler that is not there; none is needed for what is done.
    engine = None if is_run(folder) else _engine(request)
    with _campaign(request, experiments, files, folder) as campaign:
        reason = ""
        if not campaign.is_complete:
            engine = engine or _engine(request)
            left_s = max(1.0, wait_s - (monotonic() - begun))
            reason = _measure(request, campaign, engine, progress, left_s)
        missing = campaign.missing()
    if not campaign.points:
        if reason == NO_WORKER:
            reason += (
                f" within {units.duration(wait_s)}; start one with: dask worker "
                f"{request.scheduler} --nthreads 1 --resources 'timing=1', or wait longer with "
                "--wait SECONDS"
            )
        raise FleetError(f"nothing was measured: {reason}")
    code = report_on(folder, progress, as_json=request.as_json, strict=request.strict)
    if missing:
        raise FleetError(f"{reason or 'not done'}: {'; '.join(missing)}; {_go_on(folder)}")
    return code


def _engine(request: SweepRequest) -> "Engine":
    from profiler_suite.fleet.engine import WAIT_S, DaskEngine
    from profiler_suite.fleet.security import Certificates

    certificates = Certificates(ca=request.tls_ca, cert=request.tls_cert, key=request.tls_key)
    return DaskEngine(request.scheduler, certificates, request.wait or WAIT_S)


def _go_on(folder: Path) -> str:
    return f"continue with the same command and --out {folder}"


def _measure(
    request: SweepRequest,
    campaign: "Campaign",
    engine: "Engine",
    progress: ProgressLine,
    wait_s: float,
) -> str:
    """Let the driver work; returns why it ended early."""
    from profiler_suite.fleet.dispatch import Driver, DriverCallbacks

    heard = DriverCallbacks(
        warn=lambda text: progress.keep(f"warning: {text}"),
        say=progress.say,
        progress=_telling(campaign, progress),
    )
    outcome = "interrupted"
    try:
        rules = campaign.rules(request.mode == "quick")
        reason = Driver(engine, rules, heard, wait_s=wait_s).run()
        outcome = f"interrupted: {reason}" if reason else "complete"
        return reason
    except KeyboardInterrupt:
        progress.keep(f"interrupted; {_go_on(campaign.folder)}")
        raise
    except FleetError as error:
        raise FleetError(
            f"{error}; what was measured is kept: {_go_on(campaign.folder)}"
        ) from error
    finally:
        progress.clear()
        campaign.end(outcome)
        engine.close()


def _campaign(
    request: SweepRequest,
    experiments: list["Experiment"],
    files: tuple[str, ...],
    folder: Path,
) -> "Campaign":
    from profiler_suite.fleet.campaign import Campaign
    from profiler_suite.store import is_run, read_provenance

    schedule = schedule_of(request)
    seed = request.seed
    if is_run(folder):
        seed = read_provenance(folder).seed
    elif seed is None:
        seed = random.SystemRandom().getrandbits(32)

    def plan(machine: "Machine") -> "Plan":
        return plan_for(request, experiments, machine, files, together=False)

    def begin(host: "HostRecord") -> "Provenance":
        import msgspec

        planned = plan(host.machine)
        return msgspec.structs.replace(
            provenance_of(request, schedule, host.machine, planned, planned, files),
            seed=seed,
            python_executable=host.python_executable,
            environment=host.environment,
            load_average=host.load_average,
            baselines_s=host.baselines_s,
        )

    def go_on(there: Path, machine: "Machine | None") -> "Provenance":
        return resume(there, plan(machine or read_provenance(there).machine), request)

    return Campaign(folder, request.hosts, schedule, files, begin, go_on)


def _telling(campaign: "Campaign", progress: ProgressLine) -> "Callable[[Driver], None]":
    from profiler_suite.measure.sweep.job import Progress

    begun = monotonic()
    before = campaign.points_measured

    def tell(driver: "Driver") -> None:
        if not driver.hosts:
            refused = f" ({driver.refusals[-1]})" if driver.refusals else ""
            progress.pace(f"waiting for a worker{refused}")
            return
        done, elapsed_s = campaign.points_measured, monotonic() - begun
        left = campaign.points - done
        progress.show(
            Progress(
                stage="measuring",
                points=campaign.points,
                points_done=done,
                point=f"on {', '.join(driver.hosts)}",
                elapsed_s=elapsed_s,
                remaining_s=elapsed_s / (done - before) * left if done > before else 0.0,
            )
        )

    return tell
