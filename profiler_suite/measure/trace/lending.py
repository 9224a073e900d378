"""Turns arrays in arguments, surroundings and results into counting ones, and back."""

import collections
import functools
import math
import sys
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from time import thread_time
from types import FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.creation import CountingGenerator, counting_generator
from profiler_suite.measure.trace.flat import counting_flat
from profiler_suite.measure.trace.numbers import plain_number
from profiler_suite.measure.trace.reach import surroundings
from profiler_suite.measure.trace.reach.behind import (
    begun_anew,
    containers_behind,
    is_plain_iterator,
)
from profiler_suite.measure.trace.reach.containers import (
    SCALARS,
    is_container,
    is_users_callable,
    is_users_class,
    items,
    put,
)
from profiler_suite.measure.trace.reach.package_tables import kept_by
from profiler_suite.measure.trace.wrapping import (
    Counting,
    PlainForm,
    counting_array,
    plain_array,
    tuple_like,
    wrap,
)

# Containers in containers: deeper ones are a chain of objects that goes on and on.
_DEEPEST = 40
# Looking through more takes longer than what is traced.
_MOST_CONTAINERS = 100_000
_CONTAINERS_PER_READING = 256  # of the clock


class Loan:
    """Arrays lent to a function as counting views, in the containers they were found in.

    Lists, dicts, objects and classes are changed in place and changed back by
    `give_back`, so that what the function itself does to them stays done. Containers that
    are not reached within `seconds`, if any are given, keep plain arrays.
    """

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = thread_time) -> None:
        self._clock = clock
        self._until_s = clock() + seconds if seconds else math.inf
        self._full = False
        self._original: dict[int, tuple[Any, Any]] = {}
        self._changed: list[Any] = []
        self._seen: set[int] = set()
        self._classes: dict[type, tuple[type, ...]] = {}
        self._brought: dict[int, Any] = {}
        """Functions and classes of the user's that lent values bring along."""
        self.functions: list[FunctionType] = []
        """The user's functions that can be reached, whose surroundings are lent."""

    def lend(self, value: Any, depth: int = 0) -> Any:
        """The value with counting arrays in it."""
        if type(value) in SCALARS or isinstance(value, Counting):
            return value  # one that is lent already has its original noted
        if isinstance(value, ndarray):
            return self._lend(value, counting_array(value))
        if isinstance(value, np.flatiter):
            return self._lend(value, counting_flat(value))
        if type(value) is np.random.Generator:
            return self._lend(value, counting_generator(value))
        for each in containers_behind(value):
            self.lend_inside(each, depth)
        if is_plain_iterator(value):
            anew = isinstance(value, GeneratorType) and depth < _DEEPEST
            made = begun_anew(value, lambda each: self.lend(each, depth + 1)) if anew else None
            return (wrap(each) for each in made or value)
        if depth >= _DEEPEST:
            return value
        if isinstance(value, weakref.ref):
            held = value()
            lent_one = self.lend(held, depth + 1)
            return value if lent_one is held else self._lend(value, weakref.ref(lent_one))
        if isinstance(value, ContextVar):
            self._lend_variable(value)
        if isinstance(value, FunctionType | MethodType | functools.partial):
            return self._lend_callable(value, depth)
        if isinstance(value, functools._lru_cache_wrapper):
            self.lend(value.__wrapped__, depth + 1)
        if isinstance(value, tuple):
            lent = [self.lend(each, depth + 1) for each in value]
            return tuple_like(value, lent)
        for kind in self._users_classes(value):
            self._brought[id(kind)] = kind
            self.lend_inside(kind, depth)
        if isinstance(value, collections.defaultdict):
            self.lend(value.default_factory, depth + 1)
        if is_container(value) or is_users_class(value):
            self.lend_inside(value, depth)
        return value

    def _users_classes(self, value: Any) -> tuple[type, ...]:
        """Classes of the user's whose methods it has: its own, and a class's with its own."""
        found = self._classes.get(type(value))
        if found is None:
            found = tuple(kind for kind in type(value).__mro__ if is_users_class(kind))
            self._classes[type(value)] = found
        return (*found, *filter(is_users_class, value.__mro__)) if _is_class(value) else found

    def _lend_callable(self, value: Any, depth: int) -> Any:
        """A function, a method with what it is bound to, or a partial with what it holds."""
        if isinstance(value, MethodType):
            self.lend(value.__self__, depth + 1)
        if type(value) is functools.partial:
            inner = self.lend(value.func, depth + 1)
            args = tuple(self.lend(each, depth + 1) for each in value.args)
            named = {k: self.lend(each, depth + 1) for k, each in value.keywords.items()}
            before = (value.func, *value.args, *value.keywords.values())
            lent = (inner, *args, *named.values())
            if any(a is not b for a, b in zip(before, lent, strict=True)):
                return self._lend(value, functools.partial(inner, *args, **named))
        self._brought[id(value)] = value
        return value

    def _lend(self, original: Any, lent: Any) -> Any:
        self._original[id(lent)] = (lent, original)
        return lent

    def lend_inside(self, container: Any, depth: int = 0) -> None:
        """Lend what a list, a dict, an object or a class holds."""
        if id(container) in self._seen or self._is_over():
            return
        self._seen.add(id(container))
        self._changed.append(container)
        for key, value in items(container):
            lent = self.lend(value, depth + 1)
            if lent is not value:
                put(container, key, lent)

    def _is_over(self) -> bool:
        if self._full:
            return True
        seen = len(self._seen)
        late = seen % _CONTAINERS_PER_READING == 0 and self._clock() > self._until_s
        self._full = late or seen >= _MOST_CONTAINERS
        return self._full

    def lend_surroundings(self, function: Callable[..., Any]) -> None:
        """Lend what a function has without being given it: globals, closure, defaults, self."""
        if isinstance(function, MethodType):
            self.lend(function.__self__)
            function = function.__func__
        elif not isinstance(function, FunctionType) and is_users_callable(function):
            self.lend(function)
        while new := self._not_reached(function):
            for each in new:
                self._lend_around(each)
            self.functions += new

    def _not_reached(self, function: Callable[..., Any]) -> list[FunctionType]:
        """What is lent may bring functions, whose surroundings may bring others."""
        known = {id(each) for each in self.functions}
        found = surroundings.functions(function, list(self._brought.values()))
        return [each for each in found if id(each) not in known]

    def _lend_around(self, function: FunctionType) -> None:
        for namespace, name in surroundings.globals_of(function):
            lent = self.lend(namespace[name])
            if lent is not namespace[name]:
                namespace[name] = lent
                self._changed.append(_Entry(namespace, name))
        for cell in function.__closure__ or ():
            self._lend_cell(cell)
        self._lend_defaults(function)

    def _lend_variable(self, variable: ContextVar[Any]) -> None:
        held = variable.get(None)
        lent = self.lend(held)
        if lent is not held:
            variable.set(lent)
            self._changed.append(_Variable(variable))

    def lend_memories(self) -> None:
        """Lend what functions of packages remember in tables of their own."""
        for module in list(sys.modules.values()):
            for table in kept_by(module).memories if type(module) is ModuleType else ():
                if any(map(_holds_arrays, table.values())):
                    self.lend_inside(table)

    def _lend_cell(self, cell: Any) -> None:
        try:
            held = cell.cell_contents
        except ValueError:
            return  # not filled yet
        lent = self.lend(held)
        if lent is not held:
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
            if isinstance(container, _Entry | _Variable):
                container.restore(self.plain)
            elif isinstance(container, FunctionType):
                container.__defaults__ = self.plain(container.__defaults__)
            elif type(container).__name__ == "cell":
                self._give_back_cell(container)
            else:
                self._plain_inside(container, 0, set())
        for lent, original in self._original.values():
            _keep_size(lent, original)

    def _give_back_cell(self, cell: Any) -> None:
        try:
            plain = self.plain(cell.cell_contents)
        except ValueError:
            return
        if plain is not cell.cell_contents:
            cell.cell_contents = plain

    def plain(self, value: Any, depth: int = 0, seen: set[int] | None = None) -> Any:
        """The value with plain arrays in it; an array that was lent is the original again."""
        if type(value) in SCALARS:
            return value
        known = self._original.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if isinstance(value, Counting):
            return _own_array(value)
        if isinstance(value, PlainForm):
            return value.plain
        if isinstance(value, CountingGenerator):
            return np.random.Generator(value.bit_generator)
        if isinstance(value, GeneratorType):
            return self._plain_items(value)
        if depth >= _DEEPEST:
            return plain_number(value)
        seen = set() if seen is None else seen
        if isinstance(value, tuple):
            made = [self.plain(each, depth + 1, seen) for each in value]
            for name, each in getattr(value, "__dict__", {}).items():
                value.__dict__[name] = self.plain(each, depth + 1, seen)
            return tuple_like(value, made)
        if type(value) in (set, frozenset):
            return type(value)(plain_number(each) for each in value)
        if is_container(value):
            self._plain_inside(value, depth, seen)
            return value
        return plain_number(value)

    def _plain_inside(self, container: Any, depth: int, seen: set[int]) -> None:
        if id(container) in seen:
            return
        seen.add(id(container))
        for key, value in items(container):
            plain = self.plain(value, depth + 1, seen)
            if plain is not value:
                put(container, key, plain)

    def _plain_items(self, generator: Any) -> Iterator[Any]:
        for item in generator:
            yield self.plain(item)


def _is_class(value: Any) -> bool:
    return isinstance(value, type)


def _holds_arrays(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(isinstance(each, ndarray) for each in value[:16])
    return isinstance(value, ndarray)


class _Entry:
    """A name in a namespace that an array was lent under."""

    def __init__(self, namespace: dict[str, Any], name: str) -> None:
        self._namespace = namespace
        self._name = name

    def restore(self, plain: Callable[[Any], Any]) -> None:
        """What the name means now, in plain arrays."""
        if self._name in self._namespace:
            self._namespace[self._name] = plain(self._namespace[self._name])


class _Variable:
    """A context variable that an array was lent in."""

    def __init__(self, variable: ContextVar[Any]) -> None:
        self._variable = variable

    def restore(self, plain: Callable[[Any], Any]) -> None:
        """What it holds now, in plain arrays."""
        self._variable.set(plain(self._variable.get()))


def _own_array(array: Any) -> Any:
    base = array.base
    if (
        type(base) is type(array).plain_class is ndarray
        and base.shape == array.shape
        and base.strides == array.strides
        and base.dtype == array.dtype
        and base.__array_interface__["data"] == array.__array_interface__["data"]
    ):
        return base  # the array that NumPy made, which owns its memory
    return plain_array(array)


def _keep_size(lent: Any, original: Any) -> None:
    """An array that was resized has the same size outside."""
    if isinstance(lent, Counting) and lent.base is None and lent.size != original.size:
        original.resize(lent.shape, refcheck=False)
        original[...] = plain_array(lent)
