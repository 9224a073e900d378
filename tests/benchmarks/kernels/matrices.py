"""Linear algebra written out: as it is often written, and by hand."""

from typing import Any

import numpy as np
import scipy.linalg

Array = Any


def cholesky(a: Array) -> Array:
    """Lower factor of a symmetric positive definite matrix, element by element."""
    n = len(a)
    factor = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            total = a[i, j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = np.sqrt(total) if i == j else total / factor[j, j]
    return factor


def cholesky_arguments() -> tuple[Any, ...]:
    m = np.random.default_rng(0).random((40, 40))
    return (m @ m.T + 40 * np.eye(40),)


def cholesky_by_hand(a: Array) -> Array:
    return np.linalg.cholesky(a)


def elimination(a: Array) -> Array:
    """LU factors in one matrix, without pivoting, row by row."""
    lu = a.copy()
    n = len(lu)
    for k in range(n):
        for i in range(k + 1, n):
            lu[i, k] = lu[i, k] / lu[k, k]
            for j in range(k + 1, n):
                lu[i, j] -= lu[i, k] * lu[k, j]
    return lu


def elimination_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((40, 40)) + 40 * np.eye(40),)


def elimination_by_hand(a: Array) -> Array:
    lu = a.copy()
    for k in range(len(lu)):
        lu[k + 1 :, k] /= lu[k, k]
        lu[k + 1 :, k + 1 :] -= lu[k + 1 :, k, None] * lu[k, k + 1 :]
    return lu


def back_substitution(u: Array, b: Array) -> Array:
    """Solution of an upper triangular system."""
    n = len(b)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        total = b[i]
        for j in range(i + 1, n):
            total -= u[i, j] * x[j]
        x[i] = total / u[i, i]
    return x


def back_substitution_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return np.triu(rng.random((120, 120))) + 60 * np.eye(120), rng.random(120)


def back_substitution_by_hand(u: Array, b: Array) -> Array:
    return scipy.linalg.solve_triangular(u, b)


def triangular_update(a: Array, x: Array) -> Array:
    """The lower triangle of a symmetric matrix plus an outer product."""
    out = a.copy()
    for i in range(len(x)):
        for j in range(i + 1):
            out[i, j] += x[i] * x[j]
    return out


def triangular_update_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((120, 120)), rng.random(120)


def triangular_update_by_hand(a: Array, x: Array) -> Array:
    return a + np.tril(x[:, None] * x)


def symmetric_rank_k(c: Array, a: Array, alpha: float, beta: float) -> Array:
    """C = alpha A Aᵀ + beta C on the lower triangle."""
    out = c.copy()
    n, m = a.shape
    for i in range(n):
        for j in range(i + 1):
            out[i, j] *= beta
        for k in range(m):
            for j in range(i + 1):
                out[i, j] += alpha * a[i, k] * a[j, k]
    return out


def symmetric_rank_k_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((30, 30)), rng.random((30, 25)), 1.5, 1.2


def symmetric_rank_k_by_hand(c: Array, a: Array, alpha: float, beta: float) -> Array:
    return np.where(np.tri(len(c), dtype=bool), alpha * (a @ a.T) + beta * c, c)


def covariance_loops(data: Array) -> Array:
    """Covariance of the columns, pair by pair."""
    n, m = data.shape
    mean = np.zeros(m)
    for j in range(m):
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    cov = np.zeros((m, m))
    for i in range(m):
        for j in range(i, m):
            for k in range(n):
                cov[i, j] += (data[k, i] - mean[i]) * (data[k, j] - mean[j])
            cov[i, j] /= n - 1
            cov[j, i] = cov[i, j]
    return cov


def covariance_loops_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((100, 15)),)


def covariance_loops_by_hand(data: Array) -> Array:
    centred = data - data.mean(axis=0)
    return centred.T @ centred / (len(data) - 1)


def covariance_centred(data: Array) -> Array:
    """The same with means from NumPy and a dot product for each pair."""
    centred = data - data.mean(axis=0)
    m = data.shape[1]
    cov = np.empty((m, m))
    for i in range(m):
        for j in range(m):
            cov[i, j] = np.dot(centred[:, i], centred[:, j]) / (len(data) - 1)
    return cov


def covariance_centred_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((200, 50)),)


def covariance_centred_by_hand(data: Array) -> Array:
    centred = data - data.mean(axis=0)
    return centred.T @ centred / (len(data) - 1)


def batched_products(a: Array, b: Array) -> Array:
    """Many small products in a list."""
    out = []
    for left, right in zip(a, b, strict=True):
        out.append(np.dot(left, right))
    return np.array(out)


def batched_products_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((2000, 4, 4)), rng.random((2000, 4, 4))


def batched_products_by_hand(a: Array, b: Array) -> Array:
    return a @ b


def quadratic_forms(a: Array, x: Array) -> Array:
    """xᵀ A x for each row."""
    return np.array([row @ a @ row for row in x])


def quadratic_forms_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((30, 30)), rng.random((2000, 30))


def quadratic_forms_by_hand(a: Array, x: Array) -> Array:
    return ((x @ a) * x).sum(axis=1)


def small_systems(a: Array, b: Array) -> Array:
    """Many small systems of equations, one after the other."""
    x = np.empty_like(b)
    for k in range(len(b)):
        x[k] = np.linalg.solve(a[k], b[k])
    return x


def small_systems_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((800, 3, 3)) + 3 * np.eye(3), rng.random((800, 3))


def small_systems_by_hand(a: Array, b: Array) -> Array:
    return np.linalg.solve(a, b[:, :, None])[:, :, 0]


def two_products(a: Array, b: Array, c: Array, d: Array) -> Array:
    """alpha A B C + D by triple loops."""
    n, p = a.shape
    q = b.shape[1]
    half = np.zeros((n, q))
    for i in range(n):
        for j in range(q):
            for k in range(p):
                half[i, j] += 1.5 * a[i, k] * b[k, j]
    out = d.copy()
    for i in range(n):
        for j in range(c.shape[1]):
            out[i, j] *= 1.2
            for k in range(q):
                out[i, j] += half[i, k] * c[k, j]
    return out


def two_products_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.random((18, 18)) for _ in range(4))


def two_products_by_hand(a: Array, b: Array, c: Array, d: Array) -> Array:
    return 1.5 * (a @ b) @ c + 1.2 * d


def normal_equations(a: Array, x: Array) -> Array:
    """Aᵀ A x, one row after the other."""
    n, m = a.shape
    y = np.zeros(m)
    for i in range(n):
        inner = 0.0
        for j in range(m):
            inner += a[i, j] * x[j]
        for j in range(m):
            y[j] = y[j] + a[i, j] * inner
    return y


def normal_equations_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((80, 90)), rng.random(90)


def normal_equations_by_hand(a: Array, x: Array) -> Array:
    return a.T @ (a @ x)


def both_products(a: Array, p: Array, r: Array) -> Array:
    """A p and Aᵀ r in one sweep."""
    s = np.zeros(a.shape[1])
    q = np.zeros(a.shape[0])
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s[j] += r[i] * a[i, j]
            q[i] += a[i, j] * p[j]
    return np.concatenate((s, q))


def both_products_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((80, 70)), rng.random(70), rng.random(80)


def both_products_by_hand(a: Array, p: Array, r: Array) -> Array:
    return np.concatenate((r @ a, a @ p))


def contraction_of_four(a: Array, b: Array) -> Array:
    """A tensor of three axes times a matrix over its last."""
    r, q, p = a.shape
    out = np.zeros((r, q, b.shape[1]))
    for i in range(r):
        for j in range(q):
            for k in range(b.shape[1]):
                total = 0.0
                for m in range(p):
                    total += a[i, j, m] * b[m, k]
                out[i, j, k] = total
    return out


def contraction_of_four_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((12, 10, 14)), rng.random((14, 14))


def contraction_of_four_by_hand(a: Array, b: Array) -> Array:
    return a @ b


def rank_two_update(a: Array, u: Array, v: Array, w: Array, z: Array) -> Array:
    """A + u vᵀ + w zᵀ."""
    out = a.copy()
    for i in range(len(u)):
        for j in range(len(v)):
            out[i, j] = out[i, j] + u[i] * v[j] + w[i] * z[j]
    return out


def rank_two_update_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((80, 90)), rng.random(80), rng.random(90), rng.random(80), rng.random(90)


def rank_two_update_by_hand(a: Array, u: Array, v: Array, w: Array, z: Array) -> Array:
    return a + u[:, None] * v + w[:, None] * z


def vandermonde(x: Array, degree: int) -> Array:
    """Powers of every number, one column after the other."""
    out = np.empty((len(x), degree + 1))
    for i in range(len(x)):
        for k in range(degree + 1):
            out[i, k] = x[i] ** k
    return out


def vandermonde_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(1000), 8


def vandermonde_by_hand(x: Array, degree: int) -> Array:
    out = np.empty((len(x), degree + 1))
    out[:, 0] = 1
    for k in range(1, degree + 1):
        np.multiply(out[:, k - 1], x, out=out[:, k])
    return out


def outer_sums(x: Array, y: Array) -> Array:
    """Sum of every pair."""
    return np.array([[a + b for b in y] for a in x])


def outer_sums_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(120), rng.random(100)


def outer_sums_by_hand(x: Array, y: Array) -> Array:
    return x[:, None] + y


def log_density(x: Array, mean: Array, cov: Array) -> Array:
    """Logarithm of a normal density in several dimensions, point by point."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        d = x[i] - mean
        out[i] = -0.5 * (
            d @ np.linalg.inv(cov) @ d
            + np.log(np.linalg.det(cov))
            + len(mean) * np.log(2 * np.pi)
        )
    return out


def log_density_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    m = rng.random((6, 6))
    return rng.random((400, 6)), rng.random(6), m @ m.T + np.eye(6)


def log_density_by_hand(x: Array, mean: Array, cov: Array) -> Array:
    d = x - mean
    constant = np.linalg.slogdet(cov)[1] + len(mean) * np.log(2 * np.pi)
    return -0.5 * ((d @ np.linalg.inv(cov) * d).sum(axis=1) + constant)
