"""The same function on arguments in single precision."""

import functools
from typing import Any

import numpy as np

from profiler_suite.measure.explain.ways.port import (
    Arguments,
    Function,
    Port,
    UnportedError,
    with_arrays,
    wrapped,
)

_SINGLE = {"float64": np.dtype(np.float32), "complex128": np.dtype(np.complex64)}


def port(function: Function, arguments: Arguments) -> Port:
    """What is float64 becomes float32, complex128 complex64; anything else stays.

    The cast is not part of its time: who works in single precision has such arrays.
    """
    cast: list[str] = []

    def look(value: Any) -> Any:
        if value.dtype.name in _SINGLE:
            cast.append(value.dtype.name)
            _check_range(value)
        return value

    with_arrays(arguments, look)
    if not cast:
        raise UnportedError("none of its arguments is an array of float64 or complex128")
    return Port(
        function=function,
        form="cast before the call",
        there=functools.partial(with_arrays, change=_single),
        checked=wrapped(function, _to_be_compared),
    )


def _to_be_compared(function: Function) -> Function:
    """An answer is as exact as what it was made from, whatever its dtype."""

    def call(*given: Any) -> Any:
        return _as_exact(function(*given))

    return call


def _as_exact(answer: Any) -> Any:
    if isinstance(answer, float | complex) and not isinstance(answer, np.generic):
        return _single(np.asarray(answer))[()]
    if type(answer) in (tuple, list):
        return type(answer)(_as_exact(each) for each in answer)
    if type(answer) is dict:
        return {name: _as_exact(each) for name, each in answer.items()}
    return with_arrays(answer, _single)


def _check_range(value: Any) -> None:
    """Numbers that single precision does not have would be infinite."""
    most = float(np.finfo(np.float32).max)
    largest = float(np.max(np.abs(value), initial=0.0, where=np.isfinite(value)))
    if largest > most:
        raise UnportedError(f"an argument holds {largest:.3g}, and float32 ends at {most:.3g}")


def _single(value: Any) -> Any:
    dtype = _SINGLE.get(value.dtype.name)
    if dtype is None:
        return value
    with np.errstate(over="ignore", under="ignore"):
        return value.astype(dtype) if not isinstance(value, np.ndarray) else _cast(value, dtype)


def _cast(array: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """As strided as the array was: one that lies together would gain by that alone."""
    plain = array.flags.c_contiguous or array.flags.f_contiguous or not array.size
    if plain or any(stride % 2 for stride in array.strides):
        return array.astype(dtype)
    strides = [stride // 2 for stride in array.strides]
    reach = [s * (n - 1) for n, s in zip(array.shape, strides, strict=True)]
    below, above = -sum(r for r in reach if r < 0), sum(r for r in reach if r > 0)
    memory = np.zeros(below + above + dtype.itemsize, np.uint8)
    made: np.ndarray[Any, Any] = np.ndarray(array.shape, dtype, memory.data, below, strides)
    made[...] = array
    return made
