"""Compares two answers up to rounding, and copies arguments with their memory layout."""

import copy
import gc
import numbers
import pickle
from array import ArrayType
from collections.abc import Iterator
from types import GeneratorType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.answer_parts import has_equality, kind_of, parts
from profiler_suite.measure.trace.reach.behind import begun_anew, is_plain_iterator

# Rewrites add in another order: errors grow with the root of the number of terms.
_TOLERANCE = {2: 5e-3, 4: 1e-4, 8: 1e-8}
_DEEPEST = 6
_LARGEST = 1e30
"""The error where nothing is right, or it is infinite: a number that JSON has."""
# Equal to nothing, not even to themselves.
_WITHOUT_A_VALUE = frozenset({"NAType", "NaTType"})

# Compared at once: a column of texts has as many of them as rows.
_PLAIN = frozenset({str, bytes, int, bool})
_SCALARS = frozenset({*_PLAIN, float, complex, type(None)})


class Difference:
    """How two answers differ."""

    def __init__(self) -> None:
        self.same = True
        self.largest_error = 0.0
        self.dtype_changed = False


def compare(one: Any, other: Any) -> Difference:
    """Two answers of any kind: arrays and numbers up to rounding, the rest exactly."""
    found = Difference()
    _compare(one, other, found, {})
    return found


Seen = dict[tuple[int, int], tuple[Any, Any]]


def _compare(one: Any, other: Any, found: Difference, seen: Seen) -> None:
    if not found.same or one is other or (id(one), id(other)) in seen:
        return
    if type(one) is type(other) and type(one) in _PLAIN:
        found.same = bool(one == other)
        return
    # Held, so that no other object gets their identity meanwhile.
    seen[id(one), id(other)] = one, other
    if _is_numeric(one, other):
        _compare_arrays(one, other, found)
        return
    if kind_of(one) != kind_of(other):
        found.same = False
        return
    these, those = parts(one), parts(other)
    if these is None or those is None:
        found.same &= _equal(one, other)
    elif [name for name, _ in these] != [name for name, _ in those]:
        found.same = False
    else:
        if isinstance(one, np.ndarray):
            found.same &= one.shape == other.shape
            found.dtype_changed |= one.dtype != other.dtype
        for (_, a), (_, b) in zip(these, those, strict=True):
            _compare(a, b, found, seen)


def _is_numeric(one: Any, other: Any) -> bool:
    """Whether two values are compared element by element, up to rounding."""
    if all(isinstance(each, float | complex) for each in (one, other)):
        return True
    if all(isinstance(each, ArrayType) and each.typecode in "fd" for each in (one, other)):
        return True
    if not any(isinstance(each, np.ndarray | np.generic) for each in (one, other)):
        return False
    # Who called for an array cannot do with a list what an array does, and the other way round.
    if any(isinstance(each, list | tuple) for each in (one, other)):
        return False
    return not any(isinstance(each, np.ndarray) and parts(each) for each in (one, other))


def _equal(one: Any, other: Any) -> bool:
    if kind_of(one)[1] in _WITHOUT_A_VALUE:
        return True
    try:
        if bool(one == other) or (_is_nan(one) and _is_nan(other)):
            return True
    # What cannot be compared is not known to be the same.
    except Exception:  # noqa: BLE001
        return _alike_as_arrays(one, other)
    if has_equality(one):
        return _alike_as_arrays(one, other)
    try:
        return pickle.dumps(one) == pickle.dumps(other)
    except Exception:  # noqa: BLE001
        return False


def _is_nan(value: Any) -> bool:
    """Whether a number of any class is none: it is not even equal to itself."""
    return isinstance(value, numbers.Number) and bool(value != value)


def _alike_as_arrays(one: Any, other: Any) -> bool:
    """Tensors and the like, which compare element by element."""
    if not all(hasattr(each, "__array__") for each in (one, other)):
        return False
    try:
        return compare(np.asarray(one), np.asarray(other)).same
    except Exception:  # noqa: BLE001
        return False


def _compare_arrays(one: Any, other: Any, found: Difference) -> None:
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape:
        found.same = False
        return
    found.dtype_changed |= a.dtype != b.dtype
    if a.size == 0:  # what an empty list becomes has the dtype of no element
        return
    if not {a.dtype.kind, b.dtype.kind} & {*"fc"} or {a.dtype.kind, b.dtype.kind} - {*"fciub"}:
        found.same &= _same_elements(a, b)
        return
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
        alike = (a == b) | (np.isnan(a) & np.isnan(b))
        error = np.abs(a - b)[~alike]
    if not error.size:
        return
    largest = float(np.max(error)) / scale if scale else _LARGEST
    smallest_item = min(a.dtype.itemsize, b.dtype.itemsize) // (2 if a.dtype.kind == "c" else 1)
    found.largest_error = max(found.largest_error, min(largest, _LARGEST))
    found.same &= bool(largest <= _TOLERANCE.get(smallest_item, 1e-8))


def _same_elements(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    if a.dtype.kind in "mM" and b.dtype.kind == a.dtype.kind:
        return bool(np.all((a == b) | (np.isnat(a) & np.isnat(b))))
    if a.dtype.kind == b.dtype.kind == "T":  # whose missing ones may be NaN
        pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
        return all(x is y or x == y or (x != x and y != y) for x, y in pairs)
    if a.dtype.kind == "V" and a.dtype == b.dtype:
        return a.tobytes() == b.tobytes()
    return bool(np.array_equal(a, b))


def copied(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """A deep copy in which every array has the strides it had; raises what copying raises.

    A generator that has not run yet is begun anew, on copies of what it was given.
    """
    memo: dict[int, Any] = {}
    for array in arrays_in(arguments):
        memo[id(array)] = _same_layout(array)
    held = [getattr(each, "__dict__", None) for each in arguments]
    for values in _plain_lists_in([*arguments, *(each for each in held if type(each) is dict)]):
        memo[id(values)] = values.copy()
    for generator in _generators_in(arguments):
        anew = begun_anew(generator, lambda value: copy.deepcopy(value, memo))
        if anew is not None:
            memo[id(generator)] = anew
    return copy.deepcopy(arguments, memo)


def _plain_lists_in(value: Any, depth: int = 0) -> Iterator[list[Any]]:
    """Lists of numbers and texts, which need not be copied one by one."""
    if type(value) in (list, tuple) and _holds_scalars(value):
        if type(value) is list:
            yield value
    elif depth < _DEEPEST and isinstance(value, tuple | list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _plain_lists_in(each, depth + 1)


def _holds_scalars(values: Any) -> bool:
    return _SCALARS.issuperset(map(type, values))


def _generators_in(value: Any, depth: int = 0) -> Iterator[Any]:
    """Every generator in a value, its containers and other iterators."""
    if isinstance(value, GeneratorType):
        yield value
    elif depth < _DEEPEST and isinstance(value, tuple | list):
        if _holds_scalars(value):
            return
        for each in value:
            yield from _generators_in(each, depth + 1)
    elif depth < _DEEPEST and isinstance(value, dict):
        for each in value.values():
            yield from _generators_in(each, depth + 1)
    elif depth < _DEEPEST and is_plain_iterator(value):
        yield from _generators_in(list(gc.get_referents(value)), depth + 1)


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
            for each in () if _holds_scalars(value) else value:
                yield from arrays_in(each, depth + 1)
        elif isinstance(value, dict):
            for each in value.values():
                yield from arrays_in(each, depth + 1)


def in_words(value: Any) -> str:
    """What a value is, in a few words: 'float64 (500, 3072)', 'int 2', 'list of 3'."""
    try:
        return _in_words(value)
    except Exception:  # noqa: BLE001 - a class of the user's may have no length, or no repr
        return type(value).__name__


def _in_words(value: Any) -> str:
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
