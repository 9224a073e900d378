"""A selfcheck in words."""

from typing import Any

import pytest

from profiler_suite.analysis.selfcheck.changes import found_name
from profiler_suite.analysis.selfcheck.verdict import verdict
from profiler_suite.measure.selfcheck.plan import PLANTED
from profiler_suite.model.run import Check


def check(name: str, error: float, **fields: Any) -> Check:
    given: dict[str, Any] = {
        **{"group": "g", "unit": "share", "limit": 0.1, "ok": True, "of_suite": False},
        **{"sample": "", **fields},
    }
    return Check(name=name, error=error, **given)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1.0, "is found in 100 % of cases"),
        (0.9, "is found in 90 % of cases"),
        (0.6, "is found in only 60 % of cases"),
        (0.2, "cannot be found: 20 % of them are found"),
        (0.0, "cannot be found: 0.0 % of them are found"),
    ],
)
def test_how_surely_a_change_is_found(rate: float, words: str) -> None:
    said = verdict([check(found_name(PLANTED[0]), rate)], 20)
    assert said[0].startswith(f"A change of {PLANTED[0]} % ")
    assert words in said[0]
    assert "about 20 visits" in said[1]


def test_the_largest_change_comes_first_and_what_is_missing_is_left_out() -> None:
    named = [check(found_name(percent), 1.0) for percent in sorted(PLANTED)[1:]]
    changes = [s for s in verdict(named, 9) if s.startswith("A change")]
    expected = [f"A change of {percent} %" for percent in sorted(PLANTED)[:0:-1]]
    assert [s.partition(" is")[0] for s in changes] == expected


def test_equal_code_has_a_sentence_with_what_the_intervals_allow() -> None:
    said = verdict([check("equal code called different", 0.02)], 9)
    assert said[0].startswith("Equal code is called different in 2.0 % of pairs")
    assert "allow 5.0 %" in said[0]


@pytest.mark.parametrize(
    ("slow", "words"),
    [
        (check("slowed canaries", 0.0), "no interference was seen"),
        (check("slowed canaries", 0.02), "interference is rare (2.0 % of canaries)"),
        (
            check("slowed canaries", 0.4, ok=False, note="1.70 times as long"),
            "others slow it down at times (40 % of canaries, 1.70 times as long)",
        ),
    ],
)
def test_how_quiet_the_machine_is(slow: Check, words: str) -> None:
    (said,) = verdict([slow, check("undisturbed visits", 0.8)], 9)
    assert said.startswith("80 % of visits found the machine at its best; ")
    assert words in said


def test_nothing_measured_says_nothing() -> None:
    assert verdict([], 0) == ()
    assert verdict([check("slowed canaries", 0.0)], 0) == ()
