"""Crossings on an x axis: a line, its interval as a band, words above that keep apart."""

import dataclasses
import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from profiler_suite.report.drawing.chart import (
    LABELS_IN,
    LEFT_IN,
    NARROW_IN,
    NARROW_LEFT_IN,
    NARROW_RIGHT_IN,
    WIDTH_IN,
)
from profiler_suite.report.drawing.style import ROLES

_POINTS = 7.5  # size of the words
_CHARACTER_IN = 0.6 * _POINTS / 72  # how wide a character is on average
_ROW_IN = 0.14
_GAP_IN = 0.08

Crossing = tuple[float, float, float, str]
"""Where, its interval's ends, and its words."""


@dataclasses.dataclass(frozen=True)
class Band:
    """A crossing with its words and where they stand."""

    at: float
    low: float
    high: float
    text: str
    align: str
    """'left', 'center' or 'right' of the line."""
    row: int
    """Rows of words below its own."""


def place(
    crossings: Iterable[Crossing],
    limits: tuple[float, float],
    panels: int = 1,
    *,
    narrow: bool = False,
) -> list[Band]:
    """Crossings on one of several panels with a log axis of these limits."""
    wide_in = (WIDTH_IN - LEFT_IN - LABELS_IN) / panels
    if narrow:
        wide_in = NARROW_IN - NARROW_LEFT_IN - NARROW_RIGHT_IN
    placed: list[Band] = []
    ends: list[float] = []  # how far each row of words is taken, in
    for at, low, high, text in sorted(crossings):
        share = math.log(at / limits[0]) / math.log(limits[1] / limits[0])
        long_in = len(text) * _CHARACTER_IN
        align, start = "center", share * wide_in - long_in / 2
        if start < 0:
            align, start = "left", share * wide_in
        if start + long_in > wide_in:
            align, start = "right", share * wide_in - long_in
        free = (n for n, end in enumerate(ends) if end + _GAP_IN <= start)
        number = next(free, len(ends))
        ends[number : number + 1] = [start + long_in]
        placed.append(Band(at, low, high, text, align, number))
    return placed


def room_for(panels: Sequence[Sequence[Band]]) -> float:
    """Height of the words above the axes, in."""
    rows = max((band.row + 1 for some in panels for band in some), default=0)
    return _ROW_IN * rows


def draw(ax: Axes, band: Band) -> None:
    """Draw a band; call it after the limits are set."""
    ax.axvspan(band.low, band.high, color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.axvline(band.at, color=ROLES["muted"][0], linewidth=0.9, linestyle=(0, (2, 3)), zorder=1)
    ax.annotate(
        band.text,
        (band.at, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0, 2 + 72 * _ROW_IN * band.row),
        textcoords="offset points",
        va="bottom",
        ha=band.align,
        fontsize=_POINTS,
        color=ROLES["muted"][0],
    )
