"""Every evaluation finds the arguments as the first one did, and what changed is named."""

import collections
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure import timing
from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.measure.explain import passes
from profiler_suite.measure.explain.answers.restoring import changes, restored
from profiler_suite.measure.explain.answers.same_answer import compare, copied
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.workloads.user_function import FunctionCall


def in_place(x: Any) -> int:
    x *= 0.5
    return int(x[0] * 8)


def appends(held: Any) -> None:
    held.append(1)


def sets_key(held: Any) -> None:
    held["new"] = 1


def of_nested(held: Any) -> None:
    held["layers"][0].weights += 1.0


def of_deque(held: Any) -> None:
    held[0][:] = 0.0


def of_generator(random: Any) -> Any:
    return random.random()


def sorts(x: Any) -> None:
    x.sort()


def resizes(x: Any) -> None:
    x.resize(3, refcheck=False)


def of_field(x: Any) -> None:
    x["b"] = 7


def of_strided(x: Any) -> None:
    x[:] = 0.0


def of_masked(x: Any) -> None:
    x[0] = np.ma.masked


def reads(x: Any) -> Any:
    return x.sum()


def layers() -> dict[str, Any]:
    return {"layers": [types.SimpleNamespace(weights=np.ones(3), name="a")]}


CASES: list[tuple[Callable[..., Any], Any, tuple[str, ...]]] = [
    (in_place, np.full(4, 8.0), ("x",)),
    (sorts, np.array([3.0, np.nan, 1.0]), ("x",)),
    (of_strided, np.arange(12.0).reshape(3, 4)[:, 1], ("x",)),
    (of_field, np.zeros(3, [("a", "f8"), ("b", "i4")]), ("x",)),
    (resizes, np.ones(5), ("x",)),
    (of_masked, np.ma.array([1.0, 2.0]), ("x",)),
    (appends, [1, 2], ("held",)),
    (sets_key, {"old": 0}, ("held",)),
    (of_nested, layers(), ("held['layers'][0].weights",)),
    (of_deque, collections.deque([np.ones(3), np.ones(2)]), ("held[0]",)),
    (of_generator, np.random.default_rng(0), ("random",)),
    (reads, np.array([1.0, np.nan]), ()),
    (reads, np.array([1, "a"], dtype=object), ()),
]


@pytest.mark.parametrize(("function", "argument", "expected"), CASES)
def test_what_changed_is_named_and_undone(
    function: Callable[..., Any], argument: Any, expected: tuple[str, ...]
) -> None:
    pristine = (argument,)
    first = copied(pristine)
    name = function.__code__.co_varnames[0]
    try:
        function(*first)
    except TypeError:
        assert function is reads
    found = changes(pristine, first, (name,))
    assert tuple(change.name for change in found) == expected
    if not expected:
        return
    again = restored(pristine, found, (name,))
    answers = []
    for _ in range(3):
        fresh = again.fresh()
        assert not changes(pristine, fresh, (name,))
        answers.append(function(*fresh))
    assert compare(answers[0], answers[2]).same
    assert not changes(pristine, copied(pristine), (name,))


def test_only_what_changed_is_copied_back() -> None:
    pristine = (np.ones(3), np.ones(4))
    after = (np.ones(3), np.zeros(4))
    found = changes(pristine, after, ("left", "right"))
    again = restored(pristine, found, ("left", "right"))
    again[0][:] = 5.0
    again[1][:] = 5.0
    left, right = again.fresh()
    np.testing.assert_array_equal(left, np.full(3, 5.0))
    np.testing.assert_array_equal(right, np.ones(4))
    assert left is again[0]


def test_evaluations_are_timed_without_the_restoring() -> None:
    now = [0]
    seen: list[float] = []
    x = np.full(2, 8.0)

    def restore() -> None:
        now[0] += 1_000_000
        x[:] = 8.0

    def function(given: Any) -> None:
        seen.append(float(given[0]))
        given *= 0.5
        now[0] += 2_000

    arguments = RestoredArguments.of((x,), restore)
    took_s = timing.time_evaluations(function, arguments, 5, lambda: now[0])
    assert took_s == pytest.approx(2e-6)
    assert seen == [8.0] * 5
    times, *_ = timing.visit(
        function,
        arguments,
        timing.PreparedCall(cold_s=0.0, evaluations=3, samples=2),
        {},
        lambda: now[0],
        untimed=2,
    )
    assert times == pytest.approx((2e-6, 2e-6))
    assert set(seen) == {8.0}


def test_plain_arguments_stay_as_they_are() -> None:
    plain = (np.ones(2),)
    assert given(plain) is plain


def test_lines_are_profiled_on_restored_arguments() -> None:
    seen: list[float] = []

    def function(x: Any) -> Any:
        seen.append(float(x[0]))
        x *= 0.5
        return x.sum()

    pristine = (np.full(10, 8.0),)
    found = changes(pristine, (np.zeros(10),), ("x",))
    session = LineSession(sampling=False)
    try:
        assert session.profile(function, restored(pristine, found, ("x",)), 0.02) is not None
    finally:
        session.close()
    assert set(seen) == {8.0}


@pytest.mark.slow
def test_every_pass_of_an_explanation_sees_the_first_arguments() -> None:
    seen: set[float] = set()
    rounds = []

    def converge(x: Any) -> int:
        seen.add(float(x[0]))
        count = 0
        while x.max() > 1.0:
            x *= 0.5
            count += 1
        rounds.append(count)
        return count

    effort = ExplainEffort(
        baselines_s={},
        last_cache_bytes=0.0,
        memory_bytes=0.0,
        timing_s=0.05,
        replay_s=0.05,
        sample_s=0.05,
        lines_s=0.05,
        coverage_s=0.05,
    )
    x = np.full(1000, 1024.0)
    called = FunctionCall(name="converge", setup="", function=converge, args=(x,), kwargs={})
    with FunctionGuard("f") as guard:
        found = passes.explain(Subject(called, effort, 1, copy=True, guard=guard))
    assert seen == {1024.0}
    assert set(rounds) == {10}
    assert x[0] == 1024.0
    assert any("it changes its arguments (x)" in note for note in found.notes)
    assert found.repeatable
