"""Run folders on disk with made-up times: the shape of a sweep without its duration."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from profiler_suite import store
from profiler_suite.machine.canary import named
from profiler_suite.model.experiment import Cost, Experiment, Point, Problem
from profiler_suite.model.rows import (
    SCHEMA_VERSION,
    PassRecord,
    PointRecord,
    RoundRecord,
    Status,
    Visit,
    WorkerRecord,
)
from profiler_suite.model.run import Environment, Provenance
from tests.fake_machine import MACHINE

IMPLEMENTATIONS = ("loop", "taps", "im2col_gemm", "=cmd|' /C calc'!A0")
FAMILIES = ("loop", "vectorized", "gemm", "+user")
SIZES = (8, 16, 32, 64)
UFUNC_BASELINE_S = 41e-6


def made_points() -> tuple[Point, ...]:
    """Four implementations at four sizes."""
    return tuple(
        Point(
            id=f"made/{name}/n{n}/float64/t1",
            experiment="made",
            implementation=name,
            family=family,
            problem=Problem(workload="made", dims={"n": n, "@depth": 3}),
            label=f"n{n}",
            threads=1,
            cost=Cost(flop=100.0 * n, compulsory_bytes=80.0 * n, calls=2),
            working_set_bytes=80.0 * n,
            predicted_s=1e-5,
        )
        for name, family in zip(IMPLEMENTATIONS, FAMILIES, strict=True)
        for n in SIZES
    )


def time_of(point: Point) -> float:
    """The true time of a made-up point, s."""
    return 1e-6 * point.problem.dims["n"] * (1 + IMPLEMENTATIONS.index(point.implementation))


def _canaries(point: Point, baseline_s: float) -> dict[str, tuple[float, float]]:
    """The other Python runs its canary in another time: that is no slow period."""
    own_s = baseline_s * (1.4 if point.environment else 1.0)
    return {named("ufunc", point.environment): (own_s, own_s * 1.01)}


def other_environment(
    numpy: str = "2.2.6", python: str = "/opt/other/bin/python"
) -> Environment:
    """Another NumPy on the same machine."""
    facts = msgspec.structs.replace(MACHINE.facts, numpy=numpy)
    return Environment(python_executable=python, fingerprint=f"with-{numpy}", facts=facts)


def write_run(
    folder: Path,
    factor: Callable[[Point], float] = lambda point: 1.0,
    *,
    points: tuple[Point, ...] | None = None,
    seed: int = 1,
    rounds: int = 24,
    workers: int = 2,
    baseline_s: float = UFUNC_BASELINE_S,
    numpy: str = "2.4.6",
    other: Environment | None = None,
    luck: float = 0.0,
    undisturbed: float = 1.0,
) -> Path:
    """Write a run whose points are `factor` times as slow as they truly are.

    `luck` is the spread of what each point has of it in each process; all but that share of
    the rounds, the last ones, are slowed by interference that the canaries see.
    """
    points = made_points() if points is None else points
    noise = np.random.default_rng(seed)
    facts = msgspec.structs.replace(MACHINE.facts, numpy=numpy)
    names = tuple(dict.fromkeys(p.implementation for p in points))
    problems = {p.label: p.problem for p in points}
    shares = np.exp(noise.normal(0, luck, (workers, len(points))))
    with store.RunFolder(folder) as opened:
        opened.write_provenance(
            Provenance(
                schema=SCHEMA_VERSION,
                suite_version="0.1.0",
                command=("python", "-m", "profiler_suite", "sweep", "made.py"),
                mode="quick",
                seed=seed,
                started_at="2026-11-22T09:00:00+00:00",
                git="",
                load_average=(0.1, 0.1, 0.1),
                python_executable="/usr/bin/python3",
                environment={},
                baselines_s={"ufunc": UFUNC_BASELINE_S},
                machine=msgspec.structs.replace(MACHINE, facts=facts),
                experiments=(
                    Experiment(
                        name="made",
                        question="Is it true?",
                        axis="n",
                        problems=tuple(problems.values()),
                        implementations=names,
                    ),
                ),
                points=points,
                skipped=(),
                experiment_files=("/home/me/made.py",),
                other=other,
            )
        )
        for worker in range(workers):
            for point in points:
                opened.append(
                    WorkerRecord(
                        point=point.id,
                        worker=worker,
                        status=Status.OK,
                        cold_s=1e-3,
                        evaluations=100,
                        error_bound=1e-12,
                    )
                )
        for number in range(rounds):
            visits = tuple(
                Visit(
                    point=point.id,
                    at_s=0.3 * number,
                    sample_times_s=tuple(
                        time_of(point) * factor(point) * float(f * share)
                        for f in np.exp(noise.normal(0, 0.004, 3))
                    ),
                    canaries_s=_canaries(
                        point, baseline_s * (1.0 if number < undisturbed * rounds else 1.7)
                    ),
                    minor_faults=0.0,
                )
                for point, share in zip(points, shares[workers * number // rounds], strict=True)
            )
            opened.append(
                RoundRecord(round=number, worker=workers * number // rounds, visits=visits)
            )
        for point in points:
            opened.append(PointRecord(point=point, status=Status.OK, reason="converged"))
        opened.append(PassRecord(name="sweep", at_s=8.0, outcome="complete"))
    return folder
