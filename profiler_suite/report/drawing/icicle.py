"""The picture of a program: a box for each function, as wide as its time, callers on top."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from profiler_suite.report.drawing.chart import drawing_style
from profiler_suite.report.drawing.style import ENTRY_COLOURS, FAMILIES, ROLES

if TYPE_CHECKING:
    from profiler_suite.analysis.program.tree import Box

# Kinds of work that only whole programs have, beside those of every time breakdown.
PROGRAM_COLOURS = {
    name: ENTRY_COLOURS[name] for name in ENTRY_COLOURS if name != "residual"
} | {
    "waiting": FAMILIES["library"][2][0],
    "imports": FAMILIES["product"][1][0],
    "other": ROLES["axis"][0],
    "not split": FAMILIES["choice"][0][0],
}
_WIDTH_IN, _ROW_IN, _MARGIN_IN = 11.0, 0.30, 0.45
_MOST_ROWS = 24
# Of a row's height; the rest is for the name.
_STRIP = 0.22
_LETTER_SHARE = 0.0072  # one letter's width, of the picture's


def icicle(boxes: "Sequence[Box]", title: str) -> Figure:
    """The picture, with a strip under each name that shows what kind of work it is."""
    rows = min(_MOST_ROWS, 1 + max((box.depth for box in boxes), default=0))
    with drawing_style():
        height = rows * _ROW_IN + _MARGIN_IN
        figure = Figure(figsize=(_WIDTH_IN, height))
        axes = figure.add_axes((0.01, 0.01, 0.98, rows * _ROW_IN / height))
        axes.set(xlim=(0, 1), ylim=(rows, 0))
        axes.axis("off")
        for box in boxes:
            if box.depth < rows:
                _draw(axes, box)
        figure.text(0.012, 0.985, title, va="top", fontsize=10, color=ROLES["ink"][0])
        _legend(figure, boxes)
    return figure


def _draw(axes: "object", box: "Box") -> None:
    top = box.depth + 0.06
    put = axes.add_patch  # type: ignore[attr-defined]
    surface, edge = ROLES["shade"][0], ROLES["axis"][0]
    put(Rectangle((box.begin, top), box.width, 0.9, facecolor=surface, edgecolor=edge, lw=0.5))
    begin = box.begin
    for name, colour in PROGRAM_COLOURS.items():
        width = box.width * box.breakdown.get(name, 0.0)
        if width:
            strip = (begin, top + 0.9 - _STRIP)
            put(Rectangle(strip, width, _STRIP, facecolor=colour, edgecolor="none"))
            begin += width
    room = int(box.width / _LETTER_SHARE) - 1
    if room >= 3:
        name = box.name if len(box.name) <= room else box.name[: room - 1] + "…"
        axes.text(  # type: ignore[attr-defined]
            box.begin + 0.003,
            top + 0.36,
            name.replace("$", r"\$"),
            va="center",
            fontsize=8,
            color=ROLES["ink"][0],
        )


def _legend(figure: Figure, boxes: "Sequence[Box]") -> None:
    names = [n for n in PROGRAM_COLOURS if any(box.breakdown.get(n) for box in boxes)]
    handles = [Rectangle((0, 0), 1, 1, facecolor=PROGRAM_COLOURS[n]) for n in names]
    if handles:
        figure.legend(
            handles,
            names,
            loc="upper right",
            ncols=len(names),
            frameon=False,
            fontsize=8,
            handlelength=1,
            borderaxespad=0.4,
        )
