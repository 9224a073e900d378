"""The same call with one thing changed: what it then takes less is what that thing costs.

*cached*: the places that another array names, or that a shuffle draws, lie in a few kilobytes;
*in order*: they are sorted; *contiguous*: every array lies row by row; *same dtype*: every
operand has the inner loop's dtype already. Nothing else changes: the same function, the same
number of elements.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.inside.access import Gather, indices_in

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

CACHED, IN_ORDER, CONTIGUOUS, SAME_DTYPE = "cached", "in order", "contiguous", "same dtype"
AS_IT_IS, ORDINARY = "as it is", "ordinary values"
# Fits into a first-level cache with room for what else the call touches.
_CACHED_BYTES = 8192


def opened(call: Call) -> Call:
    """The call with its plain arguments, where those that it changes are restored."""
    function, args, kwargs = call
    if isinstance(args, RestoredArguments) and isinstance(function, functools.partial):
        return function.func, args.fresh(), dict(function.keywords)
    return function, tuple(args), dict(kwargs)


def changed_calls(call: Call, gather: Gather | None) -> dict[str, Call]:
    """The call with each of the things changed that can be changed in it."""
    function, args, kwargs = opened(call)
    found: dict[str, Call] = {}
    if gather is not None and gather.permutes:
        found[CACHED] = (functools.partial(_in_a_window, function), args, kwargs)
    elif gather is not None:
        if not gather.searches:
            found[CACHED] = (function, _with_places(args, gather, _nearby), kwargs)
        found[IN_ORDER] = (function, _with_places(args, gather, _sorted), kwargs)
    if any(not each.flags.c_contiguous for each in _arrays((*args, *kwargs.values()))):
        found[CONTIGUOUS] = _mapped(function, args, kwargs, _contiguous)
    wanted = loop_dtypes(function, args, kwargs)
    if any(_differs(value, dtype) for value, dtype in zip(args, wanted, strict=False)):
        made = tuple(_converted(v, d) for v, d in zip(args, wanted, strict=False))
        found[SAME_DTYPE] = (function, (*made, *args[len(made) :]), _out_of(kwargs, wanted))
    return found


def casts_of(call: Call) -> tuple[str, ...]:
    """'float32 → float64' for every operand that the inner loop does not take as it is."""
    function, args, kwargs = opened(call)
    wanted = loop_dtypes(function, args, kwargs)
    said = [
        f"{np.asarray(value).dtype} → {dtype}"
        for value, dtype in zip(args, wanted, strict=False)
        if _differs(value, dtype)
    ]
    for out in _arrays(kwargs.values()):
        if wanted and wanted[-1] is not None and out.dtype != wanted[-1]:
            said.append(f"{wanted[-1]} → {out.dtype}")
    return tuple(dict.fromkeys(said))


def loop_dtypes(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[np.dtype[Any] | None, ...]:
    """What the inner loop takes for each argument, and gives; None where that is not known."""
    name = getattr(function, "__name__", "")
    ufunc = getattr(function, "__self__", function)
    try:
        if isinstance(ufunc, np.ufunc):
            return _ufunc_dtypes(ufunc, name, args, kwargs)
        if name in ("dot", "inner", "vdot", "outer") and len(args) >= 2:
            common = np.result_type(args[0], args[1])
            return (common, common, common)
        if name == "setitem" and len(args) == 3 and isinstance(args[0], ndarray):
            return (None, None, args[0].dtype)
    except (TypeError, ValueError):  # no loop for these, or objects without a dtype
        return ()
    return ()


def _ufunc_dtypes(
    ufunc: np.ufunc, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[np.dtype[Any] | None, ...]:
    asked = kwargs.get("dtype")
    if method in ("reduce", "accumulate", "reduceat"):
        given = np.asarray(args[0]).dtype
        loop = ufunc.resolve_dtypes((None, given, None), reduction=True)
        wanted = np.dtype(asked) if asked is not None else loop[1]
        return (wanted,)
    if method == "at":
        if len(args) < 3:
            return ()
        loop = ufunc.resolve_dtypes((args[0].dtype, _dtype(args[2]), None))
        return (loop[0], None, loop[1])
    if len(args) >= ufunc.nin:
        inputs = tuple(_dtype(each) for each in args[: ufunc.nin])
        loop = ufunc.resolve_dtypes((*inputs, *(None,) * ufunc.nout))
        return tuple(np.dtype(asked) for _ in loop) if asked is not None else loop
    return ()


def _dtype(value: Any) -> Any:
    """A dtype, or for a Python number its type, which promotes less."""
    return type(value) if type(value) in (int, float, complex) else np.asarray(value).dtype


def _differs(value: Any, dtype: np.dtype[Any] | None) -> bool:
    return (
        isinstance(value, ndarray)
        and dtype is not None
        and value.size > 0
        and value.dtype != dtype
        and not value.dtype.hasobject
    )


def _converted(value: Any, dtype: np.dtype[Any] | None) -> Any:
    if not _differs(value, dtype):
        return value
    with np.errstate(all="ignore"):
        return value.astype(dtype)


def _out_of(kwargs: dict[str, Any], wanted: Sequence[np.dtype[Any] | None]) -> dict[str, Any]:
    out = kwargs.get("out")
    if isinstance(out, ndarray) and wanted and _differs(out, wanted[-1]):
        return {**kwargs, "out": out.astype(wanted[-1])}
    return kwargs


def _in_a_window(function: Callable[..., Any], array: Any, *others: Any, **named: Any) -> None:
    """As many rows, a few kilobytes of them again and again."""
    rows = max(2, _CACHED_BYTES * len(array) // max(1, array.nbytes))
    for _ in range(max(1, len(array) // rows)):
        function(array[:rows], *others, **named)


def _with_places(
    args: Sequence[Any], gather: Gather, change: Callable[[Any, Any], Any]
) -> tuple[Any, ...]:
    changed = list(args)
    target = args[gather.target]
    for number in gather.places:
        value = args[number]
        if isinstance(value, tuple):
            known = {id(each) for each in indices_in(value)}
            changed[number] = tuple(
                change(target, each) if id(each) in known else each for each in value
            )
        else:
            changed[number] = change(target, value)
    return tuple(changed)


def _nearby(target: Any, places: Any) -> Any:
    """The same places within a few kilobytes; negative ones count from the end as before."""
    row = max(1, target.nbytes // max(1, len(target))) if target.ndim else 1
    window = max(1, min(target.shape[0] if target.ndim else 1, _CACHED_BYTES // row))
    return np.where(places >= 0, places % window, -1 - (-1 - places) % window).astype(
        places.dtype
    )


def _sorted(target: Any, places: Any) -> Any:
    return np.sort(places, axis=None).reshape(places.shape)


def _arrays(values: Any) -> list[Any]:
    return [
        each
        for value in values
        for each in (value if isinstance(value, tuple | list) else (value,))
        if isinstance(each, ndarray)
    ]


def _mapped(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    change: Callable[[Any], Any],
) -> Call:
    """The call with every array changed, the same array to the same one."""
    made: dict[int, Any] = {}

    def one(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return type(value)(one(each) for each in value)
        if not isinstance(value, ndarray):
            return value
        if id(value) not in made:
            made[id(value)] = change(value)
        return made[id(value)]

    return function, tuple(map(one, args)), {name: one(each) for name, each in kwargs.items()}


def _contiguous(value: Any) -> Any:
    return np.array(value, order="C", copy=True)
