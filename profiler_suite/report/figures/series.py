"""One series of marks for each implementation, named beside the marks."""

from collections.abc import Callable, Mapping

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart, labels
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import Mark, in_order


def draw_implementations(
    drawing: Picture,
    ax: Axes,
    frame: pd.DataFrame,
    marks: Mapping[str, Mark],
    series: Callable[[pd.DataFrame], chart.Series],
    parts: Callable[[pd.DataFrame], list[pd.DataFrame]] = lambda rows: [rows],
) -> int:
    """Draw what `series` makes of each implementation's rows; returns how many there are.

    `parts` are those rows that look alike: of one size, faded or not.
    """
    names = []
    for name, part in selection.by_implementation(frame):
        names.append(name)
        for alike in parts(part):
            chart.draw_series(drawing, ax, name, marks[name], series(alike))
    labels.direct_labels(drawing, ax, [(n, marks[n], None) for n in in_order(names, marks)])
    return len(names)
