"""What do 100,000 points cost the driver of a fleet, and how long does their report take?

Run it by hand::

    python tests/benchmarks/fleet_scale.py [--points 100000] [--keep FOLDER]

A real scheduler and two workers on loopback measure nothing: they answer each block at once
with made-up rows, as many as a quick sweep leaves (two worker processes, 20 visits, one time
breakdown per point). What is left is planning, scheduling and storing in the driver, then
the report.
The workers' own time is not the driver's: both are told.
"""

import argparse
import gc
import os
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time, time

import msgspec

from profiler_suite import __version__
from profiler_suite.fleet import task
from profiler_suite.fleet.campaign import Campaign
from profiler_suite.fleet.dispatch import Driver, DriverCallbacks
from profiler_suite.fleet.engine import DaskEngine
from profiler_suite.machine.survey import survey
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.planning.sharding import asked_points, plan_name
from profiler_suite.model.experiment import Experiment, Plan, Problem
from profiler_suite.model.rows import (
    BreakdownRecord,
    HostRecord,
    OperationTime,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)
from profiler_suite.model.run import Provenance
from profiler_suite.store import read_provenance
from profiler_suite.workloads import convolution

ROOT = Path(__file__).resolve().parents[2]
WORKERS, ROUNDS = 2, 10
IMPLEMENTATIONS = ("taps", "im2col_gemm", "im2col_blocked", "rows_gemm", "windows_tensordot")


def null(assignment: bytes) -> bytes:
    """The answer of a worker that has measured nothing."""
    asked = msgspec.json.decode(assignment, type=task.Assignment)
    points = asked.job.points
    rows: list[Row] = []
    for worker in range(WORKERS):
        rows += [
            WorkerRecord(
                point=p.id, worker=worker, status=Status.OK, cold_s=1e-3, evaluations=9
            )
            for p in points
        ]
        for number in range(worker * ROUNDS, (worker + 1) * ROUNDS):
            visits = tuple(
                Visit(
                    point=p.id,
                    at_s=0.3 * number + 0.005 * place,
                    sample_times_s=tuple(
                        p.predicted_s * (1 + 0.01 * ((number * 7 + place + s) % 5))
                        for s in range(5)
                    ),
                    canaries_s={"ufunc": (4.0e-5, 4.1e-5)},
                    minor_faults=0.0,
                )
                for place, p in enumerate(points)
            )
            rows.append(RoundRecord(round=number, worker=worker, visits=visits))
    rows += [
        PointRecord(point=p, status=Status.OK, reason="converged (± 2.0 %)") for p in points
    ]
    rows += [_measure_breakdowns(p.id, p.predicted_s) for p in points if not p.replica]
    now = time()
    answer = task.TaskAnswer(
        host=asked.host.host, began_at_s=now, ended_at_s=now, rows=tuple(rows)
    )
    return msgspec.json.encode(answer)


def _measure_breakdowns(point: str, time_s: float) -> BreakdownRecord:
    operation = OperationTime(
        name="np.multiply",
        kind="ufunc",
        via="",
        calls=9,
        flop=1e4,
        traffic_bytes=1e5,
        shapes="(8, 8) <f8",
        file="vectorized.py",
        line=20,
        full_s=time_s / 12,
        fixed_s=time_s / 40,
        full_spread_s=time_s / 400,
        fixed_spread_s=time_s / 400,
        minor_faults=0.0,
        replayed=True,
    )
    return BreakdownRecord(
        point=point,
        plain_s=time_s,
        plain_spread_s=time_s / 100,
        minor_faults=0.0,
        rounds=9,
        undisturbed_rounds=9,
        operations=(operation,),
        calls=9,
        flop=1e4,
        traffic_bytes=1e5,
        temporaries=1,
        temporary_bytes=1000,
        coverage=1.0,
        uncovered={},
        untraced="",
        unsampled="not sampled",
    )


def experiment(points: int) -> Experiment:
    """Enough small convolutions for so many points."""
    problems: list[Problem] = []
    for filters in range(1, 10_000):
        for height in range(6, 38):
            if len(problems) * len(IMPLEMENTATIONS) >= points:
                break
            problems.append(
                convolution.problem(
                    height=height,
                    width=height,
                    channels=1 + filters // 40,
                    filters=1 + filters % 40,
                    filter_height=3,
                    filter_width=3,
                )
            )
    return Experiment(
        name="wide",
        question="How many points are too many?",
        axis="height",
        problems=tuple(problems),
        implementations=IMPLEMENTATIONS,
        quick_problems=tuple(problems),
    )


class Fleet:
    """A scheduler and two workers; a context manager."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        own = ("--host", "127.0.0.1", "--no-dashboard")
        self._log = (folder / "dask.log").open("wb")
        self._processes = [self._start("scheduler", *own, "--port", str(port), host="")]
        for host in ("a", "b"):
            options = ("--nthreads", "1", "--no-nanny", "--resources", "timing=1")
            self._processes.append(
                self._start("worker", self.address, *own, *options, host=host)
            )

    def _start(self, *arguments: str, host: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PROFILER_SUITE_HOST": host}
        command = [sys.executable, "-m", "dask", *arguments]
        return subprocess.Popen(command, env=environment, stderr=self._log)

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._log.close()


def drive(points: int, folder: Path, address: str) -> None:
    """Plan, schedule and store; print what that took in this process."""
    begun, used = perf_counter(), process_time()
    planned_s = 0.0

    def begin(host: HostRecord) -> Provenance:
        nonlocal planned_s
        start = perf_counter()
        made: Plan = plan([experiment(points)], host.machine, QUICK, together=False)
        provenance = Provenance(
            schema=2,
            suite_version=__version__,
            command=("benchmark",),
            mode="quick",
            seed=1,
            started_at="2026-01-01T00:00:00+00:00",
            git="",
            load_average=(),
            python_executable=sys.executable,
            environment={},
            baselines_s={},
            machine=host.machine,
            experiments=made.experiments,
            points=made.points,
            skipped=made.skipped,
            plan=plan_name(made, "quick"),
            asked_points=asked_points(made),
        )
        planned_s = perf_counter() - start
        return provenance

    def silent(text: object) -> None:
        pass

    def warn(text: str) -> None:
        sys.stdout.write(f"warning: {text}\n")

    with Campaign(
        folder, "split", QUICK, (), begin, lambda there, machine: read_provenance(there)
    ) as campaign:
        engine = DaskEngine(address)
        heard = DriverCallbacks(warn=warn, say=silent, progress=silent)
        reason = Driver(engine, campaign.rules(coarse=True, perform=null), heard).run()
        campaign.end(reason or "complete")
        engine.close()
        missing = campaign.missing()
        done = campaign.points
    wall_s, cpu_s = perf_counter() - begun, process_time() - used
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{done:,} points, missing {missing or 'none'}: planned in {planned_s:.1f} s; driver "
        f"{wall_s:.1f} s = {1e3 * wall_s / done:.2f} ms a point ({1e3 * cpu_s / done:.2f} ms "
        f"on a core), at most {peak_mb:.0f} MB\n"
    )
    sys.stdout.flush()


def report(folder: Path) -> None:
    """Read the run and write its report; print what that took."""
    from profiler_suite.analysis.run.load import load
    from profiler_suite.report.write import write_report

    begun = perf_counter()
    run = load(folder)
    gc.freeze()  # as the command does
    loaded = perf_counter()
    page = write_report(run, folder)
    written = perf_counter()
    size_mb = (folder / "records.jsonl").stat().st_size / 1e6
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"report of {len(run.points):,} points, {size_mb:.0f} MB of records: read in "
        f"{loaded - begun:.1f} s, written in {written - loaded:.1f} s, page "
        f"{page.stat().st_size / 1e6:.1f} MB, at most {peak_mb:.0f} MB\n"
    )


def main() -> None:
    """Driver and report, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        what, folder = asked.part[0], asked.keep
        if what == "report":
            report(folder)
        else:
            drive(asked.points, folder, asked.part[1])
        return
    survey(coarse=True)  # kept: not a part of what is measured here
    with tempfile.TemporaryDirectory() as name:
        folder = asked.keep or Path(name) / "run"
        again = [sys.executable, __file__, "--points", str(asked.points), "--keep", str(folder)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with Fleet(Path(name)) as fleet:
            subprocess.run(
                [*again, "--part", "drive", fleet.address], env=environment, check=True
            )
        subprocess.run([*again, "--part", "report", ""], env=environment, check=True)


if __name__ == "__main__":
    main()
