"""Finds what a function changed among its arguments, and how to change it back."""

import inspect
import io
import random
from collections.abc import Iterator, Sequence
from types import GeneratorType
from typing import Any

import numpy as np

from profiler_suite.measure.arguments import ArgumentChange, RestoredArguments, put_back
from profiler_suite.measure.explain.answers.same_answer import compare, copied
from profiler_suite.measure.trace.reach.behind import is_plain_iterator
from profiler_suite.measure.trace.reach.containers import is_container, items

Array = np.ndarray[Any, Any]

# Objects that are looked through for what a function changed.
_MOST_OBJECTS = 10_000
# Compiled code keeps what they are at, none of it in attributes.
_WITH_A_STATE = (
    np.random.Generator,
    np.random.RandomState,
    random.Random,
    io.BytesIO,
    io.StringIO,
)


def changes(
    before: Sequence[Any], after: Sequence[Any], names: Sequence[str]
) -> tuple[ArgumentChange, ...]:
    """What differs between arguments as they were and as a call has left them."""
    found: dict[str, ArgumentChange] = {}
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        name = names[number] if number < len(names) else f"argument {number + 1}"
        for change in _differences(one, other, name, set()):
            found.setdefault(change.name, change)
    return tuple(found.values())


def _differences(one: Any, other: Any, name: str, seen: set[int]) -> Iterator[ArgumentChange]:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if _form(one) != _form(other):
            yield ArgumentChange(name=name, of_values=False)
        elif not _same_elements(one, other):
            plain = type(one) is np.ndarray and not one.dtype.hasobject
            yield ArgumentChange(name=name, of_values=plain)
    elif is_plain_iterator(one) and is_plain_iterator(other):
        if _has_gone_on(one, other):
            yield ArgumentChange(name=name, of_values=False)
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _differences(a, b, f"{name}[{number}]", seen)
    elif isinstance(one, tuple) or type(one) is not type(other):
        yield ArgumentChange(name=name, of_values=False)
    elif isinstance(one, _WITH_A_STATE):
        if not compare(one, other).same:
            yield ArgumentChange(name=name, of_values=False)
    elif is_container(one):
        yield from _inside(one, other, name, seen)
    elif isinstance(one, set | bytearray | int | float | complex | str | bytes) and (
        not compare(one, other).same
    ):
        yield ArgumentChange(name=name, of_values=False)


def _has_gone_on(one: Any, other: Any) -> bool:
    """Whether an iterator is further on than the other; also where that cannot be told."""
    if isinstance(other, GeneratorType):
        return inspect.getgeneratorstate(other) != inspect.getgeneratorstate(one)
    try:
        here, there = one.__reduce__(), other.__reduce__()
    except TypeError:
        return True
    return len(here) != len(there) or any(_differences(here, there, "", set()))


def _inside(one: Any, other: Any, name: str, seen: set[int]) -> Iterator[ArgumentChange]:
    if id(one) in seen or len(seen) > _MOST_OBJECTS:
        return
    seen.add(id(one))
    held, left = items(one), items(other)
    keys = [key for key, _ in held]
    if len(held) != len(left) or any(
        a is not b and type(a) in (str, int) and a != b
        for a, (b, _) in zip(keys, left, strict=True)
    ):
        yield ArgumentChange(name=name, of_values=False)
        return
    for (key, a), (_, b) in zip(held, left, strict=True):
        yield from _differences(a, b, _part(one, name, key), seen)


def _part(container: Any, name: str, key: Any) -> str:
    if isinstance(container, dict):
        return f"{name}[{key!r}]"
    if isinstance(key, str):
        return f"{name}.{key}"
    return f"{name}[{key}]" if isinstance(key, int) else name


def _form(array: Array) -> tuple[Any, ...]:
    return array.shape, array.dtype, array.strides


def _same_elements(one: Array, other: Array) -> bool:
    if one.dtype.hasobject:
        return compare(one, other).same
    return one.tobytes() == other.tobytes()


def restored(
    pristine: tuple[Any, ...], changed: tuple[ArgumentChange, ...], names: Sequence[str]
) -> RestoredArguments:
    """A copy of the arguments that undoes these changes before each evaluation.

    Elements of arrays are copied back; anything else takes new copies of all arguments.
    """
    made = copied(pristine)
    if not all(change.of_values for change in changed):
        return RestoredArguments.of(made, lambda: copied(pristine))
    wanted = {change.name for change in changed}
    # Side by side: the blocks of a data frame bear one name.
    these, those = list(_arrays(made, names)), list(_arrays(pristine, names))
    if [name for name, _ in these] != [name for name, _ in those]:
        return RestoredArguments.of(made, lambda: copied(pristine))
    pairs = tuple(
        (array, original)
        for (name, array), (_, original) in zip(these, those, strict=True)
        if name in wanted
    )
    return RestoredArguments.of(made, put_back(pairs))


def _arrays(arguments: tuple[Any, ...], names: Sequence[str]) -> Iterator[tuple[str, Array]]:
    for number, value in enumerate(arguments):
        name = names[number] if number < len(names) else f"argument {number + 1}"
        yield from _arrays_inside(value, name, set())


def _arrays_inside(value: Any, name: str, seen: set[int]) -> Iterator[tuple[str, Array]]:
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _arrays_inside(each, f"{name}[{number}]", seen)
    elif is_container(value) and id(value) not in seen:
        seen.add(id(value))
        for key, each in items(value):
            yield from _arrays_inside(each, _part(value, name, key), seen)
