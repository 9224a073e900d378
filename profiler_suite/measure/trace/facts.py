"""Counts that depend on values, taken while a call is traced, such as what a mask selects."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import masks

Facts = tuple[tuple[str, int], ...]

TWICE_EXPONENT = "twice_exponent"
SHARED, OFFSET = "shared_", "offset_"
"""With an operand's number: whether it overlaps the first array, and how far on it begins."""

_may_share_memory = np.may_share_memory


# Larger exponents, and those between the halves, all take the general way of pow().
_LARGEST_EXPONENT = 16


def exponent(value: Any) -> Facts:
    """Twice an exponent that is a small multiple of a half.

    How long a power takes depends on it: NumPy squares where the exponent is 2, and
    pow() has short ways of its own.
    """
    if not isinstance(value, int | float | np.integer | np.floating):
        return ()
    twice = 2 * float(value)
    if not twice.is_integer() or abs(twice) > 2 * _LARGEST_EXPONENT:
        return ()
    return ((TWICE_EXPONENT, int(twice)),)


def of_ufunc(
    name: str, method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any], result: Any
) -> Facts:
    """What formulas and replay need to know of a ufunc call beyond shapes."""
    found: list[tuple[str, int]] = []
    if name in ("np.power", "np.float_power") and method == "__call__":
        found += exponent(inputs[1])
    where = kwargs.get("where", True)
    if where is not True:
        loop = np.shape(inputs[0]) if method == "reduce" else _shape_of(result)
        found.append(("selected", int(np.count_nonzero(np.broadcast_to(where, loop)))))
    if method == "reduceat":
        found.append(("steps", _reduceat_steps(inputs[0], inputs[1], kwargs.get("axis", 0))))
    if method == "at":
        probe = np.broadcast_to(np.False_, inputs[0].shape)
        found.append(("elements", int(np.size(probe[inputs[1]]))))
    return tuple(found)


def _shape_of(result: Any) -> tuple[int, ...]:
    return np.shape(result[0] if isinstance(result, tuple) else result)


def _reduceat_steps(array: Any, indices: Any, axis: int) -> int:
    """Operations that reduceat executes: each segment takes one less than its length."""
    length = np.shape(array)[axis]
    starts = [int(i) for i in np.asarray(indices)]
    steps = 0
    for i, start in enumerate(starts):
        stop = starts[i + 1] if i + 1 < len(starts) else length
        steps += max(stop - start, 1) - 1
    return int(steps * (np.size(array) // max(length, 1)))


def of_call(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Facts:
    """What the formulas need to know of a compiled function's call beyond shapes."""
    if name == "np.copyto":
        where = kwargs.get("where", args[3] if len(args) > 3 else True)
        if where is not True:
            return (("selected", int(np.count_nonzero(np.broadcast_to(where, args[0].shape)))),)
    if name in ("np.putmask", "np.place"):
        return (("selected", int(np.count_nonzero(args[1]))),)
    if name == "ndarray.put":
        return (("selected", int(np.size(args[1]))),)
    return ()


def averaged_of_ufunc(
    kwargs: Mapping[str, Any], numbers: Sequence[int], arrays: Sequence[Any]
) -> Facts:
    """What may differ between calls alike: how a mask is made, which operands share memory."""
    found = [*masks.pattern(kwargs.get("where"))]
    for number, array in zip(numbers[1:], arrays[1:], strict=True):
        if array.dtype == arrays[0].dtype and _may_share_memory(arrays[0], array):
            found.append((f"{SHARED}{number}", 1))
            found.append((f"{OFFSET}{number}", _address(array) - _address(arrays[0])))
    return tuple(found)


def _address(array: ndarray[Any, Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def pattern_of_call(name: str, args: Sequence[Any]) -> Facts:
    """How the condition of np.where is made, which may differ between calls alike."""
    return masks.pattern(args[0]) if name == "np.where" and len(args) > 2 else ()
