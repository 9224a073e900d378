"""The table of points with every ending that a sweep can have, and visits that fit it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import PassRecord, RoundRecord, Row, Visit
from tests.fake_run.experiments import speed
from tests.fake_run.machine import BANDWIDTH, PEAK

_DIMS = (
    "height",
    "width",
    "channels",
    "filters",
    "filter_height",
    "filter_width",
    "stride",
    "rows",
    "columns",
    "batch",
)


def _true_time(point: Point) -> float:
    fixed, rate = speed(point.implementation)
    speed_up = 1.0
    if point.threads > 1:
        speed_up = point.threads / (1 + 30e-6 / max(point.cost.flop / rate, 1e-9)) * 0.95
    return point.cost.calls * fixed + point.cost.flop / (rate * speed_up)


def row_of(point: Point, noise: np.random.Generator) -> dict[str, Any]:
    time_s = _true_time(point) * float(np.exp(noise.normal(0, 0.01)))
    width = float(0.015 + abs(noise.normal(0, 0.01)))
    c = point.cost
    intensity_roof = c.intensity * BANDWIDTH["L2" if c.compulsory_bytes < 1e6 else "memory"]
    overhead_roof = c.flop / (c.calls * speed(point.implementation)[0])
    roofs = {"compute": PEAK, "memory": intensity_roof, "overhead": overhead_roof}
    bound = min(roofs, key=lambda name: roofs[name])
    row: dict[str, Any] = dict.fromkeys(point_columns(), math.nan)
    row |= {
        "id": point.id,
        "experiment": point.experiment,
        "workload": point.problem.workload,
        "problem": point.label,
        "name": point.problem.name,
        "implementation": point.implementation,
        "family": point.family,
        "dtype": "float64",
        "layout": "C",
        "threads": point.threads,
        "replica": point.replica,
        "status": "ok",
        "reason": "converged",
        "time_s": time_s,
        "low_s": time_s * (1 - width),
        "high_s": time_s * (1 + width),
        "minimum_s": time_s * 0.98,
        "raw_median_s": time_s * 1.2,
        "p95_s": time_s * 1.8,
        "cold_s": time_s * 5,
        "evaluations": max(1, round(1e-3 / time_s)),
        "samples": 60,
        "visits": 20,
        "undisturbed_visits": 13,
        "undisturbed_share": 0.65,
        "workers": 2,
        "flop": c.flop,
        "compulsory_bytes": c.compulsory_bytes,
        "intensity": c.intensity,
        "flop_per_s": c.flop / time_s,
        "calls": c.calls,
        "working_set_bytes": point.working_set_bytes,
        "minor_faults": 0.0 if time_s < 1e-3 else 224.0,
        "largest_error": 1e-15,
        "error_bound": 1e-13,
        "bound": bound,
        "level": "L2" if c.compulsory_bytes < 1e6 else "memory",
        "attainable_flop_per_s": roofs[bound],
        "overhead_flop_per_s": overhead_roof,
        "of_attainable": c.flop / time_s / roofs[bound],
        "above_roof": False,
        "flags": "",
    }
    return row | {dim: point.problem.dims.get(dim, math.nan) for dim in _DIMS}


_TIMES = ["time_s", "low_s", "high_s"]
_UNMEASURED = [
    *_TIMES,
    "minimum_s",
    "raw_median_s",
    "p95_s",
    "cold_s",
    "flop_per_s",
    "minor_faults",
    "of_attainable",
    "undisturbed_share",
    "largest_error",
]


def spoil(points: pd.DataFrame) -> None:
    """Give some points the endings a sweep can have."""
    endings = {
        "seed_question/scipy_correlate": ("wrong", "differs by 3.1, allowed 2e-13"),
        "input_size/fft": ("crashed", "killed by SIGKILL"),
        "network_layers/windows_tensordot/226x226x64": (
            "skipped",
            "would need 9.1 GiB, 7.6 GiB are free",
        ),
        "depth/loop/32x32x64-f16-7x7": ("skipped", "one evaluation would take 41 s"),
    }
    for start, (status, reason) in endings.items():
        index = points.index[points["id"].str.startswith(start)][:1]
        points.loc[index, ["status", "reason"]] = status, reason
        points.loc[index, _UNMEASURED] = math.nan
        points.loc[index, ["samples", "visits", "undisturbed_visits"]] = 0
    flagged = points.index[(points["threads"] == 2) & (points["status"] == "ok")][:2]
    points.loc[flagged, "flags"] = "contended; not converged (8.2 %)"
    points.loc[flagged, "low_s"] *= 0.9


def pair_up(points: pd.DataFrame, planned: Sequence[Point], noise: np.random.Generator) -> None:
    """The second name of an A/A pair runs the same code: it gets the first one's times."""
    for replica in planned:
        if replica.replica:
            first = points.loc[points["id"] == replica.partner].iloc[0]
            own = points["id"] == replica.id
            points.loc[own, _TIMES] = (first[_TIMES] * noise.normal(1, 0.004)).to_numpy()


def repeated(points: pd.DataFrame, copies: int) -> pd.DataFrame:
    """The points that many times, at other sizes."""
    if copies == 1:
        return points
    parts = []
    for number in range(copies):
        part = points.copy()
        if number:
            part["id"] += f"~{number}"
            part["problem"] += f"~{number}"
        part["height"] *= 1 + number / copies
        for column in _TIMES:
            part[column] *= 1 + number / copies
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def visits_of(points: pd.DataFrame, noise: np.random.Generator) -> list[Row]:
    """Rounds of visits that fit the table."""
    measured = points[points["status"] == "ok"]
    rows: list[Row] = []
    for number in range(16):
        factor = np.exp(noise.normal(0, 0.008, len(measured)))
        visits = tuple(
            Visit(
                point=point_id,
                at_s=2.0 * number,
                sample_times_s=(time_s * f,),
                canaries_s={"ufunc": (41e-6, 41.5e-6)},
                minor_faults=0.0,
            )
            for point_id, time_s, f in zip(
                measured["id"], measured["time_s"], factor, strict=True
            )
        )
        rows.append(RoundRecord(round=number, worker=number // 8, visits=visits))
    rows.append(PassRecord(name="sweep", at_s=40.0, outcome="complete"))
    return rows
