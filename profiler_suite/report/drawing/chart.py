"""The paper every figure is drawn on: fixed margins, series with marks, direct labels.

A chart knows which row of the points table each mark stands for, so that the
page can give its marks tooltips, pins and links.
"""

import dataclasses
import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D

from profiler_suite import units
from profiler_suite.report.drawing.style import ROLES, Mark

WIDTH_IN = 9.6
NARROW_IN = 4.3  # a phone, at which text is about as large as it is on a desktop
LEFT_IN = 0.88
LABELS_IN = 1.72  # room to the right for direct labels
LEGEND_ROW_IN = 0.165
NARROW_LEFT_IN, NARROW_RIGHT_IN = 1.04, 0.12
_BOTTOM_IN = 0.55
_TOP_IN = 0.14
_TITLE_LINE_IN = 0.22
_TITLE_CHARACTERS = 92
LEGEND_COLUMNS = 2  # of a legend below
_NARROW_HIGH_IN = 2.9
DPI = 160  # 1536 pixels wide: sharp on paper at the width of a column, and in a README
# Marks with intervals: beyond this a figure weighs a quarter of a megabyte and scrolls badly.
RASTERISE_FROM = 600
_FAINT = 0.32  # of what a figure is not about; pointing at it brings it back


@dataclasses.dataclass
class Picture:
    """One figure: its file name, the finding it shows, how to read it, the drawing."""

    name: str
    title: str
    """The finding, one sentence, generated from the numbers."""
    caption: str
    """How to read the figure."""
    figure: Figure
    title_in: float
    """Height of the title's band at the top, which the page leaves out."""
    rasterised: bool = False
    """Whether the marks are an image, because they are too many for a browser."""
    rows: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    """Id of a group of marks → for each mark its row in the points table."""
    series: dict[str, str] = dataclasses.field(default_factory=dict)
    """Id of a group of artists → the series it belongs to, for the legend."""
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    """Id of a direct label → the series it switches."""
    legend_rows: int = 0
    """Rows of a legend in two columns below the axes; 0 where it is at the right."""
    narrow: "Picture | None" = None
    """The same for the width of a phone, where the page shows it instead."""


def twins(draw: Callable[..., Picture | None], *facts: Any, **options: Any) -> Picture | None:
    """The picture, with its narrow twin; of very many marks one image is enough."""
    wide = draw(*facts, **options)
    if wide and not wide.rasterised:
        wide.narrow = draw(*facts, **options, narrow=True)
    return wide


def drawing_style() -> AbstractContextManager[None]:
    """matplotlib's settings while a picture is made or written; they end with the context."""
    ink, muted = ROLES["ink"][0], ROLES["muted"][0]
    settings: Any = {
        "font.family": ["DejaVu Sans"],
        "font.size": 8.5,
        "svg.fonttype": "none",  # text stays text: small, selectable, searchable
        "svg.hashsalt": "profiler_suite",  # the same figure gives the same bytes
        "axes.edgecolor": ROLES["axis"][0],
        "axes.labelcolor": muted,
        "axes.labelsize": 8.5,
        "axes.titlesize": 9,
        "axes.titlecolor": ink,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "grid.color": ROLES["grid"][0],
        "grid.linewidth": 0.8,
        "xtick.color": ROLES["axis"][0],
        "ytick.color": ROLES["axis"][0],
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "text.color": ink,
        "text.parse_math": False,  # a name with a $ is a name
        "lines.linewidth": 1.6,
    }
    return rc_context(settings)


@dataclasses.dataclass(frozen=True)
class Paper:
    """What a picture is drawn on: its size and margins, in inches, and what it will hold."""

    width_in: float = WIDTH_IN
    height_in: float = 4.4
    panels: int = 1
    """Axes side by side."""
    left_in: float = LEFT_IN
    right_in: float = LABELS_IN
    gap_in: float = 0.2
    top_in: float = 0.0
    """Extra room above the axes, for tick labels there."""
    share_y: bool = True
    marks: int = 0
    """How many are going to be drawn: very many become an image."""
    legend: float = 0.0
    """Rows of a legend at the right: the picture is at least as high."""
    narrow: bool = False
    """For a phone, with the legend below."""


def picture(
    name: str, title: str, caption: str, paper: Paper | None = None
) -> tuple[Picture, list[Axes]]:
    """A blank picture with its axes under a band for the title."""
    paper = paper or Paper()
    bottom_in, legend_rows = _BOTTOM_IN, 0
    if paper.narrow:
        legend_rows = -(-math.ceil(paper.legend) // LEGEND_COLUMNS)
        bottom_in += LEGEND_ROW_IN * (legend_rows + 1)
        name, paper = f"{name}_narrow", _narrowed(paper, bottom_in)
    lines = lines_of(title, paper.width_in) or [""]
    title_in = 0.2 + _TITLE_LINE_IN * len(lines)
    above_in = _TOP_IN + paper.top_in + (0.24 if paper.panels > 1 else 0.0)
    total_in = title_in + max(paper.height_in, above_in + LEGEND_ROW_IN * (paper.legend + 0.5))
    figure = Figure(figsize=(paper.width_in, total_in), dpi=DPI, facecolor=ROLES["surface"][0])
    drawn = figure.text(
        0.16 / paper.width_in,
        1 - 0.14 / total_in,
        "\n".join(lines),
        va="top",
        ha="left",
        fontsize=11,
        fontweight="bold",
        linespacing=1.25,
    )
    drawn.set_gid("title")
    grid = figure.add_gridspec(
        1,
        paper.panels,
        left=paper.left_in / paper.width_in,
        right=1 - paper.right_in / paper.width_in,
        bottom=bottom_in / total_in,
        top=1 - (title_in + above_in) / total_in,
        wspace=paper.gap_in * paper.panels / (paper.width_in - paper.left_in - paper.right_in),
    )
    image = paper.marks > RASTERISE_FROM
    if image:
        caption += (
            f" The {paper.marks:,} marks are drawn as an image; the table has their numbers."
        )
    drawing = Picture(name, title, caption, figure, title_in, image, legend_rows=legend_rows)
    return drawing, _panels(figure, grid, paper)


def _narrowed(paper: Paper, bottom_in: float) -> Paper:
    return dataclasses.replace(
        paper,
        width_in=NARROW_IN,
        height_in=_NARROW_HIGH_IN + paper.top_in + bottom_in,
        left_in=min(paper.left_in, NARROW_LEFT_IN),
        right_in=NARROW_RIGHT_IN,
        legend=0.0,
    )


def _panels(figure: Figure, grid: GridSpec, paper: Paper) -> list[Axes]:
    axes: list[Axes] = []
    for number in range(paper.panels):
        shared = axes[0] if axes and paper.share_y else None
        ax = figure.add_subplot(grid[0, number], sharey=shared)
        ax.set_facecolor("none")
        ax.tick_params(length=0, pad=4)
        if shared is not None:
            ax.tick_params(labelleft=False)
        axes.append(ax)
    return axes


def lines_of(title: str, width_in: float = WIDTH_IN) -> list[str]:
    """The lines that a title takes."""
    return textwrap.wrap(units.together(title), int(_TITLE_CHARACTERS * width_in / WIDTH_IN))


def longest_title(parts: Sequence[str], lines: int = 2) -> str:
    """As many of the parts, the most important first, as fit into that many lines."""
    chosen = list(parts[:1])
    for part in parts[1:]:
        if len(lines_of("; ".join([*chosen, part]))) <= lines:
            chosen.append(part)
    return "; ".join(chosen)


@dataclasses.dataclass(frozen=True)
class Series:
    """The marks of one series, what they stand for and how they are drawn."""

    x: Iterable[float]
    y: Iterable[float]
    rows: Iterable[int]
    """The row of each mark in the points table."""
    low: Iterable[float] = ()
    high: Iterable[float] = ()
    """Ends of intervals along y (or x); none when empty."""
    joined: bool = True
    """A line from mark to mark."""
    horizontal: bool = False
    """Intervals along x."""
    size: float = 1.0
    faded: bool = False
    """Drawn faintly, behind what the figure is about."""


def draw_series(picture: Picture, ax: Axes, name: str, mark: Mark, series: Series) -> None:
    """Marks for one series, with their intervals and, if `joined`, a line."""
    group = f"g{len(picture.series)}"
    x, y, low, high = map(list, (series.x, series.y, series.low, series.high))
    if series.joined and len(x) > 1:
        dashes: Any = mark.line
        line = Line2D(x, y, color=mark.colour, linestyle=dashes, linewidth=1.5, alpha=0.9)
        line.set_gid(f"{group}l")
        picture.series[f"{group}l"] = name
        ax.add_line(line)
    if low:
        ends = zip(x, y, low, high, strict=True)
        along_x = series.horizontal
        segments = [[(a, v), (b, v)] if along_x else [(u, a), (u, b)] for u, v, a, b in ends]
        picture.series[f"{group}b"] = name
        faint = _FAINT if series.faded else 1.0
        _draw_intervals(ax, segments, mark.colour, f"{group}b", picture.rasterised, faint)
    points = Line2D(
        x,
        y,
        linestyle="none",
        marker=mark.marker,
        markersize=mark.size * series.size,
        markerfacecolor=ROLES["surface"][0] if mark.hollow else mark.colour,
        markeredgecolor=mark.colour if mark.hollow else ROLES["surface"][0],
        markeredgewidth=1.4 if mark.hollow else 0.6,
        alpha=_FAINT if series.faded else None,
        zorder=2.9 if series.faded else 3,
    )
    points.set_gid(f"{group}m")
    points.set_rasterized(picture.rasterised)
    if not picture.rasterised:
        picture.rows[f"{group}m"] = [int(row) for row in series.rows]
    picture.series[f"{group}m"] = name
    ax.add_line(points)


def _draw_intervals(
    ax: Axes,
    segments: Sequence[Sequence[tuple[float, float]]],
    colour: str,
    group: str,
    rasterised: bool,
    faint: float,
) -> None:
    if not rasterised:
        bars = LineCollection(segments, colors=[colour], linewidths=1.3, alpha=0.75 * faint)
        bars.set_gid(group)
        ax.add_collection(bars)
        return
    # One line with gaps: a path for each of very many intervals takes minutes.
    gap = (math.nan, math.nan)
    flat = [end for start, stop in segments for end in (start, stop, gap)]
    bar = Line2D(*zip(*flat, strict=True), color=colour, linewidth=1.3, alpha=0.75 * faint)
    bar.set_gid(group)
    bar.set_rasterized(True)
    ax.add_line(bar)


def note(
    ax: Axes, x: float, y: float, text: str, *, halo: bool = False, **options: Any
) -> None:
    """Small text at a place in data coordinates; a `halo` keeps lines behind it away."""
    settings: dict[str, Any] = {"fontsize": 7.8, "color": ROLES["muted"][0]}
    if halo:
        behind = {"facecolor": ROLES["surface"][0], "edgecolor": "none", "pad": 1.2}
        settings |= {"bbox": behind, "zorder": 2.5}
    ax.text(x, y, text, **(settings | options))
