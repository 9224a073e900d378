"""A race in one process: same answers are timed on the same copy, others are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain.alone import UNREPEATABLE
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.racing import Contest, race
from profiler_suite.measure.explain.records import ExplainEffort, Trial, TrialResult
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.own_modules import ModulesInTurn
from profiler_suite.workloads.user_function import FunctionCall

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=1e9, memory_bytes=0.0, trial_s=0.02)
X = np.linspace(0.1, 1.0, 40)
ALONE = ModulesInTurn((None, None))


def summed(x: Any) -> Any:
    return np.sum(x)


def summed_otherwise(x: Any) -> Any:
    return np.add.reduce(x)


def one_off(x: Any) -> Any:
    return np.sum(x[:-1])


def right_for_this_size(x: Any) -> Any:
    return np.sum(x[:40]) if len(x) >= 40 else 0.0


def raises(x: Any) -> Any:
    raise ValueError("no such thing")


def doubles_in_place(x: Any) -> Any:
    x *= 2
    return x.sum()


def doubles_a_copy(x: Any) -> Any:
    return (2 * x).sum()


def scaled(x: Any, factor: Any) -> Any:
    return x * factor


def scaled_the_other_way(factor: Any, x: Any) -> Any:
    return factor * x


def draws(x: Any) -> Any:
    return np.random.default_rng().random() + x.sum()


def subject_of(call: FunctionCall, guard: FunctionGuard) -> Subject:
    return Subject(call, EFFORT, 1, copy=True, guard=guard)


def raced(
    before: Callable[..., Any], after: Callable[..., Any], answer: str = "same", **given: Any
) -> TrialResult:
    calls = [
        FunctionCall(name=f.__name__, function=f, kwargs=given or {"x": X})
        for f in (before, after)
    ]
    with FunctionGuard("before") as guard:
        trial = Trial(kind=TrialKind.RACE, answer=answer)
        return race(subject_of(calls[0], guard), calls[1], trial, ALONE)


@pytest.mark.measures
def test_the_same_answer_is_timed_on_both_sides() -> None:
    found = raced(summed, summed_otherwise)
    assert (found.same, found.reason) == (True, "")
    assert found.checked > 1
    assert len(found.before) == len(found.after) >= 2


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (one_off, "its answer differs"),
        (right_for_this_size, "its answer differs for other sizes"),
        (raises, "raised: "),
        (doubles_in_place, "its answer differs"),
    ],
)
def test_another_answer_is_refused_and_not_timed(
    after: Callable[..., Any], reason: str
) -> None:
    found = raced(summed, after)
    assert not found.same
    assert reason in found.reason
    assert (found.before, found.after) == ((), ())


def test_what_is_done_to_the_arguments_belongs_to_the_answer() -> None:
    assert not raced(doubles_in_place, doubles_a_copy).same


@pytest.mark.measures
def test_keywords_may_stand_in_another_order() -> None:
    found = raced(scaled, scaled_the_other_way, x=X, factor=np.full(40, 3.0))
    assert (found.same, found.reason) == (True, "")


@pytest.mark.measures
def test_an_answer_that_never_repeats_is_not_called_another_one() -> None:
    found = raced(draws, draws)
    assert found.same
    assert found.reason == UNREPEATABLE
    assert found.before


@pytest.mark.measures
def test_answers_are_not_compared_where_another_process_did() -> None:
    found = raced(summed, one_off, answer="unchecked")
    assert (found.same, found.checked) == (True, 0)
    assert found.before


def contest(before: Callable[..., Any], after: Callable[..., Any], **given: Any) -> Contest:
    guard = FunctionGuard("f")
    sides = [
        subject_of(FunctionCall(name="f", function=f, kwargs=given), guard)
        for f in (before, after)
    ]
    return Contest(sides[0], sides[1], ALONE)


def test_both_are_timed_on_one_copy_where_neither_changes_it() -> None:
    one, other = contest(summed, summed_otherwise, x=X).arguments()
    assert one is other
    assert one[0] is not X


def test_what_changes_its_arguments_has_a_copy_of_its_own() -> None:
    found = contest(summed, doubles_in_place, x=X)
    left = found.after.given.fresh()
    doubles_in_place(*left)
    assert found.after.given.changed_in(left)
    one, other = found.arguments()
    assert one[0] is not other[0]
    assert isinstance(other, RestoredArguments)
