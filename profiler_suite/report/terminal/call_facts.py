"""The costliest calls of an explanation, looked into: a line of facts for each."""

from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.analysis.explain import layers
from profiler_suite.analysis.explain.explanation import Explanation, interval
from profiler_suite.analysis.explain.inside import InsideCall, facts_in_words
from profiler_suite.report.terminal.console import Page

_WIDEST = 100
NONE = "No call takes enough of the time to be worth a look inside."


def screen(found: Explanation, width: int, color: bool) -> str:
    """One call: its time, what happens inside, what is missing."""
    page = Page(min(width, _WIDEST), color)
    explained = found.explained
    page.line(explained.name.rpartition(":")[2], "bold")
    given = ", ".join(explained.arguments) or "no arguments"
    page.paragraph(f"{given} → {explained.result}", first="  ", indent="    ", style="dim")
    page.line(f"  {units.time(found.time.time_s)} ({interval(found.time)})")
    every(page, found.inside)
    for note in found.notes:
        page.paragraph(note, first="  ! ", indent="    ", style="yellow")
    return page.text()


def every(page: Page, calls: Sequence[InsideCall]) -> None:
    """All of them, the costliest first."""
    page.line()
    page.line("Inside the calls", "bold")
    if not calls:
        page.paragraph(NONE, indent="  ", style="dim")
    for each in calls:
        one(page, each)


def one(page: Page, call: InsideCall) -> None:
    """One call: what it is and how often, then its facts."""
    facts = call.facts
    times = f"{units.count(facts.calls)} ×" if facts.calls > 1 else "once"
    where = layers.place(facts.file, facts.line)
    where = f", line {where}" if where else ""
    page.paragraph(
        f"{facts.via or facts.name}, {times} {units.time(facts.time_s)}{where}: "
        f"{units.percent(call.share)} of the time",
        first="  ",
        indent="    ",
    )
    page.paragraph(facts_in_words(call), indent="    ", style="dim")
