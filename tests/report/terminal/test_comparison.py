"""A comparison on the terminal."""

from typing import Any

import pytest

from profiler_suite.analysis.compare.changes import Change
from profiler_suite.report.terminal import comparison as comparison_screen
from profiler_suite.report.terminal.console import cell_len
from tests.report.made_comparison import SAME, SLOWER, UNKNOWN, change, comparison, group


def screen(*changes: Change, width: int = 80, everything: bool = False, **fields: Any) -> str:
    found = comparison(*changes, **fields)
    return comparison_screen.screen(found, width, False, everything=everything)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_long_names_fit_and_numbers_are_never_cut(width: int) -> None:
    long = change(SLOWER, 1.234, implementation="i" * 60, problem="p" * 60)
    text = screen(long, groups=(group("g" * 40, 2, slower=1, ratio=1.25),), width=width)
    assert "1.234" in text
    if width >= 60:
        assert max(cell_len(line) for line in text.splitlines()) <= width


def test_points_that_are_not_listed_are_counted() -> None:
    text = screen(change(SLOWER, 1.5), *[change(SAME)] * 20)
    assert "20 more points: 20 same within noise (--all)" in text


def test_why_points_could_not_be_judged_is_said_and_rare_reasons_are_counted() -> None:
    words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota")
    text = screen(*(change(UNKNOWN, reason=word) for word in words))
    assert "1 point: alpha" in text
    assert "more reasons" in text


def test_obstacles_leave_nothing_to_judge() -> None:
    text = screen(change(UNKNOWN, reason="alpha"), obstacles=("another CPU",))
    assert "another CPU" in text
    assert "alpha" not in text


def test_everything_lists_what_does_not_differ_too() -> None:
    changes = [change(SLOWER, 1.5), *[change(SAME, problem=f"p{n}") for n in range(20)]]
    assert "p7" not in screen(*changes)
    text = screen(*changes, everything=True)
    assert all(f"p{n}" in text for n in range(20))
