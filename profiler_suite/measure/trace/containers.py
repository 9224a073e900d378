"""Turns arrays in arguments, globals and results into counting ones, and back."""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from types import FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any, cast

import numpy as np

from profiler_suite.measure.trace.arrays import CountingArray
from profiler_suite.measure.trace.creation import CountingGenerator, counting_generator
from profiler_suite.measure.trace.numbers import plain_number

_DEEPEST = 6
_view = np.ndarray.view


class Borrowed:
    """Arrays lent to a function as counting views, in the containers they were found in.

    Lists, dicts and objects are changed in place and changed back by `give_back`, so
    that what the function itself does to them stays done.
    """

    def __init__(self) -> None:
        self._original: dict[int, tuple[Any, Any]] = {}
        self._changed: list[Any] = []
        self._seen: set[int] = set()

    def lend(self, value: Any, depth: int = 0) -> Any:
        """The value with counting arrays in it."""
        kind = type(value)
        if kind is np.ndarray:
            return self._lend(value, _view(value, CountingArray))
        if kind is np.random.Generator:
            return self._lend(value, counting_generator(value))
        if depth >= _DEEPEST:
            return value
        if isinstance(value, tuple):
            lent = [self.lend(each, depth + 1) for each in value]
            if all(a is b for a, b in zip(lent, value, strict=True)):
                return value
            return cast(Any, kind)._make(lent) if hasattr(kind, "_make") else tuple(lent)
        if kind in (list, dict) or _is_users_object(value):
            self.lend_inside(value, depth)
        return value

    def _lend(self, original: Any, lent: Any) -> Any:
        self._original[id(lent)] = (lent, original)
        return lent

    def lend_inside(self, container: Any, depth: int = 0) -> None:
        """Lend what a list, a dict or an object holds."""
        if id(container) in self._seen or isinstance(container, type | ModuleType):
            return
        self._seen.add(id(container))
        self._changed.append(container)
        for key, value in _items(container):
            lent = self.lend(value, depth + 1)
            if lent is not value:
                _put(container, key, lent)

    def lend_surroundings(self, function: Callable[..., Any]) -> None:
        """Lend what a function has without being given it: globals, closure, defaults, self."""
        if isinstance(function, MethodType):
            self.lend_inside(function.__self__)
            return self.lend_surroundings(function.__func__)
        start = function if isinstance(function, FunctionType) else None
        if start is None:
            if hasattr(function, "__dict__") and not isinstance(function, type):
                self.lend_inside(function)
                call = vars(type(function)).get("__call__")
                if isinstance(call, FunctionType):
                    self.lend_surroundings(call)
            return None
        while isinstance(start, FunctionType):
            self._lend_globals(start.__globals__)
            for cell in start.__closure__ or ():
                self._lend_cell(cell)
            self._lend_defaults(start)
            start = getattr(start, "__wrapped__", None)
        return None

    def _lend_globals(self, namespace: dict[str, Any]) -> None:
        if id(namespace) in self._seen:
            return
        self._seen.add(id(namespace))
        self._changed.append(namespace)
        for name, value in list(namespace.items()):
            if type(value) in (np.ndarray, np.random.Generator):
                namespace[name] = self.lend(value)

    def _lend_cell(self, cell: Any) -> None:
        try:
            lent = self.lend(cell.cell_contents)
        except ValueError:
            return  # not filled yet
        if lent is not cell.cell_contents:
            cell.cell_contents = lent
        self._changed.append(cell)

    def _lend_defaults(self, function: FunctionType) -> None:
        if function.__defaults__:
            function.__defaults__ = self.lend(function.__defaults__)
        if function.__kwdefaults__:
            self.lend_inside(function.__kwdefaults__)
        self._changed.append(function)

    def give_back(self) -> None:
        """Put the plain arrays back wherever counting ones were put."""
        for container in reversed(self._changed):
            if isinstance(container, FunctionType):
                container.__defaults__ = self.plain(container.__defaults__)
            elif type(container).__name__ == "cell":
                self._give_back_cell(container)
            else:
                self._plain_inside(container, 0, set())

    def _give_back_cell(self, cell: Any) -> None:
        try:
            plain = self.plain(cell.cell_contents)
        except ValueError:
            return
        if plain is not cell.cell_contents:
            cell.cell_contents = plain

    def plain(self, value: Any, depth: int = 0, seen: set[int] | None = None) -> Any:
        """The value with plain arrays in it; an array that was lent is the original again."""
        known = self._original.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if isinstance(value, CountingArray):
            return _plain_array(value)
        if isinstance(value, CountingGenerator):
            return np.random.Generator(value.bit_generator)
        if isinstance(value, GeneratorType):
            return self._plain_items(value)
        if depth >= _DEEPEST:
            return plain_number(value)
        seen = set() if seen is None else seen
        if isinstance(value, tuple):
            made = [self.plain(each, depth + 1, seen) for each in value]
            if all(a is b for a, b in zip(made, value, strict=True)):
                return value
            return (
                cast(Any, type(value))._make(made) if hasattr(value, "_make") else tuple(made)
            )
        if type(value) in (set, frozenset):
            return type(value)(plain_number(each) for each in value)
        if isinstance(value, list | dict) or _has_fields(value):
            self._plain_inside(value, depth, seen)
            return value
        return plain_number(value)

    def _plain_inside(self, container: Any, depth: int, seen: set[int]) -> None:
        if id(container) in seen:
            return
        seen.add(id(container))
        for key, value in _items(container):
            plain = self.plain(value, depth + 1, seen)
            if plain is not value:
                _put(container, key, plain)

    def _plain_items(self, generator: Any) -> Iterator[Any]:
        for item in generator:
            yield self.plain(item)


def _plain_array(array: CountingArray) -> Any:
    base = array.base
    if (
        type(base) is np.ndarray
        and base.shape == array.shape
        and base.strides == array.strides
        and base.dtype == array.dtype
        and base.__array_interface__["data"] == array.__array_interface__["data"]
    ):
        return base  # the array that NumPy made, which owns its memory
    return _view(array, np.ndarray)


def _has_fields(value: Any) -> bool:
    if isinstance(value, type | ModuleType | np.ndarray | np.generic) or callable(value):
        return False
    return dataclasses.is_dataclass(value) or type(getattr(value, "__dict__", None)) is dict


def _is_users_object(value: Any) -> bool:
    package = type(value).__module__.partition(".")[0]
    return _has_fields(value) and package not in ("numpy", "scipy", "pandas", "builtins")


def _items(container: Any) -> list[tuple[Any, Any]]:
    if isinstance(container, dict):
        return list(container.items())
    if isinstance(container, list):
        return list(enumerate(container))
    if dataclasses.is_dataclass(container):
        names = [field.name for field in dataclasses.fields(container)]
        return [(name, getattr(container, name)) for name in names if hasattr(container, name)]
    return list(getattr(container, "__dict__", {}).items())


def _put(container: Any, key: Any, value: Any) -> None:
    if isinstance(container, dict | list):
        container[key] = value
    else:
        object.__setattr__(container, key, value)  # frozen dataclasses included


def namespaces_of(function: Callable[..., Any]) -> list[dict[str, Any]]:
    """The globals of a function, which need not be those of a module."""
    start = function.__func__ if isinstance(function, MethodType) else function
    return [start.__globals__] if isinstance(start, FunctionType) else []


def without_partial(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """A partial function's own arguments joined with those given to it."""
    while isinstance(function, functools.partial):
        args = (*function.args, *args)
        kwargs = {**function.keywords, **kwargs}
        function = function.func
    return function, args, kwargs
