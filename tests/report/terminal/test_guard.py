"""The screen of a guard fits and begins with what is wrong."""

import pytest

from profiler_suite.report.terminal.guard import screen
from tests.analysis.race.test_guard import outcome, report
from tests.made_race import refused, result


@pytest.mark.parametrize("width", [60, 80, 140])
def test_it_fits_and_says_what_is_wrong_first(width: int) -> None:
    found = report(
        outcome(result(1.0)), outcome(result(2.0)), outcome(refused()), notes=("a note",)
    )
    lines = screen(found, width, color=False).splitlines()
    assert lines[0].startswith("1 function (f) slower than main; 1 function (f) with a")
    assert max(map(len, lines)) <= width
    assert lines[-1] == "! a note"


def test_an_alarm_is_red() -> None:
    assert screen(report(outcome(result(2.0))), 80, color=True).startswith("\x1b[1;31m")
    assert screen(report(outcome(result(1.0))), 80, color=True).startswith("\x1b[1m")
