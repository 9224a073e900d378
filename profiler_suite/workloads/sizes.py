"""Sizes that one setup returns arguments for: a list of tuples, a dict, a generator."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun
from profiler_suite.workloads import own_modules, user_function
from profiler_suite.workloads.user_function import FunctionCall

_DEEPEST = 6


class ArgumentSize(Noun, frozen=True):
    """How large the arguments of one call are."""

    label: str
    """In words: '1,000', '3,072,000 elements'."""
    elements: float
    """Of all arrays; the sum of whole numbers where there is no array."""


def load(
    target: str, setup: str, number: int, other: str = ""
) -> tuple[FunctionCall, tuple[ArgumentSize, ...]]:
    """The function with its arguments of that size, and all sizes there are for number 0.

    `other` is the target that it is raced against: the modules beside it stay out of its way,
    and a setup that lies there is run among them.
    """
    own, rival = (own_modules.modules_beside(each) for each in (target, other))
    if own is not None:
        own.put()
    function = user_function.function_of(target)
    if not setup:
        called = user_function.call_of(target, function, ((), {}), setup)
        return called, (size_of((), {}, ""),)
    beside = own_modules.modules_beside(setup)
    apart = own if beside is not None and beside is rival and own is not rival else None
    if apart is not None:
        apart.take()
    if beside is not None and beside is not own:
        beside.put()
    try:
        found, sizes = _chosen(function, user_function.made_by(setup), number)
    finally:
        if beside is not None and beside is not own:
            beside.take()
        if apart is not None:
            apart.put()
    if found is None:
        raise UsageError(f"the setup {setup} returned no arguments; return one tuple or more")
    return user_function.call_of(target, function, found, setup), sizes


def _chosen(
    function: Callable[..., Any], made: Any, number: int
) -> tuple[tuple[tuple[Any, ...], dict[str, Any]] | None, tuple[ArgumentSize, ...]]:
    """Arguments of one size, and what is known of all; the others are let go at once."""
    found = None
    sizes: list[ArgumentSize] = []
    for at, (label, arguments) in enumerate(
        islice(each_size(made, function), None if number == 0 else number + 1)
    ):
        args, kwargs = user_function.as_arguments(arguments)
        size = size_of(args, kwargs, label)
        if size in sizes:  # other values of the same size
            size = msgspec.structs.replace(size, label=f"{size.label} ({at + 1})")
        sizes.append(size)
        if at == number:
            found = (args, kwargs)
    return found, tuple(sizes)


def each_size(made: Any, function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Label and arguments of each size of what a setup returned; one where it returned one.

    Several are a generator, a dict whose keys are numbers, or a list of tuples of which each
    fits the function.
    """
    if inspect.isgenerator(made):
        for each in made:
            yield "", each
    elif isinstance(made, Mapping) and made and all(map(_is_number, made)):
        for key, each in made.items():
            yield f"{key:,}", each
    elif _is_list_of_calls(made, function):
        for each in made:
            yield "", each
    else:
        yield "", made


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def _is_list_of_calls(made: Any, function: Callable[..., Any]) -> bool:
    if type(made) is not list or not made or not all(type(each) is tuple for each in made):
        return False
    return not any(user_function.misfit(function, each, {}) for each in made)


def size_of(args: tuple[Any, ...], kwargs: dict[str, Any], label: str) -> ArgumentSize:
    """How large these arguments are; `label` is what a person called it."""
    values = (*args, *kwargs.values())
    elements = sum(_elements(each) for each in values)
    if elements:
        return ArgumentSize(label=label or f"{elements:,} elements", elements=float(elements))
    whole = [each for each in values if type(each) is int]
    total = float(sum(map(abs, whole)))
    words = ", ".join(f"{each:,}" for each in whole) or "no arguments"
    return ArgumentSize(label=label or words, elements=total)


def _elements(value: Any, depth: int = 0) -> int:
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if depth < _DEEPEST and isinstance(value, tuple | list | set | dict):
        inner = list(value.values() if isinstance(value, dict) else value)
        return sum(_elements(each, depth + 1) for each in inner) or len(inner)
    size = getattr(value, "size", 0)
    return size if type(size) is int else 0
