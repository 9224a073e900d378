"""Runs one small sweep over the workers of a scheduler: ADDRESS FOLDER each|split."""

import sys
from pathlib import Path

import msgspec

from profiler_suite import __version__
from profiler_suite.errors import FleetError
from profiler_suite.fleet.campaign import Campaign
from profiler_suite.fleet.dispatch import Driver, DriverCallbacks
from profiler_suite.fleet.engine import DaskEngine
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.planning.sharding import asked_points, plan_name
from profiler_suite.model.experiment import Experiment, Plan, Problem
from profiler_suite.model.machine import Machine
from profiler_suite.model.rows import HostRecord
from profiler_suite.model.run import Provenance
from profiler_suite.store import read_provenance
from profiler_suite.workloads import catalogue

TINY = Path(__file__).parent / "tiny.py"
SHORT = msgspec.structs.replace(
    QUICK,
    span_s=0.2,
    budget_s=0.6,
    half_width=10.0,
    workers=1,
    line_profile_s=0.02,
    sample_s=0.02,
)


def experiment() -> Experiment:
    return msgspec.structs.replace(
        catalogue.load(TINY),
        problems=tuple(Problem(workload="double", dims={"n": n}) for n in (8, 16, 32, 64)),
        pair=(),
    )


def planned(machine: Machine) -> Plan:
    # Mode quick would thin the problems out.
    schedule = msgspec.structs.replace(SHORT, mode="default")
    return plan([experiment()], machine, schedule, together=False)


def begin(host: HostRecord) -> Provenance:
    made = planned(host.machine)
    return Provenance(
        schema=1,
        suite_version=__version__,
        command=("test",),
        mode="quick",
        seed=1,
        started_at="2026-01-01T00:00:00+00:00",
        git="",
        load_average=(),
        python_executable=host.python_executable,
        environment=host.environment,
        baselines_s=host.baselines_s,
        machine=host.machine,
        experiments=made.experiments,
        points=made.points,
        skipped=made.skipped,
        plan=plan_name(made, "quick"),
        asked_points=asked_points(made),
    )


def drive(address: str, folder: Path, hosts: str) -> tuple[str, ...]:
    """Measure; returns what is missing."""

    def say(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    with Campaign(
        folder, hosts, SHORT, (str(TINY),), begin, lambda there, machine: read_provenance(there)
    ) as campaign:
        engine = DaskEngine(address)
        heard = DriverCallbacks(warn=say, say=say, progress=lambda driver: None)
        outcome = "interrupted"
        try:
            outcome = Driver(engine, campaign.rules(coarse=True), heard).run() or "complete"
        except FleetError as error:
            say(str(error))
        finally:
            campaign.end(outcome)
            engine.close()
        return campaign.missing()


if __name__ == "__main__":
    sys.exit(3 if drive(sys.argv[1], Path(sys.argv[2]), sys.argv[3]) else 0)
