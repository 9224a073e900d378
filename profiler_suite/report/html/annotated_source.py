"""Line timings become annotated source."""

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.report.content import columns, selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.source_lines import FunctionView, SourceLine, source_line
from profiler_suite.report.content.source_text import dedented
from profiler_suite.report.html.view import SourceView


def sources(known: RunFacts) -> list[SourceView]:
    """The annotated source of every profiled point, the function asked for first."""
    lines = known.run.lines
    if lines.empty:
        return []
    by_id = selection.by_id(known.points, lines["id"].unique())
    views = []
    for point_id, part in lines.groupby("id", sort=False):
        row = by_id.get(str(point_id))
        # The function asked for comes first; its lines include the time of what they call.
        functions = [
            (some, _function(str(file), str(name), some))
            for (file, name), some in part.groupby(["file", "function"], sort=False)
        ]
        views.append(
            SourceView(
                implementation=str(part["implementation"].iloc[0]),
                experiment=str(part["experiment"].iloc[0]),
                problem=columns.problem(row) if row is not None else "",
                totals=_totals(functions[0][0], row),
                functions=tuple(view for _, view in functions),
            )
        )
    return views


def _totals(part: pd.DataFrame, row: Any) -> str:
    """Raw, corrected and plain totals of one function side by side."""
    raw_s = float(part["time_s"].sum())
    said = [f"{units.time(raw_s)} raw"]
    plain_s = float(part["plain_s"].iloc[0])
    if not plain_s > 0 and row is not None and row.time_s > 0:
        plain_s = float(row.time_s)
    if part["method"].astype(bool).any():
        corrected_s = float(part["corrected_s"].sum())
        said.append(f"{units.time(corrected_s)} corrected")
        if plain_s > 0:
            apart = corrected_s / plain_s - 1
            said.append(
                f"{units.time(plain_s)} plain (lines {round(100 * apart, 1) + 0.0:+.1f} %)"
            )
    elif plain_s > 0:
        said.append(f"{units.time(plain_s)} plain ({units.ratio(raw_s / plain_s)} as long raw)")
    return ", ".join(said) + _elsewhere(plain_s, row)


def _elsewhere(plain_s: float, row: Any) -> str:
    """The time in the rounds of the sweep, where the plain one lies outside its interval."""
    if row is None or not row.time_s > 0 or not plain_s > 0:
        return ""
    if row.low_s <= plain_s <= row.high_s:
        return ""
    return (
        f"; {units.time(row.time_s)} in the rounds of the sweep "
        f"(plain is {units.ratio(plain_s / row.time_s)} of that)"
    )


def _function(file: str, name: str, part: pd.DataFrame) -> FunctionView:
    ordered = part.sort_values("line")
    return FunctionView(name=name, file=Path(file).name, lines=tuple(_source_lines(ordered)))


def _source_lines(part: pd.DataFrame) -> list[SourceLine]:
    lines = []
    last = 0
    texts = dedented([str(text) for text in part["source"]])
    iterations: list[tuple[int, float]] = []  # indentation and hits of the loops around a line
    for row, text in zip(selection.rows(part), texts, strict=True):
        corrected = bool(row.method)
        line = source_line(
            row._asdict(),
            text,
            shown_s=float(row.corrected_s if corrected else row.time_s),
            raw_s=float(row.time_s),
            share=row.corrected_share if corrected else row.share,
        )
        again = _again(iterations, text, float(row.hits))
        said = "; ".join(filter(None, (line.split, again))) if line.hits else ""
        gap = bool(last and row.line > last + 1)
        lines.append(dataclasses.replace(line, split=said, gap=gap))
        last = int(row.line)
    return lines


def _again(iterations: list[tuple[int, float]], text: str, hits: float) -> str:
    """Why a line has more hits than the loop around it has iterations, which are kept up."""
    bare = text.lstrip()
    indent = len(text) - len(bare)
    while bare and iterations and iterations[-1][0] >= indent:
        iterations.pop()
    around = iterations[-1][1] if iterations else 0.0
    if bare.startswith(("for ", "while ")):
        iterations.append((indent, hits))
        return ""
    if not 0 < around < hits:
        return ""
    return "hit more often than its loop iterates, because its statement spans several lines"
