"""Figures of time over whatever an experiment varies, one per experiment."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.model import Experiment
from profiler_suite.report import chart, labels, selection, ticks
from profiler_suite.report.chart import Picture
from profiler_suite.report.style import Mark

_MOST_PANELS = 3
_MOST_BANDS = 3


def time_over_axis(
    experiment: Experiment,
    points: pd.DataFrame,
    marks: Mapping[str, Mark],
    crossovers: pd.DataFrame,
    stem: str,
) -> Picture | None:
    """Time of one evaluation over the experiment's axis; None when nothing was measured."""
    axis = experiment.axis
    frame = selection.measured(selection.of_experiment(points, experiment.name))
    frame = frame[frame[axis].notna()]
    if frame.empty:
        return None
    others = selection.other_variables(frame, axis)
    parts = selection.panels(frame, others, _MOST_PANELS)
    title = _title(parts, axis)
    drawing, axes = chart.picture(
        stem,
        title,
        "Time of one evaluation, lower is better; both axes logarithmic. Bars are 95 % "
        "intervals, often smaller than the marks.",
        panels=len(parts),
        height_in=4.3,
        marks=len(frame),
    )
    x_limits = ticks.padded(frame[axis].tolist(), 0.05)
    y_limits = ticks.padded([*frame["low_s"], *frame["high_s"]], 0.05)
    for ax, (heading, part) in zip(axes, parts, strict=True):
        values = sorted(part[axis].unique())
        ticks.log_axis(ax, "x", *x_limits, at=_few(values))
        ticks.log_axis(ax, "y", *y_limits, ticks.tick_time)
        ax.set_xlabel(selection.AXIS_WORDS.get(axis, axis))
        ax.grid(visible=False, axis="x")
        if heading:
            ax.set_title(heading, loc="left")
        for name, own in selection.by_implementation(part.sort_values(axis)):
            chart.draw_series(
                drawing,
                ax,
                name,
                marks[name],
                own[axis].tolist(),
                own["time_s"].tolist(),
                own.index.tolist(),
                low=own["low_s"].tolist(),
                high=own["high_s"].tolist(),
            )
    if len(parts) == 1:
        _draw_crossovers(axes[0], crossovers, parts[0][1], axis)
    axes[0].set_ylabel("time of one evaluation")
    last = parts[-1][1].sort_values(axis)
    ends = {
        name: float(own["time_s"].iloc[-1]) for name, own in selection.by_implementation(last)
    }
    names = [name for name, _ in selection.by_implementation(frame)]
    present = [(name, marks[name], ends.get(name)) for name in names if name in ends]
    labels.direct_labels(drawing, axes[-1], present)
    return drawing


def _title(parts: list[tuple[str, pd.DataFrame]], axis: str) -> str:
    """Who is fastest; with several panels, for the first and the last."""
    sentences = [
        selection.sentence_of_fastest(selection.fastest_along(part, axis), axis)
        for _, part in parts
    ]
    if len(set(sentences)) == 1:
        return sentences[0]
    chosen = [(parts[0][0], sentences[0]), (parts[-1][0], sentences[-1])]
    return "; ".join(f"{heading}: {text}" for heading, text in chosen)


def _few(values: list[float]) -> list[float]:
    """The measured values as ticks, thinned out where they would collide."""
    step = -(-len(values) // 9)
    return values[::step]


def _draw_crossovers(
    ax: Axes, crossovers: pd.DataFrame, frame: pd.DataFrame, axis: str
) -> None:
    """Bands where the fastest family changes; the other crossings are in the list below."""
    family = dict(zip(frame["implementation"], frame["family"], strict=True))
    best = {family[e.implementation] for e in selection.fastest_along(frame, axis)}
    between = crossovers["faster_before"].isin(best) & crossovers["faster_after"].isin(best)
    for row in selection.rows(crossovers[between].head(_MOST_BANDS)):
        text = f"{row.faster_before} → {row.faster_after} {units.three_digits(row.at)}"
        chart.vertical_band(ax, row.at, row.low, row.high, text)
