"""Names of NumPy and SciPy that stand for calls of another library, found by the same name."""

import sys
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.ways.port import UnportedError, with_arrays

# Of NumPy, and no work on arrays: they serve any library.
_NEUTRAL = frozenset({"errstate", "finfo", "iinfo", "ndindex", "s_", "index_exp", "seterr"})
# Packages that find a namespace by the arrays that they are given.
_ARRAY_API = frozenset({"array_api_compat", "array_api_extra"})
# Where a function that was imported by its own name is looked up.
_MODULES = {
    "numpy": ("numpy", "numpy.linalg", "numpy.fft", "numpy.random", "numpy.lib.stride_tricks"),
    "scipy": (
        *("scipy.special", "scipy.linalg", "scipy.signal", "scipy.stats", "scipy.fft"),
        "scipy.ndimage",
    ),
}
_PLAIN = (bool, int, float, complex, str, type(None))
_ABSENT: Any = object()


class CounterpartModule:
    """Stands for a module: what is asked of it is what the other library calls so."""

    def __init__(self, path: str, here: Any, there: Any, library: str) -> None:
        self._path = path
        self._here = here
        self._there = there
        self._library = library

    def __getattr__(self, name: str) -> Any:
        found = counterpart(self._path, self._here, self._there, name, self._library)
        self.__dict__[name] = found  # looked up once
        return found


class MissingCounterpart:
    """Stands for what the other library does not have: to call it is an error that says so."""

    def __init__(self, path: str, library: str) -> None:
        self._path = path
        self._library = library

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MissingCounterpart(f"{self._path}.{name}", self._library)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Whoever calls it learns what is missing."""
        raise UnportedError(f"{self._path} has no counterpart in {self._library}")


def counterpart(path: str, here: Any, there: Any, name: str, library: str) -> Any:
    """What stands for that name of a module."""
    own = getattr(here, name)
    other = getattr(there, name, _ABSENT)
    if isinstance(own, _PLAIN) or name in _NEUTRAL:
        return own
    if isinstance(own, ModuleType):
        other = None if other is _ABSENT else other
        return CounterpartModule(f"{path}.{name}", own, other, library)
    return MissingCounterpart(f"{path}.{name}", library) if other is _ABSENT else other


def replacing(
    roots: Mapping[str, Any], library: str, array: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    """What stands for the value of a name: `roots` has the library's own for 'numpy', 'scipy'.

    `array` carries an array over.
    """

    def value(each: Any) -> Any:
        if isinstance(each, ModuleType):
            return _module(each, roots, library)
        if isinstance(each, np.ndarray | np.generic):
            return with_arrays(each, array)
        if isinstance(each, np.ufunc | type | FunctionType | BuiltinFunctionType) or (
            type(each).__module__.startswith("numpy")
        ):
            return _by_name(each, roots, library)
        if hasattr(each, "__wrapped__"):  # around a function that would run as it stands
            return MissingCounterpart(
                getattr(each, "__name__", "a decorated function"), library
            )
        return each

    return value


def _module(module: ModuleType, roots: Mapping[str, Any], library: str) -> Any:
    root, *inner = module.__name__.split(".")
    if root in sys.stdlib_module_names or root in _ARRAY_API:
        return module
    if root not in roots:
        return MissingCounterpart(module.__name__, library)
    there = roots[root]
    for name in inner:
        there = getattr(there, name, None)
    return CounterpartModule(module.__name__, module, there, library)


def _by_name(each: Any, roots: Mapping[str, Any], library: str) -> Any:
    """The counterpart of a function or class of NumPy's, SciPy's or another package's."""
    name = getattr(each, "__name__", "")
    root = _root(each)
    if isinstance(each, np.ufunc):  # SciPy's have no module to their name either
        root = "numpy" if getattr(np, name, None) is each else "scipy"
    for path in _MODULES.get(root, ()) if root in roots else ():
        here: Any = sys.modules.get(path)
        if here is not None and name and getattr(here, name, None) is each:
            there: Any = roots[root]
            for inner in path.split(".")[1:]:
                there = getattr(there, inner, None)
            return counterpart(path, here, there, name, library)
    if root in sys.stdlib_module_names or root in _ARRAY_API or not root:
        return each
    if isinstance(each, type) and root not in _MODULES:
        return each
    return MissingCounterpart(f"{root}.{name}", library)


def _root(each: Any) -> str:
    return (getattr(each, "__module__", None) or "").partition(".")[0]
