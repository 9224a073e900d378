"""What the operations of NumPy are called, and of which kind each is."""

import re
import sys
from typing import Any

METHOD_KINDS = {
    # A method that gives a view when it can is a copy that did not happen.
    "reshape": "copy",
    "ravel": "copy",
    "transpose": "view",
    "swapaxes": "view",
    "squeeze": "view",
    "diagonal": "view",
    "getfield": "view",
    "copy": "copy",
    "__copy__": "copy",
    "flatten": "copy",
    "astype": "copy",
    "byteswap": "copy",
    "tobytes": "copy",
    "repeat": "copy",
    "fill": "copy",
    "take": "index",
    "put": "index",
    "compress": "index",
    "choose": "index",
    "nonzero": "index",
    "sort": "sort",
    "argsort": "sort",
    "partition": "sort",
    "argpartition": "sort",
    "searchsorted": "sort",
    "argmax": "reduction",
    "argmin": "reduction",
    "trace": "reduction",
    "dot": "product",
}
"""Compiled methods that do not go through a ufunc."""

_FUNCTION_KINDS = {
    "np.dot": "product",
    "np.inner": "product",
    "np.vdot": "product",
    "np.einsum": "product",
    "np.correlate": "product",
    "np.convolve": "product",
    "np.where": "index",
    "np.concatenate": "copy",
    "np.copyto": "copy",
    "np.putmask": "index",
    "np.place": "index",
    "np.lexsort": "sort",
    "np.unique": "sort",
    "np.empty_like": "create",
    "np.packbits": "copy",
    "np.unpackbits": "copy",
}

NOT_TRACED = frozenset(
    {
        "np.array_repr",
        "np.array_str",
        "np.array2string",
        "np.save",
        "np.savez",
        "np.savez_compressed",
        "np.savetxt",
        "np.ndim",
        "np.shape",
        "np.size",
        "np.iscomplexobj",
        "np.isrealobj",
        "np.result_type",
        "np.can_cast",
        "np.min_scalar_type",
        "np.common_type",
        "np.may_share_memory",
        "np.shares_memory",
    }
)
"""Functions that print, save or ask for a type: no part of the operation count."""

_PRODUCTS = frozenset({"np.matmul", "np.vecdot", "np.matvec", "np.vecmat"})

# Where ufuncs live that are not attributes of numpy itself.
_UFUNC_HOMES = (
    "numpy",
    "numpy._core.umath",
    "numpy.linalg._umath_linalg",
    "numpy.fft._pocketfft_umath",
    "scipy.special",
    "scipy.special._ufuncs",
    "scipy.linalg._linalg_pythran",
)

_paths: dict[int, tuple[Any, str]] = {}


def ufunc_path(ufunc: Any) -> str:
    """Where a ufunc is found, such as 'np.add'; 'ufunc f' when it is nowhere known."""
    known = _paths.get(id(ufunc))
    if known is not None:
        return known[1]
    name = ufunc.__name__
    path = f"ufunc {name}"
    for home in _UFUNC_HOMES:
        if getattr(sys.modules.get(home), name, None) is ufunc:
            path = f"{home}.{name}".replace("numpy.", "np.", 1)
            break
    _paths[id(ufunc)] = (ufunc, path)
    return path


# 'numpy.lib._stride_tricks_impl' holds what 'numpy.lib.stride_tricks' offers.
_IMPLEMENTED = re.compile(r"\._(\w+)_impl\b")


def public_module(module: str) -> str:
    """The module that offers what one of NumPy's own implements."""
    return _IMPLEMENTED.sub(r".\1", module)


def ufunc_kind(path: str, method: str) -> str:
    """The kind of a ufunc's method."""
    if path in _PRODUCTS:
        return "product"
    if path.startswith("np.linalg."):
        return "linalg"
    if path.startswith("np.fft."):
        return "fft"
    return "reduction" if method in ("reduce", "accumulate", "reduceat") else "ufunc"


def function_name(function: Any) -> str:
    """The public name of a NumPy function, such as 'np.dot'."""
    module = getattr(function, "__module__", "") or ""
    return f"{public_module(module)}.{function.__name__}".replace("numpy.", "np.", 1)


def function_kind(name: str) -> str:
    """The kind of a compiled NumPy function."""
    return _FUNCTION_KINDS.get(name, "other")
