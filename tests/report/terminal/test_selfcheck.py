"""A selfcheck on the terminal."""

from typing import Any

import msgspec
import pytest

from profiler_suite.model.run import SelfCheck
from profiler_suite.report.terminal import selfcheck as selfcheck_screen
from profiler_suite.report.terminal.console import Page
from tests.fake_run import selfcheck


def found(**fields: Any) -> SelfCheck:
    check = msgspec.structs.replace(selfcheck().checks[0], name="the clock", **fields)
    return msgspec.structs.replace(selfcheck(), checks=(check,))


@pytest.mark.parametrize(
    ("fields", "said", "ending"),
    [
        ({}, "", "1 check in 55 s. No defect of the suite was found; later runs show"),
        ({"ok": False}, "(a limit of the machine)", "No defect of the suite was found; later"),
        (
            {"ok": False, "of_suite": True, "note": "it steps"},
            "! the clock: it steps (a defect of the suite)",
            "1 limit of the suite itself exceeded",
        ),
        (
            {"ok": False, "of_suite": True, "undisturbed": 0.25},
            "(could not be judged here: 25 % undisturbed)",
            "1 check could not be judged while so much else ran",
        ),
    ],
)
def test_each_miss_says_whose_it_is(fields: dict[str, Any], said: str, ending: str) -> None:
    text = " ".join(selfcheck_screen.screen(found(**fields), 80, False).split())
    assert said in text
    assert ending in text


def test_groups_are_headings() -> None:
    lines = selfcheck_screen.screen(found(), 80, False).splitlines()
    at = lines.index("Planted changes")
    assert lines[at + 1].startswith("  the clock")


def in_short(each: SelfCheck | None) -> str:
    page = Page(80, False)
    selfcheck_screen.in_short(page, each)
    return " ".join(page.text().split())


def test_in_short_it_says_its_verdict_defects_and_what_is_open() -> None:
    assert "not made yet with this software" in in_short(None)
    assert "Beyond the suite" not in in_short(found())
    assert "Beyond the suite's own limits: the clock." in in_short(
        found(ok=False, of_suite=True)
    )
    text = in_short(found(ok=False, of_suite=True, undisturbed=0.25))
    assert "Could not be judged here, 25 % undisturbed: the clock." in text
