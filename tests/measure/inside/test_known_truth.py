"""What holds up a call gets its time: at least 80 % if there is nothing else, or its share."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from profiler_suite.analysis.explain import inside
from profiler_suite.machine import canary
from profiler_suite.measure import native
from profiler_suite.measure.breakdown.own_values import own_calls
from profiler_suite.measure.breakdown.per_point import breakdown_record, costliest
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.inside.facts import LookEffort, inside_of
from profiler_suite.measure.trace import trace
from profiler_suite.model.calls import CallFacts
from tests.interference import holds

pytestmark = [pytest.mark.slow, pytest.mark.measures]

RANDOM = np.random.default_rng(0)


def looked_into(
    function: Callable[..., Any], *args: Any
) -> tuple[tuple[CallFacts, ...], float]:
    """The facts of a function's calls and its plain time."""
    with threadpoolctl.threadpool_limits(1):
        _, counts = trace(function, args)
        operations = costliest(counts.operations)
        own = own_calls(function, args, operations, 5.0)
        run = canary.make("ufunc")
        effort = BreakdownEffort(replay_s=0.4, sample_s=0.2, baseline_s=run(), own_values_s=5.0)
        record = breakdown_record(function, args, effort, run, name="f", own=own)
        return inside_of(operations, record, own, LookEffort()), record.plain_s


FAR = RANDOM.random(2**23)
PLACES = RANDOM.integers(0, FAR.size, 200_000)
SORTED = np.sort(RANDOM.random(2**21))
RECORDS = np.ones(100_000, dtype=[("x", "f8"), ("rest", "V248")])
ROWS = RANDOM.random((1500, 1500))
TOTAL, WHERE = np.zeros(1000), RANDOM.integers(0, 1000, 50_000)


@pytest.mark.parametrize(
    ("cause", "function", "args"),
    [
        (inside.STRIDE, lambda r: r["x"].sum(), (RECORDS,)),
        (inside.STRIDE, lambda a: a[:, 7].max(), (RANDOM.random((40_000, 64)),)),
        (
            inside.CASTS,
            lambda t, i, x: np.add.at(t, i, x),
            (TOTAL, WHERE, RANDOM.random(WHERE.size).astype("f4")),
        ),
    ],
)
def test_the_time_of_a_call_is_put_down_to_its_cause(
    cause: str, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    def wrong() -> str:
        facts, plain_s = looked_into(function, *args)
        causes = inside.time_by_cause(inside.inside_calls(facts, plain_s, None))
        of_calls = causes.get(cause, 0.0) / max(1e-9, sum(causes.values()))
        return "" if of_calls >= 0.8 else f"{causes}"

    holds(wrong)


def least_s(function: Callable[..., Any], *args: Any) -> float:
    """The shortest of a few calls, s."""
    function(*args)
    times_s = []
    for _ in range(7):
        begun = perf_counter()
        function(*args)
        times_s.append(perf_counter() - begun)
    return min(times_s)


@pytest.mark.parametrize(
    ("function", "subnormal", "plain"),
    [
        (lambda x: x * 0.5, np.full(100_000, 3e-310), np.ones(100_000)),
        (
            lambda x: x * x[0],
            np.full(100_000, 3e-20, "f4"),
            np.ones(100_000, "f4"),
        ),
    ],
)
def test_values_have_the_share_that_others_spare(
    function: Callable[..., Any], subnormal: Any, plain: Any
) -> None:
    # Some processors take a hundred times as long for a subnormal number, others hardly longer.
    def wrong() -> str:
        with threadpoolctl.threadpool_limits(1):
            slow_s, quick_s = least_s(function, subnormal), least_s(function, plain)
        facts, plain_s = looked_into(function, subnormal)
        causes = inside.time_by_cause(inside.inside_calls(facts, plain_s, None))
        found = causes.get(inside.VALUES, 0.0) / max(1e-9, sum(causes.values()))
        # Below 1.3 times a call is not said to depend on its values.
        spared = 1 - quick_s / slow_s if slow_s > 1.3 * quick_s else 0.0
        near = abs(found - spared) <= 0.15 or (slow_s < 1.5 * quick_s and found <= 1 / 3)
        return "" if near else f"{spared}: {causes}"

    holds(wrong)


QUERIES = RANDOM.random(20_000)


@pytest.mark.parametrize(
    ("function", "args", "near"),
    [
        (lambda a, i: a[i], (FAR, PLACES), PLACES % 500),
        (lambda a, i: np.take(a, i), (FAR, PLACES), PLACES % 500),
        (lambda a, q: np.searchsorted(a, q), (SORTED, QUERIES), np.sort(QUERIES)),
    ],
)
def test_latency_has_the_share_that_near_places_spare(
    function: Callable[..., Any], args: tuple[Any, ...], near: Any
) -> None:
    # How long a miss takes, and so its share, is the machine's: four fifths here or there.
    def wrong() -> str:
        with threadpoolctl.threadpool_limits(1):
            far_s, near_s = least_s(function, *args), least_s(function, args[0], near)
        facts, plain_s = looked_into(function, *args)
        causes = inside.time_by_cause(inside.inside_calls(facts, plain_s, None))
        found = causes.get(inside.LATENCY, 0.0) / max(1e-9, sum(causes.values()))
        spared = 1 - near_s / far_s
        return "" if abs(found - spared) <= 0.15 else f"{spared}: {causes}"

    holds(wrong)


FEW = ROWS[:, :2].copy()
COPIED_INSIDE: list[tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = [
    # A matrix that is read backwards is copied at about the speed it is multiplied at.
    (lambda a: a[:, ::-1], lambda a, v: np.dot(a[:, ::-1], v), (ROWS, ROWS[0])),
    (
        lambda a: a[:, ::-1],
        lambda a, v: np.dot(a[:, ::-1], v),
        (ROWS.astype("f4"), ROWS[0].astype("f4")),
    ),
    # One that is put into another order takes some times as long, how many by the caches.
    (lambda a: a[::-1].T, lambda a, v: np.dot(a[::-1].T, v), (ROWS, ROWS[0])),
    (lambda a: a.T[:, ::-1], lambda a, v: np.dot(v, a.T[:, ::-1]), (ROWS, ROWS[0])),
    (lambda a: a[::-1].T, lambda a, b: np.dot(a[::-1].T, b), (ROWS, FEW)),
]


@pytest.mark.parametrize(("view", "function", "args"), COPIED_INSIDE)
def test_a_copy_inside_has_the_share_that_it_takes_alone(
    view: Callable[..., Any], function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    def wrong() -> str:
        with threadpoolctl.threadpool_limits(1):
            alone_s = least_s(lambda a: np.array(view(a), order="C"), args[0])
            together_s = least_s(function, *args)
        facts, plain_s = looked_into(function, *args)
        causes = inside.time_by_cause(inside.inside_calls(facts, plain_s, None))
        found = causes.get(inside.OWN_COPY, 0.0) / max(1e-9, sum(causes.values()))
        share = alone_s / together_s
        return "" if abs(found - share) <= 0.15 else f"{share}: {causes}"

    holds(wrong)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (lambda a: np.sqrt(a), (RANDOM.random(20_000),)),
        (lambda a: a @ a, (ROWS[:300, :300].copy(),)),
        (lambda a, i: a[i], (FAR, np.arange(200_000))),
        (lambda a, i: a[i], (RANDOM.random(500), RANDOM.integers(0, 500, 20_000))),
        (lambda a: a[:, ::2].copy(), (RANDOM.random((50, 4)),)),
    ],
)
def test_plain_work_is_held_up_by_nothing(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    def wrong() -> str:
        facts, plain_s = looked_into(function, *args)
        calls = inside.inside_calls(facts, plain_s, None)
        return "" if inside.held_up(calls) < 0.3 else f"{inside.time_by_cause(calls)}"

    holds(wrong)


def test_the_inner_loop_is_the_one_that_the_processor_has() -> None:
    if native.available():
        pytest.skip(native.available())
    facts, _ = looked_into(lambda a: np.sqrt(a), RANDOM.random(100_000))
    assert "DOUBLE_sqrt" in facts[0].routine
    facts, _ = looked_into(lambda a: a @ a, ROWS[:400, :400].copy())
    assert "gemm" in facts[0].routine
