"""A selfcheck in a terminal: what the command prints, and a few lines for others."""

from profiler_suite import units
from profiler_suite.analysis.run.selfcheck_freshness import HOW, left_open, said
from profiler_suite.model.run import Check, SelfCheck
from profiler_suite.report.content.selfcheck_table import beside, cells, planted
from profiler_suite.report.terminal.console import Page, TextColumn


def screen(found: SelfCheck, width: int, color: bool) -> str:
    """What the command prints."""
    page = Page(width, color)
    for sentence in found.verdict:
        page.paragraph(sentence, style="bold")
    page.line()
    rows: list[tuple[str, ...]] = []
    heads: list[bool] = []
    group, kinds = "", planted(found)
    for check in found.checks:
        if check.group != group:
            group = check.group
            rows.append((group.capitalize(), "", "", "", "", ""))
            heads.append(True)
        again = " / ".join(filter(None, beside(check, kinds)))
        rows.append((f"  {check.name}", *cells(check), again))
        heads.append(False)
    page.table(
        (
            TextColumn("", least=20),
            TextColumn("measured", numeric=True),
            TextColumn("limit", numeric=True),
            TextColumn("from", numeric=True, rank=2 if kinds else 1),
            TextColumn(""),
            TextColumn("loops / hogs" if kinds else "", numeric=True, rank=1),
        ),
        rows,
        indent="",
        emphasised=heads,
    )
    page.line()
    if kinds:
        said = f"loops / hogs: the same beside {' and '.join(kinds)} that it starts itself"
        page.paragraph(said, first="  ", indent="  ", style="dim")
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
            "which interference does not explain: do not trust numbers of that kind here. Run "
            "the selfcheck again; if the result persists, report it with the output of "
            "selfcheck --json."
        )
    if found.unjudged:
        return (
            f"{took}. No defect of the suite was found; "
            f"{units.some(len(found.unjudged), 'check')} could not be judged while so much "
            "else ran on this machine: run it again when less is running."
        )
    return f"{took}. No defect of the suite was found; later runs show this result."


def in_short(page: Page, found: SelfCheck | None) -> None:
    """A few lines for the `machine` command."""
    page.line("Selfcheck", "bold")
    if found is None:
        page.paragraph(
            f"not made yet with this software; to learn what can be told apart here: {HOW}",
            first="  ",
            indent="  ",
        )
        return
    for sentence in found.verdict:
        page.paragraph(sentence, first="  ", indent="    ")
    defects = ", ".join(check.name for check in found.defects)
    if defects:
        page.paragraph(
            f"Beyond the suite's own limits: {defects}.",
            first="  ! ",
            indent="    ",
            style="red",
        )
    for sentence in left_open(found):
        page.paragraph(sentence, first="  ! ", indent="    ", style="yellow")
    page.paragraph(
        f"made {found.measured_at}; to repeat it: {HOW}", first="  ", indent="  ", style="dim"
    )
