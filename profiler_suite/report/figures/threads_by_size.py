"""The figure of thread scaling over problem size: from where on more threads pay."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart, crossing_bands, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark

_MOST_PANELS = 3
_FEWEST_SIZES = 3
_TICKS = (0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 16, 32, 64, 128)


def over_size(
    scaling: pd.DataFrame,
    pays: pd.DataFrame,
    points: pd.DataFrame,
    marks: Mapping[str, Mark],
    stem: str,
) -> Picture | None:
    """Speed-up over FLOP, a panel per thread count; None with fewer than three sizes.

    `scaling` and `pays` are ``analysis.scaling``'s, `scaling` of one experiment.
    """
    frame = scaling[scaling["threads"].gt(1) & scaling["flop"].gt(0)]
    if frame.empty or frame.groupby("implementation")["flop"].nunique().max() < _FEWEST_SIZES:
        return None
    frame = _with_points(frame, points)
    counts = sorted(frame["threads"].unique())
    if len(counts) > _MOST_PANELS:  # evenly chosen: the ends and one between
        chosen = np.linspace(0, len(counts) - 1, _MOST_PANELS).round().astype(int)
        counts = [counts[n] for n in chosen]
    left_out = frame["threads"].nunique() - len(counts)
    x_limits = ticks.padded(frame["flop"].tolist(), 0.05)
    own = pays[pays["experiment"].isin(frame["experiment"])]
    placed = [
        crossing_bands.place(_crossings(own[own["threads"] == count]), x_limits, len(counts))
        for count in counts
    ]
    above_in = crossing_bands.room_for(placed)
    drawing, axes = chart.picture(
        stem,
        _title(frame[frame["threads"] == counts[-1]], own[own["threads"] == counts[-1]]),
        "Speed-up over one BLAS thread with 95 % intervals, over the work of one evaluation. "
        "Above the line at 1, threads help; below it, they hurt. The dotted line is the ideal: "
        "as many times as there are threads."
        + (f" {left_out} more thread counts are in the table." if left_out else ""),
        chart.Paper(panels=len(counts), height_in=3.6, top_in=above_in, marks=len(frame)),
    )
    low, high = _limits(frame, counts[-1])
    for ax, count, own_bands in zip(axes, counts, placed, strict=True):
        part = frame[frame["threads"] == count].sort_values("flop")
        ticks.log_axis(ax, "x", *x_limits, ticks.tick_flop, most=6 if len(counts) > 1 else 9)
        at = [t for t in _TICKS if low < t < high]
        ticks.log_axis(ax, "y", low, high, lambda v: f"{v:g}×", at=at)
        ax.axhspan(low, 1, color=ROLES["shade"][0], linewidth=0, zorder=0)
        ax.axhline(1, color=ROLES["muted"][0], linewidth=1)
        ax.axhline(count, color=ROLES["muted"][0], linewidth=1, linestyle=(0, (1, 2)))
        ax.grid(visible=False, axis="x")
        ax.set_xlabel("textbook FLOP of one evaluation")
        if len(counts) > 1:
            ax.set_title(f"{count} threads", loc="left", pad=6 + 72 * above_in)
        for band in own_bands:
            crossing_bands.draw(ax, band)
        ends = _draw_speed_ups(drawing, ax, part, marks)
    axes[0].set_ylabel("speed-up over one thread")
    labels.direct_labels(drawing, axes[-1], ends)
    return drawing


def _limits(frame: pd.DataFrame, threads: int) -> tuple[float, float]:
    """What the axis of speed-ups shows."""
    least = float(frame["speedup"].min())
    low = min(0.8, max(float(frame["low"].min()) * 0.95, least / 2))
    # An interval that is open upwards leaves the figure; the table has its end.
    most = max(threads, float(frame["speedup"].max()))
    high = max(threads * 1.15, min(float(frame["high"].max()) * 1.06, 2 * most))
    return low, high


def _draw_speed_ups(
    drawing: Picture, ax: Axes, part: pd.DataFrame, marks: Mapping[str, Mark]
) -> list[tuple[str, Mark, float | None]]:
    """One panel's series; returns each name with its mark and where it ends."""
    ends: list[tuple[str, Mark, float | None]] = []
    for name, own in selection.by_implementation(part):
        series = chart.Series(
            own["flop"],
            own["speedup"],
            own["point"],
            low=own["low"],
            high=own["high"],
            joined=own["dtype"].nunique() == 1,
        )
        chart.draw_series(drawing, ax, name, marks[name], series)
        ends.append((name, marks[name], float(own["speedup"].iloc[-1])))
    return ends


def _with_points(frame: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """The frame with the row in the points table of every speed-up."""
    keys = ["experiment", "implementation", "problem", "dtype", "threads"]
    first = selection.measured(points).reset_index(names="point").drop_duplicates(keys)
    return frame.merge(first[[*keys, "point"]], on=keys, how="inner")


def _crossings(pays: pd.DataFrame) -> list[crossing_bands.Crossing]:
    return [
        (
            row.at_flop,
            row.low_flop,
            row.high_flop,
            f"{row.implementation}: {row.threads} threads overtake 1",
        )
        for row in selection.rows(pays)
    ]


def _title(frame: pd.DataFrame, pays: pd.DataFrame) -> str:
    """From where on the most threads pay, and how much at best; or that they never do."""
    threads = int(frame["threads"].iloc[0])
    helped = frame[frame["low"] > 1]
    hurt = frame[frame["high"] < 1]
    if helped.empty:
        word = "hurt" if len(hurt) == len(frame) else "make no difference beyond noise or hurt"
        return f"{threads} threads {word if len(hurt) else word.removesuffix(' or hurt')}"
    best = helped.iloc[int(helped["speedup"].argmax())]
    text = f"{threads} threads"
    if len(pays):
        first = pays.iloc[0]
        text += (
            f" beat 1 from {ticks.tick_flop(float(units.three_digits(first['at_flop'])))}FLOP "
            f"on ({first['implementation']})"
        )
    else:
        text += f" help in {len(helped)} of {len(frame)} cases"
    text += f", at most {units.ratio(best['speedup'])} ({best['implementation']} "
    text += f"{best['problem']})"
    return text + (f", and hurt in {len(hurt)}" if len(hurt) else "")
