"""The figures of the time breakdown: where the time goes, and how far the methods agree."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from profiler_suite import units
from profiler_suite.analysis import shares
from profiler_suite.analysis.time_breakdown import INTERPRETER
from profiler_suite.model.experiment import Experiment
from profiler_suite.model.run import Provenance
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.selection import with_breakdown
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ENTRY_COLOURS, ROLES, Mark, in_order
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import figure
from profiler_suite.report.figures.series import draw_implementations
from profiler_suite.workloads import wording

_ROW_IN = 0.27
_LEGEND_ROW_IN = 0.17
_WORTH_A_NUMBER = 0.07
_MOST_ROWS = 24
_HALF, _TENTH = 0.5, 0.1


# Experiments, besides the question, whose time breakdowns are drawn.
_MOST_SWEPT = 2


def _names(run: Provenance) -> list[str]:
    own = [stem(p, e.name) for p in ("where", "overhead") for e in run.experiments]
    return [*own, "overhead_methods"]


@figure("where", _names)
def breakdowns(known: RunFacts) -> Iterator[Picture | None]:
    """Bars for the question and the first swept experiments, then how the methods agree."""
    swept = 0
    for experiment in known.run.provenance.experiments:
        is_swept = selection.is_swept(experiment, known.points)
        if not experiment.pair and (not is_swept or swept >= _MOST_SWEPT):
            continue
        swept += not experiment.pair
        facts = (experiment, known.points, known.marks)
        yield stacked(*facts, stem("where", experiment.name))
        yield over_axis(*facts, stem("overhead", experiment.name))
    yield agreement(known.points, known.marks, "overhead_methods")


def stacked(
    experiment: Experiment, points: pd.DataFrame, marks: Mapping[str, Mark], stem: str
) -> Picture | None:
    """Stacked bars per implementation, at the smallest, a middle and the largest problem."""
    frame = with_breakdown(selection.of_experiment(points, experiment.name))
    frame = frame[frame["threads"] == frame["threads"].min()] if len(frame) else frame
    if frame.empty:
        return None
    problems = _three(list(dict.fromkeys(frame.sort_values("flop")["problem"])))
    if experiment.pair:  # the sides of a question are different problems: one panel
        panels = [("", frame.sort_values(["flop", "time_s"]).head(_MOST_ROWS))]
    else:
        panels = [(problem, frame[frame["problem"] == problem]) for problem in problems]
    names = in_order(set(frame["implementation"]), marks)
    if experiment.pair:
        names = list(dict.fromkeys(panels[0][1]["implementation"]))
    place = {name: row for row, name in enumerate(names)}
    drawing, axes = chart.picture(
        stem,
        _stacked_title(panels[-1][1], panels[-1][0], experiment.pair),
        "Shares of the plain time of one evaluation; what the entries do not explain is the "
        "residual. Where the parts, timed alone, do not add up, no bar is drawn.",
        chart.Paper(
            panels=len(panels),
            height_in=0.95 + _ROW_IN * len(names),
            left_in=1.75,
            right_in=1.25,
            gap_in=0.42,
        ),
    )
    for ax, (heading, part) in zip(axes, panels, strict=True):
        _draw_bars(ax, part, place)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_yticks(range(len(names)), [labels.shorten(name, 24) for name in names])
        ax.grid(visible=False, axis="y")
        if heading:
            ax.set_title(labels.shorten(heading, 30), loc="left")
        ax.set_xlabel("share of time")
    _legend(axes[-1])
    return drawing


def _three(values: Sequence[str]) -> list[str]:
    if len(values) <= 3:
        return list(values)
    return [values[0], values[len(values) // 2], values[-1]]


def _draw_bars(ax: Axes, frame: pd.DataFrame, place: Mapping[str, int]) -> None:
    for row in selection.rows(frame):
        found = shares.of_row(row)
        if not found.add_up:
            _disagreement(ax, place[row.implementation])
            continue
        start = 0.0
        for entry, colour in ENTRY_COLOURS.items():
            share = found.parts[entry]
            ax.barh(
                place[row.implementation],
                share,
                left=start,
                height=0.72,
                color=colour,
                edgecolor=ROLES["surface"][0],
                linewidth=0.6,
            )
            if share >= _WORTH_A_NUMBER:
                ink = ROLES["ink" if entry == "residual" else "surface"][0]
                middle = start + share / 2
                chart.note(
                    ax,
                    middle,
                    place[row.implementation],
                    f"{100 * share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7.2,
                    color=ink,
                )
            start += share
    ax.set_xlim(0.0, 1.0)
    ax.axvline(0, color=ROLES["axis"][0], linewidth=0.8)
    steps = (0, 0.5, 1)
    ax.set_xticks(steps, [f"{100 * step:.0f} %" for step in steps])


def _disagreement(ax: Axes, at: float) -> None:
    """Instead of a bar: parts that were timed alone take longer than the whole."""
    edge = ROLES["muted"][0]
    ax.barh(at, 1.0, height=0.72, fill=False, edgecolor=edge, linewidth=0.8, linestyle=":")
    chart.note(ax, 0.5, at, "the methods disagree", ha="center", va="center", fontsize=7.2)


def _legend(ax: Axes) -> None:
    """The entries' names beside the last panel, each with its colour."""
    for number, (entry, colour) in enumerate(ENTRY_COLOURS.items()):
        down = -(0.08 + _LEGEND_ROW_IN * number) * 72
        for right, text, shade in ((10, "■", colour), (22, entry, ROLES["ink"][0])):
            ax.annotate(
                text,
                (1, 1),
                xycoords="axes fraction",
                xytext=(right, down),
                textcoords="offset points",
                color=shade,
                fontsize=8,
                va="center",
            )


def _stacked_title(frame: pd.DataFrame, problem: str, pair: Sequence[str]) -> str:
    """What takes most of the time of both sides, or of the slowest and of the fastest."""
    ordered = frame.sort_values("time_s")
    sides = [ordered[ordered["implementation"] == name] for name in pair]
    rows = [side.iloc[0] for side in sides if len(side)]
    if len(rows) < 2:
        rows = [ordered.iloc[-1], *([ordered.iloc[0]] if len(ordered) > 1 else [])]
    entries = [name for name in ENTRY_COLOURS if name != "residual"]
    known = [shares.shown({name: float(row[name]) for name in ENTRY_COLOURS}) for row in rows]
    tops = [max(entries, key=lambda name: each.parts[name]) for each in known]
    parts = [
        f"{units.percent(each.parts[top]) if each.add_up else 'most'} of the time of "
        f"{row['implementation']}"
        for row, top, each in zip(rows, tops, known, strict=True)
    ]
    first, *second = [f"the {top}" if top == INTERPRETER else top for top in tops]
    text = f"{first[0].upper()}{first[1:]} takes {parts[0]}"
    for top, part in zip(second, parts[1:], strict=True):
        text += f" and {part}" if top == first else f", {top} {part}"
    return f"{text} at {problem}" if problem else text


def agreement(points: pd.DataFrame, marks: Mapping[str, Mark], stem: str) -> Picture | None:
    """Overhead share of every point by native samples (up) over operation replay (right)."""
    frame = with_breakdown(points)
    frame = frame[frame["overhead_replay"].notna() & frame["overhead_native"].notna()]
    if len(frame) < 2:
        return None
    gap = (frame["overhead_replay"] - frame["overhead_native"]).abs()
    near = float((gap <= 0.1).mean())
    drawing, (ax,) = chart.picture(
        stem,
        f"Replay and native samples agree within 10 points on {units.percent(near)} of "
        f"{units.some(len(frame), 'point')}; half of them differ by less than "
        f"{100 * float(gap.median()):.1f} points",
        "Share of time that is overhead (all but copy and arithmetic) by two methods that "
        "share no measurement; inside the band they differ by at most 10 percentage points.",
        chart.Paper(height_in=4.6, marks=len(frame), legend=frame["implementation"].nunique()),
    )
    low = min(0.0, float(frame["overhead_replay"].min()), float(frame["overhead_native"].min()))
    high = max(1.0, float(frame["overhead_replay"].max()))
    low, high = max(low - 0.02, -0.6), min(high + 0.02, 1.6)
    ax.set_xlim(low, high)
    ax.set_ylim(min(low, -0.02), 1.02)
    ends = [low - 1, high + 1]
    ax.fill_between(
        ends,
        [e - 0.1 for e in ends],
        [e + 0.1 for e in ends],
        color=ROLES["shade"][0],
        zorder=0,
    )
    ax.plot(ends, ends, color=ROLES["axis"][0], linewidth=1.0, zorder=1)
    steps = (0, 0.25, 0.5, 0.75, 1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(list(steps), labels=[f"{100 * step:.0f} %" for step in steps])
    ax.set_xlabel("overhead share by operation replay")
    ax.set_ylabel("by native samples")
    draw_implementations(
        drawing,
        ax,
        frame,
        marks,
        lambda part: chart.Series(
            part["overhead_replay"], part["overhead_native"], part.index, joined=False
        ),
    )
    return drawing


def over_axis(
    experiment: Experiment, points: pd.DataFrame, marks: Mapping[str, Mark], stem: str
) -> Picture | None:
    """Overhead share along the experiment's axis, with the 50 % and 10 % lines."""
    axis = experiment.axis
    frame = with_breakdown(selection.of_experiment(points, experiment.name))
    frame = frame[frame[axis].notna()] if axis in frame else frame.iloc[:0]
    overhead = (1 - frame["copy"] - frame["arithmetic"]).clip(0, 1)
    frame = frame.assign(overhead=overhead)
    if frame.empty or frame[axis].nunique() < 3:
        return None
    # Where more than the axis varies, one setting stands for the others.
    parts = selection.panels(frame, selection.other_variables(frame, axis), 3)
    heading, frame = parts[len(parts) // 2]
    if frame[axis].nunique() < 3:
        return None
    drawing, (ax,) = chart.picture(
        stem,
        _over_axis_title(frame, axis) + (f" ({heading})" if heading else ""),
        "Share of time that is neither copy nor arithmetic, over the experiment's axis. The "
        "lines mark where half and a tenth of the time are overhead.",
        chart.Paper(height_in=3.9, marks=len(frame)),
    )
    ticks.log_axis(
        ax,
        "x",
        *ticks.padded(frame[axis].tolist(), 0.05),
        at=sorted(frame[axis].unique()),
    )
    ax.set_ylim(min(-0.03, float(frame["overhead"].min()) - 0.03), 1.06)
    steps = (0, _TENTH, 0.25, _HALF, 0.75, 1)
    ax.set_yticks(steps, [f"{100 * step:.0f} %" for step in steps])
    for level in (_HALF, _TENTH):
        ax.axhline(level, color=ROLES["muted"][0], linewidth=1.0, linestyle=(0, (4, 3)))
    ax.set_xlabel(wording.heading(axis))
    ax.set_ylabel("overhead share of time")
    ends: dict[str, float] = {}
    for name, part in selection.by_implementation(frame):
        part = part.sort_values(axis)
        chart.draw_series(
            drawing,
            ax,
            name,
            marks[name],
            chart.Series(part[axis], part["overhead"], part.index),
        )
        ends[name] = float(part["overhead"].iloc[-1])
    labels.direct_labels(
        drawing, ax, [(n, marks[n], ends[n]) for n in in_order(set(ends), marks)]
    )
    return drawing


def _over_axis_title(frame: pd.DataFrame, axis: str) -> str:
    """Who gets below half overhead, and from where."""
    below: list[tuple[float, str]] = []
    never: list[str] = []
    for name, part in selection.by_implementation(frame):
        crossing = falls_below(
            part[axis].tolist(), part.sort_values(axis)["overhead"].tolist(), _HALF
        )
        if crossing is None:
            never.append(name)
        elif crossing > 0:
            below.append((crossing, name))
    words = wording.noun(axis)
    if below:
        first, *others = sorted(below)[:3]
        shown = f"for {first[1]} from {words} {units.three_digits(first[0])} on"
        shown += "".join(f", {name} from {units.three_digits(at)}" for at, name in others)
        return f"Less than half of the time is overhead {shown}"
    if never:
        shown = ", ".join(never[:3])
        return f"More than half of the time is overhead at every {words}: {shown}"
    return f"Less than half of the time is overhead at every {words}"


def falls_below(x: Sequence[float], shares: Sequence[float], level: float) -> float | None:
    """Where the share last falls below a level: 0 if it is below everywhere, None if never.

    Straight lines between neighbouring values on the figure's logarithmic axis.
    """
    x = sorted(x)
    if shares[-1] >= level:
        return None
    for i in range(len(x) - 1, 0, -1):
        if shares[i - 1] >= level > shares[i]:
            part = (shares[i - 1] - level) / (shares[i - 1] - shares[i])
            return float(x[i - 1] * (x[i] / x[i - 1]) ** part)
    return 0.0
