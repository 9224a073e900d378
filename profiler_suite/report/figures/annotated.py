"""The figure of annotated source: the lines of one function with bars for what they take."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from profiler_suite import units
from profiler_suite.analysis.run.line_breakdown import SPLIT_COLUMNS
from profiler_suite.analysis.shares import part_in_words
from profiler_suite.report.content import selection
from profiler_suite.report.content.line_totals import SLOWED
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.source_text import dedented
from profiler_suite.report.drawing import chart, labels
from profiler_suite.report.drawing.chart import WIDTH_IN, Picture
from profiler_suite.report.drawing.style import ENTRY_COLOURS, ROLES
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure

_ROW_IN = 0.24
_MARGIN_IN = 0.16
# Right edges of the columns of numbers, in inches from the left margin.
_COLUMNS_IN = {"line": 0.34, "hits": 0.98, "per hit": 1.68, "raw": 2.36, "corrected": 3.56}
_BAR_FROM_IN, _BAR_TO_IN = 3.72, 5.42
_SOURCE_IN = 5.58
_FONT_PT = 7.8
# DejaVu Sans Mono is 0.602 of its size wide.
_CHARACTER_IN = 0.602 * _FONT_PT / 72
_SOURCE_CHARACTERS = int((WIDTH_IN - 2 * _MARGIN_IN - _SOURCE_IN) / _CHARACTER_IN)
_MOST_LINES = 40


@figure("lines", lambda run: {stem("lines", p.implementation) for p in run.points})
def annotated_source(known: RunFacts) -> Iterator[Picture | None]:
    """The source of the question's first side, or of the first profile there is."""
    lines = known.run.lines
    if lines.empty:
        return
    asked = known.answer.left if known.answer else ""
    if not (lines["id"] == asked).any():
        asked = str(lines["id"].iloc[0])
    name = str(lines.loc[lines["id"] == asked, "implementation"].iloc[0])
    yield source(lines, asked, stem("lines", name))


def source(lines: pd.DataFrame, point: str, stem: str) -> Picture | None:
    """Lines of the function that was asked for, of one profiled point."""
    own = lines[(lines["id"] == point) & (lines["method"] != "")]
    if own.empty or not float(own["plain_s"].iloc[0]) > 0:
        return None
    first = own.iloc[0]
    own = own[(own["function"] == first["function"]) & (own["file"] == first["file"])]
    left_out = max(0, len(own) - _MOST_LINES)
    own = own.nlargest(_MOST_LINES, "corrected_s").sort_values("line")
    drawing, (ax,) = chart.picture(
        stem,
        _title(own),
        "Bars are the corrected time of each line, split by kind of work where its operations "
        "were traced; outlines are what line_profiler counts, including its own cost. "
        "Corrected times are given with their 95 % uncertainty."
        + (
            f" Not shown: {units.some(left_out, 'line')} with the least time."
            if left_out
            else ""
        ),
        chart.Paper(
            height_in=0.75 + _ROW_IN * (len(own) + 2), left_in=_MARGIN_IN, right_in=_MARGIN_IN
        ),
    )
    ax.set_xlim(0, WIDTH_IN - 2 * _MARGIN_IN)
    ax.set_ylim(len(own) + 0.4, -1.2)
    ax.set_axis_off()
    for name, right in _COLUMNS_IN.items():
        chart.note(ax, right, -0.8, name, ha="right", va="center")
    chart.note(ax, _BAR_FROM_IN, -0.8, "share of the plain time", va="center")
    chart.note(ax, _SOURCE_IN, -0.8, "source", va="center")
    most = max(1.0, float((own["time_s"] / own["plain_s"]).max()))
    texts = dedented([str(text) for text in own["source"]])
    for y, (row, text) in enumerate(zip(selection.rows(own), texts, strict=True)):
        _numbers(ax, y, row)
        _bar(ax, y, row, most)
        _source(ax, y, text)
    _totals(ax, len(own), own)
    _legend(ax, len(own) + 1, own)
    return drawing


def _title(own: pd.DataFrame) -> str:
    top = own.nlargest(1, "corrected_s").iloc[0]
    name = labels.shorten(str(top["function"]), 30)
    slowed = float(top["profiled_s"] / top["plain_s"])
    text = f"Line {top['line']} takes {part_in_words(top['corrected_share'])} of {name}"
    if slowed > SLOWED:
        text += (
            f"; line_profiler makes it take {units.ratio(slowed)} as long, which is corrected"
        )
    return text


def _numbers(ax: Axes, y: int, row: Any) -> None:
    hits = float(row.hits)
    cells = {
        "line": str(row.line),
        "hits": units.count(hits) if hits else "",
        "per hit": units.time(row.corrected_s / hits) if hits and row.resolved else "",
        "raw": units.time(row.time_s) if hits else "",
        "corrected": f"{units.time(row.corrected_s)} ± {units.time(row.uncertainty_s)}"
        if row.resolved
        else f"below {units.time(max(row.uncertainty_s, row.corrected_s))}",
    }
    for name, text in cells.items():
        ink = ROLES["ink" if name == "corrected" and row.resolved else "muted"][0]
        chart.note(
            ax,
            _COLUMNS_IN[name],
            y,
            text,
            ha="right",
            va="center",
            fontsize=_FONT_PT,
            color=ink,
        )


def _bar(ax: Axes, y: int, row: Any, most: float) -> None:
    """Corrected time, split where its parts are known; raw time as an outline."""
    full_in = (_BAR_TO_IN - _BAR_FROM_IN) / most / float(row.plain_s)
    if math.isnan(row.interpreter_s) or row.callees_s > 0:  # not split, or on other lines
        parts = {"": float(row.corrected_s)}
    else:
        parts = {name.removesuffix("_s"): float(getattr(row, name)) for name in SPLIT_COLUMNS}
    parts = {name: max(0.0, part_s) for name, part_s in parts.items()}
    # Parts that add up to more than the line are drawn in proportion.
    fit = max(0.0, float(row.corrected_s)) / (sum(parts.values()) or 1.0)
    x = _BAR_FROM_IN
    for name, part_s in parts.items():
        wide = part_s * fit * full_in
        colour = ENTRY_COLOURS.get(name, ROLES["accent"][0])
        ax.add_patch(Rectangle((x, y - 0.32), wide, 0.64, facecolor=colour, linewidth=0))
        x += wide
    ax.add_patch(
        Rectangle(
            (_BAR_FROM_IN, y - 0.4),
            float(row.time_s) * full_in,
            0.8,
            fill=False,
            edgecolor=ROLES["muted"][0],
            linewidth=0.7,
        )
    )


def _source(ax: Axes, y: int, text: str) -> None:
    """Indented by its place: leading spaces are lost in SVG."""
    bare = text.lstrip()
    indent = len(text) - len(bare)
    room = _SOURCE_CHARACTERS - indent
    if len(bare) > room:
        bare = bare[: max(room - 1, 1)] + "…"
    ax.text(
        _SOURCE_IN + indent * _CHARACTER_IN,
        y,
        bare,
        va="center",
        fontsize=_FONT_PT,
        family="DejaVu Sans Mono",
        color=ROLES["ink"][0],
    )


def _totals(ax: Axes, y: int, own: pd.DataFrame) -> None:
    """Sums of the lines beside the plain time of the function."""
    plain_s, corrected_s = float(own["plain_s"].iloc[0]), float(own["corrected_s"].sum())
    for name, text in (
        ("raw", units.time(float(own["time_s"].sum()))),
        ("corrected", units.time(corrected_s)),
    ):
        chart.note(
            ax,
            _COLUMNS_IN[name],
            y,
            text,
            ha="right",
            va="center",
            color=ROLES["ink"][0],
            fontweight="bold",
        )
    apart = 100 * (corrected_s / plain_s - 1) + 0.0
    chart.note(
        ax,
        _BAR_FROM_IN,
        y,
        f"plain, uninstrumented: {units.time(plain_s)} ({apart:+.1f} %)",
        va="center",
    )


def _legend(ax: Axes, y: int, own: pd.DataFrame) -> None:
    if own["interpreter_s"].notna().sum() == 0:
        return
    x = _BAR_FROM_IN
    for name in (column.removesuffix("_s") for column in SPLIT_COLUMNS):
        if not float(own[f"{name}_s"].abs().max() / own["plain_s"].iloc[0]) > 0.005:
            continue
        ax.text(x, y, "■", color=ENTRY_COLOURS[name], fontsize=9, va="center")
        chart.note(ax, x + 0.14, y, name, va="center")
        x += 0.14 + 0.066 * len(name) + 0.14
