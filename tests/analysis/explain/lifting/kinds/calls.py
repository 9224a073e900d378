"""Functions of one's own that a loop calls, and random numbers that it draws."""

import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(n="=n", rng="rng")
def monte_carlo(n: A, rng: A) -> A:
    inside = 0
    for _ in range(n):
        x = rng.random()
        y = rng.random()
        if x * x + y * y < 1:
            inside += 1
    return inside, rng


@kind(n="=n", m="=m", rng="rng")
def noise_element_by_element(n: A, m: A, rng: A) -> A:
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = 2 + rng.normal(0, 0.5)
    return out, rng


@kind(n="=n", rng="rng")
def random_vectors(n: A, rng: A) -> A:
    out = []
    for _ in range(n):
        p = rng.standard_normal(3)
        out.append(p / np.sqrt(np.sum(p**2)))
    return np.array(out).reshape(-1, 3), rng


@kind(n="=n", rng="rng")
def numbers_drawn_in_a_row_one_by_one(n: A, rng: A) -> A:
    total = 0.0
    for _ in range(n):
        price = 100.0
        z = rng.standard_normal(5)
        for k in range(5):
            price *= math.exp(0.05 * z[k])
        total += max(price - 100.0, 0.0)
    return total, rng


@kind(n="=n", rng="rng")
def numbers_drawn_in_two_rows(n: A, rng: A) -> A:
    out = np.zeros(n)
    for i in range(n):
        z = rng.random((3, 2))
        y = rng.random((3, 2))
        s = 0.0
        for k in range(3):
            s += z[k, 0] * y[k, 1]
        out[i] = s + z[1, 1]
    return out, rng


@helper
def bump(v: A, height: A = 2.0) -> A:
    """A function with a condition, for single numbers."""
    if v < 0:
        return 0.0
    w = v * v
    return height * w if w < 1 else math.exp(-w)


@helper
def spread(row: A) -> A:
    return np.max(row) - np.min(row) + bump(row[0])


@kind(x="n")
def calls_a_helper(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = bump(x[i], height=3.0) + bump(x[i])
    return out


@kind(x="n m:double", least=1)
def calls_a_helper_for_rows(x: A) -> A:
    out = []
    for row in x:
        out.append(spread(row))
    return np.array(out)


@kind(x="n m:double", least=1)
def vectorized(x: A) -> A:
    f = np.vectorize(bump)
    return f(x) + np.vectorize(lambda v: v * 2)(x)


@kind(x="n m:double", least=1)
def along_an_axis(x: A) -> A:
    a = np.apply_along_axis(spread, 1, x)
    b = np.apply_along_axis(lambda c: c.sum() / 2, 0, x)
    return a.sum() + b.sum()


@kind(x="n:double", least=1)
def mapped_list(x: A) -> A:
    return np.array(list(map(bump, x)))


@kind(x="n:real")
def functions_of_math(x: A) -> A:
    return np.array([math.radians(v) for v in x])
