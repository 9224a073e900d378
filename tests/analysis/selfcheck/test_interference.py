"""Which misses the suite answers for."""

from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.run.history import history_of
from profiler_suite.analysis.selfcheck.interference import (
    checks,
    judged,
    late_from,
    share,
    shortest,
    undisturbed_share,
)
from profiler_suite.model.rows import RoundRecord, Row, Visit
from profiler_suite.model.run import Check
from tests.fake_selfcheck import BASELINE_S, evidence


def visit(*times_s: float, slowdown: float = 1.0) -> Visit:
    canary_s = BASELINE_S * slowdown
    return Visit(
        point="p",
        at_s=0.0,
        sample_times_s=times_s,
        canaries_s={"ufunc": (canary_s, canary_s)},
        minor_faults=0.0,
    )


def check(**fields: Any) -> Check:
    given: dict[str, Any] = {
        **{"group": "g", "name": "n", "error": 1.0, "unit": "share", "limit": 0.1},
        **{"ok": False, "of_suite": True, "sample": "", **fields},
    }
    return Check(**given)


def test_the_shortest_sample_and_those_that_took_longer() -> None:
    visits = [visit(1.0, 1.01), visit(1.5, 1.03)]
    assert shortest(visits) == 1.0
    assert late_from(visits, 1.0) == 0.5
    assert late_from(visits, 2.0) == 0.0
    assert share([True, False, False, True]) == 0.5


@pytest.mark.parametrize(
    ("given", "undisturbed", "open_at"),
    [
        (check(), 0.2, 0.2),
        (check(), 0.5, None),
        (check(), 0.9, None),
        (check(ok=True), 0.1, None),
        (check(exact=True), 0.1, None),
        (check(of_suite=False), 0.1, None),
        (check(undisturbed=0.3), 0.9, 0.3),
        (check(undisturbed=0.3), 0.1, 0.1),
    ],
)
def test_a_miss_is_left_open_where_interference_may_have_caused_it(
    given: Check, undisturbed: float, open_at: float | None
) -> None:
    assert judged(given, undisturbed).undisturbed == open_at


def found(*visits: Visit, kept: float = 1.0) -> dict[str, Check]:
    rows: list[Row] = [RoundRecord(round=0, worker=0, visits=visits)]
    history = history_of(rows, 0, {"ufunc": kept * BASELINE_S})
    return {each.name: each for each in checks(history)}


def test_a_machine_is_described_by_its_canaries() -> None:
    calm = [visit(1.0)] * 6
    slow = [visit(1.0, slowdown=2.0)] * 2
    made = found(*calm, *slow)
    assert made["undisturbed visits"].error == pytest.approx(0.75)
    assert made["slowed canaries"].error == pytest.approx(0.25)
    assert made["slowed canaries"].note.startswith("2.00 times as long")
    assert not made["slowed canaries"].ok
    assert made["baseline over the best seen"].error == pytest.approx(0.0)
    quiet = found(*calm)["slowed canaries"]
    assert (quiet.error, quiet.note, quiet.ok) == (0.0, "", True)


def test_a_machine_that_was_slow_all_along_has_no_faster_canaries_to_compare_with() -> None:
    made = found(*[visit(1.0, slowdown=2.0)] * 4)
    assert made["slowed canaries"].error == 1.0
    assert made["slowed canaries"].note.startswith("1.00 times")
    assert made["baseline over the best seen"].error == pytest.approx(1.0)
    assert not made["baseline over the best seen"].ok


def test_without_visits_nothing_is_said() -> None:
    assert checks(history_of([], 0, {"ufunc": 1e-5})) == []


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ({}, 0.9, 1.0),
        ({"slow_share": 0.7}, 0.0, 0.4),
        ({"busy_share": 0.7}, 0.2, 0.45),
    ],
)
def test_the_worst_of_the_witnesses_counts(
    given: dict[str, float], least: float, most: float
) -> None:
    seen = evidence(pairs=4, **given)  # type: ignore[arg-type]
    history = history_of(seen.rows, 0, seen.kept_baselines_s)
    assert least <= undisturbed_share(seen, history) <= most
    rounds = tuple(
        msgspec.structs.replace(each, undisturbed_rounds=0) for each in seen.breakdown_records
    )
    none = msgspec.structs.replace(seen, breakdown_records=rounds)
    assert undisturbed_share(none, history) == 0.0


def test_nobody_saw_anything_is_not_undisturbed() -> None:
    empty = msgspec.structs.replace(evidence(pairs=1), rows=(), breakdown_records=())
    assert undisturbed_share(empty, history_of([], 0, {})) == 0.0
