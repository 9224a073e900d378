"""What a function allocates, on the terminal."""

import msgspec

from profiler_suite.analysis.explain import memory as words
from profiler_suite.report.terminal import memory
from profiler_suite.report.terminal.console import Page
from tests.stored_explanation import stored_explanation


def test_what_is_said_is_shown_and_nothing_else() -> None:
    record = stored_explanation().explained
    page = Page(100, False)
    memory.show(page, record)
    said = words.in_words(record)
    shown = " ".join(page.text().split())
    assert bool(shown) is bool(said)
    assert all(" ".join(text.split()) in shown for text in said)


def test_a_function_that_allocates_nothing_has_no_section() -> None:
    record = msgspec.structs.replace(stored_explanation().explained, operations=())
    page = Page(80, False)
    if not words.in_words(record):
        memory.show(page, record)
    assert page.text() == ""
