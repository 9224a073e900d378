"""Plain values and counting ones: arrays of any class, numbers, tuples and lists of them."""

from typing import Any, cast

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.numbers import (
    counting_number,
    is_counting_number,
    plain_number,
)
from profiler_suite.measure.trace.recording import active

# Kept here: during a trace the name in numpy is another class.
_view = ndarray.view


class Counting(ndarray[Any, Any]):
    """An array that counts; `plain_class` is the class of the array that it stands for."""

    plain_class: type = ndarray


class PlainForm:
    """Something that counts and is no array: compiled code is given its plain form."""

    plain: Any


_classes: dict[type, type | None] = {}


def enter_class(plain_class: type, counting: type) -> None:
    """Say which counting class stands for a class of arrays."""
    _classes[plain_class] = counting


def counting_class(plain_class: type) -> type | None:
    """The counting class that keeps a subclass and all it defines; None where none can.

    It comes before ndarray and after the subclass: what the subclass overrides runs
    as it is written, and counts where it goes on to ndarray's own.
    """
    if plain_class not in _classes:
        bases = (plain_class, _classes[ndarray])
        body = {"plain_class": plain_class, "__module__": plain_class.__module__}
        made: type | None = None
        if not _refuses_numpy(plain_class):
            try:
                made = type(f"Counting{plain_class.__name__}", cast(Any, bases), body)
            except TypeError:  # of compiled code, with a layout or a metaclass of its own
                made = None
        _classes[plain_class] = made
    return _classes[plain_class]


def _refuses_numpy(plain_class: type) -> bool:
    """Whether a class wants no function, or no ufunc, of NumPy's to take its arrays."""
    protocols = ("__array_ufunc__", "__array_function__")
    return any(getattr(plain_class, name, None) is None for name in protocols)


def counting_array(array: ndarray[Any, Any]) -> ndarray[Any, Any]:
    """A counting view of an array; the array itself, and its name noted, where that fails."""
    kind = type(array)
    if kind is ndarray:
        return _view(array, cast(Any, _classes[ndarray]))
    if issubclass(kind, Counting):
        return array
    counting = counting_class(kind)
    try:
        if counting is not None:
            return _with_attributes(_view(array, cast(Any, counting)), array, counting_array)
    except Exception:  # noqa: BLE001 - a subclass may forbid views
        _classes[kind] = None
    recorder = active()
    if recorder is not None:
        recorder.note_uncovered(f"{kind.__name__} (what is done with it)")
    return array


def plain_array(array: ndarray[Any, Any]) -> Any:
    """A view of a counting array in the class that it stands for."""
    kind = cast(Any, type(array)).plain_class
    plain = _view(array, ndarray)
    if kind is ndarray:
        return plain
    # In two steps: a subclass may compare a view with what it was made from.
    return _with_attributes(_view(plain, kind), array, unwrap)


def plain_class(value: Any) -> Any:
    """The class that a counting class stands for; anything else as it is."""
    if isinstance(value, type) and issubclass(value, Counting):
        return value.plain_class
    return value


def _with_attributes(made: ndarray[Any, Any], given: Any, convert: Any) -> ndarray[Any, Any]:
    """Attributes that a view does not take along by itself, such as a mask."""
    attributes = getattr(given, "__dict__", None)
    if attributes:
        for name, value in attributes.items():
            # np.ma remembers its mask, and the class of its data.
            attribute = convert(value) if isinstance(value, ndarray) else plain_class(value)
            made.__dict__[name] = attribute
    return made


def tuple_like(value: Any, items: list[Any]) -> Any:
    """These items in a tuple of the same class and attributes; itself where they are its own.

    Results of statistics are tuples with names, and with attributes beside their items.
    """
    if all(a is b for a, b in zip(items, value, strict=True)):
        return value
    try:
        made = tuple.__new__(type(value), items)
    except TypeError:  # of compiled code, such as a time or the state of a file: no arrays
        return value
    if hasattr(value, "__dict__"):
        vars(made).update(vars(value))
    return made


def wrap(value: Any) -> Any:
    """Arrays and numbers as counting ones, in tuples and lists too; anything else as it is."""
    kind = type(value)
    if isinstance(value, ndarray):
        return counting_array(value)
    if isinstance(value, np.generic | int | float | complex):
        return counting_number(value)
    if kind is tuple:
        return tuple(wrap(each) for each in value)
    if kind is list:
        return [wrap(each) for each in value]
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return cast(Any, kind)._make(wrap(each) for each in value)
    return value


def unwrap(value: Any) -> Any:
    """Counting arrays and numbers as plain ones, in tuples, lists and dicts too."""
    kind = type(value)
    if isinstance(value, Counting):
        return plain_array(value)
    if isinstance(value, PlainForm):
        return value.plain
    if is_counting_number(value):
        return plain_number(value)
    if kind is tuple:
        return tuple(unwrap(each) for each in value)
    if kind is list:
        made = [unwrap(each) for each in value]
        # Compiled code may keep its state in what it is given: only that itself will do.
        return value if all(a is b for a, b in zip(made, value, strict=True)) else made
    if kind is dict:
        table = {key: unwrap(each) for key, each in value.items()}
        return value if all(value[key] is each for key, each in table.items()) else table
    if kind is slice and any(map(is_counting_number, (value.start, value.stop, value.step))):
        return slice(unwrap(value.start), unwrap(value.stop), unwrap(value.step))
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return cast(Any, kind)._make(unwrap(each) for each in value)
    return value
