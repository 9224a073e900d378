"""Every element by itself: formulas, conditions, places that are written."""

import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


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


@kind(x="n")
def one_of_several(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        if int(x[i]) in (0, 2, 3):
            out[i] = 1.0
        elif int(x[i]) not in (1,):
            out[i] = 2.0
    return out


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


@kind(x="n:int")
def halves_and_remainders(x: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        v = int(x[i])
        out[i] = v // 4 if v % 8 > 2 else v % 2
    return out


@kind(a="n m", b="n m")
def two_elements_in_one_statement(a: A, b: A) -> A:
    out = np.zeros((a.shape[0], 2))
    for i in range(a.shape[0]):
        out[i, 0], out[i, 1] = a[i].sum(), b[i].sum()
    return out


@kind(a="n:whole", b="n:whole")
def divisors(a: A, b: A) -> A:
    out = np.zeros(len(a), dtype=int)
    for i in range(len(a)):
        out[i] = math.gcd(a[i], b[i])
    return out


@kind(x="n:whole")
def ones_in_binary(x: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        out[i] = bin(x[i]).count("1")
    return out


@kind(x="n:double")
def wrapped(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        a = 5 * x[i]
        while a > 3.0:
            a -= 6.0
        while a < -3.0:
            a += 6.0
        out[i] = a
    return out


@kind(points="n 2:double", corners="m 2:double", least=1)
def inside_of_corners(points: A, corners: A) -> A:
    out = np.zeros(len(points), dtype=bool)
    for k in range(len(points)):
        x, y = points[k]
        inside = False
        j = len(corners) - 1
        for i in range(len(corners)):
            if (corners[i, 1] > y) != (corners[j, 1] > y):
                slope = (corners[j, 0] - corners[i, 0]) / (corners[j, 1] - corners[i, 1])
                if x < slope * (y - corners[i, 1]) + corners[i, 0]:
                    inside = not inside
            j = i
        out[k] = inside
    return out


@kind(x="n m:whole")
def one_of_three_in_place(x: A) -> A:
    out = np.copy(x)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            if out[i][j] < 0:
                out[i][j] = 0
            elif out[i][j] > 3:
                out[i][j] = 3
            else:
                out[i][j] = out[i][j] * 2
    return out


@kind(x="n:double")
def error_functions(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = 0.5 * (1 + math.erf(x[i] / math.sqrt(2)))
    return out


@kind(x="n:double", low="m:double", high="m:double")
def between_two_limits(x: A, low: A, high: A) -> A:
    out = np.zeros(len(low), dtype=int)
    for i in range(len(low)):
        out[i] = np.sum((x >= low[i]) & (x < high[i]))
    return out


@kind(x="n m:index 8", least=1)
def levels_side_by_side(x: A) -> A:
    out = np.zeros((8, 8))
    for i in range(x.shape[0]):
        for j in range(x.shape[1] - 1):
            out[x[i, j], x[i, j + 1]] += 1
    return out


@kind(x="n m:double", least=1)
def made_again_in_another_shape(x: A) -> A:
    out = np.empty((*x.shape, 2))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = x[i, j]
    out = out.sum(axis=2)
    out += 1
    return out


@kind(x="n:whole")
def sums_of_digits(x: A) -> A:
    out = np.zeros((2, len(x)), dtype=int)
    for i in range(len(x)):
        out[0, i] = sum(int(c) for c in str(abs(x[i]) * 1237))
        out[1, i] = sum(map(int, str(abs(x[i])))) * 2
    return out


@kind(x="n:whole")
def bits_of_texts(x: A) -> A:
    out = np.zeros((3, len(x), 8), dtype=int)
    for i in range(len(x)):
        v = x[i] & 255
        out[0, i] = [int(c) for c in format(v, "08b")]
        out[1, i] = [int(c) for c in f"{v:08b}"]
        out[2, i] = [int(c) for c in bin(v)[2:].zfill(8)]
    return out


@kind(x="n:whole", least=1)
def rows_of_bits(x: A) -> A:
    return np.array([[int(c) for c in np.binary_repr(v & 15, 4)] for v in x])


@kind(x="n")
def done_with_an_element_early(x: A) -> A:
    out = np.zeros(len(x))
    high = 0
    for i in range(len(x)):
        v = x[i]
        if v < -1:
            out[i] = -1
            continue
        if v > 1:
            out[i] = 1
            high += 1
            continue
        v = v / 2
        out[i] = v * v
    return out, high


@kind(x="n m:int", y="m:int", w="m")
def scores_that_leave_some_out(x: A, y: A, w: A) -> A:
    scores = []
    for row in x:
        s = 0.0
        for q in range(len(y)):
            if row[q] == y[q]:
                s += w[q]
            elif row[q] == -1:
                continue
            else:
                s -= 0.25 * w[q]
            if w[q] < 0:
                if row[q] > 3:
                    continue
                s += 1
            s += 0.5
        scores.append(max(s, 0.0))
    return np.array(scores)
