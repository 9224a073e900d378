"""The figure of named problems: one row per layer, one mark per implementation."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
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


@figure_of_experiment("axes", ("time",))
def named_problems(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
    """The problems of an experiment that varies no number, by their names."""
    if named_rows.has_names(known, experiment):
        name, peaks = stem("time", experiment.name), named_rows.peaks_by_setting(known)
        yield time_per_name(experiment, known.points, known.marks, peaks, name)


def time_per_name(
    experiment: Experiment,
    points: pd.DataFrame,
    marks: Mapping[str, Mark],
    peaks: Mapping[tuple[str, int], float],
    stem: str,
) -> Picture | None:
    """Time of every named problem (rows) by implementation; None when nothing was measured.

    `peaks` are FLOP/s by dtype and thread count.
    """
    frame = selection.measured(selection.of_experiment(points, experiment.name))
    if frame.empty:
        return None
    frame = named_rows.with_rows(frame)
    title = _title(frame, peaks)
    rows = named_rows.names(frame)
    left_out = max(0, len(rows) - named_rows.MOST)
    rows = rows[: named_rows.MOST]
    frame = frame[frame["row"].isin(rows)]
    place = {name: number for number, name in enumerate(rows)}
    drawing, (ax,) = chart.picture(
        stem,
        title,
        "Time of one evaluation (logarithmic, lower is better). The grey line joins the "
        "fastest to the slowest; its number says how many times longer the slowest takes."
        + (f" {left_out} more rows are in the table." if left_out else "")
        + (f" Upright bars are the line to beat: {_peers(frame)}." * bool(_peers(frame))),
        named_rows.paper(rows, marks=len(frame), legend=frame["implementation"].nunique()),
    )
    low, high = ticks.padded([*frame["low_s"], *frame["high_s"]], 0.03)
    ticks.log_axis(ax, "x", low, high * 1.45, ticks.tick_time)
    named_rows.draw_axes(ax, rows, "time of one evaluation")
    _draw_spans(ax, frame, place)
    for name, part in selection.by_implementation(frame):
        y = part["row"].map(place)
        low_s, high_s = part["low_s"], part["high_s"]
        series = chart.Series(
            part["time_s"], y, part.index, low_s, high_s, joined=False, horizontal=True
        )
        chart.draw_series(drawing, ax, name, marks[name], series)
    labels.direct_labels(
        drawing,
        ax,
        [(n, marks[n], None) for n in in_order(set(frame["implementation"]), marks)],
    )
    return drawing


def _draw_spans(ax: Axes, frame: pd.DataFrame, place: Mapping[str, int]) -> None:
    """From the fastest to the slowest of each row, and the line to beat."""
    for name, part in frame.groupby("row", sort=False):
        y, best, worst = place[str(name)], part["time_s"].min(), part["time_s"].max()
        ax.plot([best, worst], [y, y], color=ROLES["axis"][0], linewidth=1.0, zorder=1)
        if worst > best:
            chart.note(
                ax,
                part["high_s"].max() * 1.09,
                y,
                units.ratio(worst / best),
                va="center",
                fontsize=7.2,
            )
    for name, part in frame[frame["family"].eq(PEER)].groupby("row", sort=False):
        y, fastest = place[str(name)], part["time_s"].min()
        ax.plot([fastest, fastest], [y - 0.42, y + 0.42], color=ROLES["ink"][0], linewidth=1.4)


def _peers(frame: pd.DataFrame) -> str:
    """The peers that were measured, in words; empty without any."""
    names = sorted(set(frame.loc[frame["family"].eq(PEER), "implementation"]))
    return f"the fastest of {', '.join(names)}" if names else ""


def _title(frame: pd.DataFrame, peaks: Mapping[tuple[str, int], float]) -> str:
    """How close to the peak the fastest are, whether fewer FLOP win, who is fastest."""
    wins = selection.fastest_along(frame, "row")
    tally = pd.Series([w.implementation for w in wins]).value_counts()
    ties = sum(bool(w.tied) for w in wins)
    first, count = str(tally.index[0]), int(tally.iloc[0])
    if len(wins) == 1:
        text = f"{first} is fastest" + (", within noise of another" if ties else "")
    else:
        text = f"{first} is fastest on {count} of {len(wins)} problems"
        text += f" ({ties} within noise of another)" if ties else ""
    said = [_share_of_peak(frame, wins, peaks), _fewer_flop(frame, wins), text]
    return chart.longest_title([part for part in said if part])


def _share_of_peak(
    frame: pd.DataFrame,
    wins: Sequence[selection.Fastest],
    peaks: Mapping[tuple[str, int], float],
) -> str:
    """The rate of the fastest over the best GEMM's; empty where that is not known."""
    won = frame.loc[[w.row for w in wins]]
    peak = np.array(
        [peaks.get(key, 0.0) for key in zip(won["dtype"], won["threads"], strict=True)]
    )
    rate = (won["executed_flop"] / won["time_s"]).to_numpy()
    known = (peak > 0) & (rate > 0)
    if not known.any():
        return ""
    share = float(np.exp(np.log(rate[known] / peak[known]).mean()))
    mean = f" (geometric mean of {known.sum()} problems)" if known.sum() > 1 else ""
    return f"The fastest execute {units.percent(share)} of the peak FLOP/s{mean}"


def _fewer_flop(frame: pd.DataFrame, wins: Sequence[selection.Fastest]) -> str:
    """How often what executes fewer FLOP than the textbook counts wins, where it was tried."""
    fewer = selection.executing_fewer(selection.rivals(frame))
    tried = set(fewer["row"])
    if not tried:
        return ""
    won = sum(w.row in fewer.index for w in wins)
    return f"fewer FLOP win on {won} of the {len(tried)} where they were tried"
