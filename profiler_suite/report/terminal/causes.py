"""What makes the difference between two runs, on the terminal."""

from profiler_suite.analysis.compare.causes import Causes
from profiler_suite.report.content import cause_words
from profiler_suite.report.terminal.console import Page, TextColumn

_LEAST = {"cause": 14, "first": 12, "second": 12}
_RANKS = {"95 % interval": 1}
_REASON = "not tried because"


def screen(found: Causes, width: int, color: bool) -> str:
    """The sentence, the table, and why something was not tried."""
    page = Page(width, color)
    page.line(cause_words.TITLE, "bold")
    page.paragraph(cause_words.headline(found), first="  ", indent="  ")
    if found.nothing_to_explain:
        return page.text()
    table = cause_words.table(found)
    kept = [n for n, heading in enumerate(table.headings) if heading != _REASON]
    page.table(
        [
            TextColumn(
                table.headings[n],
                numeric=table.numeric[n],
                rank=_RANKS.get(table.headings[n], 0),
                least=_LEAST.get(table.headings[n], 0),
            )
            for n in kept
        ],
        [tuple(row[n] for n in kept) for row in table.rows],
        emphasised=[each.counts for each in found.effects],
    )
    for each in found.effects:
        if each.reason:
            page.paragraph(
                f"{each.cause.name} was not tried: {each.reason}",
                first="  ",
                indent="    ",
                style="dim",
            )
    page.paragraph(table.note, style="dim")
    return page.text()
