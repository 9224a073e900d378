"""A comparison as text: for the terminal, as Markdown, as a JSON document, as tables."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from profiler_suite import units
from profiler_suite.analysis.compare.changes import (
    DIFFERENT,
    Change,
    Comparison,
    Group,
    Verdict,
)
from profiler_suite.analysis.compare.paired import PAIRED_THRESHOLD
from profiler_suite.report.formats import markdown as plain
from profiler_suite.report.html.view import TableView
from profiler_suite.report.terminal.console import Page, TextColumn

DOCUMENT_SCHEMA = 1
# Without --all, so many points that differ are listed, and so many others.
_MOST_CHANGES = 25
_FEW_POINTS = 12
_MOST_REASONS = 6
# What differs from point to point in a reason: 'is wide: ± 12 %', 'noise of 3 %', '(3)'.
_FIGURES = re.compile(r"(: ±| of) [\d.]+ %|\s*\([^)]*\)")
_STYLES = {
    Verdict.SLOWER: "red",
    Verdict.FASTER: "green",
    Verdict.SAME: "",
    Verdict.UNKNOWN: "yellow",
}


def headline(found: Comparison) -> str:
    """What changed, in one sentence."""
    if found.obstacles:
        return f"Cannot tell whether {found.after} is faster or slower than {found.before}"
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


def screen(found: Comparison, width: int, color: bool, *, everything: bool) -> str:
    """The comparison for a terminal: environment, families, points, what is undecided."""
    page = Page(width, color)
    page.paragraph(f"{headline(found)}.", style="bold")
    page.line()
    if found.differences:
        page.line("What else differs", "bold")
        page.table(
            (
                TextColumn("", least=14),
                TextColumn(_first(found), least=16),
                TextColumn(_second(found), least=16),
            ),
            [(d.name, d.before, d.after) for d in found.differences],
        )
    else:
        page.line("The environments are the same.")
    for text in (*found.obstacles, *found.warnings):
        page.paragraph(text, first="  ! ", indent="    ", style="yellow")
    page.line()
    table = families(found)
    page.line("Families, geometric mean", "bold")
    _print(page, table, [f.verdict for f in found.families])
    chosen = found.changes if everything else _worth_showing(found)
    if chosen:
        page.line()
        page.line("Points", "bold")
        _print(page, points(chosen), [c.verdict for c in chosen])
    left_out = len(found.changes) - len(chosen)
    if left_out:
        page.paragraph(
            f"{_others(chosen, left_out)}: {_tally_in_words(found, chosen)} (--all)",
            first="  ",
            indent="  ",
        )
    _reasons(page, found)
    page.line()
    page.paragraph(method(found), style="dim")
    return page.text()


def method(found: Comparison) -> str:
    """What the words mean and what they rest on."""
    return _METHOD_PAIRED if found.paired else _METHOD


_METHOD = (
    "Ratios are second over first: above 1 is slower. Slower or faster needs the 95 % "
    "interval outside the noise (3 %, more where the point's own processes differ more, "
    "12 % beyond the caches) and the smallest times to agree, and that it is not likely "
    "to be chance among so many points (Holm)."
)
_METHOD_PAIRED = (
    "Ratios are of visits side by side, intervals from the spread between pairs of "
    "processes: above 1 is slower. Slower or faster "
    f"needs the 95 % interval outside ± {units.percent(PAIRED_THRESHOLD)}, and that "
    "it is not likely to be chance among so many points (Holm)."
)


def _first(found: Comparison) -> str:
    return "other" if found.paired else "first"


def _second(found: Comparison) -> str:
    return "this" if found.paired else "second"


def _worth_showing(found: Comparison) -> list[Change]:
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
        for text, count in reasons(found)
    )


def _others(shown: Sequence[Change], left_out: int) -> str:
    return units.some(left_out, "more point" if shown else "point")


def _tally_in_words(found: Comparison, shown: Sequence[Change]) -> str:
    ids = {c.id for c in shown}
    rest = [c for c in found.changes if c.id not in ids]
    counts = ((v, sum(c.verdict is v for c in rest)) for v in Verdict)
    return ", ".join(f"{count} {v.value}" for v, count in counts if count)


def _reasons(page: Page, found: Comparison) -> None:
    counted = reasons(found)
    if not counted or found.obstacles:
        return
    page.line()
    page.line("Cannot tell", "bold")
    for text, count in counted[:_MOST_REASONS]:
        page.paragraph(f"{units.some(count, 'point')}: {text}", first="  ", indent="    ")
    if len(counted) > _MOST_REASONS:
        page.line(f"  and {len(counted) - _MOST_REASONS} more reasons")


def reasons(found: Comparison) -> list[tuple[str, int]]:
    """Why points could not be judged, most frequent first; numbers in brackets do not count."""
    counted: dict[str, int] = {}
    for change in found.changes:
        if change.verdict is Verdict.UNKNOWN:
            text = _FIGURES.sub("", change.reason)
            counted[text] = counted.get(text, 0) + 1
    return sorted(counted.items(), key=lambda item: -item[1])


def _print(page: Page, table: TableView, verdicts: Sequence[Verdict]) -> None:
    ranks = {"noise": 3, "95 % interval": 1, "before": 2}
    leasts = {"implementation": 12, "problem": 12, "family": 10}
    columns = [
        TextColumn(h, numeric=n, rank=ranks.get(h, 0), least=leasts.get(h, 0))
        for h, n in zip(table.headings, table.numeric, strict=True)
    ]
    different = [v in DIFFERENT for v in verdicts]
    page.table(columns, table.rows, emphasised=different)


def families(found: Comparison) -> TableView:
    """A row for each family."""
    return _groups(
        found.families, f"Families: geometric mean of {_second(found)} over {_first(found)}"
    )


def implementations(found: Comparison) -> TableView:
    """A row for each implementation."""
    return _groups(
        found.implementations,
        f"Implementations: geometric mean of {_second(found)} over {_first(found)}",
    )


def _groups(groups: Iterable[Group], caption: str) -> TableView:
    rows = tuple(
        (
            g.name,
            str(g.points),
            near_one(g.ratio) if g.points else "",
            _interval(g.low, g.high) if g.points else "",
            str(g.slower),
            str(g.faster),
            g.verdict.value,
        )
        for g in groups
    )
    return TableView(
        caption,
        ("family", "points", "ratio", "95 % interval", "slower", "faster", "verdict"),
        (False, True, True, True, True, True, False),
        rows,
    )


def points(changes: Iterable[Change], caption: str = "Points") -> TableView:
    """A row for each point; dtype and threads stand with the problem where they vary."""
    changes = list(changes)
    several = len({(c.dtype, c.threads) for c in changes}) > 1
    rows = tuple(
        (
            c.implementation,
            f"{c.problem} {c.dtype} t{c.threads}" if several else c.problem,
            units.time(c.before_s) if c.before_s else "",
            units.time(c.after_s) if c.after_s else "",
            near_one(c.ratio) if c.ratio else "",
            _interval(c.low, c.high) if c.ratio else "",
            units.percent(c.threshold) if c.threshold else "",
            c.verdict.value,
        )
        for c in changes
    )
    headings = (
        "implementation",
        "problem",
        "before",
        "after",
        "ratio",
        "95 % interval",
        "noise",
        "verdict",
    )
    return TableView(caption, headings, (False,) * 2 + (True,) * 5 + (False,), rows)


def near_one(ratio: float) -> str:
    """A ratio with three decimals where most lie close to 1."""
    return f"{ratio:.3f}" if ratio < 10 else units.three_digits(ratio)


def _interval(low: float, high: float) -> str:
    return f"{near_one(low)} to {near_one(high)}"


def environment(found: Comparison) -> TableView | None:
    """What else differs; None when nothing does."""
    if not found.differences:
        return None
    return TableView(
        "What else differs",
        ("fact", _first(found), _second(found)),
        (False, False, False),
        tuple((d.name, d.before, d.after) for d in found.differences),
    )


def markdown(found: Comparison) -> str:
    """The comparison for a pull request."""
    parts = [f"## {plain.text(headline(found))}"]
    table = environment(found)
    parts.append(plain.table(table) if table else "The environments are the same.")
    said = (*found.obstacles, *found.warnings)
    if said:
        parts.append("\n".join(f"> - {plain.text(text)}" for text in said))
    parts.append(plain.table(families(found)))
    chosen = _worth_showing(found)
    if chosen:
        parts.append(plain.table(points(chosen)))
    left_out = len(found.changes) - len(chosen)
    if left_out:
        parts.append(f"{units.some(left_out, 'more point')}: {_tally_in_words(found, chosen)}.")
    parts.append(plain.text(method(found)))
    return "\n\n".join(parts) + "\n"


def document(found: Comparison, failed: Sequence[Change] = ()) -> dict[str, Any]:
    """The comparison for a program; a number that is missing or has no bound is null."""
    return {
        "schema": DOCUMENT_SCHEMA,
        "before": found.before,
        "after": found.after,
        "paired": found.paired,
        "environment": [msgspec.to_builtins(d) for d in found.differences],
        "obstacles": list(found.obstacles),
        "warnings": list(found.warnings),
        "verdicts": {v.value: count for v, count in found.tally().items()},
        "regressions": [change.id for change in failed],
        "families": [_plain(msgspec.to_builtins(f)) for f in found.families],
        "implementations": [_plain(msgspec.to_builtins(f)) for f in found.implementations],
        "points": [_plain(msgspec.to_builtins(c)) for c in found.changes],
    }


_ABSENT_AT_ZERO = ("before_s", "after_s", "ratio", "low", "high", "minima", "threshold")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    for name in _ABSENT_AT_ZERO:
        if name in row and (not row[name] or row[name] > 1e300):
            row[name] = None
    return row


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
