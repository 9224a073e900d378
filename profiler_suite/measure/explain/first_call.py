"""The first call of a function: how long it takes, what it changes, whether it repeats."""

import collections.abc
import functools
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from profiler_suite.errors import FunctionError
from profiler_suite.measure import timing
from profiler_suite.measure.explain.answers.same_answer import compare
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.rows import Visit
from profiler_suite.workloads import user_function, verification

# Hashing and copying more than this takes seconds.
_MOST_CHECKED_BYTES = 2 * 2**30
# One that shows how long the others take, and one that is timed.
_CALLS_LEFT = 2.0


class FirstCall(NamedTuple):
    """What the first call showed."""

    cold_s: float
    result: Any
    repeatable: bool
    """Whether a second call with equal arguments gave an equal result."""
    visit: Visit | None
    """For a call so long that there may be no time for another."""
    iterates: bool = False
    """Whether it gives an iterator, which is consumed in every evaluation."""


def first_call(subject: Subject) -> FirstCall:
    """Call it once, and again where that is quick; what it does to its arguments is noted."""
    given = subject.given
    arguments = given.fresh()
    loaded = len(sys.modules)
    checked = given.nbytes < _MOST_CHECKED_BYTES
    before = "" if given.copied or not checked else verification.fingerprint(arguments)
    result, cold_s, faults = _timed(subject, arguments)
    user_function.refuse_coroutine_result(result, subject.called.name)
    iterates = isinstance(result, collections.abc.Iterator)
    if iterates:
        subject.function = consuming(subject.function)
        subject.notes.append("it returns an iterator, which is consumed in every evaluation")
        arguments = given.fresh()
        result, cold_s, faults = _timed(subject, arguments)
    if subject.plan.long and len(sys.modules) > loaded:
        _judge_by_second_call(subject, cold_s)
    visit = None
    if subject.plan.long:
        visit = subject.visit_of_first_call(cold_s, faults)
        exceeded = subject.plan.exceeded()
        subject.notes += [exceeded] if exceeded else []
    if given.copied and checked:
        changed = given.changed_in(arguments)
    else:
        changed = checked and verification.fingerprint(arguments) != before
        if changed:
            _check_again(subject, arguments)
    repeatable = True
    if not subject.plan.long and checked:
        again = subject.call(*given.fresh())
        # Compared with the copy's own answer: a changed argument may be the result.
        repeatable = compare(result, again).same
        if not repeatable and not changed:
            subject.notes.append(
                "its result differs from call to call (randomness or state of its own)"
            )
    return FirstCall(cold_s, result, repeatable, visit, iterates)


def _timed(subject: Subject, arguments: tuple[Any, ...]) -> tuple[Any, float, float]:
    """Its result, how long it took and its page faults; later calls are judged by it."""
    watch = timing.Stopwatch(subject.call)
    before = timing.minor_faults()
    result = watch(*arguments)
    faults = timing.minor_faults() - before
    subject.guard.returned(watch.last_s)
    subject.plan.returned(watch.last_s)
    return result, watch.last_s, faults


def _judge_by_second_call(subject: Subject, cold_s: float) -> None:
    """A first call that imports modules, or compiles, may take a hundred times as long."""
    if subject.plan.spare_calls >= _CALLS_LEFT:
        watch = timing.Stopwatch(subject.call)
        watch(*subject.given.fresh())
        subject.plan.returned(cold_s, watch.last_s)


def _check_again(subject: Subject, arguments: tuple[Any, ...]) -> None:
    try:
        subject.call(*arguments)
    except FunctionError as error:
        raise FunctionError(
            f"{error}\n  (on the arguments that its first call had changed: it cannot be "
            "repeated; let a zero-argument function make its arguments)"
        ) from error
    subject.notes.append(
        "it changes its arguments and they are not copied: each evaluation works on what "
        "the one before left"
    )


def consuming(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with all that its iterator yields as its answer."""

    @functools.wraps(function)
    def consumed(*arguments: Any) -> list[Any]:
        return list(function(*arguments))

    return consumed
