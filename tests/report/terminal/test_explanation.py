"""One explanation on the terminal."""

import pytest

from profiler_suite.report.terminal import explanation
from profiler_suite.report.terminal.console import Page, cell_len
from tests.model.test_results import breakdown
from tests.stored_explanation import stored_explanation


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_screen_fits_its_terminal(width: int) -> None:
    text = explanation.screen(stored_explanation(), width, False)
    assert max(map(cell_len, text.splitlines())) <= width


def test_lines_and_calls_are_shown_when_asked_for() -> None:
    found = stored_explanation()
    short = explanation.screen(found, 80, False)
    whole = explanation.screen(found, 80, False, all_lines=True, all_calls=True)
    assert "\nLines\n" in whole
    assert "\nLines\n" not in short


def test_without_advice_it_says_that_there_is_none() -> None:
    advised = explanation.screen(stored_explanation(), 80, False)
    assert explanation.screen(stored_explanation(advised=False), 80, False) != advised


def bar(*entries: tuple[str, float]) -> str:
    page = Page(80, False)
    explanation.breakdown_bar(page, breakdown(1.0, *entries))
    return page.text()


def test_the_bar_has_a_letter_for_each_entry_as_wide_as_its_share() -> None:
    line = next(
        each for each in bar(("copy", 0.5), ("arithmetic", 0.5)).splitlines() if "cc" in each
    )
    assert abs(line.count("c" * 2) - line.count("a" * 2)) <= 1
    assert not set(line.split()[0]) - set("ca")


def test_parts_that_do_not_add_up_are_said_to_disagree() -> None:
    assert "disagree" in bar(("copy", 0.9), ("arithmetic", 0.9))
