"""Operations are replayed with the function's own values, whose peculiarities are said."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.machine import canary
from profiler_suite.measure.breakdown.own_values import OwnCall, in_words, own_calls
from profiler_suite.measure.breakdown.per_point import breakdown_record
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.trace import trace

N = 4000


def own(function: Any, *args: Any) -> dict[str, Any]:
    _, counts = trace(function, args)
    calls = own_calls(function, args, counts.operations, 5.0)
    return {
        o.name: each
        for o, each in zip(counts.operations, calls, strict=True)
        if each is not None
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full(N, 1e-310), "100 % subnormal, in order"),
        (np.where(np.arange(N) % 4, 1.0, np.nan), "25 % NaN"),
        (np.where(np.arange(N) % 2, -1.0, np.inf), "50 % infinite"),
        (np.arange(N)[::-1], ""),
        (np.sort(np.random.default_rng(0).random(N)), "in order"),
        (np.full(N, 1e-40, np.float32)[::-1] * np.float32(1), "100 % subnormal, in order"),
        (np.zeros((N, 2)), "100 % zero"),
        (np.full(N, 1e-310j), "100 % subnormal"),
    ],
)
def test_what_is_special_is_said(values: Any, said: str) -> None:
    assert in_words([values, "text", None]) == said


def test_calls_are_kept_with_their_values() -> None:
    x = np.random.default_rng(0).random(N)[::2]
    found = own(lambda a: np.sqrt(a * 4.0), x)
    function, args, kwargs = found["np.sqrt"].call
    np.testing.assert_array_equal(args[0], x * 4.0)
    np.testing.assert_array_equal(function(*args, **kwargs), np.sqrt(x * 4.0))
    (given, _) = found["np.multiply"].call[1]
    assert given.strides == x.strides
    assert not np.may_share_memory(given, x)


def test_of_a_product_only_values_that_slow_it_down_are_kept() -> None:
    ordered, slow = np.linspace(0.0, 1.0, N), np.full(N, 1e-310)
    assert "np.dot" not in own(np.dot, ordered, ordered)
    assert "subnormal" in own(np.dot, slow, slow)["np.dot"].values


ORDINARY = np.random.default_rng(2).random(N) + 0.5
MASK = ORDINARY > 0.7


@pytest.mark.parametrize(
    ("function", "args", "matter"),
    [
        (lambda x: x + 1.0, (ORDINARY,), False),
        (lambda x: x * x, (ORDINARY,), False),
        (lambda x: x / 3.0, (ORDINARY,), False),
        (lambda x: x.sum(), (ORDINARY,), False),
        (lambda x: x.max(), (ORDINARY,), False),
        (lambda x: np.sqrt(x), (ORDINARY,), False),
        (lambda x: x < 0.9, (ORDINARY,), False),
        (lambda x: np.maximum(x, 0.9), (ORDINARY,), False),
        (lambda x: np.add.reduce(x, axis=0), (ORDINARY.reshape(40, -1),), False),
        (lambda x: x * 2, (np.arange(N),), False),
        (lambda x: x * 1e-310, (ORDINARY,), True),
        (lambda x: x + np.nan, (ORDINARY,), True),
        (lambda x: x / 0.0, (ORDINARY,), True),
        (lambda x: np.exp(x), (ORDINARY,), True),
        (lambda x: x**2.5, (ORDINARY,), True),
        (lambda x: np.hypot(x, x), (ORDINARY,), True),
        (lambda x: np.sort(x), (ORDINARY,), True),
        (lambda x: x // 7, (np.arange(N),), True),
        (lambda x, m: np.add(x, 1.0, where=m, out=x), (ORDINARY, MASK), True),
        (lambda x: np.abs(x), (ORDINARY * 1j,), True),
        (lambda x: x.argmax(), (ORDINARY,), True),
        (lambda x, m: x[m], (ORDINARY, MASK), True),
    ],
)
def test_plain_operations_are_as_fast_for_any_ordinary_number(
    function: Any, args: tuple[Any, ...], matter: bool
) -> None:
    """Arrays of the same values elsewhere in memory seemed to make a sum depend on them."""
    with np.errstate(all="ignore"):
        found = own(function, *args)
    assert found
    assert {each.matter for each in found.values()} == {matter}


def test_of_values_that_do_not_matter_no_other_time_is_told() -> None:
    x = ORDINARY.copy()
    effort = BreakdownEffort(replay_s=0.01, sample_s=0.0, baseline_s=1e-5, own_values_s=5.0)
    run = canary.make("ufunc")
    added, raised = (
        breakdown_record(function, (x,), effort, run, name="f").operations[0]
        for function in (lambda x: x + 1.0, lambda x: np.exp(x))
    )
    assert (added.own_s, added.depends_on_values) == (0.0, False)
    assert added.full_s > 0
    assert raised.own_s > 0


def test_gathers_keep_their_indices_and_sorts_their_order() -> None:
    x, index = np.random.default_rng(0).random(N), np.arange(N)[::-1].copy()
    found = own(lambda a, i: np.sort(a[i]), x, index)
    np.testing.assert_array_equal(found["getitem"].call[1][1], index)
    assert "ndarray.sort" in found


def test_calls_in_place_find_their_values_every_time() -> None:
    def halves(a: Any) -> Any:
        a *= 0.5
        return a

    (kept,) = own(halves, np.full(N, 8.0)).values()
    function, args, _ = kept.call
    answers = [float(function(*args.fresh())[0]) for _ in range(3)]
    assert len(set(answers)) == 1


def test_sums_over_different_axes_are_kept_apart() -> None:
    def function(a: Any) -> Any:
        return a.sum(), a.sum(axis=0), np.sum(a, axis=(0, 1), keepdims=True), a.max(axis=1)

    matrix = np.random.default_rng(0).random((50, 60))
    _, counts = trace(function, (matrix,))
    calls = own_calls(function, (matrix,), counts.operations, 5.0)
    kept = zip(counts.operations, calls, strict=True)
    shapes = {each.results[0].shape: np.shape(_made(call)) for each, call in kept if call}
    assert len(shapes) == 4
    assert all(shape == made for shape, made in shapes.items())


def _made(kept: OwnCall) -> Any:
    function, args, kwargs = kept.call
    return function(*args, **kwargs)


def test_small_arrays_and_failing_functions_are_left_alone() -> None:
    assert own(lambda a: a + 1.0, np.ones(10)) == {}

    def fails_later(a: Any, state: list[int] = [0]) -> Any:  # noqa: B006
        state[0] += 1
        if state[0] > 1:
            raise ValueError(state)
        return a + 1.0

    assert own(fails_later, np.ones(N)) == {}


@pytest.mark.slow
def test_an_operation_that_depends_on_its_values_is_timed_with_them() -> None:
    """The same exponential takes several times as long where its results vanish."""
    a = np.linspace(-745.0, -709.0, 200_000)
    _, before = trace(np.exp, (a,))
    effort = BreakdownEffort(
        replay_s=0.3, sample_s=0.05, baseline_s=1e-5, own_values_s=5.0, most_trace_s=5.0
    )
    record = breakdown_record(lambda x: np.exp(x), (a,), effort, canary.make("ufunc"), name="f")
    (operation,) = record.operations
    assert operation.own_s > 0
    assert "subnormal" in operation.values
    if operation.depends_on_values:
        assert operation.call_s == operation.own_s
    assert before.calls == 1


RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full(N, -1e-310)[None], "100 % subnormal"),
        (np.full((N, 2), 1e-42, np.float32), "100 % subnormal"),
        (np.full(N, 6e-8, np.float16).reshape(2, -1), "100 % subnormal"),
        (np.where(np.arange(N) % 2, 1e-310, -1.0), "50 % subnormal"),
        (np.full((N, 2), np.nan + 0j), "100 % NaN"),
        (np.where(np.arange(N) % 10, 1.0, -np.inf), "10 % infinite"),
        (np.where(np.arange(N) % 4, 0.0, -1.0), "75 % zero"),
        (np.where(np.arange(N) % 4, 1.0, 0.0), ""),
        (np.where(np.arange(2 * N) % 200, -1.0 * (np.arange(2 * N) % 7), np.nan), ""),
        (np.arange(N), "in order"),
        (np.repeat(np.arange(N // 2), 2), "in order"),
        (np.arange(N, dtype=np.float32), "in order"),
        (RANDOM.integers(0, 100, N), ""),
        (RANDOM.random((N, 2)), ""),
        (np.arange(N).reshape(2, -1), ""),
        (np.arange(100.0), ""),
        (np.array([], float), ""),
        (np.full(N, "text"), ""),
        (np.full(N, True)[None], ""),
        (np.arange(N) > N // 3, "a mask in long runs"),
        (np.arange(N).reshape(2, -1) % N < N // 8, "a mask in long runs"),
        (np.arange(N) % 3 == 0, ""),
        (np.arange(100) > 50, ""),
        (np.array([1e-310 + 1j, 1.0] * N), "50 % subnormal"),
        (np.linspace(-1e-309, -1e-310, N), "100 % subnormal, in order"),
        (np.full((N, 1), np.finfo(float).smallest_normal), ""),
    ],
)
def test_values_of_many_kinds_are_told_from_ordinary_ones(values: Any, said: str) -> None:
    assert in_words([values]) == said
