"""Whose code the time of a function goes to, and which functions below the user's lines."""

import inspect
from collections.abc import Collection
from pathlib import PurePath

import numpy as np

from profiler_suite import units
from profiler_suite.measure.native.layers import (
    BLAS,
    COMPILED,
    CPYTHON,
    NUMPY_COMPILED,
    NUMPY_PYTHON,
    USER,
    of_source,
    standard_folders,
)
from profiler_suite.model.layers import CalleeSamples, LayerRecord

WAITING = "waiting"
_MATTERS = 0.05
# What the time breakdown distinguishes already; a share of others of this size is news.
_KNOWN = {USER, NUMPY_COMPILED, BLAS, CPYTHON}
_NEWS = 0.2
# Fewer stacks say too little: a share of 10 % is then 4 to 22 %.
_FEWEST = 40
_MOST = 0.5
_MOST_CALLEES = 5
# Part of the name of a function that another one made, as decorators do.
_LOCAL = "<locals>"
_WRAPPED = 0.9
# NumPy's Python below x.max() and its like, and what it calls them.
_OF_METHODS = "numpy/_core/_methods.py"
_METHODS = {"amax": "max", "amin": "min"}


def shares(record: LayerRecord | None) -> dict[str, float]:
    """Share of the time by layer, the largest first; empty where stacks were too few."""
    if record is None or record.samples < _FEWEST:
        return {}
    return {each.layer: each.samples / record.samples for each in record.layers}


def matter(record: LayerRecord | None) -> bool:
    """Whether it is worth showing: more than two layers, a package's large share, waiting."""
    found = {name: share for name, share in shares(record).items() if share >= _MATTERS}
    news = any(share >= _NEWS for name, share in found.items() if name not in _KNOWN)
    return len(found) > 2 or news or WAITING in found


def in_words(record: LayerRecord | None) -> str:
    """'pandas 62 %, NumPy's compiled code 20 %, your code 11 %, others 7 %'."""
    said, rest = [], 0.0
    for name, share in shares(record).items():
        if share >= _MATTERS / 2:
            said.append(f"{name} {units.percent(share)}")
        else:
            rest += share
    if rest >= _MATTERS / 2:
        said.append(f"others {units.percent(rest)}")
    return ", ".join(said)


def largest_package(record: LayerRecord | None) -> tuple[str, float] | None:
    """The package whose own code takes most of the time, with its share; None: no one's."""
    for name, share in shares(record).items():
        if share >= _MOST and name not in {*_KNOWN, NUMPY_PYTHON, WAITING}:
            return name, share
    return None


def code_of(layer: str) -> str:
    """'the code of pandas', 'code made at run time'."""
    return layer if layer == COMPILED else f"the code of {layer}"


def below_in_words(record: LayerRecord | None) -> str:
    """'98 % below DataFrame.iterrows (pandas/core/frame.py)'; empty where none takes most.

    The function of a package or of the standard library that the user's code calls.
    """
    found = outermost(record)
    return share_below(*found) if found is not None else ""


def below_numpy_in_words(record: LayerRecord | None) -> str:
    """'62 % below np.pad' of the function of NumPy in Python that takes most of the time."""
    found = outermost(record, but=(USER,))
    if found is None or found[0].layer != NUMPY_PYTHON:
        return ""
    return f"{units.percent(found[1])} below {_of_numpy(found[0])}"


def _of_numpy(callee: CalleeSamples) -> str:
    """'np.pad', 'np.linalg.norm'; with its file where it is none that a user calls."""
    if callee.file.endswith(_OF_METHODS):
        method = callee.function.lstrip("_")
        return f"ndarray.{_METHODS.get(method, method)}"
    for module in (np, np.linalg, np.fft, np.ma):
        public = getattr(module, callee.function, None)
        code = getattr(inspect.unwrap(public), "__code__", None) if callable(public) else None
        if code is not None and short_file(code.co_filename) == short_file(callee.file):
            return f"{module.__name__.replace('numpy', 'np')}.{callee.function}"
    return f"{callee.function} ({short_file(callee.file)})"


def share_below(callee: CalleeSamples, share: float) -> str:
    """'98 % below DataFrame.iterrows (pandas/core/frame.py)'."""
    return f"{units.percent(share)} below {callee.function} ({short_file(callee.file)})"


def outermost(
    record: LayerRecord | None, but: Collection[str] = (USER, NUMPY_PYTHON)
) -> tuple[CalleeSamples, float] | None:
    """The function of a package that takes most of the time with all below it; its share.

    None where none takes most, or only those of the layers in `but`.
    """
    if record is None or record.samples < _FEWEST:
        return None
    called = [each for each in record.callees if each.layer not in but]
    found = max(called, key=_depth, default=None)
    if found is None or found.total < _MOST * record.samples:
        return None
    if _LOCAL in found.function:
        # What a decorator put around a function says nothing; the function inside of it does.
        named = [each for each in called if _LOCAL not in each.function]
        inner = max(named, key=lambda each: (each.total, -each.own), default=found)
        found = inner if inner.total >= _WRAPPED * found.total else found
    return found, found.total / record.samples


def _depth(callee: CalleeSamples) -> tuple[int, int, int]:
    """Larger for what is further out."""
    return callee.called, callee.total, -callee.own


def costliest(record: LayerRecord | None) -> tuple[CalleeSamples, ...]:
    """Functions of packages that take a part of the time worth a line, the largest first."""
    if record is None or record.samples < _FEWEST:
        return ()
    worth = [each for each in record.callees if each.own >= _MATTERS / 2 * record.samples]
    return tuple(each for each in worth if each.layer != USER)[:_MOST_CALLEES]


def callee_in_words(callee: CalleeSamples, record: LayerRecord) -> str:
    """'12 % _assert_all_finite, sklearn/utils/validation.py:133, below line 6'."""
    share = units.percent(callee.own / record.samples)
    return (
        f"{share} {callee.function}, {short_file(callee.file)}:{callee.line}, "
        f"below line {callee.below_line}"
    )


def short_file(file: str) -> str:
    """'sklearn/utils/validation.py': a package's file as it is imported, others by name."""
    parts = PurePath(file).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    for folder in standard_folders():
        if file.startswith(folder):
            return PurePath(file.removeprefix(folder)).as_posix()
    return PurePath(file).name


def place(file: str, line: int, own_file: str = "") -> str:
    """'12' in the function's own file, 'frame.py:12' in another; empty where none is known."""
    if not line:
        return ""
    elsewhere = file != own_file if own_file else of_source(file) != USER
    return f"{PurePath(file).name}:{line}" if file and elsewhere else str(line)


def note(record: LayerRecord | None) -> str:
    """Why it is not known whose code runs, where that was asked for."""
    if record is None or not record.reason:
        return ""
    return f"whose code runs is not known: {record.reason}"
