"""The first call of a function: what it gives, what it changes, whether it repeats."""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain import time_plan
from profiler_suite.measure.explain.first_call import first_call
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.workloads.user_function import FunctionCall

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)


@pytest.fixture
def subject() -> Iterator[Callable[..., Subject]]:
    with FunctionGuard("f") as guard:

        def made(function: Callable[..., Any], *args: Any, copy: bool = True) -> Subject:
            called = FunctionCall(
                name="f.py:f", setup="", function=function, args=args, kwargs={}
            )
            return Subject(called, EFFORT, 1, copy=copy, guard=guard)

        yield made


def test_a_function_that_only_computes_is_repeatable_and_has_no_notes(
    subject: Callable[..., Subject],
) -> None:
    made = subject(np.sum, np.arange(4.0))
    found = first_call(made)
    assert (found.result, found.repeatable, found.visit) == (6.0, True, None)
    assert found.cold_s > 0
    assert made.notes == []


def test_what_differs_from_call_to_call_is_said(subject: Callable[..., Subject]) -> None:
    counter = itertools.count()
    made = subject(lambda: next(counter))
    assert not first_call(made).repeatable
    assert made.notes == [
        "its result differs from call to call (randomness or state of its own)"
    ]


def double(x: Any) -> Any:
    x *= 2
    return x.sum()


def test_changed_arguments_that_were_copied_leave_the_callers_alone(
    subject: Callable[..., Subject],
) -> None:
    x = np.ones(3)
    made = subject(double, x)
    found = first_call(made)
    assert (found.result, found.repeatable) == (6.0, True)
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_changed_arguments_that_were_not_copied_are_said(
    subject: Callable[..., Subject],
) -> None:
    made = subject(double, np.ones(3), copy=False)
    assert not first_call(made).repeatable
    assert len(made.notes) == 1  # not also that its result differs
    assert "it changes its arguments and they are not copied" in made.notes[0]


def test_what_cannot_be_called_again_on_what_it_left_is_an_error(
    subject: Callable[..., Subject],
) -> None:
    def takes(items: list[int]) -> int:
        return items.pop()

    with pytest.raises(FunctionError, match="its first call had changed: it cannot be"):
        first_call(subject(takes, [1], copy=False))


def test_an_iterator_is_consumed_in_every_evaluation(subject: Callable[..., Subject]) -> None:
    made = subject(lambda n: (k * k for k in range(n)), 4)
    assert first_call(made).result == [0, 1, 4, 9]
    assert made.call(3) == [0, 1, 4]
    assert made.notes == ["it returns an iterator, which is consumed in every evaluation"]


def test_a_coroutine_has_not_run(subject: Callable[..., Subject]) -> None:
    async def later() -> None: ...

    with pytest.raises(UsageError, match="is a coroutine function"):
        first_call(subject(lambda: later()))


def test_a_long_call_is_not_repeated_and_stands_for_a_visit(
    subject: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_plan, "LONG_S", -1.0)
    calls: list[int] = []
    found = first_call(subject(calls.append, 1))
    assert len(calls) == 1
    assert found.visit is not None
    assert found.visit.sample_times_s == (found.cold_s,)
    assert set(found.visit.canaries_s) == {"ufunc"}


def loading(calls: list[str]) -> Callable[[], int]:
    """A function whose first call takes long and loads a module."""

    def function() -> int:
        calls.append("")
        if len(calls) == 1:
            sys.modules["loaded_by_first_call"] = ModuleType("loaded_by_first_call")
            time.sleep(0.05)
        return 3

    return function


@pytest.mark.parametrize(("spare_s", "calls", "long"), [(60.0, 3, False), (0.0, 1, True)])
def test_where_the_first_call_loads_modules_the_second_tells_how_long_calls_take(
    subject: Callable[..., Subject],
    monkeypatch: pytest.MonkeyPatch,
    spare_s: float,
    calls: int,
    long: bool,
) -> None:
    """By a first call of 1.6 s with its imports, calls of 50 ms had no time for a trace."""
    monkeypatch.setattr(time_plan, "LONG_S", 0.04)
    monkeypatch.setattr(time_plan.TimePlan, "spare_s", spare_s)
    monkeypatch.delitem(sys.modules, "loaded_by_first_call", raising=False)
    seen: list[str] = []
    made = subject(loading(seen))
    found = first_call(made)
    assert (len(seen), made.plan.long) == (calls, long)
    assert found.cold_s >= 0.05
    assert (found.visit is not None) == long
    del sys.modules["loaded_by_first_call"]


def test_what_it_raises_is_the_persons_error(subject: Callable[..., Subject]) -> None:
    with pytest.raises(FunctionError, match="ZeroDivisionError"):
        first_call(subject(lambda: 1 / 0))
    with pytest.raises(KeyboardInterrupt):
        first_call(subject(_interrupted))


def _interrupted() -> None:
    raise KeyboardInterrupt
