"""Figures of time over whatever an experiment varies, one per experiment."""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.crossovers import ATTEMPTS
from profiler_suite.model import Experiment
from profiler_suite.report import bands, chart, labels, selection, ticks
from profiler_suite.report.chart import Picture
from profiler_suite.report.style import Mark

_MOST_PANELS = 3
_MOST_BANDS = 4


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
    x_limits = ticks.padded(frame[axis].tolist(), 0.05)
    shown = [
        bands.place(_shown(crossovers, heading, part, axis), x_limits, len(parts))
        for heading, part in parts
    ]
    above_in = bands.room_for(shown)
    drawing, axes = chart.picture(
        stem,
        title,
        "Time of one evaluation, lower is better; both axes logarithmic. Bars are 95 % "
        "intervals, often smaller than the marks."
        + (" Dotted: where one family overtakes another, with its interval." * any(shown)),
        panels=len(parts),
        top_in=above_in,
        height_in=4.3,
        marks=len(frame),
    )
    y_limits = ticks.padded([*frame["low_s"], *frame["high_s"]], 0.05)
    for ax, (heading, part), own_bands in zip(axes, parts, shown, strict=True):
        values = sorted(part[axis].unique())
        ticks.log_axis(ax, "x", *x_limits, at=_few(values))
        ticks.log_axis(ax, "y", *y_limits, ticks.tick_time)
        ax.set_xlabel(selection.AXIS_WORDS.get(axis, axis))
        ax.grid(visible=False, axis="x")
        if heading:
            ax.set_title(heading, loc="left", pad=6 + 72 * above_in)
        for band in own_bands:
            bands.draw(ax, band)
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


def _shown(
    crossovers: pd.DataFrame, heading: str, frame: pd.DataFrame, axis: str
) -> list[bands.Crossing]:
    """Crossings of neighbouring attempts, and where the fastest family changes.

    The others are in the list below the figure.
    """
    family = dict(zip(frame["implementation"], frame["family"], strict=True))
    lead = [family[e.implementation] for e in selection.fastest_along(frame, axis)]
    changes = set(itertools.pairwise(lead))
    ends = crossovers[["faster_before", "faster_after"]]
    steps = {*itertools.pairwise(ATTEMPTS), *itertools.pairwise(reversed(ATTEMPTS))}
    worth = [(a, b) in changes | steps for a, b in ends.itertuples(index=False)]
    own = crossovers[np.array(worth, dtype=bool) & crossovers["setting"].eq(heading)]
    return [
        (
            row.at,
            row.low,
            row.high,
            f"{row.faster_before} → {row.faster_after} {units.three_digits(row.at)}",
        )
        for row in selection.rows(own.head(_MOST_BANDS))
    ]
