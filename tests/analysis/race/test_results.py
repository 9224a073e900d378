"""Equal code is called equal, what differs is found, and other answers are refused."""

import random

import pytest

from profiler_suite.analysis.race.results import (
    PROCESSES,
    Answers,
    RaceResult,
    crossings,
    raced,
    verdict_in_words,
)
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.model.results import Verdict
from tests import made_race
from tests.made_race import LARGE, SMALL, judge, process, race, refused, result, tried


def run(rng: random.Random, ratio: float, busy: float = 0.0) -> RaceResult:
    return raced(lambda number: process(rng, ratio, busy=busy), lambda done: judge(list(done)))


@pytest.mark.parametrize("busy", [0.0, 0.6])
def test_equal_code_is_never_called_faster(busy: float) -> None:
    rng = random.Random(24)
    found = [run(rng, 1.0, busy) for _ in range(40)]
    assert [each for each in found if each.verdict is Verdict.FASTER] == []
    assert sum(each.verdict is not Verdict.SAME for each in found) <= 1


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.06, Verdict.SLOWER), (0.94, Verdict.FASTER)]
)
@pytest.mark.parametrize("busy", [0.0, 0.6])
def test_a_planted_difference_is_found(ratio: float, expected: Verdict, busy: float) -> None:
    rng = random.Random(5)
    found = [run(rng, ratio, busy) for _ in range(20)]
    assert sum(each.verdict is expected for each in found) >= 19
    assert all(each.low <= ratio <= each.high for each in found[:1])


@pytest.mark.slow
@pytest.mark.parametrize("busy", [0.0, 0.6])
def test_five_hundred_equal_pairs_and_two_hundred_planted_ones(busy: float) -> None:
    rng = random.Random(1)
    equal = [run(rng, 1.0, busy) for _ in range(500)]
    assert sum(each.verdict is not Verdict.SAME for each in equal) <= 5
    assert not any(each.verdict is Verdict.FASTER for each in equal)
    planted = [run(rng, 1.05, busy) for _ in range(200)]
    assert sum(each.verdict is Verdict.SLOWER for each in planted) >= 190


def test_what_is_plain_takes_few_processes_what_is_not_takes_more() -> None:
    rng = random.Random(3)
    assert run(rng, 0.5).processes == PROCESSES[0]
    assert run(rng, 1.035).processes > PROCESSES[0]


def test_a_wide_interval_around_a_large_ratio_is_judged_around_a_small_one_is_not() -> None:
    rng = random.Random(9)
    strays = (0.85, 1.15, 1.0, 1.1)
    large = judge([process(rng, 0.02 * each) for each in strays])
    assert large.high / large.low > 1.3
    assert large.verdict is Verdict.FASTER
    small = judge([process(rng, each) for each in strays])
    assert (small.verdict, small.reason[:21]) == (Verdict.UNKNOWN, "the interval is wide:")


def test_one_process_that_strays_does_not_decide() -> None:
    rng = random.Random(2)
    ratios = [0.8, 1.0, 1.0, 1.0]
    found = judge([process(rng, each) for each in ratios])
    assert found.verdict is not Verdict.FASTER


def test_other_answers_are_refused_and_not_timed_again() -> None:
    asked: list[int] = []

    def one(number: int) -> TrialResult:
        asked.append(number)
        return tried(same=False, reason="its answer differs", largest_error=0.5, bound=1e-9)

    found = raced(one, lambda done: judge(list(done)))
    assert asked == [0]
    assert (found.answers, found.verdict) == (Answers.DIFFERENT, Verdict.UNKNOWN)
    assert verdict_in_words(found) == "refused: its answer differs"
    assert race(found).differing() == (found,)


def test_answers_that_could_not_be_compared_leave_it_open() -> None:
    rng = random.Random(0)
    first = process(rng, 0.5)
    done = [
        tried(
            first.before, first.after, checked=0, reason="its answer differs from call to call"
        ),
        process(rng, 0.5),
    ]
    found = judge(done)
    assert (found.answers, found.verdict) == (Answers.UNKNOWN, Verdict.UNKNOWN)
    assert "from call to call" in verdict_in_words(found)
    assert found.ratio == pytest.approx(0.5, rel=0.05)


def test_a_strict_race_refuses_other_answers_for_other_arguments_too() -> None:
    rng = random.Random(0)
    done = [process(rng) for _ in range(4)]
    done[0] = tried(done[0].before, done[0].after, conditions=("where there is NaN",))
    found = race(judge(done))
    assert not found.differing()
    assert found.differing(strict=True)


def test_faults_are_of_the_middle_visit() -> None:
    before = tuple(made_race.visit(1e-3, faults=n) for n in (0.0, 10.0, 12.0))
    after = tuple(made_race.visit(1e-3) for _ in range(3))
    assert judge([tried(before, after), tried(before, after)]).faults == (10.0, 0.0)


def test_the_faster_version_changes_between_sizes() -> None:
    results = [result(2.0, SMALL), result(0.5, LARGE)]
    (found,) = crossings(results)
    assert not found.faster_below
    assert (found.below, found.above) == (SMALL, LARGE)
    assert found.elements == pytest.approx(1000, rel=0.1)
    assert crossings([result(1.0, SMALL), result(0.5, LARGE)]) == ()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (result(0.5), "× as fast ("),
        (result(2.0), "slower: "),
        (result(1.0), "the same within ± "),
        (refused(), "refused: its answer differs"),
    ],
)
def test_the_verdict_is_said_in_words(found: RaceResult, expected: str) -> None:
    assert expected in verdict_in_words(found)
