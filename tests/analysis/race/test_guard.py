"""What a guard makes of functions: slower, wrong, new, broken."""

import random

import pytest

from profiler_suite.analysis.race.guard import (
    GUARD_THRESHOLD,
    GuardOutcome,
    GuardReport,
    guarded,
    judged,
)
from profiler_suite.analysis.race.results import Answers, RaceResult, raced
from profiler_suite.measure.race.lockstep import GuardedFunction, SideError
from profiler_suite.model.results import Verdict
from tests.made_race import CANARY_S, LARGE, SMALL, process, refused, result, tried

FUNCTION = GuardedFunction(name="smooth", target="m:smooth")
# What two processes that run the same code differ by.
BETWEEN = 0.025


def pairs(rng: random.Random, ratio: float) -> RaceResult:
    return raced(
        lambda number: process(rng, ratio, between=BETWEEN),
        lambda done: judged(done, ("main", "f"), SMALL, {"ufunc": CANARY_S}, GUARD_THRESHOLD),
    )


def test_nothing_that_did_not_change_is_slower() -> None:
    rng = random.Random(24)
    found = [pairs(rng, 1.0) for _ in range(100)]
    assert not [each for each in found if each.verdict is Verdict.SLOWER]


@pytest.mark.slow
def test_a_thousand_functions_that_did_not_change_give_no_alarm() -> None:
    rng = random.Random(50)
    found = [pairs(rng, 1.0) for _ in range(1000)]
    assert not [each for each in found if each.verdict is Verdict.SLOWER]


def test_ten_percent_are_found() -> None:
    rng = random.Random(7)
    found = [pairs(rng, 1.1) for _ in range(50)]
    assert sum(each.verdict is Verdict.SLOWER for each in found) >= 48


def outcome(found: RaceResult | None, **fields: object) -> GuardOutcome:
    return GuardOutcome(name="f", result=found, **fields)  # type: ignore[arg-type]


def report(*outcomes: GuardOutcome, **fields: object) -> GuardReport:
    return GuardReport(
        base="main",
        threshold=0.05,
        outcomes=outcomes,
        **fields,  # type: ignore[arg-type]
    )


def test_outcomes_are_sorted_by_what_is_wrong() -> None:
    slow, slower, fast = outcome(result(1.3)), outcome(result(2.0)), outcome(result(0.5))
    wrong, new = outcome(refused()), outcome(None, reason="not compared: …")
    broken = outcome(None, reason="the work tree cannot run it", broken=True)
    found = report(slow, slower, fast, wrong, new, broken)
    assert found.slower == (slower, slow)
    assert found.differing == (wrong, broken)
    assert found.faster == (fast,)
    assert report(wrong, broken, any_answer=True).differing == (broken,)


def test_answers_that_cannot_be_compared_leave_the_time() -> None:
    rng = random.Random(0)
    done = [process(rng, 2.0) for _ in range(4)]
    done[0] = tried(done[0].before, done[0].after, checked=0, reason="it is a generator")
    found = judged(done, ("main", "f"), SMALL, {"ufunc": CANARY_S}, 0.05)
    assert (found.answers, found.verdict) == (Answers.UNKNOWN, Verdict.SLOWER)
    assert outcome(found).text.endswith("; answers not compared")


def test_another_answer_that_was_timed_says_both() -> None:
    rng = random.Random(0)
    done = [process(rng, 2.0) for _ in range(4)]
    done[0] = tried(done[0].before, done[0].after, same=False, reason="its answer differs")
    found = judged(done, ("main", "f"), SMALL, {"ufunc": CANARY_S}, 0.05)
    assert outcome(found).differs
    assert outcome(found).text.startswith("a different answer; slower: ")


def test_every_size_has_an_outcome_of_its_own() -> None:
    results = [result(1.0, SMALL), result(1.0, LARGE)]
    found = guarded(FUNCTION, lambda number: results[number], lambda: 2)
    assert [name for name, *_ in found] == ["smooth [100]", "smooth [10,000]"]
    (alone,) = guarded(FUNCTION, lambda number: results[number], lambda: 1)
    assert alone == ("smooth", results[0], "", False)


@pytest.mark.parametrize(
    ("side", "said", "broken"),
    [
        (0, "not compared: the base cannot run it (no such function)", False),
        (1, "the work tree cannot run it (no such function)", True),
    ],
)
def test_what_one_side_cannot_run_is_said(side: int, said: str, broken: bool) -> None:
    def fails(number: int) -> RaceResult:
        raise SideError(side, "no such function\n  with more lines")

    assert guarded(FUNCTION, fails, lambda: 0) == [("smooth", None, said, broken)]
