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

    counted = _with_parameters_of(function, call)
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(function, name):
            setattr(counted, name, getattr(function, name))
    return counted


def _with_parameters_of(
    function: Callable[..., Any], call: Callable[..., Any]
) -> Callable[..., Any]:
    """The call, with as many positional parameters as the function has.

    Code that F2PY made hands over as many arguments as `__code__` says, and all that it has
    where there is none. https://numpy.org/doc/stable/f2py/python-usage.html
    """
    code = getattr(function, "__code__", None)
    if code is None:
        return functools.partial(call)
    bound = int(isinstance(function, types.MethodType))
    names = code.co_varnames[bound : code.co_argcount]
    given = "".join(f"{name}, " for name in names)
    counted: types.FunctionType = eval(
        f"lambda {given}*more_, **named_: call_({given}*more_, **named_)", {"call_": call}
    )
    defaults = getattr(function, "__defaults__", None) or ()
    counted.__defaults__ = defaults[-len(names) :] if names else ()
    return counted


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
