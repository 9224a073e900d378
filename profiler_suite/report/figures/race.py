"""The picture of a race: times of every version over the size, or the parts of both times."""

import itertools
from collections.abc import Sequence

from matplotlib.axes import Axes

from profiler_suite.analysis.race.breakdown_changes import BreakdownChange
from profiler_suite.analysis.race.results import Race
from profiler_suite.analysis.time_breakdown import RESIDUAL
from profiler_suite.model.results import Estimate
from profiler_suite.report.content import race_words
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Paper, Picture, Series
from profiler_suite.report.drawing.style import ENTRY_COLOURS, Mark, marks

_BAR = 0.6
# Colours that are told apart: the old version's first.
_FAMILIES = ("loop", "vectorized", "gemm", "fft", "library")


def picture(race: Race) -> Picture | None:
    """Over the sizes, else the bars of one size; None where there is nothing to draw."""
    with chart.drawing_style():
        sizes = {each.size for each in race.results if each.before_time}
        if len(sizes) > 1 and all(each.elements > 0 for each in sizes):
            return _over_sizes(race)
        if race.changes and race.changes[0].parts:
            return _bars(race, race.changes)
        return None


def _over_sizes(race: Race) -> Picture:
    called = race_words.names(race)
    families = {target: _FAMILIES[n % len(_FAMILIES)] for n, target in enumerate(race.targets)}
    looks = marks((name, families[target]) for target, name in called.items())
    drawing, (ax,) = chart.picture(
        "race",
        race_words.headline(race),
        "Time of one evaluation over the number of elements of the arguments, with 95 % "
        "intervals; both axes are logarithmic.",
        Paper(height_in=3.4),
    )
    old = race.targets[0]
    drawn: dict[float, None] = {}
    ends: list[float] = []
    for target in race.targets:
        timed: dict[float, Estimate] = {}
        for each in race.results:
            found = each.before_time if target == old else each.after_time
            if found is not None and (target == old or each.after == target):
                timed.setdefault(each.size.elements, found)
        _draw(drawing, ax, called[target], looks[called[target]], timed)
        drawn |= dict.fromkeys(timed)
        ends += [end for each in timed.values() for end in (each.minimum_s, each.high_s)]
    ticks.log_axis(ax, "x", *ticks.padded(list(drawn), 0.05))
    ticks.log_axis(ax, "y", *ticks.padded(ends, 0.05), ticks.tick_time)
    ax.set_xlabel("elements of the arguments")
    ax.set_ylabel("time")
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
                max(0.0, seconds),
                _BAR,
                left,
                color=ENTRY_COLOURS[name],
                label=name if place == 0 else None,
                zorder=1 if name == RESIDUAL else 2,
            )
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(lambda s, _: ticks.tick_time(s) if s > 0 else "0")
    ax.set_xlabel("time of one evaluation")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=7.8)
    return drawing
