"""Python code that compiled code calls back: functions and generators that count inside a call.

While compiled code runs, this thread's calls are not counted: they are part of it. What it
calls back is the user's own code and counts again, line by line.
"""

import functools
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from profiler_suite.measure.trace.recording import RESUME, running
from profiler_suite.measure.trace.wrapping import unwrap, wrap

_FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)
# What can be called and is data as well, such as a polynomial, is handed on as it is.
_DATA = ("__array__", "__len__", "__array_interface__")
_ITERATORS = (types.GeneratorType, map, filter)
_OWN = __name__.rpartition(".")[0]


def is_callback(value: Any) -> bool:
    """True for Python code that can be called, of the user's or of a library."""
    if isinstance(value, _FUNCTIONS):
        return not (getattr(value, "__module__", None) or "").startswith(_OWN)
    kind: Any = type(value)
    return _has_python_call(kind)


@functools.lru_cache(maxsize=4096)
def _has_python_call(kind: Any) -> bool:
    call = next(
        (vars(each)["__call__"] for each in kind.__mro__ if "__call__" in vars(each)), None
    )
    if any(hasattr(kind, name) for name in _DATA):
        return False
    return isinstance(call, types.FunctionType) and not kind.__module__.startswith(_OWN)


_calling_back: dict[int, Any] = {}


def note_ufunc(ufunc: Any) -> Any:
    """Remember a ufunc whose loop does nothing but call a function that counts."""
    _calling_back[id(ufunc)] = ufunc
    return ufunc


def calls_back(ufunc: Any) -> bool:
    """Whether the work of a ufunc is that of a function which counts by itself."""
    return _calling_back.get(id(ufunc)) is ufunc


def forget_ufuncs() -> None:
    """At the end of a trace."""
    _calling_back.clear()


def counting_callback(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, counting while a trace runs, also when compiled code calls it."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if running() is None:
            return function(*args, **kwargs)
        with RESUME:
            counting = {name: wrap(each) for name, each in kwargs.items()}
            return unwrap(function(*map(wrap, args), **counting))

    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(function, name):
            setattr(call, name, getattr(function, name))
    return call


def _counting_iterator(iterator: Iterator[Any]) -> Iterator[Any]:
    while True:
        with RESUME:
            try:
                item = unwrap(next(iterator))
            except StopIteration:
                return
        yield item


def for_compiled(value: Any) -> Any:
    """An argument for compiled code: plain arrays and numbers, callbacks that count."""
    if isinstance(value, _ITERATORS):
        return _counting_iterator(value)
    if is_callback(value):
        return counting_callback(value)
    return unwrap(value)


def arguments(
    args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """All arguments for compiled code."""
    return (
        [for_compiled(each) for each in args],
        {name: for_compiled(each) for name, each in kwargs.items()},
    )
