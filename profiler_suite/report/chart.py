"""The paper every figure is drawn on: fixed margins, series with marks, direct labels.

A chart knows which row of the points table each mark stands for, so that the
page can give its marks tooltips, pins and links.
"""

import dataclasses
import math
import textwrap
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from profiler_suite.report.style import ROLES, Mark

WIDTH_IN = 9.6
LEFT_IN = 0.88
LABELS_IN = 1.72  # room to the right for direct labels
_BOTTOM_IN = 0.55
_TOP_IN = 0.14
_TITLE_LINE_IN = 0.22
_TITLE_CHARACTERS = 92
_LABEL_GAP_IN = 0.165
DPI = 160  # 1536 pixels wide: sharp on paper at the width of a column, and in a README
# Marks with intervals: beyond this a figure weighs half a megabyte and scrolls badly.
_RASTERISE_FROM = 1500

Formatter = Callable[[float], str]


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


def picture(
    name: str,
    title: str,
    caption: str,
    *,
    height_in: float = 4.4,
    panels: int = 1,
    left_in: float = LEFT_IN,
    right_in: float = LABELS_IN,
    gap_in: float = 0.2,
    top_in: float = 0.0,
    share_y: bool = True,
    marks: int = 0,
) -> tuple[Picture, list[Axes]]:
    """A blank picture with `panels` axes side by side under a band for the title.

    `top_in` is extra room above the axes, for tick labels there; `marks` is how many
    are going to be drawn: very many become an image.
    """
    lines = textwrap.wrap(title, _TITLE_CHARACTERS) or [""]
    title_in = 0.2 + _TITLE_LINE_IN * len(lines)
    panel_title_in = 0.24 if panels > 1 else 0.0
    total_in = height_in + title_in
    figure = Figure(figsize=(WIDTH_IN, total_in), dpi=DPI, facecolor=ROLES["surface"][0])
    drawn = figure.text(
        0.16 / WIDTH_IN,
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
        panels,
        left=left_in / WIDTH_IN,
        right=1 - right_in / WIDTH_IN,
        bottom=_BOTTOM_IN / total_in,
        top=1 - (title_in + _TOP_IN + top_in + panel_title_in) / total_in,
        wspace=gap_in * panels / (WIDTH_IN - left_in - right_in),
    )
    axes: list[Axes] = []
    for number in range(panels):
        shared = axes[0] if axes and share_y else None
        ax = figure.add_subplot(grid[0, number], sharey=shared)
        ax.set_facecolor("none")
        ax.tick_params(length=0, pad=4)
        if shared is not None:
            ax.tick_params(labelleft=False)
        axes.append(ax)
    if marks > _RASTERISE_FROM:
        caption += f" The {marks:,} marks are drawn as an image; the table has their numbers."
    return Picture(name, title, caption, figure, title_in, marks > _RASTERISE_FROM), axes


def draw_series(
    picture: Picture,
    ax: Axes,
    name: str,
    mark: Mark,
    x: Sequence[float],
    y: Sequence[float],
    rows: Sequence[int],
    *,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    joined: bool = True,
    horizontal: bool = False,
    size: float = 1.0,
) -> None:
    """Marks for one series, with intervals along y (or x) and, if `joined`, a line."""
    group = f"g{len(picture.series)}"
    if joined and len(x) > 1:
        dashes: Any = mark.line
        line = Line2D(x, y, color=mark.colour, linestyle=dashes, linewidth=1.5, alpha=0.9)
        line.set_gid(f"{group}l")
        picture.series[f"{group}l"] = name
        ax.add_line(line)
    if low is not None and high is not None:
        ends = zip(x, y, low, high, strict=True)
        segments = [[(a, v), (b, v)] if horizontal else [(u, a), (u, b)] for u, v, a, b in ends]
        bars = LineCollection(segments, colors=[mark.colour], linewidths=1.3, alpha=0.75)
        bars.set_gid(f"{group}b")
        picture.series[f"{group}b"] = name
        bars.set_rasterized(picture.rasterised)
        ax.add_collection(bars)
    points = Line2D(
        x,
        y,
        linestyle="none",
        marker=mark.marker,
        markersize=mark.size * size,
        markerfacecolor=ROLES["surface"][0] if mark.hollow else mark.colour,
        markeredgecolor=mark.colour if mark.hollow else ROLES["surface"][0],
        markeredgewidth=1.4 if mark.hollow else 0.6,
        zorder=3,
    )
    points.set_gid(f"{group}m")
    points.set_rasterized(picture.rasterised)
    if not picture.rasterised:
        picture.rows[f"{group}m"] = list(rows)
    picture.series[f"{group}m"] = name
    ax.add_line(points)


def direct_labels(
    picture: Picture,
    ax: Axes,
    entries: Sequence[tuple[str, Mark, float | None]],
    *,
    heading: str = "",
) -> None:
    """Names at the right edge, at the height of each series' end; a legend where it has none.

    Call it after the axis limits are set. Names are moved apart where they
    would overlap, with a thin line back to where they belong.
    """
    figure = picture.figure
    box = ax.get_position()
    height_in = box.height * figure.get_figheight()
    to_axes = ax.transScale + ax.transLimits

    def height_of(y: float | None, number: int) -> float:
        if y is None:
            return height_in - _LABEL_GAP_IN * (number + (1.2 if heading else 0.0))
        return float(to_axes.transform((ax.get_xlim()[0], y))[1]) * height_in

    legend = all(y is None for _, _, y in entries)
    order = list(entries) if legend else sorted(entries, key=lambda e: -(e[2] or 0))
    wanted = [height_of(y, number) for number, (_, _, y) in enumerate(order)]
    gap = min(_LABEL_GAP_IN, (height_in + 0.3) / max(len(order), 1))
    placed = spread(wanted, gap, height_in + 0.05)
    if heading:
        ax.annotate(
            heading,
            (1, 1),
            xycoords="axes fraction",
            xytext=(12, -2),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=ROLES["muted"][0],
        )
    for number, ((name, mark, y), want, at) in enumerate(
        zip(order, wanted, placed, strict=True)
    ):
        gid = f"t{number}-{len(picture.labels)}"
        picture.labels[gid] = name
        if y is not None and abs(want - at) > 0.03:
            link = _edge_line(ax, want / height_in, at / height_in)
            link.set_gid(f"{gid}k")
            picture.series[f"{gid}k"] = name
        knob = Line2D(
            [1.0],
            [at / height_in],
            transform=ax.transAxes + ScaledTranslation(0.2, 0, figure.dpi_scale_trans),
            marker=mark.marker,
            markersize=mark.size * 0.95,
            markerfacecolor=ROLES["surface"][0] if mark.hollow else mark.colour,
            markeredgecolor=mark.colour,
            markeredgewidth=1.2 if mark.hollow else 0.5,
            clip_on=False,
        )
        knob.set_gid(f"{gid}m")
        picture.labels[f"{gid}m"] = name
        ax.add_artist(knob)
        text = ax.text(
            1.0,
            at / height_in,
            shorten(name, 21),
            transform=ax.transAxes + ScaledTranslation(0.3, 0, figure.dpi_scale_trans),
            va="center",
            color=mark.text,
            fontsize=8.5,
        )
        text.set_gid(gid)


def _edge_line(ax: Axes, start: float, end: float) -> Line2D:
    width_in = ax.get_position().width * WIDTH_IN
    line = Line2D(
        [1 + 0.02 / width_in, 1 + 0.12 / width_in],
        [start, end],
        transform=ax.transAxes,
        color=ROLES["axis"][0],
        linewidth=0.7,
        clip_on=False,
    )
    ax.add_artist(line)
    return line


def spread(wanted: Sequence[float], gap: float, top: float) -> list[float]:
    """Positions near `wanted` (descending) that are at least `gap` apart and at most `top`."""
    # Neighbours that collide become a block centred on what its members want.
    blocks: list[list[float]] = []  # [centre of the wanted, members]
    for want in wanted:
        blocks.append([want, 1])
        while len(blocks) > 1:
            (upper, above), (lower, below) = blocks[-2], blocks[-1]
            if upper - gap * (above - 1) / 2 - (lower + gap * (below - 1) / 2) >= gap:
                break
            both = above + below
            centre = (upper * above + lower * below) / both
            blocks[-2:] = [[centre, both]]
    placed: list[float] = []
    for centre, members in blocks:
        first = centre + gap * (members - 1) / 2
        placed += [first - gap * number for number in range(int(members))]
    shift = max(0.0, placed[0] - top) if placed else 0.0
    return [at - shift for at in placed]


def shorten(text: str, characters: int) -> str:
    """`text`, cut in the middle with '…' when longer than `characters`."""
    if len(text) <= characters:
        return text
    head = (characters - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (characters - 1 - head) :]}"


# ------------------------------------------------------------------------ axes


def log_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round values between low and high: decades, or 1-2-5 steps where few decades fit."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [s * 10.0**e for e in range(first, last + 1) for s in steps]
        inside = [t for t in ticks if low * 0.999 <= t <= high * 1.001]
        if len(inside) <= most:
            return inside
    stride = math.ceil((last - first + 1) / most)
    return [10.0**e for e in range(first, last + 1, stride) if low <= 10.0**e <= high]


def plain(value: float) -> str:
    """A tick's number without exponent where it stays short: 0.5, 20, 1,000."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.6g}"


def _prefixed(value: float, unit: str, steps: Sequence[tuple[float, str]]) -> str:
    scale, prefix = next((s for s in steps if value >= 0.9999 * s[0]), steps[-1])
    return f"{plain(value / scale)} {prefix}{unit}"


def tick_time(seconds: float) -> str:
    """A tick of a time axis: '20 µs'."""
    return _prefixed(seconds, "s", ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")))


def tick_rate(flop_per_s: float) -> str:
    """A tick of a rate axis: '20 GFLOP/s'."""
    return _prefixed(flop_per_s, "FLOP/s", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")))


def log_axis(
    ax: Axes,
    which: str,
    low: float,
    high: float,
    form: Formatter = plain,
    *,
    at: Sequence[float] | None = None,
    most: int = 9,
) -> None:
    """Make the x or y axis logarithmic from low to high, with plain numbers at round values."""
    axis: Any = ax.xaxis if which == "x" else ax.yaxis
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    (ax.set_xlim if which == "x" else ax.set_ylim)(low, high)
    ticks = list(at) if at is not None else log_ticks(low, high, most)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([form(t) for t in ticks]))
    axis.set_minor_locator(NullLocator())


def padded(values: Sequence[float], share: float = 0.08) -> tuple[float, float]:
    """Limits of a log axis that leave some room around `values`."""
    positive = np.asarray([v for v in values if v > 0 and math.isfinite(v)])
    if not len(positive):
        return 0.1, 10.0
    low, high = math.log10(positive.min()), math.log10(positive.max())
    room = max((high - low) * share, 0.08)
    return float(10 ** (low - room)), float(10 ** (high + room))


def note(ax: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Small text at a place in data coordinates."""
    settings: dict[str, Any] = {"fontsize": 7.8, "color": ROLES["muted"][0]}
    ax.text(x, y, text, **(settings | options))


def vertical_band(ax: Axes, x: float, low: float, high: float, text: str) -> None:
    """A crossing on the x axis: a line, its interval as a band, a word at the top."""
    ax.axvspan(low, high, color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.axvline(x, color=ROLES["muted"][0], linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    at_top = blended_transform_factory(ax.transData, ax.transAxes)
    ax.text(
        x,
        1.0,
        text,
        transform=at_top,
        va="bottom",
        ha="center",
        fontsize=7.5,
        color=ROLES["muted"][0],
    )
