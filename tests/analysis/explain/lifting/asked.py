"""Loops as people ask about them, each to be lifted as a whole. Bad NumPy on purpose."""

import itertools
import math
from typing import Any

import numpy as np
import scipy.spatial

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(x="n")
def held_until_the_next(x: A) -> A:
    out = np.zeros(len(x))
    state = -1.0
    for i in range(len(x)):
        if x[i] > 0.5:
            state = x[i]
        elif x[i] < -0.5:
            state = 0.0
        out[i] = state
    return out


@kind(x="n", mask="n:bool")
def gaps_filled_forwards(x: A, mask: A) -> A:
    out = x.copy()
    for i in range(1, len(out)):
        if mask[i]:
            out[i] = out[i - 1]
    return out


@kind(x="n m", mask="n m:bool")
def gaps_of_rows_filled(x: A, mask: A) -> A:
    out = x.copy()
    for i in range(out.shape[0]):
        for j in range(1, out.shape[1]):
            if mask[i, j]:
                out[i, j] = out[i, j - 1]
    return out


@kind(x="n", rate="~")
def never_below_zero(x: A, rate: A) -> A:
    level = 0.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        level = max(0.0, level + x[i] - rate)
        out[i] = level
    return out


@kind(x="n:double")
def reset_below_zero(x: A) -> A:
    s = 0.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = s + x[i]
        if s < 0.0:
            s = 0.0
        out[i] = s
    return out


@kind(x="n:double")
def never_above(x: A) -> A:
    s = 1.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = s
        s = min(s + x[i], 1.5)
    return out


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


@kind(k="n:index m", m="=m")
def translated(k: A, m: A) -> A:
    table = {each: each * 3 - 1 for each in range(m)}
    out = np.zeros(len(k), dtype=int)
    for i in range(len(k)):
        out[i] = table[k[i]]
    return out


@kind(k="n n:index m", m="=m")
def painted(k: A, m: A) -> A:
    colors = {each: (each, 2 * each, 7) for each in range(m)}
    out = np.zeros((k.shape[0], k.shape[1], 3), dtype=int)
    for i in range(k.shape[0]):
        for j in range(k.shape[1]):
            out[i, j] = colors[k[i, j]]
    return out


@kind(k="n:index m", m="=m")
def asked_with_a_default(k: A, m: A) -> A:
    table = {each: 0.5 * each for each in range(0, m, 2)}
    return np.array([table.get(v, -1.0) for v in k], dtype=float)


@kind(k="n:index m", m="=m")
def counted_members(k: A, m: A) -> A:
    wanted = set(range(0, m, 2))
    total = 0
    for v in k:
        if v in wanted:
            total += 1
    return total


@helper
def neighbours_of(grid: A, i: A, j: A) -> A:
    rows, columns = grid.shape
    total = 0
    for a in range(-1, 2):
        for b in range(-1, 2):
            total += grid[(i + a) % rows, (j + b) % columns]
    return total - grid[i, j]


@kind(grid="n m:whole", least=1)
def sizes_unpacked_in_a_helper(grid: A) -> A:
    out = np.zeros_like(grid)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            out[i, j] = neighbours_of(grid, i, j)
    return out


@kind(x="n:double", y="n:double")
def angles_by_map(x: A, y: A) -> A:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            a, b, c = map(math.radians, [x[i], y[j], x[j]])
            out[i, j] = math.sin(a) * math.cos(b) + c
    return out


@kind(a="n m", b="n m")
def two_elements_in_one_statement(a: A, b: A) -> A:
    out = np.zeros((a.shape[0], 2))
    for i in range(a.shape[0]):
        out[i, 0], out[i, 1] = a[i].sum(), b[i].sum()
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


@kind(x="n m", least=1)
def rows_filled_one_by_one(x: A) -> A:
    out: A = []
    for i in range(x.shape[0]):
        out.append([])
        for j in range(x.shape[1]):
            out[-1].append(2.0 * x[i, j])
    return np.array(out, dtype=float)


@kind(k="n:index m", j="n:index m", m="=m")
def set_both_ways(k: A, j: A, m: A) -> A:
    out = np.zeros((m, m))
    for a, b in zip(k, j, strict=True):
        out[a, b] = 1
        out[b, a] = 1
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


@kind(x="n+2 m+2:whole", least=1)
def offsets_written_out(x: A) -> A:
    offsets = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    out = np.zeros((x.shape[0] - 2, x.shape[1] - 2), dtype=int)
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            code = 0
            for k, (a, b) in enumerate(offsets):
                if x[i + a, j + b] >= x[i, j]:
                    code |= 1 << k
            out[i - 1, j - 1] = code
    return out


@kind(x="n+2 m+2:double", shape="3 3:bool", least=1)
def largest_under_a_mask(x: A, shape: A) -> A:
    out = np.zeros((x.shape[0] - 2, x.shape[1] - 2))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = x[i : i + 3, j : j + 3][shape].sum()
    return out


@kind(x="n 4:double", y="n 4:double")
def correlations_of_rows(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.corrcoef(x[i], y[i])[0, 1] + np.cov(x[i], y[i])[0, 0]
    return out


@kind(y="n 5:double", least=1)
def slopes_of_rows(y: A) -> A:
    t = np.arange(5)
    out = np.zeros(len(y))
    for i in range(len(y)):
        out[i] = np.polyfit(t, y[i], 1)[0]
    return out


@kind(a="n 3 3:double")
def largest_eigenvalues(a: A) -> A:
    out = np.zeros(len(a))
    for i in range(len(a)):
        values, vectors = np.linalg.eigh(a[i] @ a[i].T)
        out[i] = values[-1] + abs(vectors[0, 0])
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


@kind(x="n 6:double", k="3:double")
def rows_convolved(x: A, k: A) -> A:
    out = np.zeros((x.shape[0], x.shape[1] - len(k) + 1))
    for i in range(x.shape[0]):
        out[i] = np.convolve(x[i], k, mode="valid")
    return out


@kind(x="n 6:double", k="4:double")
def rows_convolved_beyond_the_rim(x: A, k: A) -> A:
    out = np.zeros((x.shape[0], 2 * x.shape[1] + len(k) - 1))
    for i in range(x.shape[0]):
        out[i, : x.shape[1]] = np.convolve(x[i], k, "same")
        out[i, x.shape[1] :] = np.convolve(x[i], k)
    return out


@kind(x="n 5:index m", m="=m", least=1)
def counts_of_rows(x: A, m: A) -> A:
    out = np.zeros((len(x), m), dtype=int)
    for i in range(len(x)):
        out[i] = np.bincount(x[i], minlength=m)
    return out


@kind(x="n 5:index m", m="=m", least=1)
def votes_of_rows(x: A, m: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        out[i] = np.bincount(x[i]).argmax()
    return out


@kind(x="n m:double", steps="n:index m", m="=m", least=1)
def rows_rolled(x: A, steps: A, m: A) -> A:
    out = np.zeros((len(x), 2 * m))
    for i in range(len(x)):
        out[i, :m] = np.roll(x[i], steps[i])
        out[i, m:] = np.roll(x[i], 2)
    return out


@kind(x="n 6:double")
def three_largest(x: A) -> A:
    out = np.zeros((len(x), 3), dtype=int)
    for i in range(len(x)):
        out[i] = np.argsort(x[i])[-3:][::-1]
    return out


@kind(x="n m:double", least=1)
def first_and_last_above(x: A) -> A:
    out = np.zeros((len(x), 2), dtype=int)
    for i in range(len(x)):
        where = np.where(x[i] > 0)[0]
        out[i, 0] = where[0] if len(where) > 0 else -1
        out[i, 1] = where[-1] if where.size > 0 else -1
    return out


@kind(a="n 3:double", b="n 2:double")
def kronecker_of_rows(a: A, b: A) -> A:
    out = np.zeros((len(a), 6))
    for i in range(len(a)):
        out[i] = np.kron(a[i], b[i])
    return out


@kind(x="n m:double", least=1)
def quartile_ranges(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        low, high = np.percentile(x[i], [25, 75])
        out[i] = high - low
    return out


@kind(x="n", again="n:bool")
def sums_that_begin_anew(x: A, again: A) -> A:
    out = np.zeros(len(x))
    s = 0.5
    for i in range(len(x)):
        if again[i]:
            s = 0.0
        s += x[i]
        out[i] = s
    return out


@kind(on="n:bool")
def longest_run(on: A) -> A:
    best = 0
    run = 0
    for each in on:
        if each:
            run += 1
            if run > best:
                best = run
        else:
            run = 0
    return best


@kind(x="n")
def switched_on_and_off(x: A) -> A:
    out = np.zeros(len(x), dtype=bool)
    on = False
    for i in range(len(x)):
        if x[i] > 0.5:
            on = True
        elif x[i] < -0.5:
            on = False
        out[i] = on
    return out


@kind(x="n:double")
def steps_from_the_one_before(x: A) -> A:
    out = np.zeros(len(x))
    before = 0.25
    for i in range(len(x)):
        out[i] = x[i] - before
        before = x[i]
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


@kind(labels="n m:index k", k="=k", least=1)
def centres_of_labels(labels: A, k: A) -> A:
    out = np.zeros(labels.max() + 1)
    for each in range(labels.max() + 1):
        out[each] = np.count_nonzero(labels == each) * 0.5
    return out


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


@kind(x="n m:double")
def places_in_one_variable(x: A) -> A:
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        out[place] = x[place] * 2 if x[place] > 0 else place[0]
    for place, value in np.ndenumerate(x):
        out[place] += value
    return out


@kind(x="n:double", y="n:double")
def other_headers(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in np.arange(len(x)):
        out[i] = x[i] * 2
    for j in list(range(len(x))):
        out[j] += y[j]
    for k, v in zip(range(len(x)), y, strict=True):
        out[k] -= 3 * v
    total = 0.0
    for v in reversed(x):
        total += v
    for v in x.flat:
        total += v * v
    return out + total


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


@kind(counts="n:whole", least=2)
def sums_on_both_sides(counts: A) -> A:
    out = np.zeros(len(counts) - 1)
    for t in range(1, len(counts)):
        left, right = counts[:t].sum(), counts[t:].sum()
        out[t - 1] = left * right
    return out


@kind(points="n 2:double", m="=m", least=1)
def bernstein(points: A, m: A) -> A:
    out = np.zeros((m, 2))
    last = len(points) - 1
    for k in range(m):
        for i in range(last + 1):
            out[k] += math.comb(last, i) * 0.3**i * 0.7 ** (last - i) * points[i] * k
    return out


@kind(x="n:double")
def error_functions(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = 0.5 * (1 + math.erf(x[i] / math.sqrt(2)))
    return out


@kind(x="n+1 m:double", least=1)
def averages_of_columns(x: A) -> A:
    out = np.zeros_like(x)
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = 0.25 * x[i] + 0.75 * out[i - 1]
    return out


@kind(x="5:double", y="n 4:double", least=1)
def rows_interpolated(x: A, y: A) -> A:
    places = np.arange(4)
    out = np.zeros((len(y), 5))
    for i in range(len(y)):
        out[i] = np.interp(x, places, y[i])
    return out


@kind(grid="n+2:double", values="m:double")
def nearest_of_a_grid(grid: A, values: A) -> A:
    places = np.zeros(len(values), dtype=int)
    gaps = np.zeros(len(values))
    for i in range(len(values)):
        places[i] = np.abs(grid - values[i]).argmin()
        gaps[i] = np.min(np.abs(values[i] - grid))
    return places, gaps


@kind(x="n:double", low="m:double", high="m:double")
def between_two_limits(x: A, low: A, high: A) -> A:
    out = np.zeros(len(low), dtype=int)
    for i in range(len(low)):
        out[i] = np.sum((x >= low[i]) & (x < high[i]))
    return out


@kind(k="n:index m", rows="n 3:double", m="=m")
def rows_added_by_key(k: A, rows: A, m: A) -> A:
    out = np.zeros((m, 3))
    for i in range(len(k)):
        out[k[i]] += rows[i]
    return out


@kind(a="n:index m", b="n:index m", m="=m")
def pairs_counted_on_a_condition(a: A, b: A, m: A) -> A:
    out = np.zeros((m, m))
    for i in range(len(a)):
        if a[i] != b[i]:
            out[a[i], b[i]] += 1
    return out


@kind(x="n m:index 8", least=1)
def levels_side_by_side(x: A) -> A:
    out = np.zeros((8, 8))
    for i in range(x.shape[0]):
        for j in range(x.shape[1] - 1):
            out[x[i, j], x[i, j + 1]] += 1
    return out


@kind(x="n:double")
def places_of_crossings(x: A) -> A:
    out = []
    for i in range(1, len(x)):
        if x[i - 1] < 0 and x[i] >= 0:
            out.append(i)
    return np.array(out, dtype=int)


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


@kind(x="n m:double", least=1)
def made_again_in_another_shape(x: A) -> A:
    out = np.empty((*x.shape, 2))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = x[i, j]
    out = out.sum(axis=2)
    out += 1
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


@kind(w="2 3 3:double", d="2 n+1 m+1:double", least=1)
def blocks_that_overlap(w: A, d: A) -> A:
    out = np.zeros((d.shape[1] + 2, d.shape[2] + 2))
    for k in range(2):
        for y in range(d.shape[1]):
            for z in range(d.shape[2]):
                out[y : y + 3, z : z + 3] += w[k] * d[k, y, z]
    return out


@kind(x="n+4 m+4:whole", low="n m:whole", least=1)
def votes_of_windows(x: A, low: A) -> A:
    out = np.zeros_like(x)
    for i in range(low.shape[0]):
        for j in range(low.shape[1]):
            out[i : i + 5, j : j + 5] += x[i : i + 5, j : j + 5] >= low[i, j]
    return out


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


@kind(p="n 4:double", u="n:double")
def drawn_by_shares(p: A, u: A) -> A:
    out = np.zeros(len(p), dtype=int)
    for i in range(len(p)):
        edges = np.cumsum(np.abs(p[i]))
        out[i] = np.searchsorted(edges, u[i])
        out[i] += np.searchsorted(edges, u[i], side="right")
    return out


@kind(x="n:double", k="n:index m", m="=m", least=1)
def means_of_groups(x: A, k: A, m: A) -> A:
    means = []
    for each in np.unique(k):
        means.append(x[k == each].mean())
    totals = np.zeros(m)
    for place, each in enumerate(sorted(set(k))):
        totals[place] = x[k == each].sum()
    return np.array(means), totals
