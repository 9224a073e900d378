"""The figure of thread scaling: speed-up over BLAS threads, where threads help or hurt."""

from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.model.experiment import Experiment
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark
from profiler_suite.report.figures import threads_by_size
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure_of_experiment

_ROW_IN = 0.26
_MOST_ROWS = 40
_TICKS = (0.1, 0.2, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 16, 32, 64, 128)


@figure_of_experiment("threads", ("speedup",))
def thread_scaling(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
    """Speed-up over size where there are sizes enough, else over the number of threads."""
    if experiment.axis != "threads":
        return
    every = known.thread_scaling
    own = every[every["experiment"].eq(experiment.name)]
    name = stem("speedup", experiment.name)
    yield threads_by_size.over_size(
        own, known.threads_pay, known.points, known.marks, name
    ) or speed_up(experiment, known.points, own, known.marks, name)


def speed_up(
    experiment: Experiment,
    points: pd.DataFrame,
    scaling: pd.DataFrame,
    marks: Mapping[str, Mark],
    stem: str,
) -> Picture | None:
    """One row per problem, one mark per thread count: speed-up over one thread."""
    frame = scaling[scaling["experiment"].eq(experiment.name) & scaling["threads"].gt(1)]
    if frame.empty:
        return None
    frame = _with_cells(frame, points[points["experiment"] == experiment.name])
    order = frame.sort_values(["implementation", "dtype", "flop"])["cell"]
    rows = list(dict.fromkeys(order))
    left_out = max(0, len(rows) - _MOST_ROWS)
    if left_out:  # evenly chosen, the ends included
        rows = [rows[round(i * (len(rows) - 1) / (_MOST_ROWS - 1))] for i in range(_MOST_ROWS)]
    place = {cell: number for number, cell in enumerate(rows)}
    title = _title(frame)
    frame = frame[frame["cell"].isin(rows)]
    several_dtypes = frame["dtype"].nunique() > 1
    most = int(frame["threads"].max())
    drawing, (ax,) = chart.picture(
        stem,
        title,
        "Speed-up over one BLAS thread with 95 % intervals. Right of the line at 1, threads "
        "help; left of it, they hurt. The dotted line at the right is the ideal for the most "
        "threads; efficiency is speed-up over threads."
        + (f" {left_out} more rows are in the table." if left_out else ""),
        chart.Paper(height_in=0.9 + _ROW_IN * max(len(rows), 4), left_in=3.1),
    )
    _speed_up_axis(ax, frame, most)
    ax.set_ylim(max(len(rows), 4) - 0.4, -0.6)
    names = [_row_name(cell, several_dtypes) for cell in rows]
    ax.set_yticks(range(len(rows)), [labels.shorten(name, 44) for name in names])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("speed-up over one thread")
    for name, part in frame.groupby("implementation", sort=False):
        chart.draw_series(
            drawing,
            ax,
            str(name),
            marks[str(name)],
            chart.Series(
                part["speedup"],
                [float(place[cell]) for cell in part["cell"]],
                [max(int(p), 0) for p in part["point"]],
                low=part["low"],
                high=part["high"],
                joined=False,
                horizontal=True,
                size=1.15,
            ),
        )
    _note_efficiency(ax, frame, place, most)
    return drawing


def _with_cells(frame: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """The speed-ups with their row in the figure, their point and its FLOP."""
    by_cell = {
        (p.implementation, p.problem, p.dtype, p.threads): (p.Index, p.flop)
        for p in selection.rows(points)
    }
    cells = list(zip(frame["implementation"], frame["problem"], frame["dtype"], strict=True))
    keys = [(*cell, t) for cell, t in zip(cells, frame["threads"], strict=True)]
    return frame.assign(
        cell=pd.Series(cells, index=frame.index, dtype=object),
        point=[by_cell[k][0] if k in by_cell else -1 for k in keys],
        flop=[by_cell[k][1] if k in by_cell else 0.0 for k in keys],
    )


def _speed_up_axis(ax: Axes, frame: pd.DataFrame, most: int) -> None:
    """The axis, with the lines of no gain and of the ideal for the most threads."""
    low = min(0.6, float(frame["low"].min()) * 0.9)
    high = max(most * 1.15, float(frame["high"].max()) * 1.08)
    at = [t for t in _TICKS if low < t < high]
    ticks.log_axis(ax, "x", low, high, lambda v: f"{v:g}×", at=at)
    ax.axvspan(low, 1, color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.axvline(1, color=ROLES["muted"][0], linewidth=1)
    ax.axvline(most, color=ROLES["muted"][0], linewidth=1, linestyle=(0, (1, 2)))


def _note_efficiency(
    ax: Axes, frame: pd.DataFrame, place: Mapping[tuple[str, str, str], int], most: int
) -> None:
    """The efficiency beside each row, or the number of threads above each of several marks."""
    for row in selection.rows(frame):
        if most > 2:
            y = place[row.cell] - 0.3
            chart.note(ax, row.speedup, y, str(row.threads), ha="center", fontsize=7)
            continue
        ax.text(
            1.02,
            place[row.cell],
            f"efficiency {units.percent(row.efficiency)}",
            transform=ax.get_yaxis_transform(),
            va="center",
            fontsize=7.8,
            color=ROLES["muted"][0],
        )


def _row_name(cell: tuple[str, str, str], several_dtypes: bool) -> str:
    implementation, problem, dtype = cell
    return f"{implementation}  {problem}" + (f"  {dtype}" if several_dtypes else "")


def _title(frame: pd.DataFrame) -> str:
    """Where the most threads help most and where they hurt."""
    most = frame["threads"].max()
    top = frame[frame["threads"] == most]
    hurt = top[top["high"] < 1]
    help_ = top[top["low"] > 1]
    if help_.empty and hurt.empty:
        cases = "the only case" if len(top) == 1 else f"any of {len(top)} cases"
        return f"{most} threads make no difference beyond noise in {cases}"
    text = f"{most} threads help in {len(help_) or 'none'} of {units.some(len(top), 'case')}"
    if len(help_):
        best = help_.iloc[int(help_["speedup"].argmax())]
        text += (
            f", at most {units.ratio(best['speedup'])} "
            f"({best['implementation']} {best['problem']})"
        )
    if len(hurt):
        worst = hurt.iloc[int(hurt["speedup"].argmin())]
        text += (
            f", and hurt in {len(hurt)} ({units.ratio(worst['speedup'])} for "
            f"{worst['implementation']} {worst['problem']})"
        )
    return text
