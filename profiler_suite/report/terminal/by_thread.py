"""What each thread of a function does, one line each."""

from profiler_suite.analysis.explain import by_thread
from profiler_suite.model.threads import ThreadsRecord
from profiler_suite.report.terminal.console import Page


def show(page: Page, record: ThreadsRecord | None) -> None:
    """A line of totals and one for each thread; nothing where one thread does it all."""
    said = by_thread.in_words(record)
    if not said:
        return
    page.line()
    page.line("Threads", "bold")
    page.paragraph(said[0], indent="  ")
    for text in said[1:]:
        page.paragraph(text, first="    ", indent="      ")
