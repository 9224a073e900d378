"""Which functions, globals and classes a function can reach by the names in its code."""

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinMethodType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from numpy import ndarray

from profiler_suite.measure.trace import sites

Place = tuple[dict[str, Any], str]


def functions(function: Callable[..., Any], brought: Iterable[Any] = ()) -> list[FunctionType]:
    """The function, those it wraps, and the user's functions it names, to any depth.

    So with the functions that are `brought` by its arguments, and the methods of their classes.
    """
    found: dict[int, FunctionType] = {}
    waiting: list[Any] = [function]
    for each in brought:
        waiting += _code_of(each)
    while waiting:
        each = _python_function(waiting.pop())
        if each is None or id(each) in found:
            continue
        found[id(each)] = each
        waiting.append(getattr(each, "__wrapped__", None))
        for namespace, name in globals_of(each):
            waiting += _code_of(namespace[name])
        for cell in each.__closure__ or ():
            try:
                waiting += _code_of(cell.cell_contents)
            except ValueError:
                continue  # not filled yet
    return list(found.values())


def globals_of(function: FunctionType) -> Iterator[Place]:
    """Where the globals are that a function names, also those of the user's other modules."""
    namespace = function.__globals__
    names = _names(function.__code__)
    for name in names:
        if name in namespace:
            yield namespace, name
    for module in _modules(namespace, names):
        for attribute in names:
            if attribute in vars(module):
                yield vars(module), attribute


def _modules(namespace: dict[str, Any], names: frozenset[str]) -> list[ModuleType]:
    """The user's modules that names stand for, also where a function imports them itself."""
    package = namespace.get("__package__") or ""
    waiting = [namespace.get(name) for name in names]
    for name in names:
        waiting += [sys.modules.get(name), sys.modules.get(f"{package}.{name}")]
    found: dict[int, ModuleType] = {}
    while waiting:
        module = waiting.pop()
        if type(module) is not ModuleType or id(module) in found:
            continue
        if sites.is_users_module(module.__name__) and vars(module) is not namespace:
            found[id(module)] = module
            waiting += [vars(module).get(name) for name in names]
    return list(found.values())


def _code_of(value: Any) -> list[Any]:
    """Functions of the user's that a value brings along: itself, or methods of its class."""
    if isinstance(value, type) and sites.is_users_module(value.__module__):
        kinds = [kind for kind in value.__mro__ if sites.is_users_module(kind.__module__)]
        members = [each for kind in kinds for each in vars(kind).values()]
        return [each for each in members if _python_function(each) is not None]
    function = _python_function(value)
    if function is not None:
        return [function] if sites.is_users_module(function.__module__) else []
    kind = type(value)
    if not isinstance(value, type | ModuleType) and sites.is_users_module(kind.__module__):
        return _code_of(kind)
    return []


def _python_function(value: Any) -> FunctionType | None:
    if isinstance(value, MethodType | staticmethod | classmethod):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, functools.cached_property):
        value = value.func
    if isinstance(value, functools.partial):
        return _python_function(value.func)
    if not isinstance(value, FunctionType):
        wrapped = getattr(value, "__wrapped__", None)
        call = vars(type(value)).get("__call__")
        value = wrapped if isinstance(wrapped, FunctionType) else call
    return value if isinstance(value, FunctionType) else None


@functools.lru_cache(maxsize=4096)
def _names(code: CodeType) -> frozenset[str]:
    """Names that code refers to, that of the functions defined in it included."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return frozenset(names)


def namespaces_of(function: Callable[..., Any]) -> list[dict[str, Any]]:
    """The globals of a function, which need not be those of a module."""
    start = _python_function(function)
    return [] if start is None else [start.__globals__]


def without_partial(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """The function itself, with what a partial or a method of an array gives it beforehand."""
    while True:
        owner = getattr(function, "__self__", None)
        if isinstance(function, functools.partial):
            args = (*function.args, *args)
            kwargs = {**function.keywords, **kwargs}
            function = function.func
        elif isinstance(function, MethodType) and isinstance(owner, ndarray):
            args, function = (owner, *args), function.__func__
        elif isinstance(function, BuiltinMethodType) and isinstance(owner, ndarray):
            args, function = (owner, *args), _method_of(function.__name__)
        else:
            return function, args, kwargs


def _method_of(name: str) -> Callable[..., Any]:
    """A function that calls the method of that name of its first argument."""

    def call(owner: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(owner, name)(*args, **kwargs)

    return call
