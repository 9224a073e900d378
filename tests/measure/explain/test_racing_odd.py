"""Odd functions in a race: what counts as the same answer, and how long it takes."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.race.results import Answers, RaceResult, judged
from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.alone import UNREPEATABLE
from profiler_suite.measure.explain.racing import attempt as attempt_by_name
from profiler_suite.measure.explain.records import TrialResult
from tests.made_race import SMALL
from tests.measure.explain.test_racing import raced

X = np.linspace(0.1, 1.0, 40)
Function = Callable[[Any], Any]


def verdict_of(found: TrialResult) -> RaceResult:
    return judged((found,), ("before", "after"), SMALL, {})


def sorts_in_place(x: Any) -> Any:
    x.sort()
    return x


def sorts_in_place_by_hand(x: Any) -> Any:
    x[:] = np.sort(x)
    return x


def appends(items: Any) -> Any:
    items.append(len(items))
    return sum(items)


def extends(items: Any) -> Any:
    items.extend([len(items)])
    return sum(items)


def yields(x: Any) -> Iterator[Any]:
    for value in x:
        yield value * 2


def yields_from_a_list(x: Any) -> Iterator[Any]:
    yield from [value + value for value in x]


def seeded(x: Any) -> Any:
    return np.random.default_rng(3).random(len(x)) + x


def seeded_otherwise(x: Any) -> Any:
    return x + np.random.default_rng(3).random(x.shape)


def draws_from_the_module(x: Any) -> Any:
    return x + np.random.random(len(x))  # noqa: NPY002


def has_nan(x: Any) -> Any:
    return np.where(x > 0.5, np.nan, x)


def has_nan_as_well(x: Any) -> Any:
    made = x.copy()
    made[made > 0.5] = np.nan
    return made


def is_long(x: Any) -> Any:
    return [value for value in x.tolist() if value]


@pytest.mark.measures
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sorts_in_place, sorts_in_place_by_hand),
        (yields, yields_from_a_list),
        (seeded, seeded_otherwise),
        (has_nan, has_nan_as_well),
    ],
)
def test_the_same_answer_and_the_same_effects(before: Function, after: Function) -> None:
    given = np.random.default_rng(1).permutation(X)
    found = raced(before, after, x=given)
    assert found.same, found.reason
    assert len(found.before) == len(found.after) >= 2


@pytest.mark.measures
def test_lists_that_grow_are_put_back_before_each_call() -> None:
    found = raced(appends, extends, items=[1.0, 2.0])
    assert found.same, found.reason
    assert found.before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sorts_in_place, lambda x: np.sort(x)),  # the same answer without the effect
        (lambda x: np.sort(x), sorts_in_place),
        (has_nan, lambda x: x.copy()),
        (lambda x: x.copy(), has_nan),
        (lambda x: x * 2, lambda x: list(x * 2)),
        (lambda x: x * 2, lambda x: tuple(x * 2)),
        (lambda x: x * 2, lambda x: (x * 2)[:, None]),
        (lambda x: x.sum(), lambda x: None),
        (lambda x: (x, x.sum()), lambda x: (x.sum(), x)),
        (lambda x: {"a": x}, lambda x: {"b": x}),
        (yields, lambda x: list(yields(x))),
        (is_long, lambda x: iter(is_long(x))),
        (lambda x: x * (1 + 1e-9), lambda x: x),
    ],
)
def test_a_different_answer_is_refused_in_both_directions(
    before: Function, after: Function
) -> None:
    for one, other in ((before, after), (after, before)):
        found = raced(one, other, x=np.random.default_rng(1).permutation(X))
        result = verdict_of(found)
        assert result.answers is Answers.DIFFERENT, found
        assert result.ratio == 0.0
        assert found.reason


@pytest.mark.measures
def test_another_dtype_is_said_where_its_rounding_explains_the_difference() -> None:
    found = raced(lambda x: x * 2, lambda x: (x * 2).astype(np.float32))
    assert found.same
    assert found.dtype_changed
    assert 0 < found.largest_error <= found.bound < 1e-3


def raises_late(x: Any) -> Any:
    raise ValueError("not today")


def test_what_raises_in_one_version_alone_is_refused_or_the_old_one_cannot_run() -> None:
    found = raced(lambda x: x.sum(), raises_late)
    assert not found.same
    assert "ValueError: not today" in found.reason
    with pytest.raises(FunctionError, match="not today"):
        raced(raises_late, lambda x: x.sum())


def test_draws_without_a_seed_are_no_difference_and_could_not_be_judged() -> None:
    found = raced(
        lambda x: np.random.default_rng().random(3), lambda x: np.random.default_rng().random(3)
    )
    assert found.reason == UNREPEATABLE
    assert verdict_of(found).answers is Answers.UNKNOWN


@pytest.mark.measures
def test_draws_from_the_module_are_compared_from_one_state() -> None:
    found = raced(draws_from_the_module, lambda x: np.random.random(len(x)) + x)  # noqa: NPY002
    assert found.same, found.reason
    assert found.reason in ("", UNREPEATABLE)


@pytest.mark.measures
def test_a_function_of_fifty_nanoseconds_is_timed_in_samples_of_many_calls() -> None:
    found = raced(lambda x: None, lambda x: None)
    assert found.same
    assert max(visit.time_s for visit in found.before) < 5e-6
    assert verdict_of(found).low > 0


@pytest.mark.slow
@pytest.mark.measures
def test_a_function_of_seconds_is_timed_by_few_calls() -> None:
    def slow(x: Any) -> Any:
        time.sleep(1.0)
        return x.sum()

    begun = time.perf_counter()
    found = raced(slow, lambda x: x.sum())
    assert found.same
    assert time.perf_counter() - begun < 40
    result = verdict_of(found)
    assert result.ratio < 0.5


def test_the_race_by_name_is_the_same_one() -> None:
    assert callable(attempt_by_name)
