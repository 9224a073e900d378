"""The terminal screen that answers the founding question."""

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import interval
from profiler_suite.analysis.explain.question import SeedAnswer
from profiler_suite.report.terminal.console import Column, Page
from profiler_suite.report.terminal.explanation import books_bar


def screen(found: SeedAnswer, width: int, color: bool) -> str:
    """Headline, both arms side by side, their books, what would be saved."""
    page = Page(min(width, 100), color)
    page.paragraph(found.question, style="dim")
    page.line()
    page.paragraph(f"{found.headline}.", style="bold")
    page.line()
    left, right = (_column(found, number) for number in (0, 1))
    page.table(
        (
            Column(""),
            Column(found.arms[0].name, numeric=True),
            Column(found.arms[1].name, numeric=True),
        ),
        [(name, left[name], right[name]) for name in left],
    )
    for arm, each in zip(found.arms, found.explanations, strict=True):
        if each.ledger is not None:
            page.line()
            page.line(f"Where the time of {arm.name} goes", "bold")
            books_bar(page, each.ledger)
    page.line()
    for sentence in found.sentences:
        page.paragraph(sentence, first="  · ", indent="    ")
    notes = {note for each in found.explanations for note in each.notes}
    for note in sorted(notes):
        page.paragraph(note, first="  ! ", indent="    ", style="yellow")
    page.line()
    page.command("More:  ", "python -m profiler_suite sweep seed_question --quick")
    page.command(
        "Yours: ", "python -m profiler_suite explain FILE.py:FUNCTION --setup FUNCTION"
    )
    return page.text()


def _column(found: SeedAnswer, number: int) -> dict[str, str]:
    arm, each = found.arms[number], found.explanations[number]
    account, placement = each.explained.account, each.roofline
    bound = placement.bound + (f" ({placement.level})" if placement.bound == "memory" else "")
    shares = each.ledger.overhead_shares if each.ledger else {}
    rows = {
        "problem": arm.problem,
        "time": units.time(each.time.time_s),
        "interval, 95 %": interval(each.time),
        "textbook FLOP": units.count(arm.textbook_flop),
        "executed FLOP": units.count(account.flop) if not account.untraced else "not traced",
        "textbook rate": units.flop_rate(arm.textbook_flop / each.time.time_s),
        "NumPy calls": units.count(account.calls) if not account.untraced else "not traced",
        "bound by": bound or "no roof known",
        "of attainable": units.percent(placement.of_attainable),
    }
    for method in ("replay", "native"):
        share = shares.get(method)
        rows[f"overhead by {method}"] = units.percent(share) if share is not None else "–"
    return rows
