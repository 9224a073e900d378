"""A run in the formats of tools that keep times over commits."""

import json
from typing import TYPE_CHECKING

from profiler_suite.errors import UsageError
from profiler_suite.report import kinds
from profiler_suite.report.formats.exports import export_format

if TYPE_CHECKING:
    from profiler_suite.analysis.run.load import Run
    from profiler_suite.report.formats.trackers import NamedTime


def _times(run: "Run") -> "list[NamedTime]":
    from profiler_suite.analysis.run.measured_points import timed
    from profiler_suite.report.formats.trackers import NamedTime

    rows = timed(run.points)[["id", "time_s", "low_s", "high_s"]].to_dict("records")
    found = [
        NamedTime(
            name=str(row["id"]),
            time_s=float(row["time_s"]),
            low_s=float(row["low_s"]),
            high_s=float(row["high_s"]),
        )
        for row in rows
    ]
    if not found:
        raise UsageError(f"{run.folder} has no measured point; this format needs one")
    return found


@export_format("bencher.json", kinds.BENCHER)
def bencher(run: "Run") -> str:
    """Times as Bencher's metrics, for bencher run --adapter json."""
    from profiler_suite.report.formats import trackers

    return json.dumps(trackers.bencher(_times(run)), allow_nan=False)


@export_format("github.json", kinds.GITHUB)
def github(run: "Run") -> str:
    """Times for github-action-benchmark, tool customSmallerIsBetter."""
    from profiler_suite.report.formats import trackers

    return json.dumps(trackers.github_benchmark(_times(run)), allow_nan=False)
