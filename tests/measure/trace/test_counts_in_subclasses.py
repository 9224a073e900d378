"""FLOP of calls on subclasses of arrays of many kinds, against formulas written out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.lib import mixins
from scipy import sparse

from profiler_suite.measure.trace import trace

N, M, K = 7, 5, 4


def make(*shape: int, dtype: Any = np.float64) -> Any:
    """A new array of numbers between 0.5 and 1.5."""
    return np.random.default_rng(3).uniform(0.5, 1.5, shape).astype(dtype)


class Tagged(np.ndarray):
    """A subclass with an attribute that its results have too."""

    unit: str

    def __array_finalize__(self, given: Any) -> None:
        self.unit = getattr(given, "unit", "m")


class Kept(np.ndarray):
    """A subclass whose results have its class, by way of the ufunc protocol."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(each) for each in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(np.asarray(each) for each in kwargs["out"])
        return np.asarray(getattr(ufunc, method)(*plain, **kwargs)).view(Kept)


class Younger(Tagged):
    """A subclass of a subclass, with a product of its own."""

    def __matmul__(self, other: Any) -> Any:
        return np.asarray(super().__matmul__(other)) * 0.5


class Wrapped(mixins.NDArrayOperatorsMixin):
    """No subclass: holds an array and speaks the ufunc protocol."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [each.values if isinstance(each, Wrapped) else each for each in inputs]
        return Wrapped(getattr(ufunc, method)(*plain, **kwargs))


def mapped(array: Any, folder: Path, mode: Any = "r") -> Any:
    np.save(folder / "a.npy", array)
    return np.load(folder / "a.npy", mmap_mode=mode)


def records() -> Any:
    made = np.zeros(N, dtype=[("p", "f8"), ("q", "f8"), ("v", "f8", (3,))])
    for name in ("p", "q", "v"):
        made[name] = 1.5
    return made.view(np.recarray)


def masked(*shape: int) -> Any:
    """Its first element, or row, is masked."""
    made = np.ma.array(make(*shape))
    made[0] = np.ma.masked
    return made


def in_place(a: Any) -> Any:
    a += 1.0
    a *= a
    return a


def two_fields(r: Any) -> Any:
    return np.hypot(r.p, r.q) + r.v.sum(axis=1)


# name: function, what makes its arguments, FLOP
MATRICES: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]] = {
    "matrix product": (
        lambda a, b: a * b,
        lambda: (np.asmatrix(make(N, K)), np.asmatrix(make(K, M))),
        2 * N * K * M,
    ),
    "matrix @": (
        lambda a, b: a @ b,
        lambda: (np.asmatrix(make(N, K)), make(K, M)),
        2 * N * K * M,
    ),
    "matrix by a number": (lambda a: a * 3.0, lambda: (np.asmatrix(make(N, K)),), N * K),
    "matrix power": (lambda a: a**2, lambda: (np.asmatrix(make(N, N)),), 2 * N**3),
    "matrix sum": (lambda a: a.sum(axis=0), lambda: (np.asmatrix(make(N, K)),), (N - 1) * K),
    "matrix elementwise": (
        lambda a, b: np.multiply(a, b) + a,
        lambda: (np.asmatrix(make(N, K)), np.asmatrix(make(N, K))),
        2 * N * K,
    ),
    "matrix and its transpose": (
        lambda a: a.T * a,
        lambda: (np.asmatrix(make(N, K)),),
        2 * K * N * K,
    ),
}
RECORDS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]] = {
    "fields by attribute": (lambda r: r.p * r.q, lambda: (records(),), N),
    "fields by name": (lambda r: r["p"] * r["v"][:, 0], lambda: (records(),), N),
    "a field of rows": (lambda r: r.v @ r.v.T, lambda: (records(),), 2 * N * 3 * N),
    # By convention four FLOP for hypot; the sum of three has two additions.
    "two fields": (two_fields, lambda: (records(),), 4 * N + 2 * N + N),
    "a field of some": (lambda r: r[2:5].p + 1.0, lambda: (records(),), 3),
    "records made inside": (
        lambda p, q: (lambda r: r.p - r.q)(
            np.rec.fromarrays([p, q], dtype=[("p", "f8"), ("q", "f8")])
        ),
        lambda: (make(N), make(N)),
        N,
    ),
}
OWN: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]] = {
    "own sum of products": (
        lambda a: (a * a).sum(),
        lambda: (make(N, M).view(Tagged),),
        2 * N * M - 1,
    ),
    "own in place": (in_place, lambda: (make(N, M).view(Tagged),), 2 * N * M),
    "own einsum": (
        lambda a, b: np.einsum("ij,jk->ik", a, b),
        lambda: (make(N, K).view(Tagged), make(K, M)),
        2 * N * K * M,
    ),
    "own solved": (
        np.linalg.solve,
        lambda: ((make(N, N) + N * np.eye(N)).view(Tagged), make(N)),
        2 / 3 * N**3 + 2 * N**2,
    ),
    "own elements": (
        lambda a: [a[i] * 2.0 for i in range(len(a))],
        lambda: (make(N).view(Tagged),),
        N,
    ),
    "own rows": (
        lambda a: [row.max() for row in a],
        lambda: (make(N, M).view(Tagged),),
        N * (M - 1),
    ),
    "own made inside": (lambda a: a.view(Tagged) + a, lambda: (make(N),), N),
    "protocol": (
        lambda a, b: np.exp(a) + b,
        lambda: (make(N, M).view(Kept), make(M).view(Kept)),
        9 * N * M,
    ),
    "protocol reduced": (
        lambda a: np.add.reduce(a, axis=0),
        lambda: (make(N, M).view(Kept),),
        (N - 1) * M,
    ),
    "protocol with out": (
        lambda a, out: np.sqrt(a, out=out),
        lambda: (make(N).view(Kept), make(N).view(Kept)),
        N,
    ),
    # Its own product halves what the product gives.
    "younger": (
        lambda a, b: a @ b,
        lambda: (make(N, K).view(Younger), make(K, M)),
        2 * N * K * M + N * M,
    ),
    "wrapped": (lambda w: (w * w - 1.0).values, lambda: (Wrapped(make(N, M)),), 2 * N * M),
}
PANDAS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]] = {
    "series": (lambda s: s * s + 1.0, lambda: (pd.Series(make(N)),), 2 * N),
    "frame": (lambda f: f * 2.0, lambda: (pd.DataFrame(make(N, M)),), N * M),
    "frame of two dtypes": (
        lambda f: f["a"] * f["b"],
        lambda: (pd.DataFrame({"a": make(N), "b": np.arange(N)}),),
        N,
    ),
    "values of a frame": (
        lambda f: f.to_numpy() @ f.to_numpy().T,
        lambda: (pd.DataFrame(make(N, M)),),
        2 * N * M * N,
    ),
    "ufunc of a series": (np.exp, lambda: (pd.Series(make(N)),), 8 * N),
    "nullable": (
        lambda s: s + s,
        lambda: (pd.Series(make(N)).astype("Float64"),),
        N,
    ),
}
SPARSE: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]] = {
    "sparse values": (
        lambda m: m.data * m.data,
        lambda: (sparse.csr_array(np.diag(make(N))),),
        N,
    ),
    # SciPy compares first and last of the row pointers with what they should be.
    "sparse by a number": (
        lambda m: m * 2.0,
        lambda: (sparse.csr_array(np.diag(make(N))),),
        N + 2,
    ),
    "sparse times a vector": (
        lambda m, v: m @ v,
        lambda: (sparse.csr_array(np.diag(make(N))), make(N)),
        2 * N,
    ),
}
CASES = MATRICES | RECORDS | OWN | PANDAS | SPARSE


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_flop_of_subclasses_equal_the_formula(name: str) -> None:
    function, made, flop = CASES[name]
    expected = function(*made())
    result, counts = trace(function, made())
    assert counts.flop == pytest.approx(flop, rel=1e-12), counts.operations
    assert counts.coverage == 1.0, counts.uncovered
    assert type(result) is type(expected)
    if not sparse.issparse(result):
        np.testing.assert_array_equal(np.asarray(result), np.asarray(expected))


MAPPED: dict[str, tuple[Callable[..., Any], float]] = {
    "root of squares": (lambda a: np.sqrt(a * a + 1.0), 3 * N * M),
    "product": (lambda a: a @ a.T, 2 * N * M * N),
    "mean of rows": (lambda a: a.mean(axis=1), N * (M - 1) + N),
    "a window": (lambda a: a[1:4, ::2] - 1.0, 9),
    "gathered rows": (lambda a: a[[0, 2]] * a[[1, 3]], 2 * M),
    "by a mask": (lambda a: (a[a > 0.0] + 1.0).sum(), N * M + N * M + N * M - 1),
    "element by element": (lambda a: sum(v * 2.0 for v in a[0]), 2 * M),
    "standardised": (
        lambda a: (a - a.mean()) / 2.0,
        N * M - 1 + 1 + N * M + N * M,
    ),
}


@pytest.mark.parametrize("name", MAPPED)
def test_flop_of_mapped_files_equal_the_formula(name: str, tmp_path: Path) -> None:
    function, flop = MAPPED[name]
    given = mapped(make(N, M), tmp_path)
    expected = function(given)
    result, counts = trace(function, (given,))
    assert counts.flop == pytest.approx(flop, rel=1e-12), counts.operations
    assert counts.coverage == 1.0, counts.uncovered
    assert type(result) is type(expected)
    np.testing.assert_array_equal(result, expected)


def test_a_mapped_file_that_is_written_to_is_counted_and_written(tmp_path: Path) -> None:
    given = mapped(make(N), tmp_path, "r+")
    _, counts = trace(in_place, (given,))
    assert counts.flop == 2 * N
    given.flush()
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), (make(N) + 1.0) ** 2)


# Masked elements: NumPy computes them as well, and what is masked besides.
MASKED: dict[str, tuple[Callable[..., Any], Any, float]] = {
    "added": (lambda m: m + m, masked(N, M), N * M),
    "multiplied": (lambda m: m * 2.0, masked(N, M), N * M),
    "dot": (lambda m: np.dot(m.data, m.data.T), np.ma.array(make(N, M)), 2 * N * M * N),
    "summed": (lambda m: m.sum(), np.ma.array(make(N, M)), N * M - 1),
    "root": (lambda m: np.ma.exp(m), np.ma.array(make(N)), 8 * N),
}


@pytest.mark.parametrize("name", MASKED)
def test_flop_of_masked_arrays_hold_at_least_the_formula(name: str) -> None:
    function, given, flop = MASKED[name]
    expected = function(given)
    result, counts = trace(function, (given,))
    assert flop <= counts.flop <= 3 * flop, counts.operations
    assert counts.coverage == 1.0, counts.uncovered
    np.testing.assert_array_equal(np.ma.filled(result, 0.0), np.ma.filled(expected, 0.0))
    assert type(result) is type(expected)
