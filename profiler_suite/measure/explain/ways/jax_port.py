"""The function on JAX's arrays: NumPy's names stand for those of jax.numpy, compiled by jit."""

import functools
import importlib
import os
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

from profiler_suite import units
from profiler_suite.measure.explain.ways import functional
from profiler_suite.measure.explain.ways.copies import FunctionCopies, tree_of
from profiler_suite.measure.explain.ways.counterparts import replacing
from profiler_suite.measure.explain.ways.port import (
    Arguments,
    Function,
    Port,
    UnportedError,
    arrays_of,
    in_one_line,
    no_such_dtype,
    plain_function,
    stopping_line,
    with_arrays,
)

LIBRARY = "JAX"
# XLA takes milliseconds to compile each: a loop that unrolls into more takes long.
_MOST_OPERATIONS = 3000
# Errors of a trace that a call without one does not have: Python asks for values.
_ASKS = ("Concretization", "TracerBool", "TracerInteger")


def port(
    function: Function, arguments: Arguments, *, writes: bool, threads: int, device: str
) -> Port:
    """By jit where it can be traced, else one operation after the other."""
    start = plain_function(function, LIBRARY)
    if writes:
        line = functional.writing_line(tree_of(start), start.__code__.co_filename)
        said = "it changes its arguments, and arrays of JAX cannot be changed"
        raise UnportedError(said, line)
    jax = _imported(threads)
    where = _device(jax, device)
    carry = functools.partial(_carried, jax, where)
    copies = FunctionCopies(
        replacing(_Roots(jax), LIBRARY, carry),
        library=LIBRARY,
        transform=functional.functional,
        names=functional.names(jax.Array, lambda a, key, v: a.at[key].set(v)),
    )
    ported = copies.of(start)
    static = tuple(n for n, each in enumerate(arguments) if not _has_arrays(each))
    jitted, why_not = _jitted(jax, ported, carry(arguments), static)
    return Port(
        function=jitted or ported,
        form="compiled by jit" if jitted else "one operation after the other",
        there=carry,
        back=functools.partial(_back, jax),
        wait=jax.block_until_ready,
        version=jax.__version__,
        compiles=jitted is not None,
        carries=True,
        notes=(why_not,) if why_not else (),
    )


class _Roots(dict[str, Any]):
    """JAX's own modules for the names of others; SciPy's is loaded where it is asked for."""

    def __init__(self, jax: Any) -> None:
        super().__init__(numpy=jax.numpy)

    def __contains__(self, name: object) -> bool:
        return name in ("numpy", "scipy")

    def __missing__(self, name: str) -> Any:
        for inner in ("linalg", "special", "signal", "stats", "fft", "ndimage"):
            importlib.import_module(f"jax.scipy.{inner}")
        self[name] = importlib.import_module("jax.scipy")
        return self[name]


def _imported(threads: int) -> Any:
    """JAX with 64 bits and as many threads as NumPy has; set before it is loaded."""
    os.environ["NPROC"] = str(threads)
    if threads == 1:
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_multi_thread_eigen=false".strip()
    jax = importlib.import_module("jax")
    importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_traceback_filtering", "off")
    return jax


def _device(jax: Any, name: str) -> Any:
    """The accelerator that was asked for, or the processor."""
    try:
        return jax.devices(name or "cpu")[0]
    except RuntimeError as error:
        raise UnportedError(f"JAX finds no {name} here ({in_one_line(error)})") from error


def _carried(jax: Any, device: Any, value: Any) -> Any:
    """Arrays as JAX's on that device; a number of NumPy's that counts as one of Python's."""

    def array(each: Any) -> Any:
        if each.dtype.kind not in "biufc" or not each.dtype.isnative:
            raise no_such_dtype(each, LIBRARY)
        if isinstance(each, np.generic) and each.dtype.kind in "biu":
            return each.item()
        return jax.device_put(each, device)

    return with_arrays(value, array)


def _back(jax: Any, value: Any) -> Any:
    def plain(leaf: Any) -> Any:
        if not isinstance(leaf, jax.Array):
            return leaf
        found = np.asarray(leaf)
        return found if found.ndim else found[()]

    return jax.tree_util.tree_map(plain, value)


def _has_arrays(value: Any) -> bool:
    """Whether a part of it is traced; what is not is part of what is compiled."""
    if arrays_of(value) or isinstance(value, np.floating | np.complexfloating):
        return True
    try:
        hash(value)
    except TypeError:
        return True
    return False


def _jitted(
    jax: Any, ported: FunctionType, own: Arguments, static: tuple[int, ...]
) -> tuple[Function | None, str]:
    """The compiled function; None, and why, where it runs without being compiled alone."""
    try:
        traced = jax.make_jaxpr(ported, static_argnums=static)(*own)
    except Exception as error:
        if not type(error).__name__.startswith(_ASKS):
            raise
        place = stopping_line(error, (ported.__code__.co_filename,))
        where = f"line {place.line}" if place else "it"
        return None, f"{where} needs values, which jit does not have while it traces"
    operations = sum(1 for _ in _operations(traced.jaxpr))
    if operations > _MOST_OPERATIONS:
        return None, f"its loops unroll to {units.count(operations)} operations: not compiled"
    return jax.jit(ported, static_argnums=static), ""


def _operations(jaxpr: Any) -> Iterator[Any]:
    """Those of a trace and of the traces within."""
    for each in jaxpr.eqns:
        yield each
        for value in each.params.values():
            inner = getattr(value, "jaxpr", None)
            if inner is not None:
                yield from _operations(inner)
