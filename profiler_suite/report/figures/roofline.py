"""The two roofline figures: rate over arithmetic intensity, rate over FLOP per call."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
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
from profiler_suite.report.drawing.style import ROLES, Mark, in_order
from profiler_suite.report.figures import roof_lines
from profiler_suite.report.figures.registry import figure
from profiler_suite.report.figures.roof_lines import RoofLine

# The plot begins so much below the smallest intensity or ridge, so that the
# slanted roofs are seen to slant.
_ROOM_FOR_SLOPES = 4.0
_RATE_LEFT_IN = 1.12  # "100 MFLOP/s" beside the axis and its title
# A roofline shows at least two decades below its roof: over less, slanted
# roofs look like walls.
_DECADES = 1e2
# How far above the band of call overhead its words stand.
_ABOVE_BAND = 1.5


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
        facts = (known.points, known.roofs[key], *key, known.marks, name)
        yield chart.twins(over_intensity, *facts, sides=sides)
    first = (known.points, known.roofs[keys[0]], *keys[0], known.marks)
    yield chart.twins(over_traced_intensity, *first, "roofline_traced_traffic")
    yield chart.twins(over_flop_per_call, *first, "roofline_flop_per_call")


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
    lowest: dict[str, tuple[float, str, str]] = dataclasses.field(default_factory=dict)
    """Point id → its lowest roof: height, the point in words, the roof in words."""


def over_intensity(
    points: pd.DataFrame,
    roofs: Sequence[RoofLine],
    dtype: str,
    threads: int,
    marks: Mapping[str, Mark],
    stem: str,
    *,
    sides: Sequence[str] = (),
    narrow: bool = False,
) -> Picture | None:
    """Textbook FLOP over time, over textbook FLOP per compulsory byte, under the roofs."""
    frame = _of(points, dtype, threads)
    if frame.empty:
        return None
    bandwidth = _bandwidths(roofs)
    lowest = roof_lines.lowest_roofs(frame[frame["id"].isin(sides)], bandwidth)
    fewer = selection.executing_fewer(frame)
    caption = (
        "Effective rate (textbook FLOP over time) over arithmetic intensity "
        f"(textbook FLOP over compulsory bytes), {dtype}, {_threads(threads)}. "
        + _ROOFS_IN_WORDS
        + roof_lines.ways(bandwidth)
        + "".join(f" The dash at {words} is {roof}." for _, words, roof in lowest.values())
        + (_FEWER_IN_WORDS if len(fewer) else "")
    )
    title = _title(frame, dtype, threads)
    shown = _Rates(
        frame, title, caption, "arithmetic intensity", "effective rate", fewer, lowest
    )
    return _under_roofs(shown, roofs, marks, stem, narrow)


def over_traced_intensity(
    points: pd.DataFrame,
    roofs: Sequence[RoofLine],
    dtype: str,
    threads: int,
    marks: Mapping[str, Mark],
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Executed FLOP over time, over executed FLOP per byte moved, under the roofs."""
    frame = _of(points, dtype, threads)
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
        "Executed rate (FLOP really done over time) over traced intensity (executed FLOP "
        f"over the bytes that all operations read and wrote), {dtype}, {_threads(threads)}. "
        + _ROOFS_IN_WORDS
        + roof_lines.ways(_bandwidths(roofs))
    )
    title = _traced_title(frame)
    shown = _Rates(frame, title, caption, "traced intensity", "executed rate", frame[:0])
    return _under_roofs(shown, roofs, marks, stem, narrow)


_ROOFS_IN_WORDS = (
    "Slanted roofs are measured bandwidths, the flat one is the best GEMM; a dot on the ridge "
    "is where one turns into the other."
)
_FEWER_IN_WORDS = (
    " A line leads down to the executed rate where fewer operations are executed than "
    "the textbook counts, as Winograd's algorithm does: such a dot may lie above the "
    "flat roof, its end below never."
)


def _bandwidths(roofs: Sequence[RoofLine]) -> list[RoofLine]:
    return [r for r in roofs if r.kind == "bandwidth" and r.value > 0]


def _under_roofs(
    shown: _Rates,
    roofs: Sequence[RoofLine],
    marks: Mapping[str, Mark],
    stem: str,
    narrow: bool,
) -> Picture:
    """The roofs, what is known of the question's sides, and all marks."""
    frame, lowest, bandwidth = shown.frame, shown.lowest, _bandwidths(roofs)
    compute = [r for r in roofs if r.kind == "compute"]
    drawing, (ax,) = chart.picture(
        stem,
        shown.title,
        shown.caption,
        chart.Paper(
            height_in=5.0,
            left_in=_RATE_LEFT_IN,
            marks=len(frame),
            legend=frame["implementation"].nunique() + 1 + len(bandwidth),
            narrow=narrow,
        ),
    )
    ridges = [c.value / b.value for c in compute for b in bandwidth]
    x_low, x_high = ticks.padded([*frame["intensity"], *ridges], 0.06)
    x_low /= _ROOM_FOR_SLOPES
    tops = [r.value for r in compute] or [float(frame["flop_per_s"].max())]
    heights = [*frame["flop_per_s"], *tops, *(top for top, _, _ in lowest.values())]
    y_low, y_high = ticks.padded([*heights, max(tops) / _DECADES], 0.05)
    ticks.log_axis(ax, "x", x_low, x_high, most=5 if narrow else 9)
    ticks.log_axis(ax, "y", y_low, y_high * 1.3, ticks.tick_rate)
    ax.set_xlabel(f"{shown.x}, FLOP/byte")
    ax.set_ylabel(shown.y)
    _draw_roofs(ax, compute, bandwidth, right=len(shown.fewer) == 0)
    for row in selection.rows(frame[frame["id"].isin(lowest)]):
        top, words, _ = lowest[row.id]
        roof_lines.draw_lowest(ax, row, top, words, marks[row.implementation].colour)
    _draw_executed(ax, shown.fewer, marks, drawing.rasterised)
    names = _draw_points(drawing, ax, frame, "intensity", marks)
    labels.line_legend(drawing, ax, roof_lines.legend(bandwidth), below=names + 1)
    return drawing


def _draw_roofs(
    ax: Axes, compute: Sequence[RoofLine], bandwidth: Sequence[RoofLine], *, right: bool
) -> None:
    """Slanted and flat roofs with their ridges; the flat one's words at the right or left."""
    (x_low, x_high), (_, y_high) = ax.get_xlim(), ax.get_ylim()
    peak = max((r.value for r in compute), default=float("inf"))
    for roof in bandwidth:
        roof_lines.draw_bandwidth(ax, roof, min(peak, y_high))
        ridge = peak / roof.value
        if x_low < ridge < x_high:
            ax.plot([ridge], [peak], "o", markersize=3.4, color=ROLES["muted"][0], zorder=2)
    for roof in compute:
        start = max(x_low, peak / max((b.value for b in bandwidth), default=peak / x_low))
        ax.plot([start, x_high], [roof.value] * 2, color=ROLES["ink"][0], linewidth=1.4)
        text = f"{roof.label}: {units.flop_rate(roof.value)}"
        # Dots above the roof are at its right end, where there is work enough for them.
        x, side = (x_high * 0.97, "right") if right else (start * 1.1, "left")
        chart.note(ax, x, roof.value * 1.06, text, ha=side, va="bottom")


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


def _angle_on_paper(ax: Axes) -> float:
    """The angle at which y = x rises on this log-log plot, in degrees."""
    box = ax.get_position()
    width_in, height_in = ax.figure.bbox.width / chart.DPI, ax.figure.bbox.height / chart.DPI
    wide = box.width * width_in / np.log10(ax.get_xlim()[1] / ax.get_xlim()[0])
    high = box.height * height_in / np.log10(ax.get_ylim()[1] / ax.get_ylim()[0])
    return float(np.degrees(np.arctan2(high, wide)))


def over_flop_per_call(
    points: pd.DataFrame,
    roofs: Sequence[RoofLine],
    dtype: str,
    threads: int,
    marks: Mapping[str, Mark],
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Achieved rate over textbook FLOP per NumPy call, under the roof of call overhead."""
    frame = _of(points, dtype, threads)
    frame = frame[frame["calls"].gt(0)]
    if frame.empty:
        return None
    frame = frame.assign(per_call=frame["flop"] / frame["calls"])
    fixed = (frame["per_call"] / frame["overhead_flop_per_s"]).replace(np.inf, np.nan).dropna()
    peak = max((r.value for r in roofs if r.kind == "compute"), default=0.0)
    drawing, (ax,) = chart.picture(
        stem,
        _title_per_call(frame),
        "Effective rate over textbook FLOP per NumPy call: how much work one call is given. "
        "The slanted band is the roof of call overhead (fixed cost of a call: median, 10th "
        "to 90th percentile over the points); n½ is where it meets the best GEMM, so that "
        "half of a call's time is overhead.",
        chart.Paper(
            height_in=4.8,
            left_in=_RATE_LEFT_IN,
            marks=len(frame),
            legend=frame["implementation"].nunique(),
            narrow=narrow,
        ),
    )
    cost = float(fixed.median()) if len(fixed) else 0.0
    n_half = [cost * peak] if cost and peak else []
    x_low, x_high = ticks.padded([*frame["per_call"], *n_half], 0.06)
    y_low, y_high = ticks.padded([*frame["flop_per_s"], *([peak] if peak else [])], 0.05)
    ticks.log_axis(ax, "x", x_low, x_high, ticks.tick_flop, most=5 if narrow else 9)
    ticks.log_axis(ax, "y", y_low, y_high * 1.3, ticks.tick_rate)
    ax.set_xlabel("textbook FLOP per call")
    ax.set_ylabel("effective rate")
    if cost:
        _draw_overhead(ax, fixed, cost, peak)
    if peak:
        ax.plot(
            [max(x_low, *n_half, x_low), x_high], [peak, peak], color=ROLES["ink"][0], lw=1.4
        )
        text = f"best GEMM {units.flop_rate(peak)}"
        chart.note(ax, x_high * 0.95, peak * 1.06, text, ha="right", va="bottom")
    for n in n_half:
        ax.plot([n], [peak], "o", markersize=4, color=ROLES["muted"][0], zorder=2)
        ax.plot([n, n], [y_low, peak], color=ROLES["axis"][0], lw=0.8, linestyle=(0, (2, 3)))
        chart.note(ax, n * 0.93, y_low * 1.3, f"n½ {_round(n)} FLOP", ha="right")
    _draw_points(drawing, ax, frame, "per_call", marks)
    return drawing


def _draw_overhead(ax: Axes, fixed: pd.Series, cost: float, peak: float) -> None:
    low, high = (float(v) for v in fixed.quantile([0.1, 0.9]))
    x_low, x_high = ax.get_xlim()
    x = np.geomspace(x_low, x_high, 60)
    top = peak or ax.get_ylim()[1]
    shade = ROLES["shade"][0]
    ax.fill_between(
        x, np.minimum(x / high, top), np.minimum(x / low, top), color=shade, linewidth=0
    )
    ax.plot(x, np.minimum(x / cost, top), color=ROLES["muted"][0], linewidth=1.1)
    # Above the band, where no point can lie that is not above its roof.
    at = max(x_low, ax.get_ylim()[0] * low) * 1.6
    chart.note(
        ax,
        at,
        at / low * _ABOVE_BAND,
        f"call overhead, {units.time(cost)} a call",
        rotation=_angle_on_paper(ax),
        rotation_mode="anchor",
        va="bottom",
        fontsize=7.5,
    )


def _draw_points(
    drawing: Picture, ax: Axes, frame: pd.DataFrame, x: str, marks: Mapping[str, Mark]
) -> int:
    """Draw all marks with their legend; returns how many names it has."""
    names = []
    for name, part in selection.by_implementation(frame):
        names.append(name)
        chart.draw_series(
            drawing,
            ax,
            name,
            marks[name],
            chart.Series(
                part[x],
                part["flop_per_s"],
                part.index,
                low=(part["flop"] / part["high_s"]),
                high=(part["flop"] / part["low_s"]),
                joined=False,
            ),
        )
    labels.direct_labels(drawing, ax, [(n, marks[n], None) for n in in_order(names, marks)])
    return len(names)


def _of(points: pd.DataFrame, dtype: str, threads: int) -> pd.DataFrame:
    frame = selection.measured(points)
    frame = frame[frame["dtype"].eq(dtype) & frame["threads"].eq(threads)]
    return frame[frame["intensity"].gt(0) & frame["flop_per_s"].gt(0)]


def _threads(threads: int) -> str:
    return "1 BLAS thread" if threads == 1 else f"{threads} BLAS threads"


_BOUNDS = {
    "overhead": "overhead-bound",
    "memory": "memory-bound",
    "compute": "compute-bound",
    WORK: "bound by their inner loops",
}


def _title(frame: pd.DataFrame, dtype: str, threads: int) -> str:
    """How many points hang under which roof, and how close the best comes."""
    known = frame[frame["bound"].isin(_BOUNDS)]
    if known.empty:
        return f"Effective rate over arithmetic intensity, {dtype}, {_threads(threads)}"
    tally = known["bound"].value_counts()
    kind, count = str(tally.index[0]), int(tally.iloc[0])
    # To be all overhead is nothing to be proud of.
    own = known["family"].ne(CHOICE)
    under_machine = known["bound"].isin(["memory", "compute"])
    working = known[own & under_machine & known["of_attainable"].gt(0)]
    reach: Any = working.iloc[int(working["of_attainable"].argmax())] if len(working) else None
    text = f"{dtype}, {_threads(threads)}: {count} of {len(known)} points are {_BOUNDS[kind]}"
    above = int(known["above_roof"].fillna(False).astype(bool).sum())
    if above:
        ending = "s above a roof: units, counts or a stale ceiling are wrong"
        return f"{text}; {above} point{ending if above > 1 else ending[1:]}"
    if reach is not None:
        text += (
            f"; {reach['implementation']} comes closest to its {reach['bound']} roof "
            f"({units.percent(reach['of_attainable'])})"
        )
    return text


def _title_per_call(frame: pd.DataFrame) -> str:
    """The spread of work per call, from the poorest to the richest implementation."""
    medians = frame.groupby("implementation")["per_call"].median().sort_values()
    if len(medians) == 1:
        return f"{medians.index[0]} gives each call {_round(medians.iloc[0])} FLOP"
    return (
        f"A call of {medians.index[0]} does {_round(medians.iloc[0])} FLOP, one of "
        f"{medians.index[-1]} {_round(medians.iloc[-1])} (medians over the points)"
    )


def _round(flop: float) -> str:
    """A count to three digits: 25690112 → '25,700,000'."""
    return units.count(float(units.three_digits(flop)))
