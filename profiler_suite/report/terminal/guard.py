"""The terminal screen of a guard: what became slower or wrong first."""

from profiler_suite.analysis.race.guard import GuardReport
from profiler_suite.report.content import guard_words
from profiler_suite.report.terminal.console import Page, TextColumn

_WIDEST = 110


def screen(report: GuardReport, width: int, color: bool) -> str:
    """Headline, a row for each function, what it rests on."""
    page = Page(min(width, _WIDEST), color)
    bad = bool(report.slower or report.differing)
    page.paragraph(guard_words.headline(report), style="bold red" if bad else "bold")
    page.line()
    table = guard_words.table(report)
    leasts = {"function": 16, "verdict": 24}
    columns = [
        TextColumn(h, numeric=n, least=leasts.get(h, 0))
        for h, n in zip(table.headings, table.numeric, strict=True)
    ]
    wrong = [each.slower or each.differs for each in guard_words.ordered(report)]
    page.table(columns, table.rows, emphasised=wrong)
    page.line()
    page.paragraph(guard_words.basis(report), style="dim")
    for note in report.notes:
        page.paragraph(note, first="! ", indent="  ", style="yellow")
    return page.text()
