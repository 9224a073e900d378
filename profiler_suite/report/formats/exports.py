"""A run in the formats of other tools: tables, line_profiler's own, pyperf's, speedscope."""

import importlib.util
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from profiler_suite import store
from profiler_suite.analysis.run.load import Run
from profiler_suite.errors import UsageError
from profiler_suite.measure import native
from profiler_suite.measure.lines import lprof
from profiler_suite.model.rows import BreakdownRecord
from profiler_suite.report.content import run_facts
from profiler_suite.report.formats import pyperf_json, summary, table_csv

FORMATS = {
    "csv": "csv",
    "markdown": "md",
    "parquet": "parquet",
    "pyperf": "pyperf.json",
    "lprof": "lprof",
    "speedscope": "speedscope.json",
}
"""Format → the ending of its file's name."""


def export(run: Run, form: str, target: Path) -> None:
    """Write the run to `target` in one of FORMATS; UsageError if it has nothing of the kind."""
    if form == "lprof":
        if not run.history.lines:
            raise UsageError(f"{run.folder} has no line profiles; sweep it again to take them")
        lprof.write(run.history.lines, target)
    else:
        store.write_whole(target, _content(run, form))


def _content(run: Run, form: str) -> str | bytes:
    if form == "csv":
        return table_csv.points_csv(run.points)
    if form == "markdown":
        return summary.markdown(run_facts.ask(run), ())
    if form == "parquet":
        return _parquet(run)
    if form == "pyperf":
        found = pyperf_json.document(run)
        if not found["benchmarks"]:
            raise UsageError(f"{run.folder} has no measured point; pyperf's format needs one")
        return json.dumps(found, allow_nan=False)
    return json.dumps(speedscope(run.history.breakdown_records.values(), run.folder.name))


def _parquet(run: Run) -> bytes:
    """The points table with its types; every other table can be made from the records."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed; "
            "python -m pip install 'profiler-suite[parquet]'"
        )
    buffer = io.BytesIO()
    run.points.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def speedscope(breakdown_records: Iterable[BreakdownRecord], name: str) -> dict[str, Any]:
    """Native samples of every point as one speedscope document, a profile per point."""
    frames: dict[str, int] = {}
    profiles: list[dict[str, Any]] = []
    merged: dict[str, Any] = {}
    for breakdown_record in breakdown_records:
        if breakdown_record.native is None or not breakdown_record.native.samples:
            continue
        merged = native.to_speedscope(breakdown_record.native, breakdown_record.point)
        labels = [frame["name"] for frame in merged["shared"]["frames"]]
        place = [frames.setdefault(label, len(frames)) for label in labels]
        for profile in merged["profiles"]:
            stacks = [[place[frame] for frame in stack] for stack in profile["samples"]]
            profiles.append(profile | {"samples": stacks})
    if not profiles:
        raise UsageError(f"{name} has no native samples; they are taken on Linux where allowed")
    shared = {"frames": [{"name": label} for label in frames]}
    return merged | {"name": name, "shared": shared, "profiles": profiles}
