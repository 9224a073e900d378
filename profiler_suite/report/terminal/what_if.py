"""Other ways to run a function on the terminal: what each gives, the fastest first."""

from collections.abc import Sequence

from profiler_suite.analysis.explain.what_if import (
    FASTER,
    NOT_JUDGED,
    NOT_MEASURED,
    SAME,
    SLOWER,
    WayVerdict,
)
from profiler_suite.report.content.explanation_words import OTHER_WAYS, way_name
from profiler_suite.report.terminal.console import Page

_STYLES = {FASTER: "green", SLOWER: "red", SAME: "", NOT_JUDGED: "yellow", NOT_MEASURED: "dim"}


def show(page: Page, found: Sequence[WayVerdict]) -> None:
    """A line with the verdict of each and what belongs to it; nothing where none was asked."""
    if not found:
        return
    page.line()
    page.line(OTHER_WAYS, "bold")
    for each in found:
        page.paragraph(
            f"{way_name(each)}: {each.headline}",
            first="  ",
            indent="    ",
            style=_STYLES[each.verdict],
        )
        page.paragraph("; ".join(each.details), indent="    ", style="dim")
