"""Annotated source on the terminal."""

import pytest

from profiler_suite.report.terminal import annotated_source
from profiler_suite.report.terminal.console import Page, cell_len
from tests.stored_explanation import stored_explanation

LINES = stored_explanation().lines


@pytest.mark.parametrize("width", [60, 80, 140])
def test_every_line_that_ran_is_shown_with_its_number(width: int) -> None:
    page = Page(width, False)
    annotated_source.every(page, LINES, ())
    text = page.text()
    starts = {line.split()[0] for line in text.splitlines() if line.strip()}
    ran = LINES[LINES["hits"] > 0]
    assert {str(number) for number in ran["line"]} <= starts
    assert max(map(cell_len, text.splitlines())) <= width


def test_the_dearest_lines_come_first_and_are_few() -> None:
    page = Page(100, False)
    annotated_source.costliest(page, LINES)
    rows = page.text().strip().splitlines()[1:]
    assert 0 < len(rows) <= annotated_source.MOST_LINES
    dearest = LINES.nlargest(1, "time_s")["line"].iloc[0]
    assert rows[0].split()[0] == str(dearest)


def test_a_line_that_calls_lines_shows_its_own_share_apart() -> None:
    """Two lines with all of the time, one inside the other, said nothing of where it goes."""
    page = Page(100, False)
    table = LINES.nlargest(2, "time_s").copy()
    table["callees_s"] = [0.75 * table["time_s"].iloc[0], 0.0]
    table["share"] = [1.0, 0.5]
    annotated_source.costliest(page, table)
    head, first, second = page.text().strip().splitlines()
    assert head.split()[:5] == ["line", "hits", "time", "share", "own"]
    assert ("100 %" in first, "25 %" in first) == (True, True)
    assert second.count("50 %") == 2
    page = Page(100, False)
    annotated_source.costliest(page, table.assign(callees_s=0.0))
    assert " own " not in page.text()


def test_without_lines_it_says_why() -> None:
    page = Page(80, False)
    annotated_source.every(page, LINES.head(0), ("x", "no line profile: it is compiled"))
    assert "no line profile: it is compiled" in page.text()
    page = Page(80, False)
    annotated_source.every(page, LINES.head(0), ())
    assert page.text().endswith("no line profile")
    page = Page(80, False)
    annotated_source.costliest(page, LINES.head(0))
    assert page.text() == ""


@pytest.mark.parametrize(
    ("share", "bar"),
    [(0.0, "      "), (0.5, "███   "), (1.0, "██████"), (1.7, "██████"), (-0.2, "      ")],
)
def test_a_bar_is_as_long_as_its_share_and_never_longer(share: float, bar: str) -> None:
    assert annotated_source._bar(share, 6) == bar
