"""One series of marks for each implementation."""

import pandas as pd

from profiler_suite.report.drawing import chart
from profiler_suite.report.figures.series import draw_implementations
from tests.report.known import known

FRAME = pd.DataFrame(
    {"implementation": ["loop", "taps", "loop"], "x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
)


def series(part: pd.DataFrame) -> chart.Series:
    return chart.Series(part["x"], part["y"], part.index)


def test_every_implementation_is_named_once_however_many_parts_it_has() -> None:
    for parts in (lambda rows: [rows], lambda rows: [rows.head(1), rows.tail(1)]):
        drawing, (ax,) = chart.picture("p", "t", "c")
        ax.set_xlim(0, 4)
        ax.set_ylim(0, 4)
        count = draw_implementations(drawing, ax, FRAME, known().marks, series, parts)
        assert count == 2
        assert set(drawing.series.values()) == {"loop", "taps"}
        assert set(drawing.labels.values()) == {"loop", "taps"}


def test_of_nothing_nothing_is_drawn() -> None:
    drawing, (ax,) = chart.picture("p", "t", "c")
    assert draw_implementations(drawing, ax, FRAME.head(0), known().marks, series) == 0
