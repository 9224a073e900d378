"""Figures of time over whatever an experiment varies, one per experiment."""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.analysis.run.crossovers import ATTEMPTS
from profiler_suite.model.experiment import Experiment
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, crossing_bands, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import Mark
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure_of_experiment
from profiler_suite.workloads import wording

_MOST_PANELS = 3
_MOST_BANDS = 4


@figure_of_experiment("axes", ("time",))
def time_of_experiment(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
    """Time over the number that the experiment varies."""
    if selection.is_swept(experiment, known.points):
        crossings = known.crossovers
        own = crossings[crossings["experiment"] == experiment.name]
        name = stem("time", experiment.name)
        yield chart.twins(time_over_axis, experiment, known.points, known.marks, own, name)


def time_over_axis(
    experiment: Experiment,
    points: pd.DataFrame,
    marks: Mapping[str, Mark],
    crossings: pd.DataFrame,
    stem: str,
    *,
    narrow: bool = False,
) -> Picture | None:
    """Time of one evaluation over the experiment's axis; None when nothing was measured."""
    axis = experiment.axis
    frame = selection.measured(selection.of_experiment(points, experiment.name))
    frame = frame[frame[axis].notna()]
    if frame.empty:
        return None
    others = selection.other_variables(frame, axis)
    parts = selection.panels(frame, others, _MOST_PANELS)
    if narrow and len(parts) > 1:
        return None  # panels side by side do not get narrower
    title = _title(parts, axis)
    x_limits = ticks.padded(frame[axis].tolist(), 0.05)
    shown = [
        crossing_bands.place(
            _shown(crossings, heading, part, axis), x_limits, len(parts), narrow=narrow
        )
        for heading, part in parts
    ]
    above_in = crossing_bands.room_for(shown)
    drawing, axes = chart.picture(
        stem,
        title,
        "Time of one evaluation, lower is better; both axes are logarithmic. Bars are 95 % "
        "intervals, often smaller than the marks."
        + (" Dotted: where one family overtakes another, with its interval." * any(shown)),
        chart.Paper(
            panels=len(parts),
            top_in=above_in,
            height_in=4.3,
            marks=len(frame),
            legend=frame["implementation"].nunique() if narrow else 0,
            narrow=narrow,
        ),
    )
    y_limits = ticks.padded([*frame["low_s"], *frame["high_s"]], 0.05)
    for ax, (heading, part), own_bands in zip(axes, parts, shown, strict=True):
        values = sorted(part[axis].unique())
        ticks.log_axis(ax, "x", *x_limits, at=_few(values, 5 if narrow else 9))
        ticks.log_axis(ax, "y", *y_limits, ticks.tick_time)
        ax.set_xlabel(wording.heading(axis))
        ax.grid(visible=False, axis="x")
        if heading:
            ax.set_title(heading, loc="left", pad=6 + 72 * above_in)
        for band in own_bands:
            crossing_bands.draw(ax, band)
        ends = _draw_times(drawing, ax, part.sort_values(axis), axis, marks)
    axes[0].set_ylabel("time of one evaluation")
    names = [name for name, _ in selection.by_implementation(frame)]
    present = [(name, marks[name], ends[name]) for name in names if name in ends]
    labels.direct_labels(drawing, axes[-1], present)
    return drawing


def _draw_times(
    drawing: Picture, ax: Axes, part: pd.DataFrame, axis: str, marks: Mapping[str, Mark]
) -> dict[str, float]:
    """One panel's series; returns the time at which each one ends."""
    ends = {}
    for name, own in selection.by_implementation(part):
        low, high = own["low_s"], own["high_s"]
        series = chart.Series(own[axis], own["time_s"], own.index, low=low, high=high)
        chart.draw_series(drawing, ax, name, marks[name], series)
        ends[name] = float(own["time_s"].iloc[-1])
    return ends


def _title(parts: list[tuple[str, pd.DataFrame]], axis: str) -> str:
    """Who is fastest, and what the axis costs; the news first.

    With several panels, for the last one and, where there is room, who is fastest in
    the first.
    """
    found = [selection.fastest_along(part, axis) for _, part in parts]
    sentences = [selection.sentence_of_fastest(leads, axis) for leads in found]
    growth = growth_along(parts[-1][1], axis)
    if len(set(sentences)) == 1:
        same_lead = len({lead.implementation for lead in found[-1]}) == 1
        said = [growth, sentences[0]] if same_lead else [sentences[0], growth]
    else:
        first = f"{parts[0][0]}: {sentences[0]}"
        said = [f"{parts[-1][0]}: {growth or sentences[-1]}"]
        said += [sentences[-1]] if growth else []
        said += [first]
    if said[0] == growth:
        said[0] = growth[:1].upper() + growth[1:]
    return chart.longest_title([text for text in said if text])


def growth_along(frame: pd.DataFrame, axis: str) -> str:
    """How the time of the least and the most growing one goes along the axis; maybe empty.

    Of those that were measured at both ends, against the growth of the work.
    """
    own = selection.rivals(frame).sort_values(axis)
    low, high = own[axis].min(), own[axis].max()
    ends = {
        name: (part.iloc[0], part.iloc[-1])
        for name, part in selection.by_implementation(own)
        if (part[axis].iloc[0], part[axis].iloc[-1]) == (low, high)
    }
    if low == high or len(ends) < 2:
        return ""
    grown = {name: float(b["time_s"] / a["time_s"]) for name, (a, b) in ends.items()}
    least, most = min(grown, key=grown.__getitem__), max(grown, key=grown.__getitem__)
    start, end = ends[least]
    work = f" ({_times(end['flop'] / start['flop'])} the FLOP)" if start["flop"] else ""
    return (
        f"{wording.noun(axis)} {high:g} instead of {low:g}{work} takes {least} "
        f"{_times(grown[least])} the time, {most} {_times(grown[most]).removesuffix(' of')}"
    )


def _times(ratio: float) -> str:
    """'3.00×' the time, but '6.8 % of' it."""
    return units.ratio(ratio) if ratio >= 1 else f"{units.percent(ratio)} of"


def _few(values: list[float], most: int) -> list[float]:
    """The measured values as ticks, thinned out where they would collide."""
    step = -(-len(values) // most)
    return values[::step]


def _shown(
    crossings: pd.DataFrame, heading: str, frame: pd.DataFrame, axis: str
) -> list[crossing_bands.Crossing]:
    """Crossings of neighbouring attempts, and where the fastest family changes.

    The others are in the list below the figure.
    """
    family = dict(zip(frame["implementation"], frame["family"], strict=True))
    lead = [family[e.implementation] for e in selection.fastest_along(frame, axis)]
    changes = set(itertools.pairwise(lead))
    ends = crossings[["faster_before", "faster_after"]]
    steps = {*itertools.pairwise(ATTEMPTS), *itertools.pairwise(reversed(ATTEMPTS))}
    worth = [(a, b) in changes | steps for a, b in ends.itertuples(index=False)]
    own = crossings[np.array(worth, dtype=bool) & crossings["setting"].eq(heading)]
    return [
        (
            row.at,
            row.low,
            row.high,
            f"{row.faster_before} → {row.faster_after} {units.three_digits(row.at)}",
        )
        for row in selection.rows(own.head(_MOST_BANDS))
    ]
