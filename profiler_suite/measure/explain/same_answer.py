"""Compares two answers up to rounding, and copies arguments with their memory layout."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

# Rewrites add in another order: errors grow with the root of the number of terms.
_TOLERANCE = {2: 5e-3, 4: 1e-4, 8: 1e-8}
_DEEPEST = 6


class Difference:
    """How two answers differ."""

    def __init__(self) -> None:
        self.same = True
        self.largest_error = 0.0
        self.dtype_changed = False


def compare(one: Any, other: Any) -> Difference:
    """Two answers of any kind: arrays and numbers up to rounding, the rest exactly."""
    found = Difference()
    _compare(one, other, found, 0)
    return found


def _compare(one: Any, other: Any, found: Difference, depth: int) -> None:
    if depth > _DEEPEST:
        return
    arrays = any(isinstance(each, np.ndarray | np.generic) for each in (one, other))
    numbers = all(isinstance(each, float | complex) for each in (one, other))
    if arrays or numbers:
        _compare_arrays(one, other, found)
    elif type(one) is not type(other):
        found.same = False
    elif isinstance(one, tuple | list):
        if len(one) != len(other):
            found.same = False
            return
        for a, b in zip(one, other, strict=True):
            _compare(a, b, found, depth + 1)
    elif isinstance(one, dict):
        if one.keys() != other.keys():
            found.same = False
            return
        for key, a in one.items():
            _compare(a, other[key], found, depth + 1)
    elif hasattr(one, "__dict__"):
        _compare(vars(one), vars(other), found, depth + 1)
    else:
        try:
            found.same &= bool(one == other)
        except Exception:  # noqa: BLE001 - what cannot be compared is not known to be the same
            found.same = False


def _compare_arrays(one: Any, other: Any, found: Difference) -> None:
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape:
        found.same = False
        return
    found.dtype_changed |= a.dtype != b.dtype
    if a.dtype.kind not in "fc" and b.dtype.kind not in "fc":
        found.same &= bool(np.array_equal(a, b))
        return
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
        alike = (a == b) | (np.isnan(a) & np.isnan(b))
        error = np.abs(a - b)[~alike]
    if not error.size:
        return
    largest = float(np.max(error)) / scale if scale else np.inf
    smallest_item = min(a.dtype.itemsize, b.dtype.itemsize) // (2 if a.dtype.kind == "c" else 1)
    found.largest_error = max(found.largest_error, largest)
    found.same &= bool(largest <= _TOLERANCE.get(smallest_item, 1e-8))


def copied(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """A deep copy in which every array has the strides it had; raises what copying raises."""
    memo: dict[int, Any] = {}
    for array in arrays_in(arguments):
        memo[id(array)] = _same_layout(array)
    return copy.deepcopy(arguments, memo)


def _same_layout(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.dtype.hasobject:
        return copy.deepcopy(array)
    if array.flags.c_contiguous or array.flags.f_contiguous or not array.size:
        return array.copy(order="K")
    below = sum(-s * (n - 1) for n, s in zip(array.shape, array.strides, strict=True) if s < 0)
    above = sum(s * (n - 1) for n, s in zip(array.shape, array.strides, strict=True) if s > 0)
    memory = np.zeros(below + above + array.dtype.itemsize, np.uint8)
    made: np.ndarray[Any, Any] = np.ndarray(
        array.shape, array.dtype, memory.data, below, array.strides
    )
    made[...] = array
    return made


def arrays_in(value: Any, depth: int = 0) -> Iterator[np.ndarray[Any, Any]]:
    """Every array in a value and its containers."""
    if type(value) is np.ndarray:
        yield value
    elif depth < _DEEPEST:
        if isinstance(value, tuple | list):
            for each in value:
                yield from arrays_in(each, depth + 1)
        elif isinstance(value, dict):
            for each in value.values():
                yield from arrays_in(each, depth + 1)


def in_words(value: Any) -> str:
    """What a value is, in a few words: 'float64 (500, 3072)', 'int 2', 'list of 3'."""
    if isinstance(value, np.ndarray):
        flags = value.flags
        if flags.c_contiguous:
            order = ""
        else:
            order = ", column order" if flags.f_contiguous else ", strided"
        return f"{value.dtype} {value.shape}{order}"
    if isinstance(value, np.generic):
        return f"{value.dtype} number"
    if isinstance(value, bool | int | float | complex | str):
        text = repr(value)
        return f"{type(value).__name__} {text if len(text) <= 20 else text[:19] + '…'}"
    if value is None:
        return "None"
    if isinstance(value, tuple | list | dict | set):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__
