"""What every roofline shows: points of one dtype and number of threads, under their roofs."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark
from profiler_suite.report.figures.roof_lines import RoofLine
from profiler_suite.report.figures.series import draw_implementations

# A mark grows at each of these times.
_LARGER_FROM_S = (1e-4, 1e-3, 1e-2)
_SIZES = (0.75, 1.0, 1.4, 1.9)
LARGER = "Larger marks take longer."
RATE_LEFT_IN = 1.12  # "100 MFLOP/s" beside the axis and its title


@dataclasses.dataclass(frozen=True)
class RooflineSetting:
    """Points, of which those of this dtype and number of threads are shown."""

    points: pd.DataFrame
    roofs: Sequence[RoofLine]
    dtype: str
    threads: int
    marks: Mapping[str, Mark]
    sides: tuple[str, ...] = ()
    """Ids of the points that the question is about; the others are faded."""

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
    drawing: Picture, ax: Axes, frame: pd.DataFrame, x: str, setting: RooflineSetting
) -> int:
    """Draw all marks with their legend, those of the question in front and by their names.

    Larger marks take longer. Returns how many names the legend has.
    """
    asked = frame["id"].isin(setting.sides)
    looks = frame.assign(
        size=pd.cut(frame["time_s"], [0, *_LARGER_FROM_S, math.inf], labels=_SIZES).astype(
            float
        ),
        faded=bool(asked.any()) & ~asked,
    )

    def alike(part: pd.DataFrame) -> list[pd.DataFrame]:
        if drawing.rasterised:
            return [part]
        return [rows for _, rows in part.groupby(["faded", "size"], sort=False)]

    def rates(part: pd.DataFrame) -> chart.Series:
        return chart.Series(
            part[x],
            part["flop_per_s"],
            part.index,
            low=part["flop"] / part["high_s"],
            high=part["flop"] / part["low_s"],
            joined=False,
            size=1.0 if drawing.rasterised else float(part["size"].iloc[0]),
            faded=not drawing.rasterised and bool(part["faded"].iloc[0]),
        )

    names = draw_implementations(drawing, ax, looks, setting.marks, rates, alike)
    for row in selection.rows(looks[asked]):
        ax.annotate(
            row.implementation,
            (getattr(row, x), row.flop_per_s),
            xytext=(9, -3),
            textcoords="offset points",
            va="top",
            fontsize=9.5,
            fontweight="bold",
            color=setting.marks[row.implementation].text,
            bbox={"facecolor": ROLES["surface"][0], "edgecolor": "none", "pad": 0.8},
            zorder=2.95,
        )
    return names
