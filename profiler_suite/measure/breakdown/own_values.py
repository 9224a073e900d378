"""The costliest operations with the values that the function gave them, to be replayed too.

What an operation takes may depend on its values: subnormal numbers, NaN, the order of
what is sorted or searched for. The replay makes up values of its own.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from profiler_suite.measure.arguments import RestoredArguments, given, put_back
from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.keeping import Call, OperandKeeper
from profiler_suite.model.trace import Operation

# So many operations, if their arrays are of this size: of small ones the call is the cost.
_MOST_OPERATIONS = 6
_LEAST_ELEMENTS = 1000
_KINDS = {"subnormal": 0.01, "NaN": 0.01, "infinite": 0.01, "zero": 0.5}
"""What slows code down or speeds it up, and the share from which on it is mentioned."""
_SLOW = ("subnormal", "NaN", "infinite")
"""What slows a product down, which no order or zero does."""
_SORTED = 0.99
# A mask that changes less often than this is done in pieces, and no branch is mistaken.
_RUNS = 0.01


# What a processor does in as many cycles for any number that is none of the slow kinds.
_AS_FAST_FOR_ANY = frozenset(
    (
        *("add", "subtract", "multiply", "divide", "true_divide", "square", "sqrt"),
        *("reciprocal", "negative", "positive", "absolute", "fabs", "conjugate"),
        *("maximum", "minimum", "fmax", "fmin", "clip", "rint", "floor", "ceil", "trunc"),
        *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
        *("sum", "mean", "amax", "amin", "max", "min"),
    )
)


class OwnCall(NamedTuple):
    """A call with the values it had in the function."""

    call: Call
    values: str
    """What is special about them, in words; empty where nothing is."""
    matter: bool = True
    """Whether another time than with other values can be due to them.

    Other arrays lie elsewhere in memory, which alone may take half as long again.
    """


def own_calls(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    operations: Sequence[Operation],
    seconds: float,
    seed: int = 0,
) -> tuple[OwnCall | None, ...]:
    """For each operation a call with its own values; None for those that are not kept."""
    wanted = [each for each in operations if _elements(each) >= _LEAST_ELEMENTS]
    wanted = wanted[:_MOST_OPERATIONS]
    if not wanted:
        return (None,) * len(operations)
    keeper = OperandKeeper(wanted, seed)
    try:
        trace(function, given(arguments), seconds=seconds, keeper=keeper)
    except Exception:  # noqa: BLE001 - the replay with other values stands without it
        return (None,) * len(operations)
    chosen = {id(each) for each in wanted}
    return tuple(
        _where_they_matter(each, repeatable(keeper.call(each))) if id(each) in chosen else None
        for each in operations
    )


def _where_they_matter(operation: Operation, kept: OwnCall | None) -> OwnCall | None:
    """None for a product of numbers that it multiplies as fast as any others.

    Another array of the same values lies elsewhere: what differs then is not the values.
    """
    if kept is None or any(name in kept.values for name in _SLOW):
        return kept
    if operation.kind == "product":
        return None
    return kept._replace(matter=not _is_as_fast_for_any(operation))


def _is_as_fast_for_any(operation: Operation) -> bool:
    """Whether it does one of the plain operations on real numbers, and is given no mask."""
    names = operation.name.split(".")
    return not _AS_FAST_FOR_ANY.isdisjoint(names) and all(
        each.form != "array" or np.dtype(each.dtype).kind in "fiu"
        for each in operation.operands
    )


def _elements(operation: Operation) -> int:
    sizes = (np.prod(o.shape, dtype=np.int64) for o in operation.operands if o.form == "array")
    return int(max(sizes, default=0))


def repeatable(call: Call | None) -> OwnCall | None:
    """The call made once and ready to be made again: what it changes is restored."""
    if call is None:
        return None
    function, args, kwargs = call
    before = [each.copy() if isinstance(each, np.ndarray) else each for each in args]
    try:
        with np.errstate(all="ignore"):
            result = function(*args, **kwargs)
    except Exception:  # noqa: BLE001 - it may depend on what the copy does not have
        return None
    values = in_words([*before, result])
    changed = tuple(
        (now, then)
        for now, then in zip(args, before, strict=True)
        if isinstance(now, np.ndarray) and now.tobytes() != then.tobytes()
    )
    if not changed:
        return OwnCall(call=call, values=values)
    put_back(changed)()
    restored = RestoredArguments.of(args, put_back(changed))
    return OwnCall(call=(functools.partial(function, **kwargs), restored, {}), values=values)


def in_words(arrays: Sequence[Any]) -> str:
    """'62 % subnormal, 1 % NaN, sorted': what makes values special for the processor."""
    shares = dict.fromkeys(_KINDS, 0.0)
    ordered = runs = False
    for array in arrays:
        if not isinstance(array, np.ndarray) or not array.size:
            continue
        if array.dtype.kind in "fc":
            for name, share in _shares(array).items():
                shares[name] = max(shares[name], share)
        if array.ndim == 1 and array.dtype.kind in "iuf" and array.size >= _LEAST_ELEMENTS:
            ordered |= float(np.mean(array[1:] >= array[:-1])) >= _SORTED
        if array.dtype.kind == "b" and array.size >= _LEAST_ELEMENTS:
            flat = array.reshape(-1)
            runs |= 0 < int(np.count_nonzero(flat[1:] != flat[:-1])) < _RUNS * flat.size
    said = [f"{100 * s:.0f} % {name}" for name, s in shares.items() if s >= _KINDS[name]]
    said += ["in order"] * ordered + ["a mask in long runs"] * runs
    return ", ".join(said)


def _shares(array: np.ndarray[Any, Any]) -> dict[str, float]:
    parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
    found = dict.fromkeys(_KINDS, 0.0)
    found["zero"] = float(np.mean(array == 0))
    for part in parts:
        size = np.abs(part)
        least = np.finfo(part.dtype).smallest_normal
        found["subnormal"] = max(
            found["subnormal"], float(np.mean((size < least) & (size > 0)))
        )
        found["NaN"] = max(found["NaN"], float(np.mean(np.isnan(part))))
        found["infinite"] = max(found["infinite"], float(np.mean(np.isinf(part))))
    return found
