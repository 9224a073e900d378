"""The roofline of call overhead: rate over FLOP per call."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.report.drawing import chart, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import FAMILIES, ROLES
from profiler_suite.report.figures.roofline_setting import (
    LARGER,
    RATE_LEFT_IN,
    RooflineSetting,
    draw_points,
)

# How far above the band of call overhead its words stand.
_ABOVE_BAND = 1.5


def over_flop_per_call(
    setting: RooflineSetting,
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Achieved rate over textbook FLOP per NumPy call, under the roof of call overhead."""
    frame = setting.frame()
    frame = frame[frame["calls"].gt(0)]
    if frame.empty:
        return None
    frame = frame.assign(per_call=frame["flop"] / frame["calls"])
    fixed = (frame["per_call"] / frame["overhead_flop_per_s"]).replace(np.inf, np.nan).dropna()
    peak = max((r.value for r in setting.roofs if r.kind == "compute"), default=0.0)
    drawing, (ax,) = chart.picture(
        stem,
        _title_per_call(frame),
        "Rate over textbook FLOP per NumPy call. The slanted line is the per-call cost roof, "
        "its band the 10th to 90th percentile. Left of n½, a call costs more than its "
        f"arithmetic. {LARGER}",
        chart.Paper(
            height_in=4.8,
            left_in=RATE_LEFT_IN,
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
        chart.note(ax, n * 0.93, y_low * 4, f"n½ {_round(n)} FLOP", ha="right")
        _draw_halves(ax, n)
    draw_points(drawing, ax, frame, "per_call", setting)
    return drawing


def _draw_halves(ax: Axes, n_half: float) -> None:
    """The split in two: where calls cost more than arithmetic, and where less."""
    (x_low, x_high), (y_low, _) = ax.get_xlim(), ax.get_ylim()
    ax.axvspan(x_low, n_half, color=FAMILIES["loop"][0][0], alpha=0.05, linewidth=0, zorder=0)
    halves = (
        ("limited by per-call cost", x_low, n_half),
        ("limited by arithmetic", n_half, x_high),
    )
    for text, left, right in halves:
        middle = float(np.sqrt(left * right))
        chart.note(
            ax, middle, y_low * 1.25, text, halo=True, ha="center", va="bottom", fontsize=8.5
        )


def _draw_overhead(ax: Axes, fixed: pd.Series, cost: float, peak: float) -> None:
    low, high = (float(v) for v in fixed.quantile([0.1, 0.9]))
    x_low, x_high = ax.get_xlim()
    x = np.geomspace(x_low, x_high, 60)
    top = peak or ax.get_ylim()[1]
    shade = ROLES["shade"][0]
    ax.fill_between(
        x, np.minimum(x / high, top), np.minimum(x / low, top), color=shade, linewidth=0
    )
    ax.plot(x, x / cost, color=FAMILIES["loop"][0][0], linewidth=0.7, alpha=0.5)
    ax.plot(x, np.minimum(x / cost, top), color=FAMILIES["loop"][0][0], linewidth=1.6)
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


def _angle_on_paper(ax: Axes) -> float:
    """The angle at which y = x rises on this log-log plot, in degrees."""
    box = ax.get_position()
    width_in, height_in = ax.figure.bbox.width / chart.DPI, ax.figure.bbox.height / chart.DPI
    wide = box.width * width_in / np.log10(ax.get_xlim()[1] / ax.get_xlim()[0])
    high = box.height * height_in / np.log10(ax.get_ylim()[1] / ax.get_ylim()[0])
    return float(np.degrees(np.arctan2(high, wide)))
