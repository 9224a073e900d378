"""What a function allocates: peak, temporaries, and the operations that make most of them."""

from profiler_suite.analysis.explain import memory
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.report.terminal.console import Page


def show(page: Page, explained: FunctionRecord) -> None:
    """A line of totals and one for each operation; nothing where little is allocated."""
    said = memory.in_words(explained)
    if not said:
        return
    page.line()
    page.line("Memory", "bold")
    page.paragraph(said[0], indent="  ")
    for text in said[1:]:
        page.paragraph(text, first="    ", indent="      ", style="dim")
