"""Elements that an iteration sets and reads again, and values that several places get."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(x="n:double", v="n:double")
def bouncing(x: A, v: A) -> A:
    for i in range(len(x)):
        x[i] += v[i] * 0.5
        if x[i] > 0.5:
            x[i] = 1.0 - x[i]
            v[i] = -v[i]
        elif x[i] < -0.5:
            x[i] = -1.0 - x[i]
            v[i] = -v[i]
    return x, v


@kind(x="n:double", y="n:double")
def larger_ones_first(x: A, y: A) -> A:
    for i in range(len(x)):
        if x[i] < y[i]:
            x[i], y[i] = y[i], x[i]
    return x, y


@kind(u="n m:double", w="n m:double")
def both_from_both(u: A, w: A) -> A:
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            u[i, j] = u[i, j] + 0.5 * w[i, j]
            w[i, j] = w[i, j] - 0.25 * u[i, j]
    return u, w


@kind(x="n:double", e="4:double")
def rounds_until_the_first_larger(x: A, e: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        for k in range(len(e)):
            if x[i] < e[k]:
                break
            out[i] += 1
    return out


@kind(x="n:double")
def doubled_as_long_as_small(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = abs(x[i]) + 0.1
        while s < 5:
            s = 2 * s
            out[i] = s
    return out


@kind(m="n k:bool")
def shared_of_all_pairs(m: A) -> A:
    n = len(m)
    out = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            both = np.logical_and(m[i], m[j]).sum()
            either = np.logical_or(m[i], m[j]).sum()
            out[i, j] = out[j, i] = both / max(either, 1)
    return out


@kind(x="n:double")
def one_value_for_two(x: A) -> A:
    a, b = np.zeros(len(x)), np.zeros(len(x))
    for i in range(len(x)):
        a[i] = b[i] = c = 2 * x[i] + a[i]
        b[i] += c
    return a, b


@kind(x="n m:double")
def pairs_of_a_triangle(x: A) -> A:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(i):
            d = np.abs(x[i] - x[j]).sum()
            out[i, j] = d
            out[j, i] = -d
    return out


@kind(x="n:double", e="3:double")
def the_last_one_looked_at(x: A, e: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        for k in range(len(e)):
            v = e[k] * 2
            if x[i] < v:
                break
        out[i] = v
    return out


@kind(x="n:double", e="3:double")
def looked_at_from_a_start(x: A, e: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        for k in range(len(e)):
            out[i] = e[k]
            if x[i] < e[k]:
                break
    return out


@kind(p="n 2:double", v="n 2:double")
def points_in_a_box(p: A, v: A) -> A:
    for i in range(len(p)):
        speed = np.sqrt(v[i, 0] ** 2 + v[i, 1] ** 2) + 0.1
        if speed > 1:
            v[i, 0] /= speed
            v[i, 1] /= speed
        p[i, 0] += v[i, 0]
        p[i, 1] += v[i, 1]
        for d in range(2):
            if p[i, d] < 0 or p[i, d] > 1:
                v[i, d] = -v[i, d]
    return p, v
