"""The annotated lines of a function: one view, whatever shows it."""

import math
from typing import Any

import pytest

from profiler_suite.report.content.source_lines import SourceLine, source_line
from profiler_suite.report.terminal.annotated_source import every
from profiler_suite.report.terminal.console import Page
from tests.analysis.run.test_line_breakdown import table

ROW: dict[str, Any] = {
    "line": 4,
    "hits": 10.0,
    "method": "sampled",
    "resolved": True,
    "uncertainty_s": 2e-6,
    "indicative": False,
    "interpreter_s": math.nan,
}


def line(**fields: Any) -> SourceLine:
    return source_line(ROW | fields, "y = f(x)", shown_s=50e-6, raw_s=80e-6, share=0.5)


def test_a_corrected_line_says_how_sure_it_is_and_what_a_hit_and_the_profiler_take() -> None:
    found = line()
    assert (found.hits, found.time, found.share) == ("10", "50.0 µs", 0.5)
    assert found.words == "± 2.00 µs; 5.00 µs per hit; 80.0 µs with the profiler's own cost"


def test_what_has_a_column_is_not_said_twice() -> None:
    assert line().beside(per_hit=False, raw=False) == "± 2.00 µs"
    assert "per hit" not in line(hits=1.0).words


@pytest.mark.parametrize(
    ("fields", "time", "words"),
    [
        ({"resolved": False}, "below 50.0 µs", ""),
        ({"resolved": False, "uncertainty_s": 9e-5}, "below 90.0 µs", ""),
        ({"method": ""}, "50.0 µs", "5.00 µs per hit"),
        ({"hits": 0.0}, "", ""),
    ],
)
def test_a_line_says_no_more_than_is_known_of_it(
    fields: dict[str, Any], time: str, words: str
) -> None:
    assert (line(**fields).time, line(**fields).words) == (time, words)


def test_a_modelled_line_says_that_it_may_be_off() -> None:
    assert "modelled, may be off" in line(indicative=True).words


@pytest.mark.parametrize("share", [-0.1, 1.7])
def test_a_share_is_one(share: float) -> None:
    found = source_line(ROW, "x", shown_s=1e-6, raw_s=1e-6, share=share)
    assert 0.0 <= found.share <= 1.0


def test_the_terminal_shows_the_words_of_the_view() -> None:
    page = Page(100, False)
    every(page, table(), ())
    shown = " ".join(page.text().split())
    assert "± 40.0 µs; 96.0 µs per hit; interpreter 25 %, dispatch 75 %" in shown
    assert "below 5.00 µs" in shown
