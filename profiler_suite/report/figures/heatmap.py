"""The heat map of a workload's two dimensions: time relative to the best implementation."""

from collections.abc import Iterator

import pandas as pd

from profiler_suite import units
from profiler_suite.model.experiment import Experiment
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import HEAT
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure_of_experiment
from profiler_suite.workloads import wording

# Upper ends of the steps, times the best: within noise, up to half as long
# again, 3 times, 10 times, 100 times, beyond.
_STEPS = (1.05, 1.5, 3, 10, 100)
_MOST_PANELS = 8


@figure_of_experiment("axes", ("heatmap",))
def heat_map(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
    """The grid of a swept experiment."""
    if selection.is_swept(experiment, known.points):
        yield of_grid(experiment, known.points, stem("heatmap", experiment.name))


def of_grid(experiment: Experiment, points: pd.DataFrame, stem: str) -> Picture | None:
    """Cells of the workload's two dimensions per implementation; None unless both vary."""
    frame = selection.measured(selection.of_experiment(points, experiment.name))
    grids = {wording.grid(str(name)) for name in frame["workload"].unique()}
    keys = list(grids.pop()) if len(grids) == 1 else []
    if len(keys) != 2 or any(frame[key].nunique() < 2 for key in keys):
        return None
    frame = frame.loc[frame.groupby(["implementation", *keys])["time_s"].idxmin()]
    frame = frame.assign(
        relative=frame["time_s"] / frame.groupby(keys)["time_s"].transform("min")
    )
    order = frame.groupby("implementation")["relative"].median().sort_values()
    names = [str(name) for name in order.index[:_MOST_PANELS]]
    rows_of, columns_of = (sorted(frame[key].unique()) for key in keys)
    words = [wording.heading(key) for key in keys]
    drawing, axes = chart.picture(
        stem,
        _title(frame, keys),
        "Time relative to the fastest implementation in the same cell (1 is the fastest). "
        f"Rows are {words[0]}, columns {words[1]}. Green is within 1.5 times the fastest; the "
        "stronger the orange, the slower.",
        chart.Paper(
            panels=len(names), height_in=1.15 + 0.36 * len(rows_of), right_in=0.2, gap_in=0.14
        ),
    )
    for ax, name in zip(axes, names, strict=True):
        own = frame[frame["implementation"] == name]
        rows: list[int] = []
        ax.set_title(labels.shorten(name, 18), loc="left")
        for cell in selection.rows(own):
            y, x = (
                rows_of.index(getattr(cell, keys[0])),
                columns_of.index(getattr(cell, keys[1])),
            )
            colour, _, text_colour, _ = HEAT[_step(cell.relative)]
            ax.bar(x, 0.96, width=0.96, bottom=y - 0.48, color=colour, linewidth=0)
            text = (
                units.three_digits(cell.relative)
                if cell.relative < 100
                else (f"{cell.relative:.0f}")
            )
            ax.text(x, y, text, ha="center", va="center", fontsize=7.6, color=text_colour)
            rows.append(int(cell.Index))
        ax.set_xlim(-0.5, len(columns_of) - 0.5)
        ax.set_ylim(-0.5, len(rows_of) - 0.5)
        ax.grid(visible=False)
        ax.set_xticks(range(len(columns_of)), [f"{v:g}" for v in columns_of])
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
    axes[0].set_yticks(range(len(rows_of)), [f"{v:g}" for v in rows_of])
    axes[0].set_ylabel(words[0])
    axes[0].set_xlabel(words[1], loc="left")
    return drawing


def _step(relative: float) -> int:
    return sum(relative > end for end in _STEPS)


def _title(frame: pd.DataFrame, keys: list[str]) -> str:
    cells = frame.groupby(keys).ngroups
    what = " and ".join(wording.heading(key) for key in keys)
    wins = frame[frame["relative"] <= 1]["implementation"].value_counts()
    parts = [f"{name} in {count}" for name, count in wins.items()]
    if len(parts) == 1:
        return f"{wins.index[0]} is fastest in all {cells} combinations of {what}"
    return f"Fastest of {cells} combinations of {what}: {', '.join(parts[:4])}"
