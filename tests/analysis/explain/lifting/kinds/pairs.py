"""All pairs of two arrays, or of one: distances, forces, nearest elements."""

import itertools
import math
from typing import Any

import numpy as np
import scipy.spatial

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(x="n d", y="m d")
def pairwise_distances(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = np.sqrt(np.sum((x[i] - y[j]) ** 2))
    return out


@kind(x="n d", y="m d")
def distances_by_norm(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            out[i, j] = np.linalg.norm(a - b)
    return out


@kind(x="n d", y="m d")
def distances_element_by_element(x: A, y: A) -> A:
    n, d = x.shape
    m = y.shape[0]
    out = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            s = 0.0
            for k in range(d):
                diff = x[i, k] - y[j, k]
                s += diff * diff
            out[i, j] = math.sqrt(s)
    return out


@kind(x="n d", y="m d")
def city_blocks(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = np.abs(x[i] - y[j]).sum()
    return out


@kind(a="n n")
def upper_triangle(a: A) -> A:
    n = len(a)
    s = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            s += a[i, j]
    return s


@kind(p="n 3:double", m="n:double")
def gravity(p: A, m: A) -> A:
    n = len(p)
    f = np.zeros((n, 3))
    for i in range(n):
        for j in range(n):
            if i != j:
                d = p[j] - p[i]
                f[i] += m[j] * d / (np.sum(d * d) + 0.01)
    return f


@kind(x="n d", y="m d", least=1)
def nearest_neighbour(x: A, y: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        best = np.inf
        for j in range(len(y)):
            d = np.sum((x[i] - y[j]) ** 2)
            if d < best:
                best = d
                out[i] = j
    return out


@kind(x="n d", y="m d", least=1)
def nearest_neighbour_by_argmin(x: A, y: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        out[i] = np.argmin(np.sum((y - x[i]) ** 2, axis=1))
    return out


@kind(x="n d", y="m d", least=1)
def nearest_distance(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        best: A = np.inf
        k = 0
        for j in range(len(y)):
            d = np.linalg.norm(x[i] - y[j])
            if d < best:
                best = d
                k = j
        out[i] = best + k
    return out


@kind(a="n n:any")
def symmetric(a: A) -> A:
    n = len(a)
    for i in range(n):
        for j in range(i + 1, n):
            if a[i, j] != a[j, i]:
                return False
    return True


@kind(x="n:int")
def ranks_by_counting(x: A) -> A:
    rank = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        rank[i] = np.sum(x < x[i])
    return rank


@kind(x="n:double", y="m:double")
def exceedances(x: A, y: A) -> A:
    out = np.zeros(len(y), dtype=int)
    for j in range(len(y)):
        count = 0
        for v in x:
            if v >= y[j]:
                count += 1
        out[j] = count
    return out


@kind(a="n:double", b="m:double")
def pairs_from_two_loops(a: A, b: A) -> A:
    out = []
    for x in a:
        for y in b:
            out.append(x * y)
    return np.array(out)


@kind(x="n 3:double", y="m 3:double", least=2)
def a_metric_called_per_pair(x: A, y: A) -> A:
    whole = scipy.spatial.distance.cdist(x, y, lambda u, v: np.abs(u - v).sum() + u[0])
    upper = scipy.spatial.distance.pdist(x, metric=lambda u, v: np.sqrt(((u - v) ** 2).sum()))
    return whole.sum(axis=1), upper


@kind(x="n 3:double")
def distances_of_combinations(x: A) -> A:
    total: A = 0.0
    for a, b in itertools.combinations(x, 2):
        total += np.linalg.norm(a - b)
    return total


@kind(x="n:double")
def products_of_pairs(x: A) -> A:
    out = []
    for i, j in itertools.combinations(range(len(x)), 2):
        out.append(x[i] * x[j])
    return np.array(out, dtype=float)


@kind(x="n 2:double")
def rows_from_there_on(x: A) -> A:
    total = 0.0
    for i, a in enumerate(x):
        for b in x[i + 1 :]:
            total += np.abs(a - b).sum()
    return total


@kind(grid="n+2:double", values="m:double")
def nearest_of_a_grid(grid: A, values: A) -> A:
    places = np.zeros(len(values), dtype=int)
    gaps = np.zeros(len(values))
    for i in range(len(values)):
        places[i] = np.abs(grid - values[i]).argmin()
        gaps[i] = np.min(np.abs(values[i] - grid))
    return places, gaps


@kind(x="n 4:whole", y="m 4:whole")
def unequal_places(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)), dtype=int)
    part = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = np.count_nonzero(x[i] != y[j])
            part[i, j] = np.mean(x[i] != y[j])
    return out, part


@kind(x="n 3:double", y="m 3:double")
def largest_gaps(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = np.max(np.abs(x[i] - y[j]))
    return out


@kind(x="n:index 4")
def ranks_with_ties(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        less = 0
        equal = 0
        for j in range(len(x)):
            if x[j] < x[i]:
                less += 1
            elif x[j] == x[i]:
                equal += 1
        out[i] = less + (equal + 1) / 2
    return out


@kind(v="n*n", n="=n", least=1)
def triangle_from_a_row(v: A, n: A) -> A:
    m = np.zeros((n, n))
    k = 0
    for i in range(n):
        for j in range(i, n):
            m[i, j] = v[k]
            m[j, i] = v[k]
            k += 1
    return m


@kind(v="n*n", n="=n", least=1)
def lower_triangle_from_a_row(v: A, n: A) -> A:
    m = np.ones((n, n))
    k = 2
    for i in range(1, n):
        for j in range(i):
            m[i, j] = m[j, i] = v[k - 2]
            k = k + 1
    return m


@kind(x="n", least=1)
def both_halves_with_the_diagonal(x: A) -> A:
    m = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(i, len(x)):
            m[i, j] = x[i] - 2 * x[j]
            m[j, i] = x[j] * x[i] + 1
    return m


@kind(v="n*n", n="=n", least=2)
def triangle_with_two_for_each(v: A, n: A) -> A:
    m = np.zeros((n, n))
    k = 0
    for i in range(n):
        for j in range(i, n - 1):
            m[i, j + 1] = v[k] * 2
            k += 1
    return m


@kind(x="n 2:double", y="m 2:double", v="n:double", least=3)
def means_of_the_nearest(x: A, y: A, v: A) -> A:
    out = []
    for p in y:
        d = np.sqrt(((x - p) ** 2).sum(axis=1))
        out.append(v[np.argsort(d)[:2]].mean())
    return np.array(out)


@kind(x="n 2:double", least=4)
def nearest_but_itself(x: A) -> A:
    out = np.zeros((len(x), 2), dtype=int)
    for i in range(len(x)):
        out[i] = np.argsort(np.linalg.norm(x - x[i], axis=1))[1:3]
    return out


@kind(x="n 2:double", y="m 2:double", c="n:index n", least=3)
def classes_of_the_nearest(x: A, y: A, c: A) -> A:
    out = np.zeros(len(y), dtype=int)
    for i in range(len(y)):
        d = np.zeros(len(x))
        for j in range(len(x)):
            d[j] = np.sqrt(np.sum((y[i] - x[j]) ** 2))
        out[i] = np.argmax(np.bincount(c[np.argsort(d)[:3]]))
    return out


@kind(x="n m:real", least=1)
def rows_filled_element_by_element(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        row = np.zeros(x.shape[1])
        for j in range(x.shape[1]):
            row[j] = x[i, j] ** 2 + j
        out[i] = row.max() - row.mean()
    return out


@kind(x="n m:real", least=2)
def rows_filled_in_part(x: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        row = np.ones(x.shape[1])
        for j in range(1, x.shape[1]):
            row[j] = x[i, j] - 1
        out[i] = row
    return out


@kind(x="n m:whole", least=1)
def real_rows_filled_with_whole_numbers(x: A) -> A:
    out = []
    for i in range(len(x)):
        row = np.zeros(x.shape[1])
        for j in range(x.shape[1]):
            row[j] = x[i, j] + j
        out.append(row)
    return np.array(out)


@kind(x="n m:double", least=1)
def whole_rows_filled_with_real_numbers(x: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        row = np.zeros(x.shape[1], dtype=int)
        for j in range(x.shape[1]):
            row[j] = x[i, j] * 3
        out[i] = row
    return out


@kind(x="n m:double", least=1)
def rows_filled_on_a_condition(x: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        row = np.ones(x.shape[1])
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                row[j] = x[i, j]
        out[i] = row
    return out


@kind(p="n 3:double", m="n:double")
def forces_of_all_pairs(p: A, m: A) -> A:
    out = np.zeros((len(m), 3))
    for i in range(len(m)):
        for j in range(len(m)):
            if i != j:
                d = p[j] - p[i]
                out[i] += m[j] * d / (np.sum(d * d) + 0.1) ** 1.5
    return out


@kind(p="n 2:double", q="m 2:double", w="n m:double")
def pulled_apart_by_weights(p: A, q: A, w: A) -> A:
    out = np.zeros((len(p), 2))
    for i in range(len(p)):
        for j in range(len(q)):
            for k in range(2):
                out[i, k] += (p[i, k] - q[j, k]) * w[i, j]
    return out


@kind(s="n", w="n n:number", h="n")
def energy_of_all_pairs(s: A, w: A, h: A) -> A:
    total = 0.0
    for i in range(len(s)):
        for j in range(i + 1, len(s)):
            total -= w[i, j] * s[i] * s[j]
        total -= h[i] * s[i]
    return total


@kind(s="n", w="n n:double")
def products_below_the_diagonal(s: A, w: A) -> A:
    out = np.zeros(len(s))
    for i in range(len(s)):
        for j in range(len(s)):
            if i > j:
                out[i] += w[i, j] * s[j]
    return out
