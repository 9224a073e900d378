"""The figure of named problems' rates: what gets done, and what is executed for it."""

from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.model.experiment import Experiment
from profiler_suite.model.workload import PEER
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark, in_order
from profiler_suite.report.figures import named_rows
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure_of_experiment


@figure_of_experiment("axes", ("rate",))
def named_rates(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
    """The rates of an experiment that varies no number, where fewer operations are executed."""
    if named_rows.has_names(known, experiment):
        name, peaks = stem("rate", experiment.name), named_rows.peaks_by_setting(known)
        yield rate_per_name(experiment, known.points, known.marks, peaks, name)


def rate_per_name(
    experiment: Experiment,
    points: pd.DataFrame,
    marks: Mapping[str, Mark],
    peaks: Mapping[tuple[str, int], float],
    stem: str,
) -> Picture | None:
    """Effective and executed rates of the fastest of each kind; None where they are the same.

    `peaks` are FLOP/s by dtype and thread count.
    """
    frame = selection.measured(selection.of_experiment(points, experiment.name))
    counted = frame[frame["flop_per_s"].gt(0) & frame["executed_flop"].gt(0)]
    frame = named_rows.with_rows(counted)
    rows = named_rows.names(frame)[: named_rows.MOST]
    shown = _fastest_of_each_kind(frame[frame["row"].isin(rows)])
    fewer = selection.executing_fewer(shown)
    if fewer.empty:
        return None
    place = {name: number for number, name in enumerate(rows)}
    drawing, (ax,) = chart.picture(
        stem,
        _title(shown, fewer),
        "A mark is the effective rate: textbook FLOP over time. Where fewer FLOP are executed "
        "than the textbook counts, a line leads to the executed rate. The line across all rows "
        "is the peak, the best GEMM rate. "
        "A row shows the fastest that executes fewer, the fastest that does not, and the "
        "fastest that is not NumPy.",
        named_rows.paper(rows, marks=len(shown), legend=shown["implementation"].nunique() + 1),
    )
    tops = [peaks[key] for key in _settings(shown) if peaks.get(key)]
    executed = _executed(fewer)
    low, high = ticks.padded([*shown["flop_per_s"], *executed, *tops], 0.04)
    ticks.log_axis(ax, "x", low, high, ticks.tick_rate)
    named_rows.draw_axes(ax, rows, "effective rate")
    for top in tops:
        ax.axvline(top, color=ROLES["ink"][0], linewidth=1.0, zorder=1)
    _draw_executed(ax, fewer, place, marks)
    for name, part in selection.by_implementation(shown):
        y = part["row"].map(place)
        series = chart.Series(part["flop_per_s"], y, part.index, joined=False, horizontal=True)
        chart.draw_series(drawing, ax, name, marks[name], series)
    names = in_order(set(shown["implementation"]), marks)
    labels.direct_labels(drawing, ax, [(name, marks[name], None) for name in names])
    return drawing


def _fastest_of_each_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each row the fastest that executes fewer operations, the fastest other, and peer."""
    fewer = selection.executing_fewer(frame).index
    kind = pd.Series("as many", frame.index)
    kind = kind.mask(frame.index.isin(fewer), "fewer").mask(frame["family"].eq(PEER), PEER)
    fastest = frame.groupby([frame["row"], kind])["time_s"].idxmin()
    return frame.loc[sorted(fastest)]


def _settings(frame: pd.DataFrame) -> list[tuple[str, int]]:
    return sorted(
        {(str(d), int(t)) for d, t in zip(frame["dtype"], frame["threads"], strict=True)}
    )


def _executed(frame: pd.DataFrame) -> "pd.Series[float]":
    return frame["executed_flop"] / frame["time_s"]


def _title(shown: pd.DataFrame, fewer: pd.DataFrame) -> str:
    """On how many problems fewer operations are faster, and how far the two rates part."""
    most = (fewer["flop_per_s"] / _executed(fewer)).max()
    own = shown[shown["family"].ne(PEER)]
    won = set(own.loc[own.groupby("row")["time_s"].idxmin()].index) & set(fewer.index)
    tried = fewer["row"].nunique()
    return (
        f"Fewer FLOP are faster on {len(won)} of the {tried} problems where they were tried; "
        f"the effective rate is up to {units.ratio(most)} the executed one"
    )


def _draw_executed(
    ax: Axes, fewer: pd.DataFrame, place: Mapping[str, int], marks: Mapping[str, Mark]
) -> None:
    """Lines from the effective rates to the executed ones, which end in an upright bar."""
    for name, rate, executed, row in zip(
        fewer["implementation"],
        fewer["flop_per_s"],
        _executed(fewer),
        fewer["row"],
        strict=True,
    ):
        y, colour = place[str(row)], marks[str(name)].colour
        ax.plot([executed, rate], [y, y], color=colour, linewidth=0.8, zorder=1)
        ax.plot([executed] * 2, [y - 0.25, y + 0.25], color=colour, linewidth=1.6, zorder=1)
