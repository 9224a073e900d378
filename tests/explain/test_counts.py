"""Traced FLOP and bytes of whole functions against formulas derived by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from tests.functions import grids, learning, linear, particles

N, M, K, STEPS = 14, 9, 6, 3


def array(*shape: int) -> Any:
    return np.random.default_rng(2).uniform(0.5, 1.5, shape)


def jacobi() -> tuple[float, float, float]:
    inner = (N - 2) ** 2
    copies = 8 * N * N * (1 + STEPS)
    # Three sums of two arrays, a product with a number, a store.
    read = copies + STEPS * 8 * inner * (3 * 2 + 1 + 1)
    written = copies + STEPS * 8 * inner * (3 + 1 + 1)
    return 4 * STEPS * inner, read, written


def softmax() -> tuple[float, float, float]:
    # maximum, subtract, exp (8), sum, divide
    flop = N * (M - 1) + N * M + 8 * N * M + N * (M - 1) + N * M
    read = 8 * (5 * N * M + 2 * N)
    return flop, read, 8 * (3 * N * M + 2 * N)


def floyd_warshall() -> tuple[float, float, float]:
    # Per node: a column plus a row, and the smaller of two matrices.
    read = 8 * N * N + N * 8 * (2 * N + 2 * N * N)
    return 2 * N**3, read, 8 * N * N + N * 16 * N * N


def conjugate_gradient() -> tuple[float, float, float]:
    flop = 2 * N * N + N + 2 * N + STEPS * (2 * N * N + 10 * N + 2)
    vector, matrix = 8 * N, 8 * N * N
    # zeros_like spreads one zero that it makes; a @ x, b - …, r.copy(), r @ r.
    read = 8 + (matrix + vector) + 2 * vector + vector + vector
    written = 8 + vector * 4
    # a @ p; p @ ap; 3 × (number × vector; vector ± vector); r @ r
    read += STEPS * ((matrix + vector) + 2 * vector + 3 * (vector + 2 * vector) + vector)
    written += STEPS * vector * (1 + 3 * 2)
    return flop, read, written


def matrix_product_loops() -> tuple[float, float, float]:
    return 2 * N * M * K, 16 * N * M * K, 8 * N * M + 8 * N * M


def layer_by_layer() -> tuple[float, float, float]:
    # A matrix times a vector, the larger of it and zero, a store.
    flop = STEPS * (2 * N * M + N)
    read = STEPS * 8 * (N * M + M + N + N)
    return flop, read, STEPS * 8 * (N + N + N)


def summed_area() -> tuple[float, float, float]:
    return (N - 1) * M + N * (M - 1), 16 * N * M, 16 * N * M


def big_product() -> tuple[float, float, float]:
    return 2 * N * M * K, 8 * (N * K + K * M), 8 * N * M


def chain() -> tuple[float, float, float]:
    # Without an order chosen: two products and a sum for each of four indices.
    return 3 * N**4, 3 * 8 * N * N, 8 * N * N


def lennard_jones() -> tuple[float, float, float]:
    pairs = N * (N - 1) // 2
    # Per pair: subtract 3, square 3, sum 2, divide 1, power 8, square 1, subtract 1,
    # times 4, sum 1; each sum has one addition less, the energy one more.
    read = 8 * (pairs * (3 + 3 + 3 + 1 + 1 + 1 + 2 + 1 + 1) + 3 * (N - 1))
    written = 8 * pairs * (3 + 3 + 1 + 1 + 1 + 1 + 1 + 1)
    return 21 * pairs, read, written


def n_body() -> tuple[float, float, float]:
    flop = N * N * (3 + 3 + 2 + 1 + 8 + 1 + 3) + 3 * N * (N - 1)
    return flop, -1, -1


def gram_schmidt() -> tuple[float, float, float]:
    pairs = M * (M - 1) // 2
    return pairs * 4 * N + M * (2 * N + 1 + N), -1, -1


def power_iteration() -> tuple[float, float, float]:
    return STEPS * (2 * N * N + 2 * N + 1 + N), -1, -1


def moving_average() -> tuple[float, float, float]:
    windows = N - 4 + 1
    return windows * 4, -1, -1


def histogram_loop() -> tuple[float, float, float]:
    # Times the number of bins, plus one in the bin.
    return 2 * N, -1, -1


CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[float, float, float]]] = {
    "jacobi": (grids.jacobi, (array(N, N), STEPS), jacobi()),
    "softmax": (learning.softmax, (array(N, M),), softmax()),
    "floyd_warshall": (particles.floyd_warshall, (array(N, N),), floyd_warshall()),
    "conjugate_gradient": (
        linear.conjugate_gradient,
        (array(N, N), array(N), STEPS),
        conjugate_gradient(),
    ),
    "matrix_product_loops": (
        linear.matrix_product_loops,
        (array(N, K), array(K, M)),
        matrix_product_loops(),
    ),
    "layer_by_layer": (
        learning.layer_by_layer,
        (array(STEPS, M), array(N, M)),
        layer_by_layer(),
    ),
    "summed_area": (grids.summed_area, (array(N, M),), summed_area()),
    "big_product": (linear.big_product, (array(N, K), array(K, M)), big_product()),
    "chain": (learning.chain, tuple(array(N, N) for _ in range(3)), chain()),
    "lennard_jones": (particles.lennard_jones, (array(N, 3),), lennard_jones()),
    "n_body": (particles.n_body, (array(N, 3), array(N)), n_body()),
    "gram_schmidt": (linear.gram_schmidt, (array(N, M),), gram_schmidt()),
    "power_iteration": (linear.power_iteration, (array(N, N), STEPS), power_iteration()),
    "moving_average": (learning.moving_average, (array(N), 4), moving_average()),
    "histogram_loop": (learning.histogram_loop, (array(N) / 2, 20), histogram_loop()),
}
WITH_BYTES = [name for name, case in CASES.items() if case[2][1] >= 0]


@pytest.mark.parametrize("name", CASES)
def test_flop_equal_the_formula(name: str) -> None:
    function, args, (flop, _, _) = CASES[name]
    _, counts = trace(function, args)
    assert counts.coverage == 1.0, counts.uncovered
    assert counts.flop == pytest.approx(flop, rel=1e-12)


@pytest.mark.parametrize("name", WITH_BYTES)
def test_bytes_equal_the_formula(name: str) -> None:
    function, args, (_, read, written) = CASES[name]
    _, counts = trace(function, args)
    assert (counts.bytes_read, counts.bytes_written) == (read, written)
