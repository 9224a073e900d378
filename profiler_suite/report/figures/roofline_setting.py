"""What every roofline shows: points of one dtype and number of threads, under their roofs."""

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import Mark
from profiler_suite.report.figures.roof_lines import RoofLine
from profiler_suite.report.figures.series import draw_implementations

RATE_LEFT_IN = 1.12  # "100 MFLOP/s" beside the axis and its title


@dataclasses.dataclass(frozen=True)
class RooflineSetting:
    """Points, of which those of this dtype and number of threads are shown."""

    points: pd.DataFrame
    roofs: Sequence[RoofLine]
    dtype: str
    threads: int
    marks: Mapping[str, Mark]

    def frame(self) -> pd.DataFrame:
        """The points that have a rate and an intensity."""
        frame = selection.measured(self.points)
        frame = frame[frame["dtype"].eq(self.dtype) & frame["threads"].eq(self.threads)]
        return frame[frame["intensity"].gt(0) & frame["flop_per_s"].gt(0)]

    @property
    def bandwidths(self) -> list[RoofLine]:
        """The slanted roofs."""
        return [r for r in self.roofs if r.kind == "bandwidth" and r.value > 0]

    @property
    def peaks(self) -> list[RoofLine]:
        """The flat ones."""
        return [r for r in self.roofs if r.kind == "compute"]

    @property
    def in_words(self) -> str:
        """'float64, 1 BLAS thread'."""
        return f"{self.dtype}, {self.threads} BLAS thread{'' if self.threads == 1 else 's'}"


def draw_points(
    drawing: Picture, ax: Axes, frame: pd.DataFrame, x: str, marks: Mapping[str, Mark]
) -> int:
    """Draw all marks with their legend; returns how many names it has."""

    def rates(part: pd.DataFrame) -> chart.Series:
        low, high = part["flop"] / part["high_s"], part["flop"] / part["low_s"]
        return chart.Series(
            part[x], part["flop_per_s"], part.index, low=low, high=high, joined=False
        )

    return draw_implementations(drawing, ax, frame, marks, rates)
