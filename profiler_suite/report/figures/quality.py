"""The figures that say whether the numbers can be trusted: A/A pairs, canary, spread."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.run.tables import visits
from profiler_suite.machine import canary
from profiler_suite.measure.planning import schedule
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ON_BOTH, ROLES, Mark
from profiler_suite.report.figures.registry import figure
from profiler_suite.report.figures.series import draw_implementations

_ROW_IN = 0.28
_LIMIT = canary.limit("ufunc")
_MOST_PAIRS = 40
MOST_VISITS = 4000  # drawn as one raster cloud; more adds ink, not knowledge


@figure("quality", ("same_code", "canary", "spread"))
def trust(known: RunFacts) -> Iterator[Picture | None]:
    """A/A pairs, the canary and the spread."""
    yield same_code(known.same_code, known.marks)
    seen = visits(known.run.history, MOST_VISITS)
    yield canary_over_time(seen, known.undisturbed_share)
    mode = known.run.provenance.mode
    yield chart.twins(spread_over_time, known.points, known.marks, mode)


def same_code(pairs: pd.DataFrame, marks: Mapping[str, Mark]) -> Picture | None:
    """Ratios of code measured twice under two names: what no difference looks like."""
    if pairs.empty:
        return None
    outside = pairs[(pairs["low"] > 1) | (pairs["high"] < 1)]
    worst = float((pairs["ratio"] - 1).abs().max())
    count = len(pairs)
    shown = pairs.loc[(pairs["ratio"] - 1).abs().nlargest(_MOST_PAIRS).index]
    title = (
        "The same code measured twice under two names differs by at most "
        f"{units.percent(worst)}; "
        f"{len(outside)} of {count} interval{'s' if count > 1 else ''} "
        f"exclude{'s' if len(outside) == 1 else ''} no difference"
    )
    drawing, (ax,) = chart.picture(
        "same_code",
        title,
        "A/A pairs: one implementation measured under two names in the same rounds. The "
        "ratio should be 1; how far it is off shows the noise of this run."
        + (
            f" The {len(shown)} farthest off of {count:,} are shown."
            if count > len(shown)
            else ""
        ),
        chart.Paper(height_in=0.95 + _ROW_IN * max(len(shown), 3), left_in=3.1, right_in=1.2),
    )
    reach = max(0.03, float(pairs["high"].max()) - 1, 1 - float(pairs["low"].min())) * 1.15
    ax.set_xlim(1 - reach, 1 + reach)
    ax.set_ylim(max(len(shown), 3) - 0.4, -0.6)
    ax.axvline(1, color=ROLES["muted"][0], linewidth=1)
    ax.axvspan(0.98, 1.02, color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.xaxis.set_major_formatter(ticks.tick_change)
    ax.set_xlabel("second entry against the first")
    ax.grid(visible=False, axis="y")
    names = [f"{p.experiment}  {p.implementation}" for p in selection.rows(shown)]
    ax.set_yticks(range(len(shown)), [labels.shorten(name, 44) for name in names])
    for y, row in enumerate(selection.rows(shown)):
        mark = marks[str(row.implementation)]
        ax.plot([row.low, row.high], [y, y], color=mark.colour, linewidth=1.4)
        chart.draw_series(
            drawing,
            ax,
            str(row.implementation),
            mark,
            chart.Series([row.ratio], [y], [], joined=False),
        )
        ax.text(
            1.02,
            y,
            f"{100 * (row.ratio - 1):+.2f} %",
            transform=ax.get_yaxis_transform(),
            va="center",
            fontsize=8,
        )
    return drawing


def canary_over_time(visits: pd.DataFrame, share: float) -> Picture | None:
    """The canary relative to its baseline over the run: interference.

    `share` is that of undisturbed visits among all, of which `visits` may be a choice.
    """
    visits = visits[visits["canary"].gt(0) & np.isfinite(visits["canary"])]
    if visits.empty:
        return None
    drawing, (ax,) = chart.picture(
        "canary",
        f"{units.percent(share)} of the visits found the machine at its best",
        "The worse of each visit's two canaries (a fixed piece of code timed before and "
        f"after it) relative to its baseline. Above {_LIMIT:.3g} the visit does not count "
        "towards a time. The memory canary is left out, because it disqualifies no visit. In "
        "the gaps, new worker processes start and check their answers; after the last gap, the "
        "time breakdowns and the lines are measured.",
        chart.Paper(height_in=2.6, right_in=1.3),
    )
    top = float(min(max(visits["canary"].max() * 1.05, 1.5), 4))
    rasterised = len(visits) > chart.RASTERISE_FROM
    across = ax.transAxes
    for number, (undisturbed, name) in enumerate(((True, "good"), (False, "alarm"))):
        part = visits[visits["undisturbed"] == undisturbed]
        colour = ON_BOTH[name] if rasterised else ROLES[name][0]
        marker = "o" if undisturbed else "x"
        cloud = ax.scatter(
            part["at_s"],
            part["canary"].clip(upper=top * 0.99),
            s=4.5,
            c=colour,
            marker=marker,
            linewidths=0.5,
            alpha=0.7,
        )
        cloud.set_rasterized(rasterised)
        y = 1 - 0.11 * number
        ax.scatter([1.02], [y], s=16, c=colour, marker=marker, transform=across, clip_on=False)
        text = "undisturbed visit" if undisturbed else "does not count"
        ax.text(1.035, y, text, transform=across, va="center", color=ROLES["muted"][0])
    ax.axhline(_LIMIT, color=ROLES["muted"][0], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_ylim(min(0.9, float(visits["canary"].min())), top)
    ax.set_xlim(0, float(visits["at_s"].max()) * 1.01)
    ax.set_xlabel("seconds since the run began")
    ax.set_ylabel("canary / baseline")
    ax.text(
        1.01,
        _LIMIT,
        f"limit {_LIMIT:.3g}",
        transform=ax.get_yaxis_transform(),
        va="center",
        color=ROLES["muted"][0],
    )
    return drawing


def spread_over_time(
    points: pd.DataFrame, marks: Mapping[str, Mark], mode: str, *, narrow: bool = False
) -> Picture | None:
    """Half width of every point's interval over its time, and the limit of the run's mode."""
    frame = selection.measured(points)
    half = (frame["high_s"] - frame["low_s"]) / 2 / frame["time_s"]
    frame = frame.assign(half=half)[half.gt(0)]
    if frame.empty:
        return None
    limit = schedule.of_mode(mode).half_width
    said = f"{100 * limit:g} %"
    within = float((frame["half"] <= limit).mean())
    drawing, (ax,) = chart.picture(
        "spread",
        f"Half of the intervals are within ±{units.percent(float(frame['half'].median()))}, "
        f"{units.percent(within)} of the points within ±{said}",
        f"Half width of each point's 95 % interval relative to its time. A point of a {mode} "
        f"run is done at ±{said} or less (dashed). A point that is still wider when its time "
        "is up is flagged as not converged in the table below.",
        chart.Paper(
            height_in=3.4,
            marks=len(frame),
            legend=frame["implementation"].nunique(),
            narrow=narrow,
        ),
    )
    ticks.log_axis(
        ax,
        "x",
        *ticks.padded(frame["time_s"].tolist(), 0.03),
        ticks.tick_time,
        most=5 if narrow else 9,
    )
    low, high = ticks.padded(frame["half"].tolist(), 0.06)
    ticks.log_axis(ax, "y", low, max(high, 1.2 * limit), lambda v: f"±{100 * v:g} %")
    ax.set_xlabel("time of one evaluation")
    ax.set_ylabel("half width of the interval")
    ax.axhline(limit, color=ROLES["muted"][0], linewidth=0.9, linestyle=(0, (4, 3)))
    draw_implementations(
        drawing,
        ax,
        frame,
        marks,
        lambda part: chart.Series(
            part["time_s"], part["half"], part.index, joined=False, size=0.85
        ),
    )
    return drawing
