"""Names beside what they name: direct labels at a chart's right edge, moved apart."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation, Transform

from profiler_suite.report.drawing.chart import LEGEND_COLUMNS, LEGEND_ROW_IN, WIDTH_IN, Picture
from profiler_suite.report.drawing.style import ROLES, Mark

# A curve that ends left of this share of the width has a line to its name.
_EARLY = 0.8


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
            return height_in - LEGEND_ROW_IN * (number + (1.2 if heading else 0.0))
        return float(to_axes.transform((ax.get_xlim()[0], y))[1]) * height_in

    if picture.legend_rows:
        for number, (name, mark, _) in enumerate(entries):
            x_in, y_in = _place_below(picture, number)
            _entry(picture, ax, number, name, mark, figure.dpi_scale_trans, (x_in, y_in))
        return
    legend = all(y is None for _, _, y in entries)
    order = list(entries) if legend else sorted(entries, key=lambda e: -(e[2] or 0))
    wanted = [height_of(y, number) for number, (_, _, y) in enumerate(order)]
    gap = min(LEGEND_ROW_IN, (height_in + 0.3) / max(len(order), 1))
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
        gid = _entry(picture, ax, number, name, mark, ax.transAxes, (1.0, at / height_in))
        if y is not None and (abs(want - at) > 0.03 or _ends_early(picture, ax, name)):
            end = _end_of(picture, ax, name) or (1.0, want / height_in)
            link = _leader(ax, end, at / height_in)
            link.set_gid(f"{gid}k")
            picture.series[f"{gid}k"] = name


def _place_below(picture: Picture, number: int) -> tuple[float, float]:
    """Where an entry of a legend below the axes begins, inches from the lower left corner."""
    column, row = divmod(number, picture.legend_rows)
    wide_in = picture.figure.get_figwidth() / LEGEND_COLUMNS
    return wide_in * column, LEGEND_ROW_IN * (picture.legend_rows - row + 0.3)


def _entry(
    picture: Picture,
    ax: Axes,
    number: int,
    name: str,
    mark: Mark,
    frame: Transform,
    place: tuple[float, float],
) -> str:
    """A mark and its name right of a place; returns the id of the words."""
    inch = picture.figure.dpi_scale_trans
    gid = f"t{number}-{len(picture.labels)}"
    picture.labels[gid] = name
    knob = Line2D(
        [place[0]],
        [place[1]],
        transform=frame + ScaledTranslation(0.2, 0, inch),
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
        *place,
        shorten(name, 20),
        transform=frame + ScaledTranslation(0.3, 0, inch),
        va="center",
        color=mark.text,
        fontsize=8.5,
    )
    text.set_gid(gid)
    return gid


def line_legend(
    picture: Picture,
    ax: Axes,
    entries: Sequence[tuple[str, str | tuple[int, tuple[int, ...]], float]],
    *,
    below: int,
) -> None:
    """Names with a piece of their line beside the axes, after `below` other names.

    An entry is a name, the dashes and the width of its line.
    """
    figure = picture.figure
    height_in = ax.get_position().height * figure.get_figheight()
    for number, (text, dashes, width) in enumerate(entries):
        frame: Transform = ax.transAxes
        place = 1.0, 1 - LEGEND_ROW_IN * (below + number + 0.7) / height_in
        if picture.legend_rows:
            frame, place = figure.dpi_scale_trans, _place_below(picture, below + number)
        ends = [
            (frame + ScaledTranslation(x, 0, figure.dpi_scale_trans)).transform(place)
            for x in (0.06, 0.32)
        ]
        across = ax.transAxes.inverted().transform(ends)
        style: Any = dashes
        line = Line2D(
            across[:, 0],
            across[:, 1],
            transform=ax.transAxes,
            color=ROLES["muted"][0],
            linewidth=width,
            linestyle=style,
            clip_on=False,
        )
        ax.add_artist(line)
        ax.text(
            *place,
            text,
            transform=frame + ScaledTranslation(0.37, 0, figure.dpi_scale_trans),
            va="center",
            fontsize=8,
            color=ROLES["muted"][0],
        )


def _end_of(picture: Picture, ax: Axes, name: str) -> tuple[float, float] | None:
    """Where the series' last mark is, in fractions of the axes."""
    ends: list[tuple[float, float]] = []
    for line in ax.lines:
        gid = str(line.get_gid())
        if picture.series.get(gid) == name and gid.endswith("m"):
            marks: Any = line.get_xydata()
            ends += [(float(x), float(y)) for x, y in marks]
    if not ends:
        return None
    x, y = (ax.transScale + ax.transLimits).transform(max(ends))
    return float(x), float(y)


def _ends_early(picture: Picture, ax: Axes, name: str) -> bool:
    """Whether the series ends well before the right edge."""
    end = _end_of(picture, ax, name)
    return end is not None and end[0] < _EARLY


def _leader(ax: Axes, end: tuple[float, float], at: float) -> Line2D:
    """A thin line from the end of a curve to its name at the right edge."""
    width_in = ax.get_position().width * WIDTH_IN
    line = Line2D(
        [end[0], 1 + 0.12 / width_in],
        [end[1], at],
        transform=ax.transAxes,
        color=ROLES["axis"][0],
        linewidth=0.7,
        clip_on=False,
        zorder=1.5,
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
