"""Random generators that a function draws from without being given them, and their states.

A script makes one generator at its top and uses it everywhere: two calls with equal arguments
draw different numbers, unless the generator begins both times where it was.
"""

import random
from collections.abc import Callable, Iterator
from types import MethodType, ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.reach import surroundings

_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)


class RandomStreams:
    """The generators that a function reaches by its names, as they are when this is made."""

    def __init__(self, function: Callable[..., Any]) -> None:
        held = {id(each): each for each in _reached(function)}
        self._streams = [(each, _state(each)) for each in held.values()]

    def next_numbers(self) -> tuple[float, ...]:
        """One number of each, which tells how far it has come."""
        return tuple(float(each.random()) for each, _ in self._streams)

    def rewind(self) -> None:
        """Let each go on from where it was."""
        for each, state in self._streams:
            if isinstance(each, np.random.Generator):
                each.bit_generator.state = state
            elif isinstance(each, np.random.RandomState):
                each.set_state(state)
            else:
                each.setstate(state)


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    if isinstance(generator, np.random.RandomState):
        return generator.get_state()
    return generator.getstate()


def _reached(function: Callable[..., Any]) -> Iterator[Any]:
    """By globals, closures and defaults of it and of the user's functions that it calls."""
    while hasattr(function, "func"):  # partial functions
        function = function.func
    if isinstance(function, MethodType):
        yield from _within(function.__self__)
    for each in surroundings.functions(function):
        for namespace, name in surroundings.globals_of(each):
            yield from _within(namespace[name])
        for cell in each.__closure__ or ():
            try:
                yield from _within(cell.cell_contents)
            except ValueError:  # not filled yet
                continue
        for value in each.__defaults__ or ():
            yield from _within(value)


def _within(value: Any) -> Iterator[Any]:
    """The value itself, or what an object of the user's holds."""
    if _is_generator(value):
        yield value
    elif isinstance(value, type | ModuleType) or not hasattr(value, "__dict__"):
        return
    elif sites.is_users_module(type(value).__module__):
        yield from (each for each in list(vars(value).values()) if _is_generator(each))


def _is_generator(value: Any) -> bool:
    return isinstance(value, _GENERATORS)
