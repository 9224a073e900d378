"""Compiled functions that NumPy's protocols do not reach: NumPy's own hidden ones, and SciPy's.

Each gets a version that counts when it is given counting arrays. Where no formula
is known the call is named as uncovered; either way its results count again.
"""

import cmath
import functools
import math
import sys
from collections.abc import Callable, Iterable
from importlib.machinery import EXTENSION_SUFFIXES
from types import GeneratorType, ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.callbacks import (
    arguments,
    counting_callback,
    is_callback,
    note_ufunc,
)
from profiler_suite.measure.trace.calls import leaf
from profiler_suite.measure.trace.numbers import is_counting_number, math_function
from profiler_suite.measure.trace.reach.package_tables import COMPILED_CALLABLES
from profiler_suite.measure.trace.recording import PAUSE, active, uncounted_call
from profiler_suite.measure.trace.wrapping import Counting, unwrap, wrap

_HIDDEN_IN_NUMPY = {
    "c_einsum": ("np.einsum", "product"),
    "correlate": ("np.convolve", "product"),
    "correlate2": ("np.correlate", "product"),
    "interp": ("np.interp", "other"),
    "interp_complex": ("np.interp", "other"),
    "_place": ("np.place", "index"),
    "_unique_hash": ("np.unique", "sort"),
    "count_nonzero": ("np.count_nonzero", "reduction"),
    "bincount": ("np.bincount", "other"),
    "_load_from_filelike": ("np.loadtxt", "create"),
}

FOREIGN_KINDS = {
    "scipy.signal._sigtools._convolve2d": "product",
    "scipy.signal._sigtools._correlateND": "product",
    "scipy.signal._sigtools._linear_filter": "product",
    "scipy.ndimage._nd_image.correlate": "product",
    "scipy.ndimage._nd_image.correlate1d": "product",
    "scipy.sparse._sparsetools.csr_matvec": "product",
    "scipy.sparse._sparsetools.csc_matvec": "product",
    "scipy.sparse._sparsetools.csr_matvecs": "product",
    "scipy.linalg._batched_linalg._solve": "linalg",
    "scipy.linalg._batched_linalg._inv": "linalg",
    **{
        f"scipy.linalg._flapack.{letter}{routine}": "linalg"
        for letter in "sdcz"
        for routine in ("getrf", "getrs", "potrf", "potrs", "gesv", "trtrs")
    },
    "scipy.linalg._batched_linalg._cholesky": "linalg",
    # The second since SciPy 1.18.
    **{
        f"scipy.fft.{module}.{transform}": "fft"
        for module in ("_pocketfft.pypocketfft", "_duccfft.pyduccfft")
        for transform in ("c2c", "r2c", "c2r")
    },
}
"""Compiled functions of SciPy that have a formula."""

TYPE_QUESTIONS = frozenset(
    f"pandas._libs.lib.{name}"
    for name in (
        "is_list_like",
        "is_iterator",
        "is_scalar",
        "is_integer",
        "is_float",
        "is_bool",
        "is_complex",
        "is_decimal",
        "is_interval",
        "is_period",
        "item_from_zerodim",
    )
)
"""Compiled functions that look at what an object is, at none of its elements."""


def numpy_replacements() -> list[tuple[Any, Any]]:
    """Pairs for what is hidden in NumPy and for the math modules."""
    multiarray = sys.modules["numpy._core._multiarray_umath"]
    pairs: list[tuple[Any, Any]] = [
        (function, _hidden(function, *_HIDDEN_IN_NUMPY[name]))
        for name in _HIDDEN_IN_NUMPY
        if (function := getattr(multiarray, name, None)) is not None
    ]
    pairs += [
        (function, math_function(function, name))
        for module in (math, cmath)
        for name, function in vars(module).items()
        if type(function).__name__ == "builtin_function_or_method"
    ]
    # The root of a variance, which is made a plain number before, is that of std.
    variance = sys.modules["numpy._core._methods"]._var
    pairs.append((variance, _with_counting_result(variance)))
    pairs.append((np.frompyfunc, _ufunc_maker(np.frompyfunc)))
    pairs.append((np.nditer, _uncovered_class(np.nditer, "np.nditer")))
    return pairs


def foreign_replacements(modules: Iterable[ModuleType]) -> list[tuple[Any, Any]]:
    """Pairs for the functions of other packages' extension modules."""
    pairs: list[tuple[Any, Any]] = []
    for module in modules:
        file = getattr(module, "__file__", None) or ""
        name = module.__name__
        if not file.endswith(tuple(EXTENSION_SUFFIXES)) or not _may_take_arrays(name, file):
            continue
        for attribute, value in list(vars(module).items()):
            # What it imports of operator stays: pandas looks operators up by identity.
            if getattr(value, "__module__", "") == "_operator":
                continue
            if type(value).__name__ in COMPILED_CALLABLES and not attribute.startswith("__"):
                pairs.append((value, ForeignCall(value, f"{name}.{attribute}")))
    return pairs


def _may_take_arrays(name: str, file: str) -> bool:
    package = name.split(".")[0]
    return (
        package not in ("numpy", "msgspec", "hypothesis", "coverage")
        and "." in name  # helpers that lie loose in site-packages are internals of tools
        and not sites.is_standard_file(file)
    )


def _counts(values: Iterable[Any]) -> bool:
    for value in values:
        if isinstance(value, Counting) or is_counting_number(value):
            return True
        if isinstance(value, tuple | list) and len(value) and _counts(value[:16]):
            return True
    return False


def _hidden(original: Callable[..., Any], name: str, kind: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if active() is None:
            return original(*args, **kwargs)
        return leaf(name, kind, original, args, kwargs)

    return call


def _with_counting_result(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        return result if active() is None else wrap(result)

    return call


def _ufunc_maker(original: Callable[..., Any]) -> Callable[..., Any]:
    def make(function: Any, *args: Any, **kwargs: Any) -> Any:
        if active() is None or not is_callback(function):
            return original(function, *args, **kwargs)
        return note_ufunc(original(counting_callback(function), *args, **kwargs))

    return make


class ForeignCall:
    """Stands in for a compiled function of another package, its attributes included."""

    def __init__(self, original: Callable[..., Any], name: str) -> None:
        self._original = original
        self._name = name
        self._kind = FOREIGN_KINDS.get(name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._original, attribute)

    def __getitem__(self, key: Any) -> "ForeignCall":
        """The version for one dtype of a function that Cython makes for several."""
        return ForeignCall(self._original[key], self._name)  # type: ignore[index]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Count the call when it has to do with arrays; what it calls back counts as well."""
        recorder = active()
        if recorder is None:
            return self._original(*args, **kwargs)
        if self._name in TYPE_QUESTIONS:
            return self._original(*map(unwrap, args), **kwargs)
        given = (*args, *kwargs.values())
        counts = _counts(given)
        if counts and self._kind is not None:
            return leaf(self._name, self._kind, self._original, args, kwargs)
        if not counts and not any(map(_may_count_inside, given)):
            with uncounted_call(self._name):
                result = self._original(*args, **kwargs)
        else:
            plain, plain_kwargs = arguments(args, kwargs)
            with PAUSE, uncounted_call(self._name):
                result = self._original(*plain, **plain_kwargs)
            _keep_state(given, (*plain, *plain_kwargs.values()))
        if counts or _has_arrays(result) or _has_arrays(given):
            recorder.note_uncovered(self._name)
            return wrap(result)
        return result


def _keep_state(given: Iterable[Any], plain: Iterable[Any]) -> None:
    """What compiled code has noted in the copy of a dict is noted in the dict."""
    for table, copy in zip(given, plain, strict=True):
        if type(table) is dict and copy is not table:
            for key, value in copy.items():
                if not isinstance(table.get(key), Counting):
                    table[key] = wrap(value)


def _may_count_inside(value: Any) -> bool:
    return is_callback(value) or isinstance(value, GeneratorType)


def _has_arrays(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(isinstance(each, ndarray) for each in value[:16])
    return isinstance(value, ndarray)


def _uncovered_class(original: type, name: str) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        recorder = active()
        if recorder is not None:
            if sites.here().via and recorder.notes(name):
                # NumPy makes views with it, as in broadcast_to.
                recorder.record(name, "view", (("opaque", name),), (), (), ())
            elif not sites.here().via:
                recorder.note_uncovered(name)
        return original(*map(unwrap, args), **{key: unwrap(v) for key, v in kwargs.items()})

    return make
