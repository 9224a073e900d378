"""The figure of a comparison: every point's ratio with its interval, sorted, by verdict."""

from collections.abc import Iterator, Mapping

from profiler_suite import units
from profiler_suite.analysis.compare.changes import Change, Comparison
from profiler_suite.analysis.compare.paired import PAIRED_THRESHOLD
from profiler_suite.analysis.compare.runs import LEAST_THRESHOLD
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.report.content.comparison_tables import headline
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart, labels, ticks
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark
from profiler_suite.report.figures.registry import figure

_LOOKS = {
    Verdict.SLOWER: Mark(ROLES["alarm"][0], ROLES["alarm"][0], "^", False, "-"),
    Verdict.FASTER: Mark(ROLES["good"][0], ROLES["good"][0], "v", False, "-"),
    Verdict.SAME: Mark(ROLES["muted"][0], ROLES["muted"][0], "o", False, "-"),
    Verdict.UNKNOWN: Mark(ROLES["muted"][0], ROLES["muted"][0], "D", True, "-"),
}
# Beyond these the axis is cut: an interval without an end would squeeze all others.
_FARTHEST = 1.6
_STEPS = (
    *(0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 0.9, 0.95),
    *(1, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100),
)


@figure("comparison", ("changes",))
def comparison(known: RunFacts) -> Iterator[Picture | None]:
    """Every point's ratio to its baseline."""
    if known.comparison is not None:
        row_of = {str(name): number for number, name in enumerate(known.points["id"])}
        yield ratios(known.comparison, row_of)


def ratios(found: Comparison, row_of: Mapping[str, int]) -> Picture | None:
    """The ratios from the smallest to the largest; None when no point has one.

    `row_of` gives the number of a point's row in the points table.
    """
    seen = sorted((c for c in found.changes if c.ratio), key=lambda c: c.ratio)
    if not seen:
        return None
    against = "other" if found.paired else "first"
    drawing, (ax,) = chart.picture(
        "changes",
        headline(found),
        f"Time relative to the {against}; above 1 is slower. Bars are 95 % intervals, cut at "
        "the edge. Within the shaded band nothing counts as a difference.",
        chart.Paper(height_in=4.2, marks=len(seen)),
    )
    low, high = _limits(seen)
    at = [step for step in _STEPS if low <= step <= high]
    ticks.log_axis(ax, "y", low, high, _tick, at=at)
    ax.set_xlim(-0.02 * len(seen) - 0.7, len(seen) - 0.3 + 0.02 * len(seen))
    ax.set_xlabel(f"{units.some(len(seen), 'point')}, sorted")
    ax.set_ylabel(f"time over the time of the {against}")
    ax.set_xticks([])
    least = 1 + (PAIRED_THRESHOLD if found.paired else LEAST_THRESHOLD)
    ax.axhspan(1 / least, least, color=ROLES["shade"][0], linewidth=0, zorder=0)
    ax.axhline(1, color=ROLES["muted"][0], linewidth=0.9)
    entries: list[tuple[str, Mark, float | None]] = []
    for verdict, mark in _LOOKS.items():
        own = [(x, c) for x, c in enumerate(seen) if c.verdict is verdict]
        if not own:
            continue
        word = verdict.value.removeprefix("same ")
        entries.append((f"{word} ({len(own)})", mark, None))
        chart.draw_series(
            drawing,
            ax,
            entries[-1][0],
            mark,
            chart.Series(
                [x for x, _ in own],
                [c.ratio for _, c in own],
                [row_of.get(c.id, 0) for _, c in own],
                low=[max(c.low, low) for _, c in own],
                high=[min(c.high, high) for _, c in own],
                joined=False,
                size=0.85 if len(seen) > 60 else 1.0,
            ),
        )
    for x, change in _worth_naming(seen):
        right = x > len(seen) / 2
        chart.note(
            ax,
            x + (-0.012 if right else 0.012) * max(len(seen), 10),
            change.ratio,
            labels.shorten(f"{change.implementation} {change.problem}", 44),
            ha="right" if right else "left",
            va="center",
        )
    labels.direct_labels(drawing, ax, entries)
    return drawing


def _limits(seen: list[Change]) -> tuple[float, float]:
    """Around the ratios, with room for intervals that are not absurdly wide."""
    low, high = min(c.ratio for c in seen), max(c.ratio for c in seen)
    ends = [c.low for c in seen if c.low > low / _FARTHEST]
    tops = [c.high for c in seen if c.high < high * _FARTHEST]
    return min([0.93, low, *ends]) / 1.02, max([1.07, high, *tops]) * 1.02


def _worth_naming(seen: list[Change]) -> list[tuple[int, Change]]:
    """The farthest on each side, where that is a difference."""
    ends = {0: seen[0], len(seen) - 1: seen[-1]}
    return [(x, change) for x, change in ends.items() if change.verdict in DIFFERENT]


def _tick(ratio: float) -> str:
    return f"{ratio:.3g}×"
