"""Runs a function and every way it was lifted on drawn arguments, and compares."""

import copy
import functools
import inspect
import itertools
import math
import textwrap
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy
from hypothesis import strategies as st

from profiler_suite.analysis.explain.lifting import LiftedFunction, Lifting, lift
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.names_in_words import watch_names
from profiler_suite.measure.explain.records import SourceText

NAMESPACE: dict[str, Any] = {
    "np": np,
    "math": math,
    "itertools": itertools,
    "scipy": scipy,
    "pd": pd,
    "A": Any,
}


class Kind:
    """One kind of loop: a function, and what its arguments look like.

    A specification is 'n m' for a real array of these extents, 'n:int', 'n m:bool',
    'n:index m' for whole numbers below m, 'n:any' for any dtype, '=n' for an extent as
    an argument, '=3' for a number, '~' for a real number.
    """

    def __init__(self, function: Callable[..., Any], specs: dict[str, str], least: int) -> None:
        self.function = function
        self.specs = specs
        self.least = least
        self.source = textwrap.dedent(inspect.getsource(function)).partition("\n")[2]
        if self.source.startswith("@"):
            raise ValueError("one decorator only")


KINDS: dict[str, Kind] = {}
REFUSED: dict[str, tuple[Kind, str]] = {}


def kind(*, least: int = 0, **specs: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a loop that is lifted."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if function.__name__ in KINDS:
            raise ValueError(f"a kind called {function.__name__} is there already")
        KINDS[function.__name__] = Kind(function, specs, least)
        return function

    return register


def refused(
    reason: str, *, least: int = 2, **specs: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a loop that must stay, with words of the reason."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        REFUSED[function.__name__] = (Kind(function, specs, least), reason)
        return function

    return register


_DTYPES = {
    "real": ("float64", "float64", "float32"),
    "int": ("int64", "int32", "uint8", "int16"),
    "any": ("float64", "float32", "int64", "int32", "complex128", "bool"),
    "number": ("float64", "float32", "int64", "complex128"),
    "float": ("float64", "float32"),
    "double": ("float64",),
    "single": ("float32",),
    "whole": ("int64",),
    "bool": ("bool",),
    "complex": ("complex128",),
    "byte": ("uint8",),
}


def array(
    random: np.random.Generator, shape: tuple[int, ...], dtype: str, layout: str
) -> np.ndarray[Any, Any]:
    """An array of small numbers in a memory layout."""
    if dtype == "bool":
        made = random.random(shape) < 0.5
    elif dtype.startswith(("int", "uint")):
        most = 90 if dtype in ("uint8", "int16") else 9
        made = random.integers(0 if dtype[0] == "u" else -4, most, shape).astype(dtype)
    else:
        made = random.standard_normal(shape).astype(dtype)
        if dtype.startswith("complex"):
            made = made + 1j * random.standard_normal(shape)
    if layout == "F":
        return np.asfortranarray(made)
    if layout == "strided" and made.ndim:
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), made.dtype)
        wide[..., ::2] = made
        return wide[..., ::2]
    if layout == "backwards" and made.ndim:
        return np.ascontiguousarray(made[::-1])[::-1]
    return np.asarray(made)


@st.composite
def arguments(draw: Any, kind: Kind, most: int = 5) -> tuple[Any, ...]:
    """Arguments of one kind."""
    sizes: dict[str, int] = {}

    def size(name: str) -> int:
        if name.isdigit():
            return int(name)
        if "+" in name:
            first, _, more = name.partition("+")
            return size(first) + size(more)
        if "*" in name:
            first, _, more = name.partition("*")
            return size(first) * size(more)
        if name not in sizes:
            sizes[name] = draw(st.integers(kind.least, most), label=name)
        return sizes[name]

    random = np.random.default_rng(draw(st.integers(0, 1000), label="numbers"))
    dtypes: dict[str, str] = {}
    values: list[Any] = []
    for spec in kind.specs.values():
        if spec.startswith("="):
            values.append(size(spec[1:]))
        elif spec.startswith("~"):
            values.append(float(random.standard_normal()))
        elif spec.startswith("frame"):
            rows = size(spec.split()[1])
            values.append(
                pd.DataFrame(
                    {
                        "a": random.standard_normal(rows),
                        "b": random.integers(0, 9, rows) * 0.5,
                        "k": random.standard_normal(rows),
                    }
                )
            )
        elif spec.startswith("rng"):
            values.append(np.random.default_rng(5))
        else:
            shape_text, _, how = spec.partition(":")
            shape = tuple(size(each) for each in shape_text.split())
            what, _, limit = how.partition(" ")
            if what == "index":
                top = size(limit)
                made = random.integers(
                    0, max(top, 1), shape if top else tuple(0 for _ in shape)
                )
                values.append(made)
                continue
            what = what or "real"
            dtype = dtypes.get(what) or draw(st.sampled_from(_DTYPES[what]), label="dtype")
            dtypes[what] = dtype
            layout = draw(
                st.sampled_from(("C", "C", "F", "strided", "backwards")), label="layout"
            )
            values.append(array(random, shape, dtype, layout))
    return tuple(values)


def names_of(kind: Kind, values: tuple[Any, ...]) -> dict[str, str]:
    """What the locals held in a run, as `explain` finds it."""
    code = kind.function.__code__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return watch_names(kind.function, copies(values), [code]).get(code, {})


def copies(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments of their own, with their layout."""
    found = []
    for each in values:
        if isinstance(each, np.ndarray):
            made = np.empty_like(each)
            made[...] = each
            found.append(made)
        else:
            found.append(copy.deepcopy(each))
    return tuple(found)


def lifting(kind: Kind, names: dict[str, str]) -> Lifting:
    """The kind's function, lifted."""
    return _lifting(kind, tuple(names.items()))


@functools.lru_cache(maxsize=8)
def _lifting(kind: Kind, names: tuple[tuple[str, str], ...]) -> Lifting:
    source = SourceText(
        file="kinds.py",
        function=kind.function.__name__,
        first_line=1,
        text=kind.source,
        names=dict(names),
    )
    return lift(Function(source), helpers=[_helper(each) for each in HELPERS.values()])


HELPERS: dict[str, Callable[..., Any]] = {}


def helper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Registers a function that loops call."""
    HELPERS[function.__name__] = function
    NAMESPACE[function.__name__] = function
    return function


@functools.cache
def _helper(function: Callable[..., Any]) -> Function:
    text = textwrap.dedent(inspect.getsource(function)).partition("\n")[2]
    return Function(
        SourceText(file="kinds.py", function=function.__name__, first_line=1, text=text)
    )


def made(lifted: LiftedFunction) -> Callable[..., Any]:
    """The lifted function."""
    namespace = dict(NAMESPACE)
    exec(compile(lifted.source, "<lifted>", "exec"), namespace)
    found: Callable[..., Any] = namespace[lifted.rewrite.function]
    return found


def run(function: Callable[..., Any], values: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Its answer and what it left in its arguments."""
    given = copies(values)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        answer = function(*given)
    return answer, given


def same(one: Any, other: Any, loose: bool, single: bool = False) -> bool:
    """Whether two answers agree up to the rounding of sums."""
    if isinstance(one, tuple | list):
        return (
            isinstance(other, tuple | list)
            and len(one) == len(other)
            and all(same(a, b, loose, single) for a, b in zip(one, other, strict=True))
        )
    if isinstance(one, np.random.Generator):
        return bool(one.bit_generator.state == other.bit_generator.state)
    if one is None or isinstance(one, str):
        return bool(one == other)
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape:
        return False
    if isinstance(one, np.ndarray) and a.size and a.dtype != b.dtype:
        return False
    if a.dtype.kind in "biuU" and b.dtype.kind in "biuU":
        return bool(np.array_equal(a, b))
    single |= any(each.dtype in (np.float32, np.complex64) for each in (a, b))
    bound = 1e-4 if single else 1e-9
    if loose:
        bound = 2e-3 if single else 1e-6
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(np.where(np.isfinite(a), a, 0)), initial=1.0))
        return bool(np.allclose(a, b, rtol=bound, atol=bound * scale, equal_nan=True))


def is_single(values: tuple[Any, ...]) -> bool:
    """Whether an argument has single precision."""
    return any(getattr(each, "dtype", None) in (np.float32, np.complex64) for each in values)
