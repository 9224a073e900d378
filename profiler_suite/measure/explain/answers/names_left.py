"""What a function that gives nothing back leaves in its own names: that is its answer, then."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.same_answer import Difference, compare
from profiler_suite.measure.lines.functions import python_function

_CONTAINERS = (list, tuple, dict, set)


def names_left(function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """What its local names hold when one more call of it returns, but for its parameters."""
    plain = python_function(function)
    found: dict[str, Any] = {}
    if plain is None:
        return found
    code = plain.__code__
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is code:
            found.update({k: v for k, v in frame.f_locals.items() if k not in given})

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return found


def compared(one: dict[str, Any], other: dict[str, Any]) -> Difference | None:
    """How what both hold under the same names differs; None where nothing can be compared.

    A name that holds something of another form in the other is a name for something else there.
    """
    whole = Difference()
    several = [name for name in one if name in other and _is_alike(one[name], other[name])]
    for name in several:
        found = compare(one[name], other[name])
        whole.same &= found.same
        whole.largest_error = max(whole.largest_error, found.largest_error)
    return whole if several else None


def _is_alike(one: Any, other: Any) -> bool:
    if isinstance(one, float | complex | np.inexact):
        return isinstance(other, float | complex | np.inexact)
    if hasattr(one, "shape") and hasattr(other, "shape"):
        return type(one) is type(other) and bool(one.shape == other.shape != ())
    same_type = type(one) is type(other) and isinstance(one, _CONTAINERS)
    return same_type and len(one) == len(other) > 0
