"""Which functions to profile: the one asked for and what it calls in the same module."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

# How np.frompyfunc names what it makes.
_OF_PYTHON = " (vectorized)"


def functions_to_profile(
    function: Callable[..., Any], arguments: Sequence[Any] = ()
) -> list[FunctionType]:
    """The function and what it calls in the same module; empty when it has no Python lines.

    Decorators that keep `__wrapped__`, bound methods, `functools.partial`, class and
    static methods, callable objects and classes are followed to the function whose
    lines run. Methods that are called on `self` belong to it too, and those that are called on
    one of the `arguments`, on what it holds, or on the elements of a list.
    """
    start = python_function(function)
    if start is None:
        return []
    owners = [owner_of(function), *_classes(function, start.__module__, arguments)]
    found: dict[CodeType, FunctionType] = {}
    todo = [start]
    while todo:
        current = todo.pop()
        if current.__code__ in found:
            continue
        found[current.__code__] = current
        todo += [
            called
            for called in _called(current, owners)
            if called.__module__ == start.__module__
        ]
    return list(found.values())


def _classes(function: Callable[..., Any], module: str, arguments: Sequence[Any]) -> list[type]:
    """The classes of what is given, of what that holds itself, and of elements of lists."""
    receiver = getattr(function, "__self__", None)
    given = [_one_of(each) for each in (receiver, *arguments)]
    held = [
        _one_of(value)
        for each in given
        if type(each).__module__ == module
        for value in getattr(each, "__dict__", {}).values()
    ]
    return list(dict.fromkeys(type(each) for each in (*given, *held)))


def _one_of(value: Any) -> Any:
    """The first element of a list or a tuple; anything else itself."""
    return value[0] if type(value) in (list, tuple) and value else value


def python_function(function: Any) -> FunctionType | None:
    """The Python function behind a callable; None when it is compiled."""
    for _ in range(100):
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, (MethodType, classmethod, staticmethod)):
            function = function.__func__
        elif isinstance(function, FunctionType):
            inner: Any = inspect.unwrap(function)
            if inner is function:
                break
            function = inner
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif isinstance(function, type):
            function = function.__dict__.get("__init__")
        elif inspect.isbuiltin(function) or not callable(function):
            return None
        else:
            function = inspect.getattr_static(type(function), "__call__", None)
            if not isinstance(function, FunctionType):
                return None
    return function if isinstance(function, FunctionType) else None


def python_name(ufunc: np.ufunc) -> str:
    """The name of the function that np.frompyfunc made a ufunc of; empty for other ufuncs."""
    name = ufunc.__name__
    return name.removesuffix(_OF_PYTHON) if name.endswith(_OF_PYTHON) else ""


def nested_codes(code: CodeType) -> list[CodeType]:
    """Functions that a function defines inside itself, and those inside them.

    Not its lambdas and comprehensions: what they do belongs to the line they stand on. Nor
    what evaluates annotations (from Python 3.14 on) or type parameters (3.12) alone.
    """
    found = []
    for constant in code.co_consts:
        if not isinstance(constant, CodeType) or constant.co_name == "__annotate__":
            continue
        if constant.co_name.startswith("<generic parameters"):
            found += nested_codes(constant)
        elif not constant.co_name.startswith("<"):
            found += [constant, *nested_codes(constant)]
    return found


def owner_of(function: Any) -> type | None:
    """The class of the object whose method it is, or that is called; None for a function."""
    while isinstance(function, partial):
        function = function.func
    if isinstance(function, MethodType):
        owner = function.__self__
        return owner if isinstance(owner, type) else type(owner)
    if isinstance(function, type):
        return function
    if isinstance(function, FunctionType):
        return class_around(function)
    return None if inspect.isbuiltin(function) else type(function)


def class_around(function: FunctionType) -> type | None:
    """The class of its module that a function is a method of, by its name."""
    *outer, name = function.__qualname__.split(".")
    found: Any = function.__globals__.get(outer[0]) if outer else None
    for each in outer[1:]:
        found = inspect.getattr_static(found, each, None)
    if not isinstance(found, type):
        return None
    method = inspect.getattr_static(found, name, None)
    is_method = method is not None and python_function(method) is inspect.unwrap(function)
    return found if is_method else None


def _called(function: FunctionType, owners: Sequence[type | None]) -> list[FunctionType]:
    """Functions that the names in a function's code may stand for."""
    called = []
    for code in (function.__code__, *_all_codes(function.__code__)):
        for name in code.co_names:
            candidates = [function.__globals__.get(name)]
            for owner in filter(None, owners):
                candidates.append(inspect.getattr_static(owner, name, None))
            for candidate in candidates:
                if isinstance(candidate, property):
                    candidate = candidate.fget
                if isinstance(candidate, np.ufunc):
                    candidate = function.__globals__.get(python_name(candidate))
                if candidate is None or isinstance(candidate, type):
                    continue
                found = _function_behind(candidate)
                if found is not None:
                    called.append(found)
    cells = function.__closure__ or ()
    for cell in cells:
        try:
            found = _function_behind(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
        if found is not None:
            called.append(found)
    return called


def _all_codes(code: CodeType) -> list[CodeType]:
    found = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += [constant, *_all_codes(constant)]
    return found


def _function_behind(candidate: Any) -> FunctionType | None:
    """The function a name stands for; objects that merely can be called are left out."""
    if isinstance(candidate, np.vectorize):  # calls it for every element
        return python_function(candidate.pyfunc)
    if isinstance(
        candidate, (FunctionType, MethodType, partial, classmethod, staticmethod)
    ) or hasattr(candidate, "__wrapped__"):
        return python_function(candidate)
    return None
