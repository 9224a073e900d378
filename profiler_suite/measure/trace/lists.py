"""NumPy's sums and products of lists: no array is given to them, but one is made and used."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy._core import fromnumeric

from profiler_suite.measure.trace.recording import active

_PRODUCTS = ("dot", "inner", "vdot")
# What np.sum, np.max, np.prod, np.any and the like lead to.
_REDUCTIONS = ("_wrapreduction", "_wrapreduction_any_all")


def replacements() -> list[tuple[Any, Any]]:
    """Pairs of what takes lists as arrays and what stands in for it during a trace."""
    found = [getattr(np, name) for name in _PRODUCTS]
    found += [getattr(fromnumeric, name, None) for name in _REDUCTIONS]
    return [(each, _of_arrays(each)) for each in found if each is not None]


def as_array(value: Any) -> Any:
    """A list or tuple as the array that NumPy makes of it, which counts; all else as it is."""
    # Of the module: during a trace that is the version that counts.
    return np.asarray(value) if type(value) in (list, tuple) else value


def _of_arrays(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if active() is None:
            return original(*args, **kwargs)
        return original(*map(as_array, args[:2]), *args[2:], **kwargs)

    return call
