"""The figure of the question that started it: every implementation, by time."""

import dataclasses
from collections.abc import Iterator, Mapping, Set
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from profiler_suite import units
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import NARROW_IN, WIDTH_IN, Picture
from profiler_suite.report.drawing.style import ROLES, Mark
from profiler_suite.report.figures.registry import figure

_ROW_IN = 0.27
_GAP_IN = 0.09  # between the plot and the words at its sides
_CODE = "the code above"


@figure("answer", ("answer",))
def answer(known: RunFacts) -> Iterator[Picture | None]:
    """Both sides of the question."""
    said = known.answer
    if said is not None:
        code_s = said.plain.code_s if said.plain else 0.0
        yield both_sides(known.points, said.left, said.right, known.marks, code_s)


@dataclasses.dataclass(frozen=True)
class _Paper:
    """What the figure is drawn on."""

    ending: str
    width_in: float
    names_in: float
    """Room for the names at the left."""
    times_in: float
    """Room for the times at the right."""
    margin_in: float
    ticks: int


_WIDE = _Paper("", WIDTH_IN, names_in=1.75, times_in=0.95, margin_in=0.16, ticks=9)
_NARROW = _Paper("_narrow", NARROW_IN, names_in=1.5, times_in=0.75, margin_in=0.02, ticks=4)


def both_sides(
    points: pd.DataFrame,
    left: str,
    right: str,
    marks: Mapping[str, Mark],
    code_s: float = 0.0,
) -> Picture | None:
    """Times of all implementations of both problems; `left` and `right` are point ids.

    `code_s` is what the code takes that the page advises for the left one, 0 without any.
    """
    sides = points[points["id"].isin([left, right])]
    if sides.empty:
        return None
    experiment = selection.of_experiment(points, str(sides["experiment"].iloc[0]))
    alike = experiment["dtype"].isin(sides["dtype"]) | experiment[
        "implementation"
    ].str.contains("int")
    frame = selection.measured(experiment[alike & experiment["threads"].isin(sides["threads"])])
    order = {str(p): n for n, p in enumerate(sides.sort_values("flop")["problem"])}
    frame = frame[frame["problem"].isin(order)]
    frame = frame.assign(group=frame["problem"].map(order)).sort_values(["group", "time_s"])
    if frame.empty:
        return None
    title = _title(frame, left, right, code_s)
    bold = {left, right}
    slow = sides.loc[sides["id"] == left, "problem"]
    beside = (str(slow.iloc[0]), code_s) if len(slow) else ("", 0.0)
    drawing = _draw(frame, title, marks, bold, beside, _WIDE)
    drawing.narrow = _draw(frame, title, marks, bold, beside, _NARROW)
    return drawing


def _draw(
    frame: pd.DataFrame,
    title: str,
    marks: Mapping[str, Mark],
    bold: Set[str],
    code: tuple[str, float],
    paper: _Paper,
) -> Picture:
    problems = list(dict.fromkeys(frame["problem"]))
    code_of, code_s = code
    # A heading above each group, and the advised code.
    extra = len(problems) + (code_s > 0)
    drawing, (ax,) = chart.picture(
        f"answer{paper.ending}",
        title,
        "Time of one evaluation (logarithmic, lower is better) with 95 % intervals. The two "
        "sides of the question are in bold; operations are textbook FLOP. The others are "
        "written by hand; the code above was found by a rule for any such loop.",
        chart.Paper(
            width_in=paper.width_in,
            height_in=0.75 + _ROW_IN * (len(frame) + extra),
            left_in=paper.names_in,
            right_in=paper.times_in,
            marks=len(frame),
        ),
    )
    low, high = ticks.padded([*frame["low_s"], *frame["high_s"]], 0.06)
    ticks.log_axis(ax, "x", low, high, ticks.tick_time, most=paper.ticks)
    ax.set_ylim(len(frame) + extra - 0.4, -0.7)
    ax.set_yticks([])
    ax.set_xlabel("time of one evaluation")
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    y = 0
    for problem in problems:
        part = frame[frame["problem"] == problem]
        _heading(ax, y, part, paper)
        y += 1
        waits = code_s > 0 and problem == code_of
        for row in selection.rows(part):
            if waits and row.time_s > code_s:
                _code_row(ax, y, code_s)
                y, waits = y + 1, False
            _row(drawing, ax, y, row, marks, bold=row.id in bold)
            y += 1
    return drawing


def _title(frame: pd.DataFrame, left: str, right: str, code_s: float) -> str:
    """How much faster the first side's problem is solved: by the code above, by the best."""
    rows = frame.set_index("id")
    if left not in rows.index or right not in rows.index:
        return "Time of every implementation"
    side: Any = rows.loc[left]
    other: Any = rows.loc[right]
    same = selection.alike(frame[frame["problem"] == side["problem"]])
    best = selection.fastest(same)
    if best["id"] == left:
        return f"No implementation is faster than {side['implementation']} on its problem"
    gain = units.ratio(side["time_s"] / best["time_s"])
    if code_s > 0:
        by_rule = units.ratio(side["time_s"] / code_s)
        return (
            f"The code above is {by_rule} as fast as {side['implementation']}; "
            f"by hand ({best['implementation']}) it is {gain}"
        )
    against = float(best["time_s"] / other["time_s"])
    times = f"1/{units.three_digits(1 / against)} of" if against < 1 else units.ratio(against)
    return (
        f"{best['implementation']} gives the answer of {side['implementation']} {gain} as "
        f"fast, in {times} the time of {other['implementation']}"
    )


def _heading(ax: Axes, y: int, part: pd.DataFrame, paper: _Paper) -> None:
    first = part.iloc[0]
    text = f"{first['problem']}:  {units.count(first['flop'])} FLOP"
    margin_in, plot_in = paper.margin_in, paper.width_in - paper.names_in - paper.times_in
    left = -(paper.names_in - margin_in) / plot_in
    right = 1 + (paper.times_in - margin_in) / plot_in
    across = ax.get_yaxis_transform()
    band = Rectangle((left, y - 0.42), right - left, 0.84, transform=across, clip_on=False)
    band.set(color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.add_patch(band)
    ax.text(left + 0.06 / plot_in, y, text, transform=across, va="center", fontsize=8.5)


def _row(
    drawing: Picture,
    ax: Axes,
    y: int,
    row: Any,
    marks: Mapping[str, Mark],
    *,
    bold: bool,
) -> None:
    name, time_s = str(row.implementation), float(row.time_s)
    mark = marks[name]
    label = _words(ax, y, labels.shorten(name, 22), time_s, mark.text, bold=bold)
    gid = f"t{y}"
    label.set_gid(gid)
    drawing.labels[gid] = name
    if bold:
        ax.plot([ax.get_xlim()[0], time_s], [y, y], color=mark.colour, linewidth=1.2, zorder=1)
    chart.draw_series(
        drawing,
        ax,
        name,
        mark,
        chart.Series(
            [time_s],
            [float(y)],
            [int(row.Index)],
            low=[float(row.low_s)],
            high=[float(row.high_s)],
            joined=False,
            horizontal=True,
            size=1.35 if bold else 1.0,
        ),
    )


def _code_row(ax: Axes, y: int, code_s: float) -> None:
    """The advised code, which is no point of the sweep."""
    colour = ROLES["accent"][0]
    _words(ax, y, _CODE, code_s, colour, bold=True)
    ax.plot([ax.get_xlim()[0], code_s], [y, y], color=colour, linewidth=1.2, zorder=1)
    ax.plot([code_s], [y], marker="|", markersize=9, markeredgewidth=2, color=colour)


def _words(ax: Axes, y: int, name: str, time_s: float, colour: str, *, bold: bool) -> Text:
    """The name at the left, which is given back, and the time at the right."""
    weight = "bold" if bold else "normal"
    across, inch = ax.get_yaxis_transform(), ax.figure.dpi_scale_trans
    ax.text(
        1.0,
        y,
        f"{units.time(time_s)}",
        transform=across + ScaledTranslation(_GAP_IN, 0, inch),
        va="center",
        fontweight=weight,
        fontsize=8.2,
    )
    return ax.text(
        0.0,
        y,
        name,
        transform=across + ScaledTranslation(-_GAP_IN, 0, inch),
        ha="right",
        va="center",
        color=colour,
        fontweight=weight,
    )
