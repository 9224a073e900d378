"""The dtype of a term, as far as it can be known without running anything."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    CarriedValue,
    Contract,
    Core,
    Current,
    Draw,
    Index,
    KeyLookup,
    Leaf,
    Outside,
    Recursion,
    Reduce,
    Scan,
    Stack,
    Term,
    View,
)

_TRUTH: tuple[str, ...] = (
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "&",
    "|",
    "~",
    "isnan",
    "isfinite",
    "isinf",
)
_TRUTH = (*_TRUTH, "logical_and", "logical_or", "logical_not", "any", "all", "signbit")
_TRUTH = (*_TRUTH, "logical_xor", "isclose", "greater", "greater_equal", "less", "less_equal")
_TRUTH = (*_TRUTH, "equal", "not_equal", "isin", "startswith")
_ROOTS = (
    *("/", "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin"),
    *("cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "hypot", "arctan2"),
    *("mean", "std", "var", "median", "average", "norm", "deg2rad", "rad2deg", "sinc"),
)
_WEAK: dict[str, Any] = {"bool": True, "int": 1, "float": 1.0, "complex": 1j}
_WEAK["str"] = np.dtype("U1")
_RANK = ("bool", "int", "float", "complex", "str")


def weak_of(term: Term) -> str:
    """'int', 'float', … where the loop computes this with Python's own numbers; else ''."""
    if isinstance(term, Leaf | Current | Recursion | Access | Reduce):
        return term.weak
    if isinstance(term, Index):
        return "int"
    if isinstance(term, Scan) and term.op == "reset":
        first = weak_of(term.initial)
        return first if weak_of(term.arg) == first else ""
    if isinstance(term, Apply) and term.args:
        args = term.args[1:] if term.name == "where" else term.args
        kinds = [weak_of(each) for each in args]
        if not all(kinds):
            return ""
        if term.name in _TRUTH:
            return "bool"
        widest = max(kinds, key=_RANK.index)
        if term.name == "/" or term.name.startswith("math."):
            return "float" if widest != "complex" else widest
        return "int" if widest == "bool" and term.name in ("+", "-", "*") else widest
    return ""


def dtype_of(term: Term) -> np.dtype[Any] | None:
    """The dtype that the loop's value has; for Python's own numbers the default one."""
    weak = weak_of(term)
    if weak:
        return np.dtype(weak)
    known = Leaf | Access | Outside | Draw | CarriedValue | Current | Recursion | KeyLookup
    if isinstance(term, known):
        return _dtype(term.dtype)
    if isinstance(term, View | Scan):
        return dtype_of(term.arg)
    if isinstance(term, Reduce):
        return _reduced(term)
    if isinstance(term, Apply):
        return _applied(term)
    if isinstance(term, Contract | Stack):
        return _promoted(list(term.args))
    if isinstance(term, Core) and term.form.startswith(("NP.arange(", "NP.bincount(")):
        return np.dtype(int)
    if isinstance(term, Apply) and term.name == "~turned":
        return np.dtype(bool)
    if isinstance(term, Core) and term.form.startswith(("NP.concatenate(([0]", "NP.m")):
        return dtype_of(term.args[0])
    if isinstance(term, Core) and term.form.startswith("NP.logical_"):
        return np.dtype(bool)
    if isinstance(term, Core) and term.form.startswith("({0})[..."):
        return dtype_of(term.args[0])
    if isinstance(term, Core) and term.form == "FLAT":
        return dtype_of(term.args[0])
    if isinstance(term, Core) and not term.args:
        return _new(term.form)
    if isinstance(term, Core) and "{1}" in term.form and len(term.axes) == 0:
        return dtype_of(term.args[0])
    if isinstance(term, Core):
        return _linear(_promoted(list(term.args)))
    return None


def _new(form: str) -> np.dtype[Any] | None:
    """Of np.zeros(n), np.eye(n, dtype=int): what is written there, else a real number.

    np.full is only written with real numbers.
    """
    if form.startswith("NP.full("):
        return np.dtype(float)
    made = re.match(r"NP\.(zeros|ones|empty|eye|identity)\(", form)
    if not made:
        return None
    given = re.search(r"(?:dtype=|, )(?:NP\.)?([a-z]+[0-9]*)\)$", form)
    if given:
        return _dtype(given[1])
    return np.dtype(float) if "dtype" not in form and ", " not in form else None


def _dtype(text: str) -> np.dtype[Any] | None:
    try:
        return np.dtype(text) if text else None
    except TypeError:
        return None


def _linear(dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
    if dtype is None:
        return None
    return np.dtype(float) if dtype.kind in "iub" else dtype


def _promoted(args: list[Term]) -> np.dtype[Any] | None:
    parts: list[Any] = []
    for each in args:
        weak = weak_of(each)
        if weak:
            parts.append(_WEAK[weak])
            continue
        dtype = dtype_of(each)
        if dtype is None:
            return None
        parts.append(dtype)
    try:
        return np.result_type(*parts) if parts else None
    except TypeError:
        return None


def _applied(term: Apply) -> np.dtype[Any] | None:
    if term.name in _TRUTH:
        return np.dtype(bool)
    if term.name.startswith("astype "):
        return _dtype(term.name.removeprefix("astype "))
    if term.name.startswith("math."):
        return np.dtype(float)
    if term.name.startswith("text "):
        return np.dtype(str)
    args = term.args[1:] if term.name == "where" else term.args
    found = _promoted(list(args))
    if found is None:
        return None
    if term.name in ("abs", "absolute", "real", "imag", "angle") and found.kind == "c":
        return np.zeros(1, found).real.dtype
    if term.name in _ROOTS and found.kind in "iub":
        return np.dtype(float) if found.itemsize > 2 or term.name == "/" else None
    return found


def _reduced(term: Reduce) -> np.dtype[Any] | None:
    if term.op in ("any", "all"):
        return np.dtype(bool)
    if term.op in ("argmax", "argmin", "first", "count_nonzero"):
        return np.dtype(int)
    found = dtype_of(term.arg)
    if found is None:
        return None
    if term.op in ("mean", "std", "var", "median", "norm", "average", "percentile"):
        return _linear(found)
    if term.op in ("sum", "prod") and found.kind in "iub":
        return np.dtype(np.uint if found.kind == "u" else int)
    return found
