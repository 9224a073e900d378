"""Line timings become annotated source."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.report import columns, selection
from profiler_suite.report.known import Known
from profiler_suite.report.view import FunctionView, SourceLine, SourceView

# Below this share of its line an entry is not worth naming.
_WORTH_NAMING = 0.02


def sources(known: Known) -> list[SourceView]:
    """The annotated source of every profiled point, its dearest function first."""
    lines = known.run.lines
    if lines.empty:
        return []
    by_id = {row.id: row for row in selection.rows(known.points)}
    operations = known.run.operations
    views = []
    for point_id, part in lines.groupby("id", sort=False):
        row = by_id.get(point_id)
        own = operations[(operations["id"] == point_id) & operations["call_s"].notna()]
        functions = [
            (float(some["time_s"].sum()), _function(str(file), str(name), some, own))
            for (file, name), some in part.groupby(["file", "function"], sort=False)
        ]
        # A caller's lines include the time of what they call: the dearest is the first.
        functions.sort(key=lambda pair: -pair[0])
        views.append(
            SourceView(
                implementation=str(part["implementation"].iloc[0]),
                experiment=str(part["experiment"].iloc[0]),
                problem=columns.problem(row) if row is not None else "",
                totals=_totals(part, functions[0][0], row),
                functions=tuple(view for _, view in functions),
            )
        )
    return views


def _totals(part: pd.DataFrame, raw_s: float, row: Any) -> str:
    """Raw, corrected and plain totals side by side."""
    said = [f"{units.time(raw_s)} raw"]
    plain_s = float(part["plain_s"].iloc[0])
    if not plain_s > 0 and row is not None and row.time_s > 0:
        plain_s = float(row.time_s)
    if part["method"].astype(bool).any():
        corrected_s = float(part["corrected_s"].sum())
        said.append(f"{units.time(corrected_s)} corrected")
        if plain_s > 0:
            apart = corrected_s / plain_s - 1
            said.append(f"{units.time(plain_s)} plain ({100 * apart:+.1f} %)")
    elif plain_s > 0:
        said.append(f"{units.time(plain_s)} plain ({units.ratio(raw_s / plain_s)} as long raw)")
    return ", ".join(said)


def _function(
    file: str, name: str, part: pd.DataFrame, operations: pd.DataFrame
) -> FunctionView:
    ordered = part.sort_values("line")
    there = operations[operations["file"] == file]
    return FunctionView(
        name=name, file=Path(file).name, lines=tuple(_source_lines(ordered, there))
    )


def _source_lines(part: pd.DataFrame, operations: pd.DataFrame) -> list[SourceLine]:
    lines = []
    last = 0
    for row in selection.rows(part):
        hits = float(row.hits)
        corrected = bool(row.method)
        shown_s = float(row.corrected_s) if corrected else float(row.time_s)
        lines.append(
            SourceLine(
                number=int(row.line),
                hits=units.count(hits) if hits else "",
                time=_corrected(row) if hits and corrected else "",
                raw=units.time(row.time_s) if hits else "",
                per_hit=units.time(shown_s / hits) if hits else "",
                share=max(0.0, min(1.0, row.corrected_share if corrected else row.share)),
                # A raw time holds the profiler's own: there is nothing to split in it.
                of_which=(
                    _of_which(operations[operations["line"] == row.line], shown_s)
                    if corrected
                    else ""
                ),
                source=str(row.source).rstrip(),
                gap=bool(last and row.line > last + 1),
            )
        )
        last = int(row.line)
    return lines


def _corrected(row: Any) -> str:
    """The corrected time with its uncertainty; what cannot be resolved says so."""
    spread = f" ± {units.time(row.uncertainty_s)}" if row.uncertainty_s > 0 else ""
    text = f"{units.time(row.corrected_s)}{spread}"
    if not row.resolved:
        return f"{text}, below resolution"
    return f"{text}, indicative" if row.indicative else text


def _of_which(operations: pd.DataFrame, line_s: float) -> str:
    """The ledger's split of a line: what its operations take, the rest is the interpreter."""
    if operations.empty or not line_s > 0:
        return ""
    dispatch_s = float((operations["calls"] * operations["fixed_s"]).sum())
    growing_s = operations["calls"] * operations["growing_s"]
    parts = {
        "dispatch": dispatch_s,
        "copy": float(growing_s[operations["entry"] == "copy"].sum()),
        "arithmetic": float(growing_s[operations["entry"] == "arithmetic"].sum()),
    }
    parts = {"interpreter": line_s - sum(parts.values()), **parts}
    worth = [
        f"{name} {100 * time_s / line_s:.0f} %"
        for name, time_s in parts.items()
        if math.isfinite(time_s) and abs(time_s) >= _WORTH_NAMING * line_s
    ]
    return ", ".join(worth)
