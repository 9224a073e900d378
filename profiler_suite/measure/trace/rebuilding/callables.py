"""What a traced operation calls, found again by its name."""

import importlib
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

_ALIASES = {
    "np.einsum": "numpy._core.multiarray.c_einsum",
    "np.convolve": "numpy._core.multiarray.correlate",
    "np.correlate": "numpy._core.multiarray.correlate2",
    "np.interp": "numpy._core.multiarray.interp",
    "np.unique": "numpy._core._multiarray_umath._unique_hash",
    "np.place": "numpy._core._multiarray_umath._place",
    "np.count_nonzero": "numpy._core.multiarray.count_nonzero",
}


class NotReplayableError(Exception):
    """The signature does not hold enough to build the call again."""


def callable_named(name: str) -> Callable[..., Any]:
    """The function, method or operator that a trace names so."""
    group, _, rest = name.partition(".")
    if name in ("getitem", "setitem"):
        return getattr(operator, name)  # type: ignore[no-any-return]
    if group == "scalar":
        return divmod if rest == "divmod" else getattr(operator, rest)
    if group == "math":
        return getattr(math, rest)  # type: ignore[no-any-return]
    if group == "ndarray":
        if rest in ("T", "mT", "real", "imag"):
            return operator.attrgetter(rest)
        return getattr(ndarray, rest)  # type: ignore[no-any-return]
    # Streams of their own: the caller's random state stays as it is.
    if name.startswith("np.random.Generator."):
        return getattr(np.random.default_rng(1), name.rpartition(".")[2])  # type: ignore[no-any-return]
    if name.startswith("np.random."):
        return getattr(np.random.RandomState(1), name.rpartition(".")[2])  # type: ignore[no-any-return]
    path = _ALIASES.get(name, name.replace("np.", "numpy.", 1) if group == "np" else name)
    return _find(path)


def _find(path: str) -> Callable[..., Any]:
    """The object at a dotted path: a module as far as it goes, then attributes."""
    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found  # type: ignore[no-any-return]
    raise NotReplayableError(path)
