"""Counts that depend on values, taken while a call is traced, such as what a mask selects."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Facts = tuple[tuple[str, int], ...]


def of_ufunc(
    method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any], result: Any
) -> Facts:
    """What the formulas need to know of a ufunc call beyond shapes."""
    found: list[tuple[str, int]] = []
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
