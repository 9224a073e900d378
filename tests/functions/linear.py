"""Linear algebra written out."""

from typing import Any

import numpy as np

Array = Any


def gram_schmidt(a: Array) -> Array:
    """Orthonormal columns, one projection after the other."""
    q = np.zeros_like(a)
    for j in range(a.shape[1]):
        v = a[:, j].copy()
        for i in range(j):
            v = v - np.dot(q[:, i], v) * q[:, i]
        q[:, j] = v / np.linalg.norm(v)
    return q


def gram_schmidt_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((100, 40)),)


def conjugate_gradient(a: Array, b: Array, steps: int) -> Array:
    """Steps of the conjugate gradient method."""
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    squared = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = squared / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        following = r @ r
        p = r + (following / squared) * p
        squared = following
    return x


def conjugate_gradient_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    m = rng.random((300, 300))
    return m @ m.T + 300 * np.eye(300), rng.random(300), 20


def power_iteration(a: Array, steps: int) -> Array:
    """Direction of the largest eigenvalue."""
    v = np.ones(len(a))
    for _ in range(steps):
        v = a @ v
        v /= np.linalg.norm(v)
    return v


def power_iteration_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((50, 50)), 100


def matrix_product_loops(a: Array, b: Array) -> Array:
    """A product, element by element in Python."""
    n, m, k = len(a), len(b[0]), len(b)
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            total = 0.0
            for p in range(k):
                total += a[i, p] * b[p, j]
            out[i, j] = total
    return out


def matrix_product_loops_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((20, 20)), rng.random((20, 20))


def big_product(a: Array, b: Array) -> Array:
    """One product that BLAS may share out."""
    return a @ b


def big_product_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((600, 600)), rng.random((600, 600))
