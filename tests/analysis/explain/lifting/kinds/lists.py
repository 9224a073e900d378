"""Lists and arrays that grow, and lists that hold numbers."""

import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(n="=n")
def growth_by_append(n: A) -> A:
    out = np.array([])
    for i in range(n):
        out = np.append(out, i * 0.5)
    return out


@kind(x="n m")
def growth_by_vstack(x: A) -> A:
    out = np.empty((0, x.shape[1]))
    for row in x:
        out = np.vstack((out, row * 2))
    return out


@kind(x="n")
def growth_by_concatenate(x: A) -> A:
    out = np.zeros(1)
    for i in range(len(x)):
        out = np.concatenate([out, [x[i] + 1]])
    return out


@kind(x="n")
def list_of_results(x: A) -> A:
    out = []
    for v in x:
        out.append(v * v + 1)
    return out


@kind(x="n")
def list_made_array(x: A) -> A:
    out = []
    for i in range(len(x)):
        out.append(np.sin(x[i]))
    return np.array(out)


@kind(x="n m", least=1)
def nested_lists(x: A) -> A:
    rows = []
    for i in range(x.shape[0]):
        row = []
        for j in range(x.shape[1]):
            row.append(x[i, j] + j)
        rows.append(row)
    return np.array(rows)


@kind(x="n")
def selected_elements(x: A) -> A:
    out = []
    for i in range(len(x)):
        if x[i] > 0:
            out.append(x[i])
    return np.array(out)


@kind(x="n", least=1)
def two_pieces_per_iteration(x: A) -> A:
    out = []
    for v in x:
        out.append(v)
        out.append(-v * 2)
    return np.array(out)


@kind(x="n 2", least=1)
def points_and_mirrored_points(x: A) -> A:
    out = []
    for p in x:
        out.append(p)
        out.append(p[::-1] + 1)
    return np.array(out)


@kind(x="n:real")
def filtered_comprehension(x: A) -> A:
    kept = [v * 2 for v in x if v > 0]
    return np.array(kept)


@kind(x="n:real")
def list_that_stays_one(x: A) -> A:
    return [v * v for v in x]


@kind(x="n k:double", y="k m:double", least=1)
def product_of_lists(x: A, y: A) -> A:
    a, b = x.tolist(), y.tolist()
    n, m, k = len(a), len(b[0]), len(b)
    c = [[0.0] * m for _ in range(n)]
    for i in range(n):
        for j in range(m):
            for t in range(k):
                c[i][j] += a[i][t] * b[t][j]
    return c


@kind(x="n m:whole", least=1)
def lengths_of_rows_in_lists(x: A) -> A:
    rows = x.tolist()
    out = []
    for row in rows:
        s = 0
        for v in row:
            s += v * v
        out.append(math.sqrt(s))
    return np.array(out)


@kind(x="n:whole", least=1)
def list_changed_in_place(x: A) -> A:
    numbers = x.tolist()
    for i in range(len(numbers)):
        numbers[i] = numbers[i] * 3 + 1
    return numbers


@kind(x="n")
def one_item_either_way(x: A) -> A:
    out = []
    for v in x:
        if v < -0.5:
            out.append(0.0)
        elif v < 0.5:
            out.append(v)
        else:
            out.append(2 * v)
    return np.array(out, dtype=float)


@kind(x="n")
def names_of_levels(x: A) -> A:
    out = []
    for v in x:
        if v < 0:
            out.append("low")
        else:
            out.append("high")
    return out


@kind(x="n m", least=1)
def rows_filled_one_by_one(x: A) -> A:
    out: A = []
    for i in range(x.shape[0]):
        out.append([])
        for j in range(x.shape[1]):
            out[-1].append(2.0 * x[i, j])
    return np.array(out, dtype=float)


@kind(x="n+3:double", y="n 2 3:double", least=1)
def lists_that_are_joined(x: A, y: A) -> A:
    windows = []
    for i in range(len(x) - 2):
        windows.append(x[i : i + 3])
    flat = []
    for i in range(len(x) - 2):
        flat.append(x[i : i + 3] * 2)
    blocks = []
    for i in range(len(y)):
        blocks.append(y[i] + 1)
    return np.vstack(windows), np.concatenate(flat), np.concatenate(blocks)
