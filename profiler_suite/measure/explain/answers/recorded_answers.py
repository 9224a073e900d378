"""Answers of a function that another process compares with those of its new version.

Each answer stands with what the call left of its arguments: both are part of what it does.
"""

import pickle
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.answers.same_answer import compare, copied
from profiler_suite.measure.explain.answers.variants import variants

Function = Callable[..., Any]


class RecordedAnswers(NamedTuple):
    """What a function answered on the real arguments, and then on others."""

    arguments: tuple[Any, ...]
    repeats: bool
    """Whether it answers twice alike."""
    answers: tuple[tuple[bool, Any], ...]
    """Whether it returned, and its answer with its arguments afterwards."""
    iterates: bool = False
    """Whether it gives an iterator, of which the answers are what it yields."""


def write(
    function: Function,
    arguments: tuple[Any, ...],
    file: Path,
    most_s: float,
    *,
    iterates: bool = False,
) -> str:
    """Record what it answers in a file; why that could not be done, or empty."""
    until_s = perf_counter() + most_s
    pure = with_arguments(function)
    try:
        given = pickle.dumps(arguments)
        first = pure(*arguments)
        repeats = compare(first, pure(*arguments)).same
        answers = [(True, first)]
        for variant in variants(arguments):
            if perf_counter() > until_s:
                break
            answers.append(_answer(pure, variant.arguments))
        found = RecordedAnswers(pickle.loads(given), repeats, tuple(answers), iterates)
        file.write_bytes(pickle.dumps(tuple(found)))
    except Exception as error:  # noqa: BLE001 - what cannot be copied, pickled or called twice
        return f"the answers cannot be compared ({type(error).__name__}: {error})"
    return ""


def _answer(pure: Function, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, pure(*copied(arguments))
    except Exception:  # noqa: BLE001 - sizes that the function was not made for
        return False, None


def read(file: Path) -> RecordedAnswers:
    """What was recorded in that file."""
    return RecordedAnswers(*pickle.loads(file.read_bytes()))


def agreement(function: Function, recorded: RecordedAnswers, most_s: float) -> checks.Agreement:
    """Whether this function answers what was recorded."""
    return checks.agreement(
        _replayed(recorded.answers),
        with_arguments(function),
        lambda: copied(recorded.arguments),
        most_s=most_s,
    )


def with_arguments(function: Function) -> Function:
    """The function as one that changes nothing: its answer, and its arguments afterwards."""

    def called(*given: Any) -> Any:
        state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        own = copied(given)
        try:
            return function(*own), own
        finally:
            random.setstate(state)
            np.random.set_state(numpy_state)  # noqa: NPY002

    return called


def _replayed(answers: tuple[tuple[bool, Any], ...]) -> Function:
    """A function that answers what was recorded, in that order."""
    left: Iterator[tuple[bool, Any]] = iter(answers)

    def answer(*_: Any) -> Any:
        returned, value = next(left, (False, None))
        if not returned:
            raise FunctionError("it was not called on these arguments, or raised")
        return value

    return answer
