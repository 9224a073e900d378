"""Runs compiled code on plain values and notes the call; its results count again."""

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import facts, numbers, sites
from profiler_suite.measure.trace.callbacks import arguments, calls_back, for_compiled
from profiler_suite.measure.trace.lists import as_array
from profiler_suite.measure.trace.names import (
    NOT_TRACED,
    function_kind,
    function_name,
    ufunc_kind,
    ufunc_path,
)
from profiler_suite.measure.trace.recorder import results_of
from profiler_suite.measure.trace.recording import (
    CALL,
    PAUSE,
    active,
    noting,
    uncounted_call,
)
from profiler_suite.measure.trace.signature import Describer, Tree, seen_array
from profiler_suite.measure.trace.wrapping import unwrap, wrap


def leaf(
    name: str,
    kind: str,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """Run compiled code on plain arrays and note it as one call; the result counts again."""
    if active() is None:
        plain, plain_kwargs = arguments(args, kwargs)
        with PAUSE:
            result = function(*plain, **plain_kwargs)
        return kwargs["out"] if isinstance(kwargs.get("out"), ndarray) else result
    if kind == "product" and not (name == "np.einsum" and isinstance(args[0], ndarray)):
        args = [as_array(each) for each in args]  # an einsum of arrays has lists of axes
    recorder = noting(name)
    plain, plain_kwargs = arguments(args, kwargs)
    with PAUSE:
        if recorder is not None:
            recorder.offer(name, [*args, *kwargs.values()], function, plain, plain_kwargs)
        with CALL:
            result = function(*plain, **plain_kwargs)
        if result is not None and isinstance(kwargs.get("out"), ndarray):
            result = kwargs["out"]
        for original, each in zip(args, plain, strict=True):
            if result is each and result is not None:
                result = original
        if recorder is not None:
            found = facts.of_call(name, plain, plain_kwargs)
            if kind == "copy" and not _is_new(result, args):
                kind = "view"
            pattern = facts.pattern_of_call(name, plain)
            recorder.observe(name, kind, args, kwargs, result, found, pattern)
    return wrap(result)


def _is_new(result: Any, args: Sequence[Any]) -> bool:
    if not isinstance(result, ndarray):
        return True
    given = [each for each in args if isinstance(each, ndarray)]
    return results_of(result, given)[0].origin == "new"


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run a ufunc's method on plain arrays, note it, and give back counting results."""
    counts = active() is not None
    if counts and method == "__call__":
        inputs = [as_array(each) for each in inputs]
    path = ufunc_path(ufunc)
    name = path if method == "__call__" else f"{path}.{method}"
    recorder = noting(name) if counts else None
    plain = [unwrap(each) for each in inputs]
    plain_kwargs = {key: unwrap(each) for key, each in kwargs.items()}
    out = kwargs.get("out")
    with PAUSE:
        objects = any(map(_is_object, plain)) and not calls_back(ufunc)
        if recorder is not None and not objects:
            operands = [*inputs, *kwargs.values()]
            recorder.offer(name, operands, getattr(ufunc, method), plain, plain_kwargs)
        with uncounted_call(f"{ufunc.__name__} on Python objects") if objects else CALL:
            result = getattr(ufunc, method)(*plain, **plain_kwargs)
        if out is not None:
            results = result if isinstance(result, tuple) else (result,)
            # Where an output was given, that very object comes back.
            given = out if isinstance(out, tuple) else (out,) * len(results)
            results = tuple(
                o if isinstance(o, ndarray) else r for o, r in zip(given, results, strict=True)
            )
            result = results if len(results) > 1 else results[0]
        elif isinstance(result, np.generic) and sites.asks_for_array():
            result = np.asarray(result)
        if recorder is None or result is NotImplemented:
            return wrap(result) if counts and result is not NotImplemented else result
        if objects or (_is_object(result) and not calls_back(ufunc)):
            recorder.note_uncovered(f"{path} on Python objects")
            return wrap(result)
        describer = Describer()
        arguments = tuple(describer.data(each) for each in inputs)
        keywords = tuple(
            (key, _ufunc_keyword(describer, key, each)) for key, each in kwargs.items()
        )
        seen = results_of(result, describer.arrays)
        if method == "at":
            seen = [seen_array(plain[0])]
        recorder.record(
            name,
            "view" if calls_back(ufunc) else ufunc_kind(path, method),
            arguments,
            keywords,
            describer.operands,
            seen,
            facts.of_ufunc(path, method, plain, plain_kwargs, result),
            facts.averaged_of_ufunc(plain_kwargs, describer.numbers, describer.arrays),
        )
    return wrap(result)


def _ufunc_keyword(describer: Describer, key: str, value: Any) -> Tree:
    if key == "out" and isinstance(value, tuple) and len(value) == 1:
        return describer.node(value[0])
    return describer.data(value) if key == "initial" else describer.node(value)


def _is_object(value: Any) -> bool:
    return isinstance(value, ndarray) and value.dtype.hasobject


def call_function(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run a NumPy function: its Python code on counting arrays, compiled code on plain ones."""
    name = function_name(function)
    if active() is None or name in NOT_TRACED:
        with PAUSE:
            return function(
                *map(for_compiled, args), **{k: for_compiled(v) for k, v in kwargs.items()}
            )
    implementation = getattr(function, "_implementation", None)
    if isinstance(implementation, FunctionType):
        return wrap(implementation(*args, **kwargs))
    return leaf(name, function_kind(name), function, args, kwargs)


numbers.hand_in(call_ufunc, call_function)
