"""The roofs of a roofline: how each bandwidth is drawn and named, and the lowest of a point."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart
from profiler_suite.report.drawing.style import ROLES

Dashes = str | tuple[int, tuple[int, ...]]
_DASHES: Mapping[str, Dashes] = {
    "L1": "-",
    "L2": (0, (6, 2)),
    "L3": (0, (3, 2)),
    "memory": (0, (1, 2)),
}
_WIDE, _THIN = 1.5, 0.8  # roofs of all traffic and of reading alone


class RoofLine(Protocol):
    """What is read of an ``analysis.roofline.Roof``."""

    @property
    def kind(self) -> str:
        """'compute' or 'bandwidth'."""

    @property
    def label(self) -> str:
        """What it is, in words."""

    @property
    def level(self) -> str:
        """For bandwidth: the memory level."""

    @property
    def access(self) -> str:
        """For bandwidth: 'read' for what hardly writes, empty for the best."""

    @property
    def value(self) -> float:
        """FLOP/s or bytes/s."""


def _name(roof: RoofLine) -> list[str]:
    return [roof.level, roof.access] if roof.access else [roof.level]


def _dashes(roof: RoofLine) -> Dashes:
    return _DASHES.get(roof.level, (0, (1, 1)))


def _width(roof: RoofLine) -> float:
    return _THIN if roof.access else _WIDE


def ways(bandwidth: Sequence[RoofLine]) -> str:
    """What the thin roofs are; empty without any."""
    if not any(roof.access for roof in bandwidth):
        return ""
    return (
        " The thin ones, 'read', are the roofs of points that hardly write; the others are "
        "held against reading and writing at once, which moves more bytes."
    )


def legend(bandwidth: Sequence[RoofLine]) -> list[tuple[str, Dashes, float]]:
    """Words, dashes and width of every slanted roof."""
    return [
        (" ".join([*_name(r), units.byte_rate(r.value)]), _dashes(r), _width(r))
        for r in bandwidth
    ]


def lowest_roofs(
    sides: pd.DataFrame, bandwidth: Sequence[RoofLine]
) -> dict[str, tuple[float, str, str]]:
    """Id → height, words beside it and what it is, for sides below calls or a bandwidth."""
    found = {}
    for row in selection.rows(sides):
        height = float(row.attainable_flop_per_s or 0)
        if row.bound == "overhead" and height > 0:
            whole = f"the rate that its calls allow, {units.flop_rate(height)}"
            found[row.id] = height, f"calls of {row.implementation}", whole
        elif row.bound == "memory" and height > 0:
            used = min(
                (roof for roof in bandwidth if roof.level == row.level),
                key=lambda roof: abs(roof.value * row.intensity - height),
                default=None,
            )
            name = " ".join(_name(used)) if used else row.level
            whole = f"what {name} bandwidth allows it, {units.flop_rate(height)}"
            found[row.id] = height, f"{name} for {row.implementation}", whole
    return found


def draw_bandwidth(ax: Axes, roof: RoofLine, peak: float) -> None:
    """A slanted roof up to its ridge."""
    x_low, x_high = ax.get_xlim()
    y_low, _ = ax.get_ylim()
    start = max(x_low, y_low / roof.value)
    end = min(x_high, peak / roof.value)
    if start < end:
        style: Any = _dashes(roof)
        ax.plot(
            [start, end],
            [start * roof.value, end * roof.value],
            color=ROLES["muted"][0],
            linewidth=_width(roof),
            linestyle=style,
        )


def draw_lowest(ax: Axes, row: Any, top: float, text: str, colour: str) -> None:
    """A dash at a point's lowest roof, joined to the point."""
    x = [row.intensity, row.intensity]
    ax.plot(x, [row.flop_per_s, top], color=colour, linewidth=0.8, linestyle=(0, (1, 2)))
    wide = [row.intensity / 1.18, row.intensity * 1.18]
    ax.plot(wide, [top, top], color=colour, linewidth=2)
    chart.note(ax, wide[0] / 1.05, top, text, va="center", ha="right", fontsize=7.2, halo=True)
