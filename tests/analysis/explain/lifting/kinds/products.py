"""Products of matrices and vectors, of all pairs of elements, of many small matrices."""

import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(a="n k:number", b="k m:number")
def matrix_product(a: A, b: A) -> A:
    n, m = a.shape[0], b.shape[1]
    c = np.zeros((n, m), dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


@kind(a="n k", b="k m")
def matrix_product_with_scalar(a: A, b: A) -> A:
    c = np.empty((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = 1.5 * s
    return c


@kind(x="n d")
def gram_matrix(x: A) -> A:
    n = len(x)
    g = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            g[i, j] = np.dot(x[i], x[j])
    return g


@kind(x="n d", least=1)
def covariance(x: A) -> A:
    n, d = x.shape
    mean = x.mean(axis=0)
    c = np.zeros((d, d))
    for k in range(n):
        for i in range(d):
            for j in range(d):
                c[i, j] += (x[k, i] - mean[i]) * (x[k, j] - mean[j])
    return c / n


@kind(x="n d")
def scatter_by_outer(x: A) -> A:
    d = x.shape[1]
    c = np.zeros((d, d))
    for row in x:
        c += np.outer(row, row)
    return c


@kind(a="n 3 3:double", b="n 3 3:double", s="n:double")
def small_products(a: A, b: A, s: A) -> A:
    y = np.empty(a.shape)
    for i in range(len(a)):
        y[i] = s[i] * (a[i] @ b[i]) + a[i].T
    return y


@kind(a="n 3 3", v="n 3")
def matrices_times_vectors(a: A, v: A) -> A:
    out = np.zeros_like(v)
    for i in range(len(v)):
        out[i] = a[i].dot(v[i])
    return out


@kind(r="3 3", p="n 3")
def one_matrix_many_points(r: A, p: A) -> A:
    out = np.zeros_like(p)
    for i in range(p.shape[0]):
        out[i] = r @ p[i]
    return out


@kind(a="n 3 3:double")
def determinants(a: A) -> A:
    out = np.empty(len(a))
    for i in range(len(a)):
        out[i] = np.linalg.det(a[i])
    return out


@kind(a="n 3 3:double", b="n 3:double")
def systems_of_equations(a: A, b: A) -> A:
    x = np.zeros_like(b)
    for i in range(len(a)):
        x[i] = np.linalg.solve(a[i] + 9 * np.eye(3), b[i])
    return x


@kind(a="n 2 2:double")
def inverses_and_traces(a: A) -> A:
    out = np.zeros(len(a))
    inverse = np.zeros(a.shape)
    for i, m in enumerate(a):
        inverse[i] = np.linalg.inv(m)
        out[i] = np.trace(m)
    return out, inverse


@kind(x="n", y="m")
def outer_function(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = math.exp(-((x[i] - y[j]) ** 2))
    return out


@kind(x="n 3", y="n 3")
def cross_products(x: A, y: A) -> A:
    out = np.zeros((len(x), 3))
    for i in range(len(x)):
        out[i] = np.cross(x[i], y[i])
    return out


@kind(a="n m k", b="m k p")
def three_axes(a: A, b: A) -> A:
    n, m, k = a.shape
    p = b.shape[2]
    out = np.zeros((p, n))
    for i in range(n):
        for q in range(p):
            for j in range(m):
                for r in range(k):
                    out[q, i] += a[i, j, r] * b[j, r, q]
    return out


@kind(x="n:double", y="n:double")
def angles_by_map(x: A, y: A) -> A:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            a, b, c = map(math.radians, [x[i], y[j], x[j]])
            out[i, j] = math.sin(a) * math.cos(b) + c
    return out


@kind(h="3 3:double", points="n 2:double")
def points_projected(h: A, points: A) -> A:
    out = np.zeros((len(points), 2))
    for i in range(len(points)):
        q = np.dot(h, np.array([points[i, 0], points[i, 1], 1.0]))
        out[i] = q[:2] / q[2]
    return out


@kind(vertices="m 3:double", faces="n 3:index m", least=1)
def areas_of_faces(vertices: A, faces: A) -> A:
    out = np.zeros(len(faces))
    for i in range(len(faces)):
        a, b, c = vertices[faces[i]]
        out[i] = 0.5 * np.linalg.norm(np.cross(b - a, c - a))
    return out


@kind(a="n 3 3:double")
def largest_eigenvalues(a: A) -> A:
    out = np.zeros(len(a))
    for i in range(len(a)):
        values, vectors = np.linalg.eigh(a[i] @ a[i].T)
        out[i] = values[-1] + abs(vectors[0, 0])
    return out


@kind(a="n 3:double", b="n 2:double")
def kronecker_of_rows(a: A, b: A) -> A:
    out = np.zeros((len(a), 6))
    for i in range(len(a)):
        out[i] = np.kron(a[i], b[i])
    return out


@kind(q="n 3:double", k="m 3:double", v="m 2:double", least=1)
def attention(q: A, k: A, v: A) -> A:
    out = np.zeros((len(q), v.shape[1]))
    for i in range(len(q)):
        scores = np.array([np.dot(q[i], k[j]) for j in range(len(k))])
        weights = np.exp(scores - scores.max())
        weights = weights / weights.sum()
        for j in range(len(k)):
            out[i] += weights[j] * v[j]
    return out


@kind(x="n m:double", c="m m:double", mu="m:double", least=1)
def quadratic_forms(x: A, c: A, mu: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        d = x[i] - mu
        out[i] = np.dot(np.dot(d, c), d)
    return out


@kind(a="n k:double", b="k l:double", c="l m:double", least=1)
def products_of_three(a: A, b: A, c: A) -> A:
    out = np.zeros((a.shape[0], c.shape[1]))
    for i in range(a.shape[0]):
        for j in range(c.shape[1]):
            for p in range(b.shape[0]):
                for q in range(b.shape[1]):
                    out[i, j] += a[i, p] * b[p, q] * c[q, j]
    return out


@kind(a="n n:int", least=2)
def triangles_of_a_graph(a: A) -> A:
    count = 0
    for i in range(len(a)):
        for j in range(i + 1, len(a)):
            if a[i, j] > 1:
                for k in range(j + 1, len(a)):
                    if a[i, k] > 1 and a[j, k] > 2:
                        count += 1
    return count


@kind(a="n n:bool", b="n n:bool", least=1)
def two_steps_and_back(a: A, b: A) -> A:
    out = np.zeros(len(a), dtype=int)
    for i in range(len(a)):
        for j in range(len(a)):
            for k in range(len(a)):
                if a[i, j] and a[j, k] and b[k, i]:
                    out[i] += 1
    return out


@kind(a="n m", c="n n", s="~", t="~")
def lower_half_of_a_product(a: A, c: A, s: float, t: float) -> A:
    out = c.copy()
    n, m = a.shape
    for i in range(n):
        for j in range(i + 1):
            out[i, j] *= t
        for k in range(m):
            for j in range(i + 1):
                out[i, j] += s * a[i, k] * a[j, k]
    return out


@kind(x="n:int", w="n m 3")
def sums_where_a_row_is_chosen(x: A, w: A) -> float:
    total = 0.0
    for i in range(len(x)):
        for j in range(w.shape[1]):
            for k in range(w.shape[2]):
                if x[i] > 2:
                    total += w[i, j, k] * w[i, j, 0]
    return total
