"""The rooflines: rate over arithmetic intensity, textbook and traced."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from profiler_suite import units
from profiler_suite.analysis.roofline import WORK
from profiler_suite.model.run import Provenance
from profiler_suite.model.workload import CHOICE
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark
from profiler_suite.report.figures import roof_lines
from profiler_suite.report.figures.flop_per_call import over_flop_per_call
from profiler_suite.report.figures.registry import figure
from profiler_suite.report.figures.roof_lines import RoofLine
from profiler_suite.report.figures.roofline_setting import (
    LARGER,
    RATE_LEFT_IN,
    RooflineSetting,
    draw_points,
)

# The plot begins so much below the smallest intensity or ridge, so that the
# slanted roofs are seen to slant.
_ROOM_FOR_SLOPES = 4.0
# A roofline shows at least two decades below its roof: over less, slanted
# roofs look like walls.
_DECADES = 1e2
# Room to the right, for names of roofs with their rates.
_ROOFS_IN = 2.05
# A roofline for each of so many settings of dtype and threads, those with most points.
_MOST_ROOFLINES = 3
# A further setting gets a roofline of its own from so many points on.
_FEWEST_POINTS = 6


def _names(run: Provenance) -> set[str]:
    settings = {f"roofline_{p.problem.dtype}_t{p.threads}" for p in run.points}
    return settings | {"roofline_traced_traffic", "roofline_flop_per_call"}


@figure("roofline", _names)
def rooflines(known: RunFacts) -> Iterator[Picture | None]:
    """Over intensity for each setting worth one, with traced traffic, over FLOP per call."""
    sides = (known.answer.left, known.answer.right) if known.answer else ()
    settings = selection.measured(known.points)[["dtype", "threads"]].value_counts()
    keys = [(str(dtype), int(number)) for dtype, number in settings.index]
    if not keys:
        return
    worth = [key for i, key in enumerate(keys) if i == 0 or settings.iloc[i] >= _FEWEST_POINTS]
    for key in worth[:_MOST_ROOFLINES]:
        name = f"roofline_{key[0]}_t{key[1]}"
        yield chart.twins(over_intensity, _setting(known, key, sides), name)
    first = _setting(known, keys[0], sides)
    yield chart.twins(over_traced_intensity, first, "roofline_traced_traffic")
    yield chart.twins(over_flop_per_call, first, "roofline_flop_per_call")


def _setting(known: RunFacts, key: tuple[str, int], sides: tuple[str, ...]) -> RooflineSetting:
    return RooflineSetting(known.points, known.roofs[key], *key, known.marks, sides)


@dataclasses.dataclass(frozen=True)
class _Rates:
    """What a roofline over intensity shows, and says of it."""

    frame: pd.DataFrame
    title: str
    caption: str
    x: str
    y: str
    """What the axes show."""
    fewer: pd.DataFrame
    """Of what executes fewer operations than the textbook counts."""


def over_intensity(
    setting: RooflineSetting,
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Textbook FLOP over time, over textbook FLOP per compulsory byte, under the roofs."""
    frame = setting.frame()
    if frame.empty:
        return None
    fewer = selection.executing_fewer(frame)
    caption = (
        f"Textbook FLOP per second over FLOP per byte of data, {setting.in_words}. "
        + _ROOFS_IN_WORDS
        + (_FEWER_IN_WORDS if len(fewer) else "")
    )
    title = _title(frame, setting)
    shown = _Rates(frame, title, caption, "arithmetic intensity", "effective rate", fewer)
    return _under_roofs(shown, setting, stem, narrow)


def over_traced_intensity(
    setting: RooflineSetting,
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Executed FLOP over time, over executed FLOP per byte moved, under the roofs."""
    frame = setting.frame()
    frame = frame[frame["traced_bytes"].gt(0) & frame["traced_flop"].gt(0)]
    if frame.empty:
        return None
    frame = frame.assign(
        flop=frame["traced_flop"],
        intensity=frame["traced_flop"] / frame["traced_bytes"],
        flop_per_s=frame["traced_flop"] / frame["time_s"],
        overhead_flop_per_s=0.0,
    )
    caption = (
        f"Executed FLOP per second over executed FLOP per byte moved, {setting.in_words}. "
        + _ROOFS_IN_WORDS.replace(", per-call cost coloured", "")
    )
    title = _traced_title(frame)
    shown = _Rates(frame, title, caption, "traced intensity", "executed rate", frame[:0])
    return _under_roofs(shown, setting, stem, narrow)


_ROOFS_IN_WORDS = (
    "Lines are roofs: bandwidths slanted, best GEMM flat (thin: own peak), "
    "per-call cost coloured. " + LARGER
)
_FEWER_IN_WORDS = " A line down leads to the executed rate."


def _under_roofs(shown: _Rates, setting: RooflineSetting, stem: str, narrow: bool) -> Picture:
    """The roofs, what is known of the question's sides, and all marks."""
    frame, marks = shown.frame, setting.marks
    compute, bandwidth = setting.peaks, setting.bandwidths
    roofs = roof_lines.legend(compute, bandwidth)
    drawing, (ax,) = chart.picture(
        stem,
        shown.title,
        shown.caption,
        chart.Paper(
            height_in=5.0,
            left_in=RATE_LEFT_IN,
            right_in=_ROOFS_IN,
            marks=len(frame),
            legend=frame["implementation"].nunique() + 1 + len(roofs),
            narrow=narrow,
        ),
    )
    ridges = [c.value / b.value for c in compute for b in bandwidth]
    x_low, x_high = ticks.padded([*frame["intensity"], *ridges], 0.06)
    x_low /= _ROOM_FOR_SLOPES
    tops = [max(r.value, r.own_high) for r in compute] or [float(frame["flop_per_s"].max())]
    heights = [*frame["flop_per_s"], *tops]
    y_low, y_high = ticks.padded([*heights, max(tops) / _DECADES], 0.05)
    ticks.log_axis(ax, "x", x_low, x_high, most=5 if narrow else 9)
    ticks.log_axis(ax, "y", y_low, y_high * 1.3, ticks.tick_rate)
    ax.set_xlabel(f"{shown.x}, FLOP/byte")
    ax.set_ylabel(shown.y)
    _draw_roofs(ax, compute, bandwidth)
    sides = frame[frame["id"].isin(setting.sides)]
    roof_lines.draw_overheads(ax, sides, max(tops), marks)
    _draw_executed(ax, shown.fewer, marks, drawing.rasterised)
    names = draw_points(drawing, ax, frame, "intensity", setting)
    labels.line_legend(drawing, ax, roofs, below=names + 1)
    return drawing


def _draw_roofs(ax: Axes, compute: Sequence[RoofLine], bandwidth: Sequence[RoofLine]) -> None:
    """Slanted and flat roofs with their ridges."""
    (x_low, x_high), (_, y_high) = ax.get_xlim(), ax.get_ylim()
    peak = max((r.value for r in compute), default=float("inf"))
    for roof in bandwidth:
        roof_lines.draw_bandwidth(ax, roof, min(peak, y_high))
        ridge = peak / roof.value
        if x_low < ridge < x_high:
            ax.plot([ridge], [peak], "o", markersize=3.4, color=ROLES["muted"][0], zorder=2)
    for roof in compute:
        start = max(x_low, peak / max((b.value for b in bandwidth), default=peak / x_low))
        roof_lines.draw_peak(ax, roof.value, start)
        if roof.own_high:
            roof_lines.draw_own_peak(ax, roof, start)


def _traced_title(frame: pd.DataFrame) -> str:
    """How much more is moved than has to be."""
    excess = (frame["traced_bytes"] / frame["compulsory_bytes"]).groupby(
        frame["implementation"]
    )
    middle = excess.median().sort_values()
    least, most = middle.index[0], middle.index[-1]
    text = f"{most} moves {units.ratio(middle.iloc[-1])} the bytes it has to"
    return text if least == most else f"{text}, {least} {units.ratio(middle.iloc[0])}"


def _draw_executed(
    ax: Axes, fewer: pd.DataFrame, marks: Mapping[str, Mark], rasterised: bool
) -> None:
    """Lines from the effective rates down to the executed ones."""
    for name, rows in fewer.groupby("implementation", sort=False):
        executed = rows["executed_flop"] / rows["time_s"]
        x = rows["intensity"]
        colour = marks[str(name)].colour
        down = zip(x, executed, x, rows["flop_per_s"], strict=True)
        feet = zip(x / 1.06, executed, x * 1.06, executed, strict=True)
        for ends, width in ((down, 0.8), (feet, 1.6)):
            segments = [((a, b), (c, d)) for a, b, c, d in ends]
            lines = LineCollection(segments, colors=[colour], linewidths=width, zorder=1)
            lines.set_rasterized(rasterised)
            ax.add_collection(lines, autolim=False)


_BOUNDS = {
    "overhead": "limited by per-call cost",
    "memory": "memory-bound",
    "compute": "compute-bound",
    WORK: "limited by their inner loops",
}


def _title(frame: pd.DataFrame, setting: RooflineSetting) -> str:
    """How many points hang under which roof, and how close the best comes."""
    known = frame[frame["bound"].isin(_BOUNDS)]
    if known.empty:
        return f"Effective rate over arithmetic intensity, {setting.in_words}"
    tally = known["bound"].value_counts()
    kind, count = str(tally.index[0]), int(tally.iloc[0])
    # To be all overhead is nothing to be proud of.
    own = known["family"].ne(CHOICE)
    under_machine = known["bound"].isin(["memory", "compute"])
    working = known[own & under_machine & known["of_attainable"].gt(0)]
    reach: Any = working.iloc[int(working["of_attainable"].argmax())] if len(working) else None
    text = (
        f"{count} of {units.some(len(known), 'point')} are {_BOUNDS[kind]} ({setting.in_words})"
    )
    above = int(known["above_roof"].fillna(False).astype(bool).sum())
    if above:
        lie = "lies" if above == 1 else "lie"
        return (
            f"{text}; {units.some(above, 'point')} {lie} above a roof: a unit, a count or a "
            "ceiling is wrong there"
        )
    if reach is not None:
        text += (
            f"; {reach['implementation']} comes closest to its {reach['bound']} roof "
            f"({units.percent(reach['of_attainable'])})"
        )
    return text
