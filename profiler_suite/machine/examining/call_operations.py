"""The operations whose calls are timed: what is written, on which arrays, of which sizes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from profiler_suite.model.noun import Noun

# Sets stay within a core's own caches: the fit is about calls, not about memory.
_LENGTHS = (8, 64, 512, 4096)
_SIDES = (2, 4, 8, 16)  # of the square windows of a strided 3-D view, 3 deep
_ORDERS = (2, 8, 24, 64)  # of square matrices
_CHANNELS = 3
_PLANES = (4, 12, 30)  # sides of images and transforms
_BATCH = 16  # transforms in one call

Names = dict[str, Any]


class CallOperation(Noun, frozen=True):
    """One operation, written as a user writes it."""

    operation: str
    statement: str
    names: Callable[[int], Names]
    """Size → the arrays and functions that the statement mentions."""
    work: Callable[[int], float]
    """Size → elements, or FLOP for products."""
    sizes: tuple[int, ...] = (0,)
    layout: str = "contiguous"
    dims: int = 1
    dtype: str = "float64"
    unit: str = "elements"
    minus: str = ""
    """A statement whose time is taken off: what remains is the wrapper around it."""

    @property
    def key(self) -> str:
        """Name of its station."""
        return f"call {self.operation} {self.layout} {self.dims} {self.dtype}"


LOOP_ITERATION = "loop iteration"


def _vectors(dtype: str) -> Callable[[int], Names]:
    def names(n: int) -> Names:
        a, b = np.ones(n, dtype), np.ones(n, dtype)
        return {"np": np, "a": a, "b": b, "o": np.empty(n, dtype)}

    return names


def _window(side: int) -> Names:
    """The question's operands: a window of a 3-D array and a filter of the same shape."""
    x = np.ones((64, 64, _CHANNELS))
    return {
        "np": np,
        "x": x,
        "a": x[2 : 2 + side, 2 : 2 + side],
        "b": np.ones((side, side, _CHANNELS)),
        "o": np.empty((side, side, _CHANNELS)),
    }


def _matrices(dtype: str) -> Callable[[int], Names]:
    def names(n: int) -> Names:
        a, b = np.ones((n, n), dtype), np.ones((n, n), dtype)
        return {"np": np, "a": a, "b": b}

    return names


def _image(_: int) -> Names:
    x = np.ones((32, 32, _CHANNELS))
    return {
        "np": np,
        "x": x,
        "y": 1.5,
        "shape": (16, 16, 2, 2, _CHANNELS),
        "strides": (2 * x.strides[0], 2 * x.strides[1], *x.strides),
        "as_strided": as_strided,
        "sliding_window_view": sliding_window_view,
    }


def _scalars(_: int) -> Names:
    def nothing(value: float) -> float:
        return value

    return {"function": nothing, "s": 0.0, "y": 1.5, "z": 0.5}


def _transform(n: int) -> Names:
    import scipy.fft

    return {"rfft2": scipy.fft.rfft2, "irfft2": scipy.fft.irfft2, "a": np.ones((_BATCH, n, n))}


def _filtering(n: int) -> Names:
    import scipy.ndimage
    import scipy.signal

    return {
        "signal": scipy.signal,
        "ndimage": scipy.ndimage,
        "plane": np.ones((n + 2, n + 2)),
        "filter": np.ones((3, 3)),
        "image": np.ones((n + 2, n + 2, _CHANNELS)),
        "deep_filter": np.ones((3, 3, _CHANNELS)),
    }


def _none(_: int) -> float:
    return 0.0


def _elements(n: int) -> float:
    return float(n)


def _window_elements(side: int) -> float:
    return float(side * side * _CHANNELS)


def _product_flop(n: int) -> float:
    return 2.0 * n**3


def _fft_flop(n: int) -> float:
    """There and back; 2.5 N log2 N for a real transform of N elements, half a complex one's."""
    return _BATCH * 2 * 2.5 * n * n * 2 * math.log2(n)


def _filter_flop(n: int) -> float:
    return 2.0 * n * n * 9


def _deep_filter_flop(n: int) -> float:
    return 2.0 * n * n * 9 * _CHANNELS


def _fixed(operation: str, statement: str, names: Callable[[int], Names]) -> CallOperation:
    return CallOperation(
        operation=operation,
        statement=statement,
        names=names,
        work=_none,
        layout="scalar" if names is _scalars else "strided",
        dims=0 if names is _scalars else 3,
        dtype="" if names is _scalars else "float64",
    )


def _one_dimensional(operation: str, statement: str, dtype: str = "float64") -> CallOperation:
    return CallOperation(
        operation=operation,
        statement=statement,
        names=_vectors(dtype),
        work=_elements,
        sizes=_LENGTHS,
        dtype=dtype,
    )


def _windowed(operation: str, statement: str, minus: str = "") -> CallOperation:
    return CallOperation(
        operation=operation,
        statement=statement,
        names=_window,
        work=_none if minus else _window_elements,
        sizes=_SIDES[:1] if minus else _SIDES,
        layout="strided",
        dims=3,
        minus=minus,
    )


def _product(operation: str, statement: str, dtype: str = "float64") -> CallOperation:
    return CallOperation(
        operation=operation,
        statement=statement,
        names=_matrices(dtype),
        work=_product_flop,
        sizes=_ORDERS,
        dims=2,
        dtype=dtype,
        unit="FLOP",
    )


def _scipy(
    operation: str,
    statement: str,
    names: Callable[[int], Names],
    work: Callable[[int], float],
    dims: int = 2,
) -> CallOperation:
    return CallOperation(
        operation=operation,
        statement=statement,
        names=names,
        work=work,
        sizes=_PLANES,
        dims=dims,
        unit="FLOP",
    )


def _dot(dtype: str) -> CallOperation:
    return CallOperation(
        operation="np.dot",
        statement="np.dot(a, b)",
        names=_vectors(dtype),
        work=lambda n: 2.0 * n,
        sizes=_LENGTHS,
        dtype=dtype,
        unit="FLOP",
    )


def operations() -> tuple[CallOperation, ...]:
    """Every operation that is timed; the empty loop first."""
    return (
        _fixed(LOOP_ITERATION, "pass", _scalars),
        _fixed("python call", "function(y)", _scalars),
        _fixed("scalar multiply-add", "s = s + y * z", _scalars),
        _fixed("slice", "x[2:4, 6:8]", _image),
        _fixed("scalar index", "x[3, 5, 1]", _image),
        _fixed("scalar store", "x[3, 5, 1] = y", _image),
        _one_dimensional("np.add", "np.add(a, b, out=o)"),
        _one_dimensional("np.add", "np.add(a, b, out=o)", "float32"),
        _windowed("np.add", "np.add(a, b, out=o)"),
        _one_dimensional("np.multiply", "np.multiply(a, b, out=o)"),
        _one_dimensional("np.multiply", "np.multiply(a, b, out=o)", "float32"),
        _windowed("np.multiply", "np.multiply(a, b, out=o)"),
        _one_dimensional("a * b", "a * b"),
        _windowed("a * b", "a * b"),
        _one_dimensional("np.add.reduce", "np.add.reduce(a)"),
        _one_dimensional("np.add.reduce", "np.add.reduce(a)", "float32"),
        _windowed("np.add.reduce", "np.add.reduce(a, axis=None)"),
        _one_dimensional("np.sum", "np.sum(a)"),
        _windowed("np.sum", "np.sum(a)"),
        _windowed("np.sum wrapper", "np.sum(a)", minus="np.add.reduce(a, axis=None)"),
        _one_dimensional("a.sum", "a.sum()"),
        _dot("float64"),
        _dot("float32"),
        _dot("int64"),
        _product("np.matmul", "np.matmul(a, b)"),
        _product("np.matmul", "np.matmul(a, b)", "float32"),
        _product("np.einsum", "np.einsum('ij,jk->ik', a, b)"),
        _product("np.einsum", "np.einsum('ij,jk->ik', a, b)", "float32"),
        _product("np.tensordot", "np.tensordot(a, b, 1)"),
        CallOperation(
            operation="reshape copy",
            statement="a.T.reshape(-1)",
            names=_matrices("float64"),
            work=lambda n: float(n * n),
            sizes=_ORDERS,
            layout="strided",
            dims=2,
        ),
        _fixed("as_strided", "as_strided(x, shape, strides)", _image),
        _fixed("sliding_window_view", "sliding_window_view(x, (2, 2), (0, 1))", _image),
        CallOperation(
            operation="np.empty",
            statement="np.empty(n)",
            names=lambda n: {"np": np, "n": n},
            work=_none,
            sizes=(64,),
        ),
        CallOperation(
            operation="np.zeros",
            statement="np.zeros(n)",
            names=lambda n: {"np": np, "n": n},
            work=_elements,
            sizes=_LENGTHS,
        ),
        *_of_scipy(),
    )


def _of_scipy() -> tuple[CallOperation, ...]:
    return (
        _scipy("scipy.fft", "irfft2(rfft2(a))", _transform, _fft_flop),
        _scipy(
            "scipy.signal.convolve2d",
            "signal.convolve2d(plane, filter, mode='valid')",
            _filtering,
            _filter_flop,
        ),
        _scipy(
            "scipy.signal.correlate",
            "signal.correlate(image, deep_filter, mode='valid', method='direct')",
            _filtering,
            _deep_filter_flop,
            dims=3,
        ),
        _scipy(
            "scipy.ndimage.correlate",
            "ndimage.correlate(plane, filter, mode='constant')",
            _filtering,
            _filter_flop,
        ),
    )
