"""What a function that gives nothing back leaves in names: that is its answer, then.

Its own names at its end, and arrays and lists of its module that it changes in place.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator
from types import FrameType, FunctionType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.same_answer import Difference, compare
from profiler_suite.measure.lines.functions import functions_to_profile, python_function

# Copies of more than this are not made.
_MOST_BYTES = 2**28
_CONTAINERS = (list, tuple, dict, set)

Function = Callable[..., Any]
Arguments = tuple[Any, ...]


def difference(
    original: Function,
    rewritten: Function,
    arguments: Callable[[], Arguments],
    convert: Callable[[Arguments], Arguments] = lambda given: given,
) -> Difference | None:
    """How what both leave differs; None where nothing can be compared.

    Of what the original sets in its module to what it is already both begin with other values.
    """
    left = names_left(original, arguments())
    again = {name for name in _set_in_place(original, arguments()) if _of(name) not in left}
    if again:
        left = names_left(original, arguments(), again)
    return compared(left, names_left(rewritten, convert(arguments()), again))


def names_left(
    function: Function, arguments: Arguments, turned: Collection[str] = ()
) -> dict[str, Any]:
    """What its names hold when one more call of it returns, but for parameters and constants.

    Of the module's arrays and lists those that it changes are among them, as copies; they are
    put back as they were. Arrays that are `turned` have their elements in reverse order before.
    """
    plain = python_function(function)
    found: dict[str, Any] = {}
    if plain is None:
        return found
    code = plain.__code__
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    held = _of_the_module(plain, arguments)
    saved = {name: value.copy() for name, value in held.items()}

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is code:
            found.update({k: v for k, v in frame.f_locals.items() if _is_computed(k, v)})

    def _is_computed(name: str, value: Any) -> bool:
        constant = isinstance(value, float) and any(value is each for each in code.co_consts)
        return name not in given and not constant

    for name in turned:
        if name in held:
            held[name][...] = saved[name].ravel()[::-1].reshape(saved[name].shape)
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
        for name, value in held.items():
            left = compare(saved[name], value)
            if not left.same or left.largest_error or name in turned:
                found[_of(name)] = value.copy()
                value[:] = saved[name]
    return found


def _of(name: str) -> str:
    return f"{name} of the module"


def _of_the_module(function: FunctionType, arguments: Arguments) -> dict[str, Any]:
    """Arrays and lists that the module holds under names which its functions read."""
    codes = [each.__code__ for each in functions_to_profile(function, arguments)]
    names = {name for code in (function.__code__, *codes) for name in code.co_names}
    values = {name: function.__globals__.get(name) for name in sorted(names)}
    held = {
        name: value
        for name, value in values.items()
        if isinstance(value, list) or _may_change(value)
    }
    size = sum(value.nbytes for value in held.values() if isinstance(value, np.ndarray))
    return held if size <= _MOST_BYTES else {}


def _may_change(value: Any) -> bool:
    """Whether it is a plain array that may be changed."""
    return type(value) is np.ndarray and value.ndim > 0 and bool(value.flags.writeable)


def _set_in_place(function: Function, arguments: Arguments) -> Iterator[str]:
    """Arrays of the module of which its functions set elements."""
    for each in functions_to_profile(function, arguments):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(each)))
        except (OSError, TypeError, SyntaxError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                base: ast.expr = node
                while isinstance(base, ast.Subscript):
                    base = base.value
                if isinstance(base, ast.Name) and _may_change(each.__globals__.get(base.id)):
                    yield base.id


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
        whole.dtype_changed |= found.dtype_changed
    return whole if several else None


def _is_alike(one: Any, other: Any) -> bool:
    if isinstance(one, float | complex | np.inexact):
        return isinstance(other, float | complex | np.inexact)
    if hasattr(one, "shape") and hasattr(other, "shape"):
        return type(one) is type(other) and bool(one.shape == other.shape != ())
    same_type = type(one) is type(other) and isinstance(one, _CONTAINERS)
    return same_type and len(one) == len(other) > 0
