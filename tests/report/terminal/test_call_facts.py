"""The costliest calls looked into, on the terminal."""

from profiler_suite.report.terminal import call_facts
from profiler_suite.report.terminal.console import Page, cell_len
from tests.stored_explanation import stored_explanation


def test_without_calls_it_says_so() -> None:
    page = Page(80, False)
    call_facts.every(page, ())
    assert call_facts.NONE in page.text()


def test_the_screen_names_function_arguments_and_result_and_fits() -> None:
    found = stored_explanation()
    text = call_facts.screen(found, 80, False)
    assert text.startswith("features\n")
    assert found.explained.result.split()[0] in text
    assert max(map(cell_len, text.splitlines())) <= 80
