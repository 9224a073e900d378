"""Functions that remember what they made before: what they hand out counts as well."""

import functools
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.recording import PAUSE, active
from profiler_suite.measure.trace.wrapping import unwrap, wrap

CACHE_CLASS = type(functools.lru_cache(lambda: None))
"""Of functions with functools.lru_cache."""


class Remembering:
    """Stands in for a function with functools.lru_cache, its attributes included."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._original, attribute)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What it remembers, counting; what is new is made a second time, to be counted."""
        if active() is None:
            return self._original(*args, **kwargs)
        misses = self._original.cache_info().misses
        with PAUSE:
            # Only plain arrays may stay in the cache.
            result = self._original(
                *map(unwrap, args), **{name: unwrap(each) for name, each in kwargs.items()}
            )
        if self._original.cache_info().misses > misses:
            self._original.__wrapped__(*args, **kwargs)
        # Numbers that were computed once are parameters, no part of the work.
        return wrap(result) if _has_arrays(result) else result


def _has_arrays(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_has_arrays, value))
    return isinstance(value, ndarray)


def replacements(modules: Iterable[ModuleType]) -> list[tuple[Any, Any]]:
    """Pairs for the remembering functions of modules that are not Python's own."""
    pairs: list[tuple[Any, Any]] = []
    for module in modules:
        if sites.is_standard_file(getattr(module, "__file__", None) or "<frozen"):
            continue
        for value in list(vars(module).values()):
            if type(value) is CACHE_CLASS:
                pairs.append((value, Remembering(value)))
    return pairs


class FreshVectorize:
    """A context: np.vectorize makes its ufuncs anew, of functions that count."""

    _NAME = "_get_ufunc_and_otypes"

    def __enter__(self) -> None:
        self._original: Callable[..., Any] | None = getattr(np.vectorize, self._NAME, None)
        original = self._original
        if original is None:
            return

        def make(vectorize: Any, *args: Any, **kwargs: Any) -> Any:
            kept = vectorize.__dict__.get("_ufunc")
            if isinstance(kept, dict):
                vectorize._ufunc = {}
            try:
                return original(vectorize, *args, **kwargs)
            finally:
                if isinstance(kept, dict):
                    vectorize._ufunc = kept

        setattr(np.vectorize, self._NAME, make)

    def __exit__(self, *_: object) -> None:
        if self._original is not None:
            setattr(np.vectorize, self._NAME, self._original)
