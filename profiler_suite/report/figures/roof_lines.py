"""The roofs of a roofline: how each bandwidth is drawn and named, and the lowest of a point."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.report.content import selection
from profiler_suite.report.drawing import chart
from profiler_suite.report.drawing.style import ROLES, Mark

Dashes = str | tuple[int, tuple[int, ...]]
_DASHES: Mapping[str, Dashes] = {
    "L1": "-",
    "L2": (0, (6, 2)),
    "L3": (0, (3, 2)),
    "memory": (0, (1, 2)),
}
_BEYOND = 0.3  # of a roof where another is lower
_WIDE, _THIN = 1.5, 0.8  # roofs of all traffic and of reading alone
_FLAT, _OWN = 2.0, 0.6  # the best product, and the processor's own peak


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

    @property
    def own_low(self) -> float:
        """Between this …"""

    @property
    def own_high(self) -> float:
        """… and this the processor's own peak lies, FLOP/s; 0 where it is not known."""


def _name(roof: RoofLine) -> list[str]:
    return [roof.level, roof.access] if roof.access else [roof.level]


def _dashes(roof: RoofLine) -> Dashes:
    return _DASHES.get(roof.level, (0, (1, 1)))


def _width(roof: RoofLine) -> float:
    return _THIN if roof.access else _WIDE


def legend(
    compute: Sequence[RoofLine], bandwidth: Sequence[RoofLine]
) -> list[tuple[str, Dashes, float]]:
    """Words, dashes and width of every roof: the flat ones, then the slanted ones."""
    flat: list[tuple[str, Dashes, float]] = []
    for roof in compute:
        flat.append((f"best GEMM {units.flop_rate(roof.value)}", "-", _FLAT))
        if roof.own_high:
            low, high = (units.flop_rate(each) for each in (roof.own_low, roof.own_high))
            number, _, unit = low.partition(" ")
            both = f"{number}–{high}" if high.endswith(f" {unit}") else f"{low} – {high}"
            flat.append((f"own peak {both}", "-", _OWN))
    return flat + [
        (" ".join([*_name(r), units.byte_rate(r.value)]), _dashes(r), _width(r))
        for r in bandwidth
    ]


def draw_bandwidth(ax: Axes, roof: RoofLine, peak: float) -> None:
    """A slanted roof up to its ridge, and faintly beyond it."""
    x_low, x_high = ax.get_xlim()
    y_low, y_high = ax.get_ylim()
    start = max(x_low, y_low / roof.value)
    ridge = min(x_high, peak / roof.value)
    end = min(x_high, y_high / roof.value)
    for left, right, alpha in ((start, ridge, 1.0), (max(start, ridge), end, _BEYOND)):
        if left < right:
            style: Any = _dashes(roof)
            ax.plot(
                [left, right],
                [left * roof.value, right * roof.value],
                color=ROLES["muted"][0],
                linewidth=_width(roof),
                linestyle=style,
                alpha=alpha,
            )


def draw_peak(ax: Axes, peak: float, start: float) -> None:
    """The flat roof from where it is the lowest, and faintly before."""
    x_low, x_high = ax.get_xlim()
    ink = ROLES["ink"][0]
    ax.plot([x_low, start], [peak, peak], color=ink, linewidth=_FLAT, alpha=_BEYOND)
    ax.plot([start, x_high], [peak, peak], color=ink, linewidth=_FLAT)


def draw_own_peak(ax: Axes, roof: RoofLine, start: float) -> None:
    """The processor's own peak: a thin line in the middle of where it may lie, and its band."""
    x_high = ax.get_xlim()[1]
    ink = ROLES["ink"][0]
    middle = (roof.own_low * roof.own_high) ** 0.5
    ax.plot([start, x_high], [middle, middle], color=ink, linewidth=_OWN, alpha=0.6)
    ax.fill_between(
        [start, x_high], roof.own_low, roof.own_high, color=ink, alpha=0.07, linewidth=0
    )


def draw_overheads(
    ax: Axes, sides: pd.DataFrame, peak: float, marks: Mapping[str, Mark]
) -> None:
    """The rate that the calls of each side allow, a roof across the plot where it is one."""
    x_low, x_high = ax.get_xlim()
    for row in selection.rows(sides):
        height = float(row.overhead_flop_per_s)
        if not 0 < height < peak:
            continue
        mark = marks[row.implementation]
        ax.plot([x_low, x_high], [height, height], color=mark.colour, linewidth=1.6)
        text = f"per-call cost of {row.implementation}: {units.flop_rate(height)}"
        chart.note(
            ax, x_high * 0.97, height * 1.06, text, ha="right", va="bottom", color=mark.text
        )
