"""Line timings become annotated source."""

from pathlib import Path

import pandas as pd

from profiler_suite import units
from profiler_suite.report import columns, selection
from profiler_suite.report.known import Known
from profiler_suite.report.view import FunctionView, SourceLine, SourceView


def sources(known: Known) -> list[SourceView]:
    """The annotated source of every profiled point, its dearest function first."""
    lines = known.run.lines
    if lines.empty:
        return []
    by_id = {row.id: row for row in selection.rows(known.points)}
    views = []
    for point_id, part in lines.groupby("id", sort=False):
        row = by_id.get(point_id)
        functions = [
            (float(own["time_s"].sum()), _function(str(file), str(name), own))
            for (file, name), own in part.groupby(["file", "function"], sort=False)
        ]
        # A caller's lines include the time of what they call: the dearest is the first.
        functions.sort(key=lambda pair: -pair[0])
        profiled = functions[0][0]
        totals = f"{units.time(profiled)} profiled"
        if row is not None and row.time_s > 0:
            totals += f", {units.time(row.time_s)} plain ({units.ratio(profiled / row.time_s)})"
        views.append(
            SourceView(
                implementation=str(part["implementation"].iloc[0]),
                experiment=str(part["experiment"].iloc[0]),
                problem=columns.problem(row) if row is not None else "",
                totals=totals,
                functions=tuple(view for _, view in functions),
            )
        )
    return views


def _function(file: str, name: str, part: pd.DataFrame) -> FunctionView:
    ordered = part.sort_values("line")
    return FunctionView(name=name, file=Path(file).name, lines=tuple(_source_lines(ordered)))


def _source_lines(part: pd.DataFrame) -> list[SourceLine]:
    lines = []
    last = 0
    for row in selection.rows(part):
        hits = float(row.hits)
        lines.append(
            SourceLine(
                number=int(row.line),
                hits=units.count(hits) if hits else "",
                time=units.time(row.time_s) if hits else "",
                per_hit=units.time(row.time_s / hits) if hits else "",
                share=float(row.share),
                source=str(row.source).rstrip(),
                gap=bool(last and row.line > last + 1),
            )
        )
        last = int(row.line)
    return lines
