"""Work of linear algebra and of Fourier transforms, by the textbook's leading terms."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.work.decompositions import fft_work, linalg_work
from tests.measure.trace.operations import call

N = 12
A = np.random.default_rng(0).random((N, N)) + N * np.eye(N)
S = A @ A.T
STACK = np.stack([A] * 5)
B = np.ones((N, 3))


def flop(function: Callable[[], Any], part: str) -> float:
    _, counts = trace(function)
    return sum(o.flop for o in counts.operations if part in o.name)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda: np.linalg.solve(A, B[:, 0]), 2 / 3 * N**3 + 2 * N**2),
        (lambda: np.linalg.solve(A, B), 2 / 3 * N**3 + 6 * N**2),
        (lambda: np.linalg.solve(STACK, B), 5 * (2 / 3 * N**3 + 6 * N**2)),
        (lambda: np.linalg.solve(A, np.stack([B] * 4)), 4 * (2 / 3 * N**3 + 6 * N**2)),
        (lambda: np.linalg.det(A), 2 / 3 * N**3),
        (lambda: np.linalg.cholesky(S), 1 / 3 * N**3),
        (lambda: np.linalg.cholesky(S + 0j), 4 / 3 * N**3),
        (lambda: np.linalg.inv(STACK), 5 * 8 / 3 * N**3),
        (lambda: np.linalg.svd(A, compute_uv=False), 8 / 3 * N**3),
        (lambda: np.linalg.eigh(S), 9 * N**3),
    ],
)
def test_factorisations(function: Callable[[], Any], expected: float) -> None:
    assert flop(function, "linalg") == pytest.approx(expected)


def test_wide_and_tall_matrices_take_the_same_singular_values() -> None:
    tall = flop(lambda: np.linalg.svd(A[:, :4], compute_uv=False), "linalg")
    assert tall == flop(lambda: np.linalg.svd(A[:4], compute_uv=False), "linalg")
    assert tall == pytest.approx(4 * N * 16 - 4 / 3 * 64)


def test_an_unknown_routine_has_no_work_and_old_names_are_known() -> None:
    square = call(A, name="np.linalg._umath_linalg.no_such", kind="linalg", result=A)
    assert linalg_work(square) is None
    old = linalg_work(call(A, name="np.linalg._umath_linalg.svd_n_s", result=A))
    new = linalg_work(call(A, name="np.linalg._umath_linalg.svd_s", result=A))
    assert old == new
    letter = linalg_work(call(A, name="scipy.linalg._flapack.zpotrf", result=A))
    assert letter is not None
    assert letter.flop == pytest.approx(N**3 / 3)


ROW = np.arange(64.0)
ONE = 5 * 64 * 6


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda: np.fft.fft(ROW + 0j), ONE),
        (lambda: np.fft.rfft(ROW), ONE / 2),
        (lambda: np.fft.irfft(np.fft.rfft(ROW)), ONE),  # both ways
        (lambda: np.fft.fft(np.ones((3, 64)) + 0j), 3 * ONE),
        (lambda: np.fft.fft(np.ones((64, 3)) + 0j, axis=0), 3 * ONE),
        (lambda: np.fft.fft(ROW[:10] + 0j, n=64), ONE),
        (lambda: np.fft.rfft(np.ones(63)), 5 * 63 * np.log2(63) / 2),
        (lambda: np.fft.fft(np.ones(1) + 0j), 0.0),
        (lambda: np.fft.fft2(np.ones((4, 64)) + 0j), 4 * ONE + 64 * 5 * 4 * 2),
    ],
)
def test_transforms(function: Callable[[], Any], expected: float) -> None:
    assert flop(function, "fft") == pytest.approx(expected)


def test_without_a_result_nothing_is_known() -> None:
    assert fft_work(call(ROW, name="np.fft._pocketfft_umath.fft")) is None
