"""What the objects of a list hold, field by field, as the arrays that it would make."""

from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

FIELD = "[]."
"""Between a list and a field of its objects: 'particles[].x'."""
# Of a longer list, or of more fields, nobody looks at all.
_MOST_OBJECTS, _MOST_FIELDS = 20_000, 24
_NUMBERS = {int, float, bool, complex, np.float64, np.int64, np.bool_}
_PLAIN = (int, float, complex, str, bytes, dict, list, set, FunctionType, ModuleType, type)


def fields(name: str, values: Any) -> Iterator[tuple[str, str]]:
    """'particles[].x': 'float64 (180,)' for each field that is a number, a text, or a row.

    'particles[].x[]': 'float' says that they are Python's own numbers. Of a list, or a tuple,
    of objects of one class: its instances' own attributes, its slots, or the names of a
    namedtuple.
    """
    if not isinstance(values, list | tuple) or not 0 < len(values) <= _MOST_OBJECTS:
        return
    kind = type(values[0])
    if issubclass(kind, (*_PLAIN, np.ndarray, np.generic)) or kind is tuple:
        return
    if any(type(each) is not kind for each in values):
        return
    for field in _names(values[0])[:_MOST_FIELDS]:
        held = [_held(each, field) for each in values]
        words = _words(held)
        if words:
            yield f"{name}{FIELD}{field}", words
        if words and type(held[0]) in (int, float, bool):
            yield f"{name}{FIELD}{field}[]", type(held[0]).__name__


def _names(value: Any) -> list[str]:
    if isinstance(value, tuple):
        return list(getattr(value, "_fields", ()))
    own = getattr(value, "__dict__", None)
    found = list(own) if isinstance(own, Mapping) else []
    for each in type(value).__mro__:
        slots = each.__dict__.get("__slots__", ())
        found += [slots] if isinstance(slots, str) else list(slots)
    return [each for each in dict.fromkeys(found) if not each.startswith("__")]


def _held(value: Any, field: str) -> Any:
    """What it holds itself: a property would run the program's code."""
    if isinstance(value, tuple):
        return getattr(value, field, None)
    own = getattr(value, "__dict__", {})
    if field in own:
        return own[field]
    slot: Any = getattr(type(value), field, None)
    try:
        return slot.__get__(value) if type(slot).__name__ == "member_descriptor" else None
    except AttributeError:  # not filled yet
        return None


def _words(values: list[Any]) -> str:
    kinds = {type(each) for each in values}
    if len(kinds) != 1:
        return ""
    kind = kinds.pop()
    if kind is np.ndarray:
        forms = {(each.dtype, each.shape) for each in values}
        dtype, shape = values[0].dtype, values[0].shape
        plain = len(forms) == 1 and dtype.kind in "bif"
        return f"{dtype} {(len(values), *shape)}" if plain else ""
    if kind not in _NUMBERS and kind is not str:
        return ""
    try:
        made = np.array(values)
    except (ValueError, OverflowError):
        return ""
    return f"{made.dtype} {made.shape}" if made.dtype.kind in "bifcU" else ""
