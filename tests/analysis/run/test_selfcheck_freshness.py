"""Whether a selfcheck speaks for a run, and what it left open."""

from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.run.selfcheck_freshness import HOW, left_open, said, standing
from profiler_suite.model.run import Check, SelfCheck
from tests.fake_run import selfcheck

KEPT = msgspec.structs.replace(
    selfcheck(),
    fingerprint="this",
    suite_version="1.0",
    measured_at="2026-02-01T12:00:00+00:00",
)


def check(name: str, **fields: Any) -> Check:
    given: dict[str, Any] = {
        **{"group": "g", "error": 1.0, "unit": "share", "limit": 0.1, "ok": False},
        **{"of_suite": True, "sample": "", **fields},
    }
    return Check(name=name, **given)


@pytest.mark.parametrize(
    ("started_at", "old"),
    [
        ("2026-02-01T11:00:00+00:00", False),  # began before it was measured
        ("2026-03-03T12:00:00+00:00", False),  # thirty days to the second
        ("2026-03-03T12:00:01+00:00", True),
        ("2026-03-03T13:30:00+02:00", False),  # another time zone
    ],
)
def test_thirty_days_are_fresh(started_at: str, old: bool) -> None:
    found = standing(KEPT, "1.0", started_at, "this")
    assert ("30 days old" in found) is old
    assert bool(found) is old


@pytest.mark.parametrize("date", ["", "yesterday", "2026-02-01T12:00:00"])
def test_a_date_that_cannot_be_compared_is_said(date: str) -> None:
    assert "no readable date" in standing(KEPT, "1.0", date, "this")


@pytest.mark.parametrize(
    ("kept", "version", "fingerprint", "words"),
    [
        (None, "1.0", "this", "No selfcheck"),
        (KEPT, "1.0", "that", "No selfcheck"),
        (KEPT, "1.1", "this", "by version 1.0 of the suite, the run by 1.1"),
    ],
)
def test_whatever_is_wrong_the_way_out_is_named(
    kept: SelfCheck | None, version: str, fingerprint: str, words: str
) -> None:
    found = standing(kept, version, "2026-02-01T12:00:00+00:00", fingerprint)
    assert words in found
    assert found.endswith(HOW)


def test_misses_that_could_not_be_judged_are_said_by_their_share() -> None:
    checks = (
        check("a", undisturbed=0.25),
        check("b", undisturbed=0.5),
        check("c", undisturbed=0.25),
        check("d"),
        check("e", ok=True),
    )
    found = left_open(msgspec.structs.replace(KEPT, checks=checks))
    assert found == (
        "Could not be judged here, 25 % undisturbed: a, c.",
        "Could not be judged here, 50 % undisturbed: b.",
    )
    assert left_open(msgspec.structs.replace(KEPT, checks=checks[3:])) == ()


def test_only_a_miss_that_could_not_be_judged_says_so() -> None:
    assert said(check("a", undisturbed=0.4)) == "could not be judged here: 40 % undisturbed"
    assert said(check("a", undisturbed=0.0)).endswith("0 % undisturbed")
    assert said(check("a")) == ""
