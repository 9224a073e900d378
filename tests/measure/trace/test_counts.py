"""FLOP and bytes of single operations against formulas written out by hand."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.model.trace import OperationCounts
from profiler_suite.workloads import registry
from profiler_suite.workloads.convolution import problem

N, M, K = 7, 5, 4


def make(*shape: int, dtype: Any = np.float64) -> Any:
    """A new array of numbers between 0.5 and 1.5."""
    return np.random.default_rng(1).uniform(0.5, 1.5, shape).astype(dtype)


def count(function: Callable[..., Any], *args: Any) -> OperationCounts:
    """The counts of one call, all of which must be covered."""
    _, counts = trace(function, args)
    assert counts.coverage == 1.0, counts.uncovered
    return counts


def spd(n: int) -> Any:
    """A symmetric positive definite matrix."""
    a = make(n, n)
    return a @ a.T + n * np.eye(n)


FLOP: dict[str, tuple[Callable[..., Any], tuple[Any, ...], float]] = {
    "add": (lambda a, b: a + b, (make(N, M), make(N, M)), N * M),
    "add broadcast": (lambda a, b: a + b, (make(N, 1), make(1, M)), N * M),
    "multiply by a number": (lambda a: a * 2.0, (make(N),), N),
    "divide": (lambda a, b: a / b, (make(N), make(N)), N),
    "negative": (lambda a: -a, (make(N),), 0),
    "absolute": (np.abs, (make(N),), 0),
    "compare": (lambda a, b: a < b, (make(N), make(N)), N),
    "maximum": (np.maximum, (make(N), make(N)), N),
    "clip": (lambda a: a.clip(0.7, 1.0), (make(N, M),), 2 * N * M),
    "square": (lambda a: a**2, (make(N),), N),
    "sqrt": (np.sqrt, (make(N),), N),
    "exp": (np.exp, (make(N),), 8 * N),
    "sin": (np.sin, (make(N),), 8 * N),
    "power": (lambda a: a**3.5, (make(N),), 8 * N),
    "remainder": (lambda a, b: a % b, (make(N), make(N)), 4 * N),
    "complex add": (lambda a: a + a, (make(N) * 1j,), 2 * N),
    "complex multiply": (lambda a: a * a, (make(N) * 1j,), 6 * N),
    "complex absolute": (np.abs, (make(N) * 1j,), 4 * N),
    "logical and": (lambda a, b: a & b, (make(N) > 1, make(N) > 0), 0),
    "integer add": (lambda a: a + a, (np.arange(N),), N),
    "sum": (np.sum, (make(N, M),), N * M - 1),
    "sum over an axis": (lambda a: a.sum(axis=0), (make(N, M),), (N - 1) * M),
    "sum over two axes": (lambda a: np.sum(a, axis=(0, 2)), (make(N, M, K),), (N * K - 1) * M),
    "mean": (np.mean, (make(N, M),), N * M - 1 + 1),
    "variance": (np.var, (make(N),), (N - 1) + 1 + N + N + (N - 1) + 1),
    "product": (lambda a: a.prod(), (make(N),), N - 1),
    "maximum of all": (lambda a: a.max(), (make(N, M),), N * M - 1),
    "argmax": (lambda a: a.argmax(axis=1), (make(N, M),), N * (M - 1)),
    "any": (lambda a: a.any(), (make(N) > 1,), 0),
    "cumsum": (lambda a: np.cumsum(a, axis=1), (make(N, M),), N * (M - 1)),
    "accumulate": (lambda a: np.maximum.accumulate(a), (make(N, M),), (N - 1) * M),
    "reduceat": (lambda a: np.add.reduceat(a, [0, 3, 1, 4]), (make(N),), 2 + 0 + 2 + 2),
    "ufunc outer": (lambda a, b: np.subtract.outer(a, b), (make(N), make(M)), N * M),
    "ufunc at": (lambda a: np.add.at(a, np.array([0, 0, 2]), 1.0), (make(N),), 3),
    "trace of a matrix": (np.trace, (make(N, M),), min(N, M) - 1),
    "matmul": (lambda a, b: a @ b, (make(N, K), make(K, M)), 2 * N * M * K),
    "matmul stack": (np.matmul, (make(3, N, K), make(K, M)), 2 * 3 * N * M * K),
    "matmul complex": (lambda a, b: a @ b, (make(N, K) * 1j, make(K, M)), 8 * N * M * K),
    "dot matrix vector": (np.dot, (make(N, M), make(M)), 2 * N * M),
    "dot by a number": (np.dot, (make(N), 2.0), N),
    "dot method": (lambda a, b: a.dot(b), (make(N), make(N)), 2 * N),
    "dot n-d": (np.dot, (make(N, M), make(3, M, K)), 2 * N * 3 * K * M),
    "inner": (np.inner, (make(N, K), make(M, K)), 2 * N * M * K),
    "vdot": (np.vdot, (make(N, M), make(N, M)), 2 * N * M),
    "vecdot": (np.vecdot, (make(N, M), make(N, M)), 2 * N * M),
    "outer": (np.outer, (make(N), make(M)), N * M),
    "kron": (np.kron, (make(2, 3), make(4, 5)), 2 * 3 * 4 * 5),
    "tensordot": (
        lambda a, b: np.tensordot(a, b, axes=([1, 2], [0, 1])),
        (make(N, M, K), make(M, K, 3)),
        2 * N * M * K * 3,
    ),
    "einsum": (
        lambda a, b: np.einsum("ij,jk->ik", a, b),
        (make(N, K), make(K, M)),
        2 * N * K * M,
    ),
    "einsum of three": (
        lambda a, b, c: np.einsum("i,i,i->", a, b, c),
        (make(N), make(N), make(N)),
        3 * N,
    ),
    "einsum without a sum": (
        lambda a, b: np.einsum("i,j->ij", a, b),
        (make(N), make(M)),
        N * M,
    ),
    "einsum that only sums": (lambda a: np.einsum("ij->i", a), (make(N, M),), N * (M - 1)),
    "einsum optimised": (
        lambda a, b, v: np.einsum("ij,jk,k->i", a, b, v, optimize=True),
        (make(20, 20), make(20, 20), make(20)),
        2 * 20 * 20 + 2 * 20 * 20,
    ),
    "convolve full": (np.convolve, (make(N), make(3)), 2 * 3 * N),
    "convolve valid": (
        lambda a, b: np.convolve(a, b, "valid"),
        (make(N), make(3)),
        2 * 3 * (N - 2),
    ),
    "correlate same": (
        lambda a, b: np.correlate(a, b, "same"),
        (make(N), make(3)),
        2 * (3 * N - 2),
    ),
    "solve": (
        np.linalg.solve,
        (spd(N), make(N, 3)),
        2 / 3 * N**3 + 2 * N**2 * 3,
    ),
    "solve for a vector": (np.linalg.solve, (spd(N), make(N)), 2 / 3 * N**3 + 2 * N**2),
    "inv": (np.linalg.inv, (spd(N),), 8 / 3 * N**3),
    "det of a stack": (np.linalg.det, (np.stack([spd(N)] * 3),), 3 * 2 / 3 * N**3),
    "cholesky": (np.linalg.cholesky, (spd(N),), 1 / 3 * N**3),
    "eigvalsh": (np.linalg.eigvalsh, (spd(N),), 4 / 3 * N**3),
    "svd values": (
        lambda a: np.linalg.svd(a, compute_uv=False),
        (make(N, M),),
        4 * N * M**2 - 4 / 3 * M**3,
    ),
    "fft": (np.fft.fft, (make(16) * 1j,), 5 * 16 * 4),
    "rfft of rows": (lambda a: np.fft.rfft(a, axis=1), (make(3, 16),), 3 * 2.5 * 16 * 4),
    "irfft": (np.fft.irfft, (make(9) * 1j,), 2.5 * 16 * 4),
    "fft2": (np.fft.fft2, (make(8, 16) * 1j,), 5 * 8 * 16 * math.log2(8 * 16)),
    "sort": (np.sort, (make(N),), 0),
    "cast": (lambda a: a.astype(np.float32), (make(N),), 0),
    "gather": (lambda a: a[np.array([1, 2])], (make(N),), 0),
    "where": (np.where, (make(N) > 1, make(N), make(N)), 0),
    "masked add": (
        lambda a, mask: np.add(a, a, where=mask, out=a),
        (make(N), np.arange(N) < 3),
        3,
    ),
    "masked sum": (lambda a, mask: a.sum(where=mask), (make(N), np.arange(N) < 3), 2),
    "in place": (lambda a, b: a.__iadd__(b), (make(N), make(N)), N),
    "interp": (np.interp, (make(N), np.arange(3.0), make(3)), 6 * N),
}


@pytest.mark.parametrize("name", FLOP)
def test_flop_equal_the_formula(name: str) -> None:
    function, args, expected = FLOP[name]
    counts = count(function, *(np.array(a) if isinstance(a, np.ndarray) else a for a in args))
    flop = counts.flop
    if name == "fft2":
        # NumPy's own arithmetic on the lengths of the axes is counted too.
        flop = sum(each.flop for each in counts.operations if each.kind == "fft")
    assert flop == pytest.approx(expected, rel=1e-12, abs=0)


class Plain(np.ndarray):
    """A subclass that adds nothing."""


def of_subclass(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    given = [np.array(a).view(Plain) if isinstance(a, np.ndarray) else a for a in args]
    return trace(function, given)[1]


def of_callback(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Called by compiled code that goes through a generator."""

    def calling(*given: Any) -> None:
        def each() -> Any:
            function(*given)
            yield 0.0

        np.fromiter(each(), float)

    given = [np.array(a) if isinstance(a, np.ndarray) else a for a in args]
    return trace(calling, given)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "names"),
    [(of_subclass, list(FLOP)), (of_callback, list(FLOP)[::2])],
    ids=["subclass", "callback"],
)
def test_formulas_hold_in_subclasses_and_in_callbacks(
    way: Callable[..., Any], names: list[str]
) -> None:
    assert len(names) > 20
    for name in names:
        function, args, expected = FLOP[name]
        counts = way(function, args)
        flop = counts.flop
        if name == "fft2":
            flop = sum(each.flop for each in counts.operations if each.kind == "fft")
        assert flop == pytest.approx(expected, rel=1e-12, abs=0), name
        assert counts.coverage == 1.0, (name, counts.uncovered)


# name: function, arguments, bytes read, bytes written
BYTES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], int, int]] = {
    "add": (lambda a, b: a + b, (make(N), make(N)), 16 * N, 8 * N),
    "the same operand twice": (lambda a: a * a, (make(N),), 8 * N, 8 * N),
    "broadcast": (lambda a, b: a + b, (make(N, 1), make(M)), 8 * (N + M), 8 * N * M),
    "stride 0": (
        lambda a: np.broadcast_to(a, (9, N)) + 1.0,
        (make(N),),
        8 * N,
        8 * 9 * N,
    ),
    "compare": (lambda a, b: a < b, (make(N), make(N)), 16 * N, N),
    "float32": (lambda a: a + a, (make(N, dtype=np.float32),), 4 * N, 4 * N),
    "out": (lambda a, b: np.add(a, a, out=b), (make(N), make(N)), 8 * N, 8 * N),
    "in place": (lambda a, b: np.add(a, b, out=a), (make(N), make(N)), 16 * N, 8 * N),
    "sum": (lambda a: a.sum(axis=0), (make(N, M),), 8 * N * M, 8 * M),
    "sum to a number": (lambda a: a.sum(), (make(N),), 8 * N, 0),
    "matmul": (lambda a, b: a @ b, (make(N, K), make(K, M)), 8 * (N * K + K * M), 8 * N * M),
    "slice": (lambda a: a[1:4, ::2], (make(N, M),), 0, 0),
    "transpose": (lambda a: a.T, (make(N, M),), 0, 0),
    "reshape of a view": (lambda a: a.reshape(-1), (make(N, M),), 0, 0),
    "reshape that copies": (lambda a: a.T.reshape(-1), (make(N, M),), 8 * N * M, 8 * N * M),
    "element": (lambda a: a[1, 2], (make(N, M),), 8, 0),
    "fancy": (lambda a: a[np.array([1, 2, 1])], (make(N, M),), 24 + 3 * 8 * M, 24 + 3 * 8 * M),
    "mask": (lambda a, m: a[m], (make(N), np.arange(N) < 3), N + 24, 24),
    "store a number": (lambda a: a.__setitem__(3, 1.0), (make(N),), 0, 8),
    "store a slice": (lambda a, b: a.__setitem__(slice(2, 5), b), (make(N), make(3)), 24, 24),
    "store by a mask": (lambda a, m: a.__setitem__(m, 0.0), (make(N), np.arange(N) < 3), N, 24),
    "copy": (lambda a: a.copy(), (make(N),), 8 * N, 8 * N),
    "cast": (lambda a: a.astype(np.float32), (make(N),), 8 * N, 4 * N),
    "cast to the same": (lambda a: a.astype(np.float64, copy=False), (make(N),), 0, 0),
    "ascontiguousarray": (np.ascontiguousarray, (make(N, M).T,), 8 * N * M, 8 * N * M),
    "asarray": (np.asarray, (make(N),), 0, 0),
    "sort in place": (lambda a: a.sort(), (make(N),), 8 * N, 8 * N),
    "argsort": (lambda a: a.argsort(), (make(N),), 8 * N, 8 * N),
    "take": (lambda a: a.take([1, 2, 3]), (make(N),), 24, 24),
    "concatenate": (lambda a, b: np.concatenate([a, b]), (make(N), make(M)), 96, 96),
    "where": (np.where, (make(N) > 1, make(N), make(N)), 17 * N, 8 * N),
    "zeros": (lambda: np.zeros((N, M)), (), 0, 8 * N * M),
    "empty": (lambda: np.empty((N, M)), (), 0, 0),
    "ones": (lambda: np.ones(N), (), 0, 8 * N),
    "fill": (lambda a: a.fill(1.0), (make(N),), 0, 8 * N),
    "copyto": (np.copyto, (make(N), make(N)), 8 * N, 8 * N),
    "masked add": (
        lambda a, b, m: np.add(a, b, out=a, where=m),
        (make(N), make(N), np.arange(N) < 3),
        2 * 24 + N,
        24,
    ),
    "windows": (
        lambda a: np.lib.stride_tricks.sliding_window_view(a, 3)[::2] * 1.0,
        (make(8),),
        # NumPy compares the window's size (16 bytes of it) with 0 first.
        8 * 7,
        8 * 9,
    ),
    "flat": (lambda a: a.flat.__setitem__(slice(None, None, 2), 1.0), (make(6),), 0, 24),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_equal_the_formula(name: str) -> None:
    function, args, read, written = BYTES[name]
    counts = count(function, *(np.array(a, order="K") for a in args))
    of_function = [
        each for each in counts.operations if "stride_tricks" not in each.via or not each.via
    ]
    if name in ("fancy", "take"):
        # np.array([…]) itself writes the indices.
        assert counts.bytes_written == written
        assert counts.bytes_read == read
    else:
        assert sum(each.bytes_read for each in of_function) == read
        assert sum(each.bytes_written for each in of_function) == written


def test_the_seeds_loop() -> None:
    seed = problem(
        height=32,
        width=32,
        channels=3,
        filters=10,
        filter_height=2,
        filter_width=2,
        stride=2,
    )
    arguments = registry.find_workload("convolution").arguments(seed, 0)
    loop = registry.find_implementation("loop")
    result, counts = trace(loop.function, arguments)
    by_name = {each.name: each for each in counts.operations if each.name != "getitem"}
    assert by_name["np.multiply"].calls == 2560
    assert by_name["np.add.reduce"].calls == 2560
    assert by_name["np.add.reduce"].via == "np.sum"
    assert by_name["np.add.reduce"].via
    assert not by_name["np.multiply"].via
    assert counts.flop == 58_880
    assert loop.cost(seed).flop == 61_440
    assert counts.temporaries == 2560 + 1
    np.testing.assert_array_equal(result, loop.function(*arguments))


def test_the_seeds_product() -> None:
    _, counts = trace(np.dot, (make(500, 3072), make(3072)))
    assert counts.flop == 3_072_000
    assert counts.calls == 1


def test_numbers_from_arrays_are_followed() -> None:
    def scalar(a: Any, b: Any) -> Any:
        total = 0.0
        for i in range(len(a)):
            total += a[i] * b[i]
        return total

    counts = count(scalar, make(N), make(N))
    assert counts.flop == 2 * N
    assert counts.bytes_read == 16 * N


def test_numbers_of_lists_are_followed() -> None:
    def through_lists(a: Any) -> Any:
        return sum(x * x for x in a.tolist()) + math.sqrt(a[0])

    # N products, N additions to 0, one root, one more addition.
    counts = count(through_lists, make(N))
    assert counts.flop == N + N + 1 + 1


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("loop", 0),
        ("loop_scalar", None),
        ("loop_pixels", 0),
        ("taps", "added"),
        ("im2col_gemm", None),
        ("im2col_blocked", None),
        ("rows_gemm", None),
    ],
)
def test_implementations_execute_what_is_derived(name: str, extra: object) -> None:
    small = problem(
        height=12, width=10, channels=3, filters=4, filter_height=3, filter_width=2, stride=2
    )
    arguments = registry.find_workload("convolution").arguments(small, 0)
    counts = count(registry.find_implementation(name).function, *arguments)
    outputs, length = 5 * 5 * 4, 3 * 2 * 3
    expected = 2 * outputs * length
    if extra == 0:
        expected -= outputs  # a sum of n takes n − 1
    if extra == "added":
        expected += outputs * 3 * 2  # one addition per filter position
    assert counts.flop == expected, counts.operations
