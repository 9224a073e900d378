"""Rows and provenance with plain values wherever a test names none."""

from typing import Any

import msgspec

from profiler_suite.model.experiment import Plan
from profiler_suite.model.rows import SCHEMA_VERSION, BreakdownRecord
from profiler_suite.model.run import Provenance
from tests.fake_machine import MACHINE


def provenance(plan: Plan, /, **changes: Any) -> Provenance:
    """That of a sweep over this plan on the made-up machine."""
    made = Provenance(
        schema=SCHEMA_VERSION,
        suite_version="0",
        command=("sweep",),
        mode="quick",
        seed=1,
        started_at="2026-01-01T00:00:00+00:00",
        git="",
        load_average=(),
        python_executable="python",
        environment={},
        baselines_s={"ufunc": 40e-6},
        machine=MACHINE,
        experiments=plan.experiments,
        points=plan.points,
        skipped=plan.skipped,
    )
    return msgspec.structs.replace(made, **changes)


def breakdown_record(point: str, /, **changes: Any) -> BreakdownRecord:
    """That of a function of 1 ms, covered whole, without operations."""
    made = BreakdownRecord(
        point=point,
        plain_s=1e-3,
        plain_spread_s=0.0,
        minor_faults=0.0,
        rounds=9,
        undisturbed_rounds=9,
        operations=(),
        calls=0,
        flop=0.0,
        traffic_bytes=0.0,
        temporaries=0,
        temporary_bytes=0,
        coverage=1.0,
        uncovered={},
    )
    return msgspec.structs.replace(made, **changes)


def point_row(**fields: object) -> dict[str, object]:
    """A row of the points table, measured on one thread."""
    base: dict[str, object] = {
        "experiment": "sizes",
        "status": "ok",
        "replica": 0,
        "threads": 1,
        "dtype": "float64",
        "layout": "C",
        "problem": "p",
        "flop": 1.0,
    }
    return base | fields
