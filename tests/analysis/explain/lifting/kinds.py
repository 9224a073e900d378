"""Loops of many kinds, each to be lifted as a whole. They are bad NumPy on purpose."""

import itertools
import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(x="n:any")
def total(x: A) -> A:
    s = 0
    for i in range(len(x)):
        s += x[i]
    return s


@kind(b="n m:number")
def total_of_matrix(b: A) -> A:
    s = 0.0
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            s += b[i][j]
    return s


@kind(x="n:number", y="n:number")
def dot_product(x: A, y: A) -> A:
    s = 0.0
    for i in range(len(x)):
        s += x[i] * y[i]
    return s


@kind(x="n:number", y="n:number")
def scaled_sum(x: A, y: A) -> A:
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        out[i] = 2 * x[i] + y[i]
    return out


@kind(x="n m", y="m", z="n")
def rows_and_columns(x: A, y: A, z: A) -> A:
    n, m = x.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = x[i, j] * y[j] - z[i]
    return out


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


@kind(x="n*2 m*2 c:real", k="q 2 2 c:real")
def kernels_on_blocks(x: A, k: A) -> A:
    n, m = x.shape[0] // 2, x.shape[1] // 2
    v = np.empty((n, m, k.shape[0]))
    for i in range(n):
        for j in range(m):
            for f in range(k.shape[0]):
                v[i, j, f] = np.sum(x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] * k[f])
    return v


@kind(x="n+2 m+2", k="3 3")
def convolution_2d(x: A, k: A) -> A:
    h, w = x.shape[0] - 2, x.shape[1] - 2
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = (x[i : i + 3, j : j + 3] * k).sum()
    return out


@kind(x="c n+2 m+2", w="f c 3 3", b="f")
def convolution_with_bias(x: A, w: A, b: A) -> A:
    f, c, kh, kw = w.shape
    h, v = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    out = np.zeros((f, h, v))
    for o in range(f):
        for i in range(h):
            for j in range(v):
                acc = b[o]
                for q in range(c):
                    for r in range(kh):
                        for s in range(kw):
                            acc += x[q, i + r, j + s] * w[o, q, r, s]
                out[o, i, j] = max(acc, 0.0)
    return out


@kind(x="n+3", w="4")
def convolution_1d(x: A, w: A) -> A:
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(len(w)):
            y[i] += x[i + k] * w[k]
    return y


@kind(x="n+3", w="4")
def flipped_convolution(x: A, w: A) -> A:
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(len(w)):
            y[i] += x[i + 3 - k] * w[k]
    return y


@kind(x="n+5", stride="=2", size="=4")
def strided_windows(x: A, stride: A, size: A) -> A:
    n = (len(x) - size) // stride + 1
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.mean(x[i * stride : i * stride + size])
    return out


@kind(x="n*3 m*2")
def max_pooling(x: A) -> A:
    h, w = x.shape[0] // 3, x.shape[1] // 2
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.max(x[3 * i : 3 * i + 3, 2 * j : 2 * j + 2])
    return out


@kind(x="n+4", least=1)
def rolling_deviation(x: A) -> A:
    out = np.empty(len(x) - 4)
    for i in range(len(x) - 4):
        out[i] = x[i : i + 5].std()
    return out


@kind(image="n+4 m+4")
def local_median(image: A) -> A:
    h, w = image.shape
    r = 2
    out = np.zeros_like(image)
    for y in range(r, h - r):
        for x in range(r, w - r):
            out[y, x] = np.median(image[y - r : y + r + 1, x - r : x + r + 1])
    return out


@kind(u="n+2 m+2")
def five_point_stencil(u: A) -> A:
    n, m = u.shape
    out = u.copy()
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return out


@kind(u="n+2")
def second_difference(u: A) -> A:
    out = np.zeros_like(u)
    for i in range(1, len(u) - 1):
        out[i] = u[i - 1] - 2 * u[i] + u[i + 1]
    return out


@kind(u="n", v="n")
def two_statements(u: A, v: A) -> A:
    n = len(u)
    a = np.zeros(n)
    b = np.zeros(n)
    for i in range(n):
        a[i] = u[i] + v[i]
        b[i] = a[i] * 2 - u[i]
    return a, b


@kind(x="n:number")
def in_place(x: A) -> A:
    for i in range(len(x)):
        x[i] = 3 * x[i]


@kind(x="n+1")
def in_place_from_the_right(x: A) -> A:
    for i in range(len(x) - 1):
        x[i] = x[i + 1] - x[i]


@kind(x="n m")
def rows_in_place(x: A) -> A:
    for row in x:
        row -= row.sum()


@kind(x="n m")
def normalised_rows(x: A) -> A:
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        out[i] = x[i] / np.linalg.norm(x[i])
    return out


@kind(x="n m", least=1)
def softmax_rows(x: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        e = np.exp(x[i] - x[i].min())
        out[i, :] = e / e.sum()
    return out


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


@kind(x="n m", least=1)
def medians_of_columns(x: A) -> A:
    out = np.zeros(x.shape[1])
    for j in range(x.shape[1]):
        out[j] = np.median(x[:, j])
    return out


@kind(x="n m", least=1)
def percentile_of_rows(x: A) -> A:
    out = []
    for row in x:
        out.append(np.percentile(row, 30))
    return np.array(out)


@kind(x="n m", least=1)
def sorted_rows(x: A) -> A:
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = np.sort(x[i])
    return out


@kind(x="n m:double", least=1)
def spectra(x: A) -> A:
    out = np.zeros(x.shape, dtype=complex)
    for i in range(x.shape[0]):
        out[i, :] = np.fft.fft(x[i])
    return out


@kind(x="n")
def clipped(x: A) -> A:
    out = np.empty_like(x)
    for i in range(len(x)):
        if x[i] > 1:
            out[i] = 1
        elif x[i] < -1:
            out[i] = -1
        else:
            out[i] = x[i]
    return out


@kind(x="n")
def conditional_elements(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0:
            out[i] = math.sqrt(x[i])
    return out


@kind(x="n")
def ternary(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] ** 2 if x[i] > 0 and x[i] < 1 else -x[i]
    return out


@kind(x="n")
def skipped_elements(x: A) -> A:
    s = 0.0
    for v in x:
        if v < 0:
            continue
        s += v
    return s


@kind(x="n m", t="~")
def count_above(x: A, t: A) -> A:
    count = 0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > t:
                count += 1
    return count


@kind(x="n")
def largest(x: A) -> A:
    best = -np.inf
    for i in range(len(x)):
        if x[i] > best:
            best = x[i]
    return best


@kind(x="n", least=1)
def smallest_with_min(x: A) -> A:
    low = x[0]
    for v in x:
        low = min(low, v)
    return low


@kind(x="n:any")
def any_negative(x: A) -> A:
    found = False
    for v in x.real:
        if v < 0:
            found = True
    return found


@kind(x="n")
def product_of_all(x: A) -> A:
    p = 1.0
    for i in range(len(x)):
        p *= 1 + 0.1 * x[i]
    return p


@kind(x="n")
def running_sum(x: A) -> A:
    out = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        s += x[i]
        out[i] = s
    return out


@kind(x="n", least=1)
def running_sum_in_array(x: A) -> A:
    out = np.zeros(len(x))
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = out[i - 1] + x[i]
    return out


@kind(x="n m", least=1)
def running_sum_of_columns(x: A) -> A:
    for i in range(1, x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += x[i - 1, j]
    return x


@kind(x="n", least=1)
def running_maximum(x: A) -> A:
    out = np.empty(len(x))
    m = x[0]
    for i in range(len(x)):
        m = max(m, x[i])
        out[i] = m
    return out


@kind(x="n:double", a="~", least=1)
def exponential_smoothing(x: A, a: A) -> A:
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = 0.3 * x[i] + 0.7 * y[i - 1]
    return y


@kind(x="n")
def offsets_before(x: A) -> A:
    out = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        out[i] = s
        s += x[i]
    return out


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


@kind(labels="n:index m", m="=m", w="n:double")
def histogram_with_weights(labels: A, m: A, w: A) -> A:
    out = np.zeros(m)
    for i in range(len(labels)):
        out[labels[i]] += w[i]
    return out


@kind(labels="n:index m", m="=m")
def histogram(labels: A, m: A) -> A:
    counts = np.zeros(m, dtype=int)
    for v in labels:
        counts[v] += 1
    return counts


@kind(x="n:double", bins="=4")
def histogram_of_values(x: A, bins: A) -> A:
    h = np.zeros(bins, dtype=np.int64)
    for i in range(len(x)):
        k = int(abs(x[i]))
        h[min(k, bins - 1)] += 1
    return h


@kind(i="n:index m", j="n:index m", m="=m", v="n:double", least=1)
def coordinates_to_matrix(i: A, j: A, m: A, v: A) -> A:
    out = np.zeros((m, m))
    for k in range(len(v)):
        out[i[k], j[k]] += v[k]
    return out


@kind(table="m:any", idx="n:index m", least=1)
def look_up(table: A, idx: A) -> A:
    out = np.empty(len(idx), dtype=table.dtype)
    for i in range(len(idx)):
        out[i] = table[idx[i]]
    return out


@kind(x="n:double", order="n:index n")
def permuted_store(x: A, order: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[order[i]] = x[i]
    return out


@kind(a="n m")
def transposed(a: A) -> A:
    n, m = a.shape
    out = np.zeros((m, n), dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            out[j, i] = a[i, j]
    return out


@kind(x="n:number")
def backwards(x: A) -> A:
    n = len(x)
    out = np.zeros_like(x)
    for i in range(n):
        out[i] = x[n - 1 - i]
    return out


@kind(x="n", y="n")
def downward_range(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x) - 1, -1, -1):
        out[i] = x[i] - y[i]
    return out


@kind(x="n")
def every_second(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(0, len(x), 2):
        out[i] = x[i] + 1
    return out


@kind(x="n", least=1)
def neighbours_on_a_ring(x: A) -> A:
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[(i + 1) % n] - x[i - 1]
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


@kind(a="n n:number")
def diagonal(a: A) -> A:
    out = np.zeros(len(a), dtype=a.dtype)
    for i in range(len(a)):
        out[i] = a[i, i]
    return out


@kind(a="n n:number")
def diagonal_changed(a: A) -> A:
    for i in range(a.shape[0]):
        a[i, i] += 2
    return a


@kind(a="n n:number")
def trace(a: A) -> A:
    t = 0
    for i in range(len(a)):
        t += a[i, i]
    return t


@kind(x="n", y="m")
def outer_function(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = math.exp(-((x[i] - y[j]) ** 2))
    return out


@kind(x="n", y="n")
def zipped(x: A, y: A) -> A:
    s = 0.0
    for a, b in zip(x, y, strict=True):
        s += (a - b) ** 2
    return s


@kind(x="n m")
def ndindex(x: A) -> A:
    out = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape):
        out[i, j] = x[i, j] * (i + j)
    return out


@kind(n="=n", m="=m")
def from_indices(n: A, m: A) -> A:
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = (i - j) / (i + j + 1)
    return out


@kind(x="n", c="k")
def polynomial_values(x: A, c: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        for k in range(len(c)):
            out[i] += c[k] * x[i] ** k
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
def several_sums(x: A, y: A) -> A:
    sx = sy = 0.0
    sxx = 0.0
    sxy = 0.0
    for i in range(len(x)):
        sx += x[i]
        sy += y[i]
        sxx += x[i] * x[i]
        sxy += x[i] * y[i]
    return sx, sy, sxx, sxy


@kind(image="n m 3:byte")
def grey_values(image: A) -> A:
    h, w, _ = image.shape
    out = np.zeros((h, w))
    for y in range(h):
        for x in range(w):
            r, g, b = image[y, x]
            out[y, x] = 0.3 * float(r) + 0.6 * float(g) + 0.1 * float(b)
    return out


@kind(image="n m:byte", t="=5")
def threshold(image: A, t: A) -> A:
    out = np.zeros_like(image)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            if image[y, x] >= t:
                out[y, x] = 255
            else:
                out[y, x] = image[y, x] // 2
    return out


@kind(a="n 2", b="m 2")
def blocks_side_by_side(a: A, b: A) -> A:
    n, m = len(a), len(b)
    out = np.zeros((n * 2, m))
    for i in range(n):
        for j in range(m):
            out[2 * i : 2 * i + 2, j] = a[i] * b[j]
    return out


@kind(x="n+1", y="n+1")
def trapezoids(x: A, y: A) -> A:
    area = 0.0
    for i in range(len(x) - 1):
        area += (x[i + 1] - x[i]) * (y[i] + y[i + 1]) / 2
    return area


@kind(x="n m", y="m")
def sum_builtin(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = sum(x[i, j] * y[j] for j in range(len(y)))
    return out


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
def random_walk(n: A, rng: A) -> A:
    out = np.zeros(n)
    s = 0.0
    for i in range(n):
        s += rng.integers(0, 2) * 2 - 1
        out[i] = s
    return out, rng


@kind(x="n m")
def largest_of_matrix(x: A) -> A:
    best = -np.inf
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > best:
                best = x[i, j]
    return best


@kind(x="n", least=1)
def place_of_the_largest(x: A) -> A:
    best, where = x[0], 0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
            where = i
    return best, where


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


@kind(x="n", y="n")
def while_with_a_counter(x: A, y: A) -> A:
    i = 0
    s = 0.0
    while i < len(x):
        s += x[i] * y[i]
        i += 1
    return s, i


@kind(x="n m")
def nested_while(x: A) -> A:
    out = np.zeros(x.shape)
    i = 0
    while i < x.shape[0]:
        j = 0
        while j <= x.shape[1] - 1:
            out[i, j] = x[i, j] + i * j
            j += 1
        i += 1
    return out


@kind(x="n", least=1)
def list_comprehension(x: A) -> A:
    return np.array([v * 2 + 1 for v in x])


@kind(x="n m", y="m", least=1)
def nested_comprehension(x: A, y: A) -> A:
    out = np.array([[x[i, j] * y[j] for j in range(len(y))] for i in range(len(x))])
    return out.sum()


@kind(x="n m", least=1)
def comprehension_of_rows(x: A) -> A:
    norms = [np.linalg.norm(row) for row in x]
    return np.array(norms) / 2


@kind(x="n", y="n")
def generator_sum(x: A, y: A) -> A:
    return sum(a * b for a, b in zip(x, y, strict=True)) + 0.0


@kind(x="n", t="~")
def generator_with_condition(x: A, t: A) -> A:
    return sum(1 for v in x if v > t)


@kind(image="n*4 m*4", size="=5", least=1)
def windows_cut_at_the_rim(image: A, size: A) -> A:
    height, width = image.shape
    out = np.zeros((height // 4, width // 4))
    r = size // 2
    for i in range(height // 4):
        for j in range(width // 4):
            y, x = 4 * i, 4 * j
            out[i, j] = np.std(image[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1])
    return out


@kind(x="n", least=1)
def smoothing_cut_at_both_ends(x: A) -> A:
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.mean(x[max(i - 2, 0) : min(n, i + 3)])
    return out


@kind(x="n:int", y="n:int")
def sums_of_small_integers(x: A, y: A) -> A:
    a = 0
    b = 0.0
    p = 1
    for i in range(len(x)):
        a += x[i] * y[i]
        b += x[i] * y[i]
        p *= x[i]
    return a, b, p


@kind(x="n:int")
def running_sum_of_small_integers(x: A) -> A:
    out = np.zeros(len(x))
    s = 0
    for i in range(len(x)):
        s += x[i]
        out[i] = s
    return out


@kind(x="n:int", y="n:int")
def sum_of_integers_in_array(x: A, y: A) -> A:
    out = np.zeros(3)
    for i in range(len(x)):
        for k in range(3):
            out[k] += x[i] * y[i] + k
    return out


@kind(acc="m", x="n m", least=1)
def argument_kept(acc: A, x: A) -> A:
    for i in range(len(x)):
        acc = acc + x[i]
    return acc


@kind(acc="m:double", x="n m:double", least=1)
def argument_changed(acc: A, x: A) -> A:
    for i in range(len(x)):
        acc += x[i]
    return acc


@kind(x="n", y="n")
def name_set_after_the_loop(x: A, y: A) -> A:
    s = 0.0
    for i in range(len(x)):
        s += x[i] * y[i]
    m = len(y)
    return s / (m + 1)


@kind(x="n+1", least=1)
def length_of_what_it_was(x: A) -> A:
    n = len(x)
    x = x[: n - 1]
    s = 0.0
    for i in range(n - 1):
        s += x[i]
    return s, n


@kind(u="n m", least=1)
def border_by_condition(u: A) -> A:
    n, m = u.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            if 0 < i < n - 1 and j > 0 and j <= m - 2 and u[i, j] > -1:
                out[i, j] = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
    return out


@kind(x="n", least=1)
def previous_element_by_condition(x: A) -> A:
    s = 0.0
    for i in range(len(x)):
        if i > 0:
            s += abs(x[i] - x[i - 1])
    return s


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


@kind(labels="n:index m", m="=m", x="n:double", least=1)
def sums_and_means_by_key(labels: A, m: A, x: A) -> A:
    sums = np.zeros(m)
    means = np.zeros(m)
    counts = np.zeros(m, dtype=int)
    for k in range(m):
        mask = labels == k
        sums[k] = x[mask].sum()
        counts[k] = np.sum(labels == k)
        means[k] = x[labels == k].mean()
    return sums, counts, means


@kind(df="frame n", least=1)
def rows_of_a_frame(df: A) -> A:
    out = []
    for _, row in df.iterrows():
        out.append(row["a"] * row["b"] + 1)
    return np.array(out)


@kind(df="frame n", least=1)
def tuples_of_a_frame(df: A) -> A:
    total = 0.0
    for row in df.itertuples():
        if row.a > 0:
            total += row.a * row.k
    return total


@kind(df="frame n", least=1)
def elements_of_a_frame(df: A) -> A:
    out = np.zeros(len(df))
    for i in range(len(df)):
        out[i] = df["a"][i] + df["b"].iloc[i] * df.loc[i, "k"] - df.iloc[i]["a"]
    return out


@kind(df="frame n", least=1)
def series_elements(df: A) -> A:
    s = df["a"]
    out = np.zeros(len(s))
    for i, v in enumerate(s):
        out[i] = v * 2 + i
    return out


@kind(u="n m")
def neighbours_written_out(u: A) -> A:
    n, m = u.shape
    out = np.zeros((n, m))
    for r in range(n):
        for c in range(m):
            s = 0.0
            for dr, dc in ((-1, 0), (1, 0), (0, -1), (0, 0), (0, 1)):
                if dr == 0 and dc == 0:
                    continue
                s += u[(r + dr) % n, (c + dc) % m]
            out[r, c] = s
    return out


@kind(x="n")
def counted_where_in_range(x: A) -> A:
    counts = np.zeros(8, dtype=int)
    for v in x:
        if -1.0 <= v < 1.0:
            counts[int((v + 1.0) * 4.0)] += 1
    return counts


@kind(labels="n:index m", m="=m")
def pairs_that_follow(labels: A, m: A) -> A:
    out = np.zeros((m, m))
    for i in range(len(labels) - 1):
        out[labels[i], labels[i + 1]] += 1
    return out


@kind(x="n")
def one_of_several(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        if int(x[i]) in (0, 2, 3):
            out[i] = 1.0
        elif int(x[i]) not in (1,):
            out[i] = 2.0
    return out


@kind(x="n h w", k="3 3", least=3)
def sums_over_several_axes(x: A, k: A) -> A:
    out = np.empty((x.shape[1] - 2, x.shape[2] - 2))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[:, i : i + 3, j : j + 3] * k[np.newaxis], axis=(0, 1, 2))
    return out


@kind(x="n")
def blocks_that_overlap(x: A) -> A:
    out = np.zeros(len(x) + 4)
    w = np.array([1.0, 2.0, 4.0, 2.0, 1.0])
    for i in range(len(x)):
        for j in range(5):
            out[i + j] += x[i] * w[j]
    return out


@kind(x="n")
def copied_and_exchanged(x: A) -> A:
    now = x.copy()
    new = now.copy()
    for i in range(1, len(now) - 1):
        new[i] = 0.5 * (now[i - 1] + now[i + 1])
    now = new
    return now + 0.0


@kind(x="n m")
def two_loops_with_one_counter(x: A) -> A:
    n, m = x.shape
    y = np.zeros(n)
    z = np.zeros(m)
    for i in range(n):
        for j in range(m):
            y[i] += x[i, j]
    for i in range(n):
        for j in range(m):
            z[j] += x[i, j] * y[i]
    return z


@helper
def rounds_to_escape(c: A, most: A) -> A:
    z: A = 0
    for k in range(most):
        if abs(z) > 2:
            return k
        z = z * z + c
    return most


@kind(x="n:double", y="m:double", most="=4")
def escape_by_a_helper(x: A, y: A, most: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = rounds_to_escape(2 * x[i] + 1j * y[j], most)
    return out


@kind(h="=n", w="=m", least=1)
def escape_by_while(h: A, w: A) -> A:
    out = np.zeros((h, w), dtype=int)
    for i in range(h):
        for j in range(w):
            c = complex(-2.0 + 3.0 * j / w, 1.5 * i / h)
            z = 0
            n = 0
            while abs(z) <= 2 and n < 9:
                z = z * z + c  # type: ignore[assignment]
                n += 1
            out[i, j] = n
    return out


@kind(x="n:double", y="m:double")
def counter_after_a_break(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            a = b = 0.0
            for k in range(7):  # noqa: B007
                if a * a + b * b > 4:
                    break
                a, b = a * a - b * b + x[i], 2 * a * b + y[j]
            out[i, j] = k
    return out


@kind(a="n:float")
def roots_by_newton(a: A) -> A:
    out = np.empty(len(a))
    for i in range(len(a)):
        target = abs(a[i]) + 1
        x = target
        while abs(x * x - target) > 1e-3:
            x = 0.5 * (x + target / x)
        out[i] = x
    return out


@kind(n="=n")
def collatz_steps(n: A) -> A:
    out = np.zeros(n, dtype=int)
    for i in range(1, n):
        k = i
        steps = 0
        while k != 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            steps += 1
        out[i] = steps
    return out


@kind(s="n 2:double", steps="=4")
def oscillators(s: A, steps: A) -> A:
    out = np.zeros((len(s), steps))
    for p in range(len(s)):
        x, v = s[p, 0], s[p, 1]
        for t in range(steps):
            a = -x - 0.1 * v
            v = v + 0.1 * a
            x = x + 0.1 * v
            out[p, t] = x
    return out


@kind(x="n:double", c="k:double")
def polynomials_by_horner(x: A, c: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = 0.0
        for k in range(len(c)):
            s = s * x[i] + c[k]
        out[i] = s
    return out


@kind(n="=n", steps="=m", rng="rng")
def paths_of_prices(n: A, steps: A, rng: A) -> A:
    last = np.zeros(n)
    for p in range(n):
        s = 100.0
        for _ in range(steps):
            s = s * (1 + 0.1 * rng.standard_normal())
        last[p] = max(s - 100, 0)
    return last, rng


@kind(x="n m:double")
def recursions_by_row(x: A) -> A:
    n, t = x.shape
    y = np.zeros((n, t))
    for i in range(n):
        for k in range(1, t):
            y[i, k] = max(0.5 * y[i, k - 1], x[i, k])
    return y


@kind(x="n:real", edges="m:real", least=1)
def first_edge_above(x: A, edges: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        for k in range(len(edges)):
            if x[i] < edges[k]:
                out[i] = k
                break
        else:
            out[i] = len(edges)
    return out


@kind(x="n:real", y="m:real", least=1)
def first_of_each(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i, v in enumerate(x):
        found = 0.0
        for w in y:
            gap = w - v
            if gap > 0:
                found = gap * 2
                break
        out[i] = found
    return out


@kind(x="n:any")
def first_above(x: A) -> A:
    for i in range(len(x)):
        if x[i] == 1:
            return i
    return -1


@kind(a="n n:any")
def symmetric(a: A) -> A:
    n = len(a)
    for i in range(n):
        for j in range(i + 1, n):
            if a[i, j] != a[j, i]:
                return False
    return True


@kind(x="n:real", least=2)
def place_of_a_crossing(x: A) -> A:
    for i in range(1, len(x)):
        if x[i] > 0 and x[i - 1] <= 0:
            break
    return i


@kind(x="n:real")
def first_fall(x: A) -> A:
    size = 0.0
    rises = True
    for a, b in itertools.pairwise(x):
        d = b - a
        if d < 0:
            rises = False
            size = float(d)
            break
    return rises, size


@kind(x="n m:real", k="3 3:real")
def convolution_with_zeros_around(x: A, k: A) -> A:
    h, w = x.shape
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            for a in range(3):
                for b in range(3):
                    y = i + a - 1
                    z = j + b - 1
                    if y >= 0 and y < h and z >= 0 and z < w:
                        out[i, j] += x[y, z] * k[a, b]
    return out


@kind(g="n m:bool")
def living_neighbours(g: A) -> A:
    n, m = g.shape
    new = np.zeros((n, m), dtype=int)
    for i in range(n):
        for j in range(m):
            count = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    r = i + di
                    c = j + dj
                    if (di, dj) == (0, 0) or r < 0 or r >= n or c < 0 or c >= m:
                        continue
                    if g[r, c] == 1:
                        count += 1
            new[i, j] = count
    return new


@kind(x="n:real")
def neighbour_or_nothing(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        left = x[i - 1] if i - 1 >= 0 else 0.0
        right = 0.0
        if i + 1 < len(x):
            right = x[i + 1]
        out[i] = x[i] - 0.5 * (left + right)
    return out


@kind(x="n:double", least=1)
def smoothed_list(x: A) -> A:
    out = [x[0]]
    for i in range(1, len(x)):
        out.append(0.3 * x[i] + 0.7 * out[-1])
    return np.array(out)


@kind(x="n:double")
def running_sums_in_a_list(x: A) -> A:
    out = []
    total = 0.0
    for v in x:
        total += v
        out += [total]
    return np.array(out)


@kind(x="n:real")
def filtered_comprehension(x: A) -> A:
    kept = [v * 2 for v in x if v > 0]
    return np.array(kept)


@kind(x="n:real")
def list_that_stays_one(x: A) -> A:
    return [v * v for v in x]


@kind(x="n m:real")
def places_and_values(x: A) -> A:
    total = 0.0
    count = 0
    for (i, j), v in np.ndenumerate(x):
        if v > 0:
            total += v * j - i
            count += 1
    return total, count


@kind(x="n:real")
def while_that_counts_by_assignment(x: A) -> A:
    i = 0
    total = 0.0
    while i < len(x):
        if x[i] > 0:
            total += x[i]
        else:
            total -= x[i]
        i = i + 1
    return total


@kind(x="n:real")
def function_of_its_own(x: A) -> A:
    k = 0.5

    def huber(v: A) -> A:
        if abs(v) <= k:
            return 0.5 * v * v
        return k * (abs(v) - 0.5 * k)

    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = huber(x[i])
    return out


@kind(x="n:int")
def skipped_among_written_out(x: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        for d in (1, 2, 3):
            if x[i] % d:
                continue
            out[i] += d
    return out


@kind(x="n m:double", labels="n:index k", k="=k", least=2)
def means_of_rows_by_key(x: A, labels: A, k: A) -> A:
    centres = np.zeros((k, x.shape[1]))
    for j in range(k):
        centres[j] = x[labels == j].mean(axis=0)
    return centres


@kind(x="n:double", labels="n:index k", k="=k", least=2)
def means_by_unique_keys(x: A, labels: A, k: A) -> A:
    names = np.unique(labels)
    means = []
    for each in names:
        means.append(x[labels == each].mean())
    return np.array(means)


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


@kind(x="n m:double", w="m k:double", y="n:index k", least=1)
def losses_of_what_was_picked(x: A, w: A, y: A) -> A:
    loss = 0.0
    for i in range(x.shape[0]):
        scores = x[i].dot(w)
        picked = scores[y[i]]
        for j in range(w.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - picked + 1
            if margin > 0:
                loss += margin
    return loss


@kind(x="n m:double", w="m k:double", y="n:index k", least=1)
def gradient_of_picked_rows(x: A, w: A, y: A) -> A:
    grad = np.zeros_like(w)
    for i in range(x.shape[0]):
        p = np.exp(x[i] @ w)
        for j in range(w.shape[1]):
            grad[:, j] += x[i] * p[j]
        grad[:, y[i]] -= x[i]
    return grad


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


@kind(x="n m:any")
def last_one_wins(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i] = x[i, j]
    return out


@kind(x="n:real", edges="m:real", least=1)
def bins_of_sorted_edges(x: A, edges: A) -> A:
    ordered = np.sort(edges)
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        for k in range(len(ordered)):
            if x[i] <= ordered[k]:
                out[i] = k
                break
        else:
            out[i] = -1
    return out


@kind(x="n:int")
def halves_and_remainders(x: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        v = int(x[i])
        out[i] = v // 4 if v % 8 > 2 else v % 2
    return out


@kind(a="n:double", b="m:double")
def pairs_from_two_loops(a: A, b: A) -> A:
    out = []
    for x in a:
        for y in b:
            out.append(x * y)
    return np.array(out)


@kind(x="n:double", k="=3", least=1)
def means_of_blocks(x: A, k: A) -> A:
    out = []
    for i in range(0, len(x), k):
        out.append(np.mean(x[i : i + k]))
    return np.array(out)


@kind(x="n:double", k="=2", least=1)
def largest_of_blocks(x: A, k: A) -> A:
    return np.array([x[i : i + k].max() for i in range(0, len(x), k)])
