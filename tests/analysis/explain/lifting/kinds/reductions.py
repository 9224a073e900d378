"""Sums, products, counts and extremes of one array or several."""

import math
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

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


@kind(a="n n:number")
def trace(a: A) -> A:
    t = 0
    for i in range(len(a)):
        t += a[i, i]
    return t


@kind(x="n", c="k")
def polynomial_values(x: A, c: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        for k in range(len(c)):
            out[i] += c[k] * x[i] ** k
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


@kind(x="n", least=1)
def previous_element_by_condition(x: A) -> A:
    s = 0.0
    for i in range(len(x)):
        if i > 0:
            s += abs(x[i] - x[i - 1])
    return s


@kind(x="n")
def counted_where_in_range(x: A) -> A:
    counts = np.zeros(8, dtype=int)
    for v in x:
        if -1.0 <= v < 1.0:
            counts[int((v + 1.0) * 4.0)] += 1
    return counts


@kind(x="n h w", k="3 3", least=3)
def sums_over_several_axes(x: A, k: A) -> A:
    out = np.empty((x.shape[1] - 2, x.shape[2] - 2))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[:, i : i + 3, j : j + 3] * k[np.newaxis], axis=(0, 1, 2))
    return out


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


@kind(x="n m:any")
def last_one_wins(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i] = x[i, j]
    return out


@kind(x="n:double")
def how_many_are_positive(x: A) -> A:
    rows = np.fromiter((v * 2 for v in x), dtype=float)
    return len([v for v in x if v > 0]) + rows.sum()


@kind(x="n:double", least=1)
def parts_up_to_a_place(x: A) -> A:
    out = np.zeros((len(x), 4))
    for i in range(len(x)):
        out[i, 0] = np.sum(x[:i])
        out[i, 1] = x[i:].mean()
        out[i, 2] = x[: i + 1].max()
        out[i, 3] = min(x[i:])
    return out


@kind(points="n 2:double", m="=m", least=1)
def bernstein(points: A, m: A) -> A:
    out = np.zeros((m, 2))
    last = len(points) - 1
    for k in range(m):
        for i in range(last + 1):
            out[k] += math.comb(last, i) * 0.3**i * 0.7 ** (last - i) * points[i] * k
    return out


@kind(x="n+1 m:double", least=1)
def averages_of_columns(x: A) -> A:
    out = np.zeros_like(x)
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = 0.25 * x[i] + 0.75 * out[i - 1]
    return out


@kind(a="n n:double", x="n:double")
def sums_over_the_others(a: A, x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = 0.0
        for j in range(len(x)):
            if j != i:
                s += a[i, j] * x[j]
        out[i] = s
    return out


@kind(x="n", k="n:index n", least=1)
def largest_of_parts(x: A, k: A) -> A:
    begin, end = np.minimum(k, np.arange(len(k))), k + 1
    out = np.zeros(len(k))
    for i in range(len(k)):
        part = x[begin[i] : end[i]]
        out[i] = part.max() - np.min(part)
    return out


@kind(x="n:bool", k="n:index n", least=1)
def truth_of_parts(x: A, k: A) -> A:
    out = []
    for begin, end in zip(k, k + 2, strict=True):
        out.append(x[begin:end].any() and not np.all(x[begin:end]))
    return np.array(out)


@kind(x="n:double", k="n:index n", least=1)
def means_of_named_parts(x: A, k: A) -> A:
    out = np.zeros(len(k))
    for i in range(len(k)):
        part = x[k[i] : k[i] + 3]
        out[i] = part.mean() + sum(part) / len(part)
    return out


@kind(x="n", k="n:index n", least=1)
def lengths_of_parts(x: A, k: A) -> A:
    out = []
    for begin, end in zip(k, k[::-1], strict=True):
        part = x[begin:end]
        out.append(len(part) + 2 * part.size)
    return np.array(out)


@kind(x="n m:double", a="k:index n", b="k:index m", least=1)
def sums_of_blocks(x: A, a: A, b: A) -> A:
    out = []
    for i in range(len(a)):
        out.append(x[a[i] : a[i] + 2, b[i] : b[i] + 3].sum())
    return np.array(out)


@kind(x="n m:double", a="k:index n", b="k:index m", least=1)
def means_of_named_blocks(x: A, a: A, b: A) -> A:
    out = np.zeros(len(a))
    for i in range(len(a)):
        block = x[a[i] : a[i] + 2, : b[i] + 1]
        out[i] = block.mean()
    return out


@kind(x="n 2:double", a="k:index n", least=1)
def extents_of_parts_of_columns(x: A, a: A) -> A:
    out = np.zeros(len(a))
    for i in range(len(a)):
        first = x[a[i] : a[i] + 2, 0]
        out[i] = first.max() - x[a[i] : a[i] + 3, 1].min() + first.sum()
    return out


@kind(x="n:double", w="n:whole")
def sums_below_and_from_each_place(x: A, w: A) -> A:
    n = len(x)
    below, beyond = np.zeros(n), np.zeros(n)
    weight = np.zeros(n, dtype=int)
    for t in range(n):
        for i in range(t + 1):
            below[t] += x[i] * i
            weight[t] += w[i]
        for i in range(t + 1, n):
            beyond[t] += x[i]
    return below, beyond, weight


@kind(hist="n:whole", least=1)
def best_threshold_between_two_classes(hist: A) -> A:
    best, place = -1.0, 0
    total = len(hist) * 3
    for t in range(len(hist)):
        low = 0
        for i in range(t):
            low += hist[i]
        high = total - low
        if low == 0 or high == 0:
            continue
        apart = (low / 2 - high / 3) ** 2
        if apart > best:
            best = apart
            place = t
    return place


@kind(x="n:double", y="m:double")
def nearest_but_not_too_near(x: A, y: A) -> A:
    nearest = np.full(len(x), np.inf)
    for i in range(len(x)):
        for j in range(len(y)):
            apart = abs(x[i] - y[j])
            if apart > 0.2 and apart < nearest[i]:
                nearest[i] = apart
    return nearest


@kind(start="n:whole", x="n m:whole")
def largest_of_each_row_and_before(start: A, x: A) -> A:
    most = start.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            most[i] = max(most[i], x[i, j])
    return most


@kind(x="n m:double")
def smallest_of_columns(x: A) -> A:
    least = np.full(x.shape[1], 1.5)
    for row in x:
        for j in range(len(row)):
            if row[j] < least[j]:
                least[j] = row[j]
    return least


@kind(x="n m:double", ok="n m:bool", least=1)
def smallest_of_rows_and_their_places(x: A, ok: A) -> A:
    least = np.full(len(x), 1.5)
    place = np.full(len(x), -1)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if ok[i, j] and x[i, j] < least[i]:
                least[i] = x[i, j]
                place[i] = j
    return least, place


@kind(scores="n:double", labels="n:index 2", limits="m:double")
def hits_and_false_alarms(scores: A, labels: A, limits: A) -> A:
    hits, alarms = [], []
    for t in limits:
        hit = 0
        alarm = 0
        for i in range(len(scores)):
            if scores[i] >= t:
                if labels[i] == 1:
                    hit += 1
                else:
                    alarm += 1
        hits.append(hit)
        alarms.append(alarm)
    return np.array(hits), np.array(alarms)
