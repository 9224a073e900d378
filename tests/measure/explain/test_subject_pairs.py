"""Both sides of a trial are visited in turn."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from profiler_suite.measure import preemption, timing
from profiler_suite.measure.explain import subject_pairs
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.pairs import EarlyEnd
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.timing import PreparedCall
from profiler_suite.workloads.user_function import FunctionCall

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0, trial_s=0.3)


def few(n: int) -> int:
    return sum(range(n))


def many(n: int) -> int:
    return sum(range(20 * n))


@pytest.fixture
def subject() -> Iterator[Callable[..., Subject]]:
    with FunctionGuard("f") as guard:

        def made(seed: int) -> Subject:
            called = FunctionCall(name="f.py:few", function=few, args=(500,))
            effort = msgspec.structs.replace(EFFORT, seed=seed)
            return Subject(called, effort, 1, copy=True, guard=guard)

        yield made


def test_a_glance_tells_what_takes_many_times_as_long() -> None:
    assert subject_pairs.glance((many, (500,)), (few, (500,))) > 3
    assert subject_pairs.glance((few, (500,)), (many, (500,))) < 1 / 3


def test_each_side_is_visited_as_often_and_prepared_for_in_random_order(
    subject: Callable[..., Subject],
) -> None:
    around: list[int] = []
    one, other = (few, (500,)), (many, (500,))
    before, after = subject_pairs.pairs(subject(1), one, other, around.append)
    assert len(before) == len(after) >= 2
    assert {each.point for each in before} == {"before"}
    assert around[:2] == [0, 1]  # each is warmed up
    turns = [tuple(around[n : n + 2]) for n in range(2, len(around), 2)]
    assert len(turns) == len(before)
    assert set(turns) <= {(0, 1), (1, 0)}


def test_at_a_glance_waiting_for_a_core_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = {many: 0.9, few: 0.99}

    def undelayed(measure: Callable[[], float]) -> float:
        taken = measure()
        return taken * (1 - waits[called[-1]])

    def alike(function: Callable[..., int], *_: object) -> float:
        called.append(function)
        return 1.0

    called: list[Callable[..., int]] = []
    monkeypatch.setattr(timing, "time_evaluations", alike)
    monkeypatch.setattr(preemption, "undelayed", undelayed)
    assert subject_pairs.glance((many, (1,)), (few, (1,))) == pytest.approx(10)


def test_a_long_call_that_is_known_is_not_made_again_to_be_glanced_at() -> None:
    calls = []

    def long(n: int) -> None:
        calls.append(n)

    assert subject_pairs.glance((long, (1,)), (few, (500,)), before_s=5.0) > 100
    assert calls == []


def test_of_a_long_call_one_more_is_enough_where_the_gain_is_plain(
    subject: Callable[..., Subject],
) -> None:
    calls = []

    def long(n: int) -> None:
        calls.append(n)

    sides = (long, (1,)), (few, (500,))
    before, after = subject_pairs.pairs(subject(1), *sides, least=1, before_s=5.0)
    assert len(before) == len(after) == 2
    assert before[0].sample_times_s == (5.0,)
    assert calls == [1]
    before, after = subject_pairs.pairs(subject(1), *sides, before_s=5.0)
    assert len(before) == len(after) >= 6


def test_the_function_as_it_is_is_prepared_once(
    subject: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[object] = []
    prepare = timing.prepare

    def noted(function: Callable[..., Any], arguments: tuple[Any, ...]) -> PreparedCall:
        prepared.append(function)
        return prepare(function, arguments)

    monkeypatch.setattr(timing, "prepare", noted)
    own = subject(1)
    one, other = (own.function, (500,)), (many, (500,))
    for _ in range(2):
        before, after = subject_pairs.pairs(own, one, other)
        assert len(before) == len(after) >= 2
    assert prepared == [own.function, many, many]
    prepared.clear()
    subject_pairs.pairs(own, other, one)  # on the other side it is another call
    assert prepared == [many, own.function]


def test_pairs_of_a_long_call_that_differ_are_followed_by_some_more(
    subject: Callable[..., Subject],
) -> None:
    sides = (many, (500,)), (few, (500,))
    early = EarlyEnd(narrow=1e-9)
    before, after = subject_pairs.pairs(subject(1), *sides, least=2, before_s=5.0, early=early)
    assert len(before) == len(after) == 7
    early = EarlyEnd(narrow=100.0)
    before, after = subject_pairs.pairs(subject(1), *sides, least=2, before_s=5.0, early=early)
    assert len(before) == len(after) == 3


def test_where_little_has_to_be_known_few_pairs_are_enough(
    subject: Callable[..., Subject],
) -> None:
    sides = (few, (500,)), (many, (500,))
    early = EarlyEnd(narrow=100.0, telling=subject_pairs.LEAST_PAIRS)
    before, after = subject_pairs.pairs(subject(1), *sides, early=early)
    assert len(before) == len(after) == subject_pairs.LEAST_PAIRS
