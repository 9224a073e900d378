"""A comparison in a terminal."""

from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.report.content.comparison_tables import (
    families,
    first_word,
    headline,
    method,
    others,
    points,
    reasons,
    second_word,
    tally_in_words,
    with_points,
    worth_showing,
)
from profiler_suite.report.content.table import TableView
from profiler_suite.report.terminal.console import Page, TextColumn

_MOST_REASONS = 6


def screen(
    found: Comparison, width: int, color: bool, *, everything: bool, open_first: str = ""
) -> str:
    """The comparison for a terminal: environment, families, points, what is undecided.

    `open_first` is what stands before all of it: what a gate had to leave open.
    """
    page = Page(width, color)
    if open_first:
        page.paragraph(f"{open_first}.", style="yellow")
    page.paragraph(f"{headline(found)}.", style="bold")
    page.line()
    if found.differences:
        page.line("What else differs", "bold")
        page.table(
            (
                TextColumn("", least=14),
                TextColumn(first_word(found), least=16),
                TextColumn(second_word(found), least=16),
            ),
            [(d.name, d.before, d.after) for d in found.differences],
        )
    else:
        page.line("The environments are the same.")
    for text in (*found.obstacles, *found.warnings):
        page.paragraph(text, first="  ! ", indent="    ", style="yellow")
    page.line()
    groups = with_points(found.families)
    if groups:
        page.line("Families, geometric mean", "bold")
        _print(page, families(found), [f.verdict for f in groups])
    chosen = found.changes if everything else worth_showing(found)
    if chosen:
        page.line()
        page.line("Points", "bold")
        _print(page, points(chosen), [c.verdict for c in chosen])
    left_out = len(found.changes) - len(chosen)
    if left_out:
        page.paragraph(
            f"{others(chosen, left_out)}: {tally_in_words(found, chosen)} (--all)",
            first="  ",
            indent="  ",
        )
    _reasons(page, found)
    page.line()
    page.paragraph(method(found), style="dim")
    return page.text()


def _reasons(page: Page, found: Comparison) -> None:
    counted = reasons(found.changes)
    if not counted or found.obstacles:
        return
    page.line()
    page.line("Could not be judged", "bold")
    for text, count in counted[:_MOST_REASONS]:
        page.paragraph(f"{units.some(count, 'point')}: {text}", first="  ", indent="    ")
    if len(counted) > _MOST_REASONS:
        page.line(f"  and {len(counted) - _MOST_REASONS} more reasons")


def _print(page: Page, table: TableView, verdicts: Sequence[Verdict]) -> None:
    ranks = {"noise": 3, "95 % interval": 1, "before": 2, "points": 1}
    leasts = {"implementation": 12, "problem": 12, "family": 10}
    columns = [
        TextColumn(h, numeric=n, rank=ranks.get(h, 0), least=leasts.get(h, 0))
        for h, n in zip(table.headings, table.numeric, strict=True)
    ]
    different = [v in DIFFERENT for v in verdicts]
    page.table(columns, table.rows, emphasised=different)
