"""The terminal screen of a race: who is faster, is it right, what changed."""

from profiler_suite.analysis.race.results import Answers, Race
from profiler_suite.model.results import Verdict
from profiler_suite.report.content import race_words
from profiler_suite.report.content.table import TableView
from profiler_suite.report.terminal.console import Page, TextColumn

_WIDEST = 100
_STYLES = {
    Verdict.FASTER: "bold green",
    Verdict.SLOWER: "bold red",
    Verdict.SAME: "bold",
    Verdict.UNKNOWN: "bold yellow",
}


def screen(race: Race, width: int, color: bool) -> str:
    """Headline, answers, sizes, what changed, what it rests on."""
    page = Page(min(width, _WIDEST), color)
    first = race.results[0]
    refused = any(each.answers is Answers.DIFFERENT for each in race.results)
    style = "bold red" if refused else _STYLES[first.verdict]
    page.paragraph(race_words.headline(race), style=style)
    page.line()
    called = race_words.names(race)
    results = race_words.results_table(race)
    _table(page, results.without("version") if len(called) <= 2 else results)
    several = len(race.results) > 1
    for each in race.results:
        about = f"{called[each.after]}, {each.size.label}: " if several else ""
        said = (race_words.answer_in_words(each), race_words.costs_in_words(each))
        text = f"{about}{' '.join(filter(None, said))}"
        page.paragraph(text, first="  ", indent="    " if several else "  ")
    for crossing in race.crossings:
        text = race_words.crossing_in_words(crossing, called[crossing.after])
        page.paragraph(text, first="  ", indent="  ")
    for change in race.changes:
        page.line()
        page.line(f"What changed in {called[change.after]}, at {change.size}", "bold")
        if change.sentence:
            page.paragraph(f"{change.sentence[0].upper()}{change.sentence[1:]}.", indent="  ")
        for table in (race_words.parts_table(change), race_words.operations_table(change)):
            if table.rows:
                _table(page, table)
        for note in change.notes:
            page.paragraph(note, first="  ! ", indent="    ", style="yellow")
    page.line()
    page.paragraph(race_words.basis(race), style="dim")
    for note in race.notes:
        page.paragraph(note, first="! ", indent="  ", style="yellow")
    return page.text()


def _table(page: Page, table: TableView) -> None:
    ranks = dict.fromkeys(table.minor, 2) | {"before": 1}
    leasts = {"version": 12, "operation": 12}
    columns = [
        TextColumn(h, numeric=n, rank=ranks.get(h, 0), least=leasts.get(h, 0))
        for h, n in zip(table.headings, table.numeric, strict=True)
    ]
    page.table(columns, table.rows)
