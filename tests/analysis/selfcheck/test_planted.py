"""The same checks beside interference that was planted: errors and coverage side by side."""

from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.run.history import history_of
from profiler_suite.analysis.selfcheck.changes import found_name
from profiler_suite.analysis.selfcheck.judge import judge
from profiler_suite.analysis.selfcheck.planted import GROUP, with_planted
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.model.run import Check, SelfCheck
from profiler_suite.report.content.selfcheck_table import table
from profiler_suite.report.terminal.selfcheck import screen
from tests.fake_selfcheck import evidence

KINDS = ("busy loops", "memory hogs")


def both(**beside: Any) -> SelfCheckEvidence:
    """Measured alone without noise, then beside both kinds."""
    own = evidence(pairs=20, **beside)
    return msgspec.structs.replace(evidence(pairs=20), beside=dict.fromkeys(KINDS, own))


def named(found: SelfCheck, name: str) -> Check:
    (check,) = [check for check in found.checks if check.name == name]
    return check


@pytest.mark.parametrize("beside", [{}, {"noise": 0.01, "slow_share": 0.3}])
def test_each_check_has_what_it_finds_beside_each_kind(beside: dict[str, float]) -> None:
    found = judge(both(**beside), "1.0")
    for name in (
        "equal code called different",
        "intervals off the truth",
        "busy-wait of 2.00 ms",
        found_name(10),
    ):
        assert set(named(found, name).beside) == set(KINDS), name
    assert named(found, found_name(10)).beside["busy loops"] > 0.9
    assert named(found, "smallest step").beside == {}  # a clock is read alone
    assert found.defects == ()


def test_times_beside_others_are_held_against_those_alone() -> None:
    found = judge(both(noise=0.01, slow_share=0.3), "1.0")
    for kind in KINDS:
        check = named(found, f"times beside {kind}")
        assert check.group == GROUP
        assert abs(check.error) < 0.02
        assert check.ok
        assert named(found, f"intervals off it, {kind}").ok


def test_what_cannot_be_resolved_beside_others_is_no_defect() -> None:
    slower = msgspec.structs.replace(
        evidence(pairs=20),
        beside={"busy loops": evidence(pairs=20, same_bias=0.2, waits=1.3)},
    )
    found = judge(slower, "1.0")
    assert found.defects == ()
    assert named(found, "equal code called different").beside["busy loops"] > 0.9
    assert named(found, "busy-wait of 2.00 ms").beside["busy loops"] == pytest.approx(0.3, 0.1)


def test_without_planted_interference_checks_stay_as_they_are() -> None:
    seen = evidence(pairs=20)
    history = history_of(seen.rows, 0, seen.kept_baselines_s)
    checks = list(judge(seen, "1.0").checks)
    assert with_planted(checks, seen, history) == checks


def test_both_stand_side_by_side_in_table_and_verdict() -> None:
    found = judge(both(noise=0.01), "1.0")
    text = " ".join(screen(found, 100, color=False).split())
    for kind in KINDS:
        assert f"Beside {kind} that it starts itself, a change of 10 % is found in" in text
        assert kind in text.partition("loops / hogs: the same beside")[2]
    assert "loops / hogs" in screen(found, 80, color=False)
    shown = table(found)
    assert {f"beside {kind}" for kind in KINDS} <= set(shown.headings)
    assert {len(row) for row in shown.rows} == {len(shown.headings)} == {len(shown.numeric)}
    assert max(map(len, screen(found, 80, color=False).splitlines())) <= 80
    plain = judge(evidence(pairs=20), "1.0")
    assert "beside" not in " ".join(table(plain).headings)
