"""The picture of a race: times of every version over the size, or the parts of both times."""

import itertools
from collections.abc import Sequence

from matplotlib.axes import Axes

from profiler_suite.analysis.race.breakdown_changes import BreakdownChange
from profiler_suite.analysis.race.results import Race
from profiler_suite.analysis.time_breakdown import RESIDUAL
from profiler_suite.model.results import Estimate
from profiler_suite.report.content import race_words
from profiler_suite.report.drawing import chart, labels
from profiler_suite.report.drawing.chart import Paper, Picture, Series
from profiler_suite.report.drawing.style import ENTRY_COLOURS, Mark, marks

_BAR = 0.6


def picture(race: Race) -> Picture | None:
    """Over the sizes, else the bars of one size; None where there is nothing to draw."""
    with chart.drawing_style():
        if len({each.size for each in race.results if each.before_time}) > 1:
            return _over_sizes(race)
        if race.changes and race.changes[0].parts:
            return _bars(race, race.changes)
        return None


def _over_sizes(race: Race) -> Picture:
    called = race_words.names(race)
    looks = marks((name, "") for name in called.values())
    drawing, (ax,) = chart.picture(
        "race",
        race_words.headline(race),
        "Time of one evaluation over the number of elements of the arguments, with 95 % "
        "intervals; both axes are logarithmic.",
        Paper(height_in=3.4),
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    old = race.targets[0]
    for target in race.targets:
        timed: dict[float, Estimate] = {}
        for each in race.results:
            found = each.before_time if target == old else each.after_time
            if found is not None and (target == old or each.after == target):
                timed.setdefault(each.size.elements, found)
        _draw(drawing, ax, called[target], looks[called[target]], timed)
    ax.set_xlabel("elements of the arguments")
    ax.set_ylabel("time, s")
    ax.autoscale_view()
    labels.direct_labels(drawing, ax, [(n, looks[n], None) for n in called.values()])
    return drawing


def _draw(
    drawing: Picture, ax: Axes, name: str, mark: Mark, timed: dict[float, Estimate]
) -> None:
    sizes = sorted(timed)
    found = [timed[size] for size in sizes]
    chart.draw_series(
        drawing,
        ax,
        name,
        mark,
        Series(
            x=sizes,
            y=[each.time_s for each in found],
            rows=range(len(sizes)),
            low=[max(each.low_s, 0.5 * each.time_s) for each in found],
            high=[each.high_s for each in found],
        ),
    )


def _bars(race: Race, changes: Sequence[BreakdownChange]) -> Picture:
    called = race_words.names(race)
    drawing, (ax,) = chart.picture(
        "race",
        race_words.headline(race),
        "Where the time of one evaluation goes, before and now; the residual is what no "
        "method explains.",
        Paper(height_in=1.1 + 0.34 * (len(changes) + 1), left_in=1.9),
    )
    rows = [(called[changes[0].before], [(p.name, p.before_s) for p in changes[0].parts])]
    rows += [(called[c.after], [(p.name, p.after_s) for p in c.parts]) for c in changes]
    for place, (_, parts) in enumerate(rows):
        ends = itertools.accumulate((max(0.0, s) for _, s in parts), initial=0.0)
        for (name, seconds), left in zip(parts, ends, strict=False):
            ax.barh(
                place,
                1e3 * max(0.0, seconds),
                _BAR,
                1e3 * left,
                color=ENTRY_COLOURS[name],
                label=name if place == 0 else None,
                zorder=1 if name == RESIDUAL else 2,
            )
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.invert_yaxis()
    ax.set_xlabel("time, ms")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=7.8)
    return drawing
