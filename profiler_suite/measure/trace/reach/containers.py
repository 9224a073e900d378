"""What holds arrays: lists, dicts, objects and classes, read and written alike."""

import collections
import dataclasses
import itertools
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites

Items = list[tuple[Any, Any]]

SCALARS = frozenset({int, float, complex, bool, str, bytes, type(None)})
"""Types of what neither counts nor holds anything."""
# The beginning of a long list of numbers shows that it holds no arrays.
_LOOKED_AT = 1000
_FOREIGN = frozenset({"builtins", "numpy", "pandas"})
_HELD = ("_data", "_ndarray")
_OWN_NUMPY = ("numpy.polynomial.", "numpy.lib.", "numpy.ma.")


def is_container(value: Any) -> bool:
    """True for what may hold arrays and can be changed in place."""
    if isinstance(value, list | dict | collections.deque):
        return True
    if isinstance(value, ndarray | np.generic | ModuleType | type) or callable(value):
        return is_users_callable(value)
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    if package in _FOREIGN:
        return _is_pandas(value) or kind.__module__.startswith(_OWN_NUMPY)
    return bool(_names(value))


def is_users_callable(value: Any) -> bool:
    """True for an object of a user's class that can be called, such as a model."""
    if isinstance(value, FunctionType | ModuleType | type | ndarray | np.generic):
        return False
    calls = (vars(kind).get("__call__") for kind in type(value).__mro__)
    return any(isinstance(call, FunctionType) for call in calls) and bool(_names(value))


def is_users_class(value: Any) -> bool:
    """True for a class whose file is neither a library's nor Python's own."""
    return isinstance(value, type) and sites.is_users_module(value.__module__)


def items(container: Any) -> Items:
    """Keys and values of a container: places of a list, names of an object's attributes."""
    if isinstance(container, dict):
        return list(container.items()) if _may_hold(container.values()) else []
    if isinstance(container, list | collections.deque):
        return list(enumerate(container)) if _may_hold(container) else []
    if isinstance(container, type):
        return [(k, v) for k, v in vars(container).items() if not k.startswith("__")]
    if _is_pandas(container):
        return _of_blocks(container)
    found = []
    for name in _names(container):
        try:
            found.append((name, object.__getattribute__(container, name)))
        except AttributeError:
            continue  # a slot that nothing was put into
    return found


def put(container: Any, key: Any, value: Any) -> bool:
    """Put a value where another one was; False where it stays as it is."""
    try:
        if isinstance(container, dict | list | collections.deque):
            container[key] = value
        elif isinstance(container, type):
            setattr(container, key, value)
        elif _is_pandas(container):
            holder, name = key
            setattr(holder, name, value)
        else:
            object.__setattr__(container, key, value)  # frozen dataclasses included
    except (AttributeError, TypeError, ValueError, LookupError):
        return False
    return True


def _may_hold(values: Any) -> bool:
    if len(values) <= _LOOKED_AT:
        return True
    return not SCALARS.issuperset(map(type, itertools.islice(values, _LOOKED_AT)))


def _names(value: Any) -> list[str]:
    """Attributes that an object has itself, in its dict and in slots."""
    names: dict[str, None] = {}
    attributes = getattr(value, "__dict__", None)
    if type(attributes) is dict:
        names.update(dict.fromkeys(attributes))
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            private = name.startswith("__") and not name.endswith("__")
            names[f"_{kind.__name__.lstrip('_')}{name}" if private else name] = None
    if dataclasses.is_dataclass(value):
        names.update(dict.fromkeys(field.name for field in dataclasses.fields(value)))
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def _is_pandas(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "_mgr")


def _of_blocks(value: Any) -> Items:
    """Arrays of a pandas object, by what holds each and under which name."""
    found: Items = []
    for block in getattr(value._mgr, "blocks", ()):
        if isinstance(block.values, ndarray):
            found.append(((block, "values"), block.values))
        else:  # an array of pandas' own with numbers and a mask in arrays of NumPy's
            held = getattr(block.values, "__dict__", {})
            names = [name for name in _HELD if isinstance(held.get(name), ndarray)]
            found += [((block.values, name), held[name]) for name in names]
    return found
