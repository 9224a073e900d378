"""A comparison in sentences and tables."""

import math
import re
from collections.abc import Iterable, Sequence

from profiler_suite import units
from profiler_suite.analysis.compare.changes import (
    Change,
    Comparison,
    Group,
)
from profiler_suite.analysis.compare.paired import PAIRED_THRESHOLD
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

# Without --all, so many points that differ are listed, and so many others.
_MOST_CHANGES = 25
_FEW_POINTS = 12
# What differs from point to point in a reason: 'is wide: ± 12 %', 'noise of 3 %', '(3)'.
_FIGURES = re.compile(r"(:| of)(?: more than)?(?: ±)? [\d.]+ %|\s*\([^)]*\)")


def headline(found: Comparison) -> str:
    """What changed, in one sentence."""
    if found.obstacles:
        return (
            f"Whether {found.after} is faster or slower than {found.before} could not be judged"
        )
    tally = found.tally()
    total = units.some(len(found.changes), "point")
    slower, faster = tally[Verdict.SLOWER], tally[Verdict.FASTER]
    if not slower and not faster:
        if tally[Verdict.UNKNOWN] > tally[Verdict.SAME]:
            return f"No difference found in {total}, but most could not be judged"
        return f"{found.after} is as fast as {found.before} within noise on {total}"
    parts = []
    for word, count in ((Verdict.SLOWER, slower), (Verdict.FASTER, faster)):
        if count:
            parts.append(f"{word.value} on {count} of {total} ({_who(found, word)})")
    return f"{found.after} against {found.before}: {', '.join(parts)}"


def _who(found: Comparison, word: Verdict) -> str:
    """The implementations with most points of that verdict."""
    counted = []
    for group in found.implementations:
        count = group.slower if word is Verdict.SLOWER else group.faster
        if count:
            counted.append((count, group))
    counted.sort(key=lambda pair: -pair[0])
    names = []
    for count, group in counted[:3]:
        of = f"all {count}" if count == group.points else f"{count} of its {group.points}"
        where = f" on {of}" if group.points > 1 else ""
        names.append(f"{group.name}{where}, {near_one(group.ratio)}×")
    more = f"; {len(counted) - 3} more" if len(counted) > 3 else ""
    return "; ".join(names) + more


def method(found: Comparison) -> str:
    """What the words mean and what they rest on."""
    return _METHOD_PAIRED if found.paired else _METHOD


_METHOD = (
    "Ratios are second over first: above 1 is slower. A point is called slower or faster "
    "only if its 95 % interval lies outside the noise (3 %, more where the point's own "
    "processes differ more, 12 % beyond the caches), the smallest times agree, and the "
    "difference is unlikely to be chance among so many points (Holm)."
)
_METHOD_PAIRED = (
    "Ratios are of visits side by side: above 1 is slower. Intervals come from the spread "
    "between pairs of processes. A point is called slower or faster only if its 95 % interval "
    f"lies outside ± {units.percent(PAIRED_THRESHOLD)} and the difference is unlikely to be "
    "chance among so many points (Holm)."
)


def first_word(found: Comparison) -> str:
    """What the run that is compared with is called."""
    return "other" if found.paired else "first"


def second_word(found: Comparison) -> str:
    """What the run that is judged is called."""
    return "this" if found.paired else "second"


def _quotient(found: Comparison) -> str:
    """What a ratio is of."""
    whose = ("this side's", "the other's") if found.paired else ("the second's", "the first's")
    return f"{whose[0]} time over {whose[1]}"


def worth_showing(found: Comparison) -> list[Change]:
    """The points that differ, or all when they are few and none does."""
    different = [c for c in found.changes if c.verdict in DIFFERENT]
    if not different and len(found.changes) <= _FEW_POINTS:
        return list(found.changes)
    return sorted(different, key=lambda c: -c.ratio)[:_MOST_CHANGES]


def by_importance(found: Comparison) -> list[Change]:
    """Those that differ first, then those that could not be judged, each the slower first."""
    order = (Verdict.SLOWER, Verdict.FASTER, Verdict.UNKNOWN, Verdict.SAME)
    return sorted(found.changes, key=lambda c: (order.index(c.verdict), -c.ratio))


def untold(found: Comparison) -> tuple[str, ...]:
    """Why points could not be judged, as sentences."""
    if found.obstacles:
        return ()
    return tuple(
        f"{units.some(count, 'point')} could not be judged: {text}."
        for text, count in reasons(found.changes)
    )


def others(shown: Sequence[Change], left_out: int) -> str:
    """'3 more points', or '3 points' where none is shown."""
    return units.some(left_out, "more point" if shown else "point")


def tally_in_words(found: Comparison, shown: Sequence[Change]) -> str:
    """How many of the others have each verdict."""
    ids = {c.id for c in shown}
    rest = [c for c in found.changes if c.id not in ids]
    counts = ((v, sum(c.verdict is v for c in rest)) for v in Verdict)
    return ", ".join(f"{count} {v.value}" for v, count in counts if count)


def reasons(changes: Iterable[Change]) -> list[tuple[str, int]]:
    """Why points could not be judged, most frequent first; numbers in brackets do not count."""
    counted: dict[str, int] = {}
    for change in changes:
        if change.verdict is Verdict.UNKNOWN:
            text = _FIGURES.sub("", change.reason)
            counted[text] = counted.get(text, 0) + 1
    return sorted(counted.items(), key=lambda item: -item[1])


def open_question(found: Comparison, fail_on: float | None) -> str:
    """What a gate has to leave open, in one sentence; empty when it is nothing."""
    undecided = found.undecided(fail_on)
    if not undecided:
        return ""
    (why, _), *more = reasons(undecided)
    share = "" if fail_on is None else f" against {units.percent(fail_on)}"
    several = f", and {units.some(len(more), 'more reason')}" if more else ""
    return (
        f"{len(undecided):,} of {units.some(len(found.changes), 'point')} could not be judged"
        f"{share}: {why}{several}"
    )


def with_points(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups that have a mean."""
    return tuple(group for group in groups if group.points)


def families(found: Comparison) -> TableView:
    """A row for each family of which anything could be judged."""
    return _groups(
        "family",
        with_points(found.families),
        f"Families: {_quotient(found)}, geometric mean",
    )


def implementations(found: Comparison) -> TableView:
    """A row for each implementation of which anything could be judged."""
    return _groups(
        "implementation",
        with_points(found.implementations),
        f"Implementations: {_quotient(found)}, geometric mean",
    )


def _groups(what: str, groups: Iterable[Group], caption: str) -> TableView:
    columns = (
        words(what, "name"),
        numbers("points", "points"),
        numbers("ratio", lambda g: near_one(g.ratio)),
        numbers("95 % interval", lambda g: _interval(g.low, g.high)),
        numbers("slower", "slower"),
        numbers("faster", "faster"),
        words("verdict", lambda g: str(g.verdict.value)),
    )
    return tabulated(caption, groups, columns)


def points(changes: Iterable[Change], caption: str = "Points") -> TableView:
    """A row for each point; dtype and threads stand with the problem where they vary."""
    changes = list(changes)
    several = len({(c.dtype, c.threads) for c in changes}) > 1
    columns = (
        words("implementation", "implementation"),
        words(
            "problem",
            lambda c: f"{c.problem} {c.dtype} t{c.threads}" if several else c.problem,
        ),
        numbers("before", lambda c: units.time(c.before_s) if c.before_s else ""),
        numbers("after", lambda c: units.time(c.after_s) if c.after_s else ""),
        numbers("ratio", lambda c: near_one(c.ratio) if c.ratio else ""),
        numbers("95 % interval", lambda c: _interval(c.low, c.high) if c.ratio else ""),
        numbers("noise", lambda c: units.percent(c.threshold) if c.threshold else ""),
        words("verdict", lambda c: str(c.verdict.value)),
    )
    return tabulated(caption, changes, columns)


def near_one(ratio: float) -> str:
    """A ratio with three decimals where most lie close to 1."""
    return f"{ratio:.3f}" if ratio < 10 else units.three_digits(ratio)


def _interval(low: float, high: float) -> str:
    if low <= 0 or not math.isfinite(high):
        return "not known"
    return f"{near_one(low)} to {near_one(high)}"


def environment(found: Comparison) -> TableView | None:
    """What else differs; None when nothing does."""
    if not found.differences:
        return None
    return TableView(
        "What else differs",
        ("fact", first_word(found), second_word(found)),
        (False, False, False),
        tuple((d.name, d.before, d.after) for d in found.differences),
    )


def failure(found: Comparison, failed: Sequence[Change], fail_on: float) -> str:
    """Which points are surely slower, in one sentence."""
    worst = failed[0]
    names = list(dict.fromkeys(c.implementation for c in failed))
    return (
        f"{units.some(len(failed), 'point')} of {len(found.changes):,} slower by "
        f"{units.percent(fail_on)} or more, confirmed: {', '.join(names[:4])}"
        f"{' …' if len(names) > 4 else ''}; the worst is {worst.implementation} "
        f"{worst.problem}, {near_one(worst.ratio)}× ({_interval(worst.low, worst.high)})"
    )
