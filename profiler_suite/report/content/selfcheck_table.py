"""Shows a selfcheck: the table of errors and limits, and the verdict, for terminal and page."""

from profiler_suite import units
from profiler_suite.analysis.run.selfcheck_freshness import HOW, left_open, said
from profiler_suite.model.run import Check, SelfCheck
from profiler_suite.report.html.view import TableView
from profiler_suite.report.terminal.console import Page, TextColumn


def screen(found: SelfCheck, width: int, color: bool) -> str:
    """What the command prints."""
    page = Page(width, color)
    for sentence in found.verdict:
        page.paragraph(sentence, style="bold")
    page.line()
    rows: list[tuple[str, ...]] = []
    heads: list[bool] = []
    group = ""
    for check in found.checks:
        if check.group != group:
            group = check.group
            rows.append((group.capitalize(), "", "", "", ""))
            heads.append(True)
        rows.append((f"  {check.name}", *_cells(check)))
        heads.append(False)
    page.table(
        (
            TextColumn("", least=22),
            TextColumn("measured", numeric=True),
            TextColumn("limit", numeric=True),
            TextColumn("from", numeric=True, rank=1),
            TextColumn(""),
        ),
        rows,
        indent="",
        emphasised=heads,
    )
    page.line()
    for check in found.checks:
        if not check.ok:
            named = f"{check.name}: {check.note}" if check.note else check.name
            page.paragraph(
                f"{named} ({_whose(check)})",
                first="  ! ",
                indent="    ",
                style="red" if check in found.defects else "yellow",
            )
    for sentence in found.missing:
        page.paragraph(sentence, first="  ! ", indent="    ", style="yellow")
    page.paragraph(_ending(found), style="dim")
    return page.text()


def _whose(check: Check) -> str:
    """Who answers for a miss."""
    whose = "a defect of the suite" if check.of_suite else "a limit of the machine"
    return said(check) or whose


def _ending(found: SelfCheck) -> str:
    took = f"{units.some(len(found.checks), 'check')} in {units.duration(found.duration_s)}"
    if found.defects:
        return (
            f"{took}. {units.some(len(found.defects), 'limit')} of the suite itself exceeded, "
            "which interference does not explain: numbers of that kind are not to be trusted "
            "here. Run it once more; if it stays, report it with the output of "
            "selfcheck --json."
        )
    if found.unjudged:
        return (
            f"{took}. No defect of the suite was found; "
            f"{units.some(len(found.unjudged), 'check')} could not be judged while so much "
            "else ran on this machine: run it again when less does."
        )
    return f"{took}. No defect of the suite was found; later runs carry this result."


def table(found: SelfCheck) -> TableView:
    """The same table for the page, with what the limits are about."""
    return TableView(
        caption=f"Selfcheck of {found.measured_at}: errors on functions whose truth is known",
        headings=("of", "number", "measured", "limit", "from", "", "note"),
        numeric=(False, False, True, True, True, False, False),
        rows=tuple(
            (
                check.group,
                check.name,
                *_cells(check),
                _remark(found, check),
            )
            for check in found.checks
        ),
    )


def _remark(found: SelfCheck, check: Check) -> str:
    begins = "a defect" if check in found.defects else said(check)
    return ". ".join(part for part in (begins, check.note) if part)


def in_short(page: Page, found: SelfCheck | None) -> None:
    """A few lines for the `machine` command."""
    page.line("Selfcheck", "bold")
    if found is None:
        page.paragraph(
            f"not made yet with this software; what can be told apart here says: {HOW}",
            first="  ",
            indent="  ",
        )
        return
    for sentence in found.verdict:
        page.paragraph(sentence, first="  ", indent="    ")
    defects = ", ".join(check.name for check in found.defects)
    if defects:
        page.paragraph(
            f"Beyond limits of the suite itself: {defects}.",
            first="  ! ",
            indent="    ",
            style="red",
        )
    for sentence in left_open(found):
        page.paragraph(sentence, first="  ! ", indent="    ", style="yellow")
    page.line(f"  made {found.measured_at}; again with: {HOW}", "dim")


def _cells(check: Check) -> tuple[str, str, str, str]:
    """Measured, limit, sample and a word."""
    measured = value(check.error, check.unit)
    if check.low is not None and check.high is not None:
        measured += f" ({100 * check.low:.0f}–{100 * check.high:.0f})"
    sign = "≥ " if check.at_least else "± " if check.unit == "deviation" else "≤ "
    unit = "share" if check.unit == "deviation" else check.unit
    word = "ok" if check.ok else "missed" if check.at_least else "exceeded"
    if check.undisturbed is not None:
        word = "open"
    return measured, sign + value(check.limit, unit), check.sample, word


def value(number: float, unit: str) -> str:
    """A measured number or a limit in its unit."""
    if unit == "s":
        return units.time(number)
    if unit == "count":
        return units.count(number)
    if number == 0:
        return "0 %"
    sign = "+" if unit == "deviation" and number > 0 else ""
    if abs(number) < 1e-6:
        return f"{sign}{100 * number:.0e} %"
    return sign + units.percent(number)
