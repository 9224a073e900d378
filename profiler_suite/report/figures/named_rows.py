"""What figures of named problems share: one row per name, labelled on the vertical axis."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite.model.experiment import Experiment
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels

MOST = 60
"""Rows of one figure; more are in the table."""
_ROW_IN = 0.235
_ALSO_ABOVE = 15  # rows: more, and the axis is labelled at the top as well


def has_names(known: RunFacts, experiment: Experiment) -> bool:
    """Whether the experiment's problems are named, rather than numbers along an axis."""
    if experiment.axis == "threads" or experiment.pair:
        return False
    return not selection.is_swept(experiment, known.points)


def with_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the name of its row in the figure."""
    named = frame["name"].where(frame["name"].astype(bool), frame["problem"])
    several = frame.groupby(["implementation", named])["id"].count().max() > 1
    if several:  # dtypes or thread counts: a row for each
        named = named + ", " + frame["dtype"] + ", t" + frame["threads"].astype(str)
    return frame.assign(row=named)


def names(frame: pd.DataFrame) -> list[str]:
    """All rows of a frame `with_rows`, in their order."""
    return list(dict.fromkeys(frame["row"]))


def peaks_by_setting(known: RunFacts) -> dict[tuple[str, int], float]:
    """The best compute roof by dtype and thread count, FLOP/s."""
    return {
        key: max((roof.value for roof in roofs if roof.kind == "compute"), default=0.0)
        for key, roofs in known.roofs.items()
    }


def paper(rows: Sequence[str], *, marks: int, legend: int) -> chart.Paper:
    """Paper for that many rows, with room for their names on the left."""
    return chart.Paper(
        height_in=1.0 + _ROW_IN * len(rows),
        left_in=2.15,
        marks=marks,
        legend=legend,
        top_in=0.15 if len(rows) > _ALSO_ABOVE else 0.0,
    )


def draw_axes(ax: Axes, rows: Sequence[str], across: str) -> None:
    """The names from top to bottom, and what is drawn across."""
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [labels.shorten(name, 30) for name in rows])
    ax.tick_params(axis="y", labelsize=7.8)
    ax.tick_params(labeltop=len(rows) > _ALSO_ABOVE)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(across)
