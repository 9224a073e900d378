"""The terminal screen of a program's run: where to look first, on 80 columns."""

from profiler_suite import units
from profiler_suite.analysis.program.moments import BREAKDOWN
from profiler_suite.analysis.program.ranking import Ranking
from profiler_suite.report.content.program import ProgramRow, parts, view
from profiler_suite.report.terminal.console import Page, shortened

_WIDEST = 100
_STYLES = {
    "interpreter": ("i", "red"),
    "dispatch": ("d", "magenta"),
    "memory": ("m", "yellow"),
    "copy": ("c", "cyan"),
    "arithmetic": ("a", "green"),
    "waiting": ("w", "blue"),
    "imports": ("p", "dim"),
    "other": ("o", "dim"),
    "not split": ("n", "dim"),
}
assert set(_STYLES) == set(BREAKDOWN)


def screen(ranking: Ranking, width: int, color: bool) -> str:
    """The program's time, what it is made of, and ten places to look at."""
    page = Page(min(width, _WIDEST), color)
    seen = view(ranking)
    page.beside(seen.words, f"{units.time(ranking.run.end.wall_s)}, {seen.ended}")
    page.paragraph("; ".join(seen.facts), indent="  ", style="dim")
    page.paragraph(seen.finding, indent="  ")
    _bar(page, ranking)
    page.line()
    if seen.rows:
        page.line("Where to look first", "bold")
        page.line("     overhead             total  where and why", "dim")
    for row in seen.rows:
        _row(page, row, ranking.spent.total_s)
    for note in seen.notes:
        page.paragraph(note.removeprefix("! "), first="  ! ", indent="    ", style="yellow")
    return page.text()


def _bar(page: Page, ranking: Ranking) -> None:
    shares = parts(ranking.spent)
    if not shares:
        return
    room = page.width - 4
    begin, pieces = 0.0, [("  ", "")]
    for name, share in shares:
        letter, style = _STYLES[name]
        pieces.append((letter * (round((begin + share) * room) - round(begin * room)), style))
        begin += share
    page.pieces(*pieces)
    legend = [f"{_STYLES[name][0]} {name} {units.percent(share)}" for name, share in shares]
    page.paragraph(", ".join(legend), indent="  ", style="dim")


def _row(page: Page, row: ProgramRow, whole_s: float) -> None:
    spared = row.function.spent.avoidable_s
    page.pieces(
        (f"{row.rank:>2}", "dim"),
        (f"{units.time(spared) if spared else 'nothing':>9}", "bold"),
        (f"{units.percent(spared / whole_s) if spared else '':>7}", ""),
        (f"{units.time(row.function.total_s):>9}", ""),
        (f"  {shortened(row.where, max(page.width - 31, 20))}", "bold"),
    )
    page.paragraph(row.cause, indent="     ")
    if row.command:
        page.command("     ", row.command)
