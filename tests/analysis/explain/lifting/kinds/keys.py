"""Numbers added, counted and looked up by key."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


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


@kind(labels="n:index m", m="=m")
def pairs_that_follow(labels: A, m: A) -> A:
    out = np.zeros((m, m))
    for i in range(len(labels) - 1):
        out[labels[i], labels[i + 1]] += 1
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


@kind(k="n:index m", j="n:index m", m="=m")
def set_both_ways(k: A, j: A, m: A) -> A:
    out = np.zeros((m, m))
    for a, b in zip(k, j, strict=True):
        out[a, b] = 1
        out[b, a] = 1
    return out


@kind(labels="n m:index k", k="=k", least=1)
def centres_of_labels(labels: A, k: A) -> A:
    out = np.zeros(labels.max() + 1)
    for each in range(labels.max() + 1):
        out[each] = np.count_nonzero(labels == each) * 0.5
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


@kind(x="n:double", k="n:index m", m="=m", least=1)
def means_of_groups(x: A, k: A, m: A) -> A:
    means = []
    for each in np.unique(k):
        means.append(x[k == each].mean())
    totals = np.zeros(m)
    for place, each in enumerate(sorted(set(k))):
        totals[place] = x[k == each].sum()
    return np.array(means), totals


@kind(x="n:double", labels="n:index 4", least=1)
def largest_of_each_label(x: A, labels: A) -> A:
    found = {}
    for label in np.unique(labels):
        found[label] = x[labels == label].max()
    return sorted(found.items())


@kind(x="n:double", labels="n:index 4", least=1)
def median_of_each_label(x: A, labels: A) -> A:
    out = []
    for label in np.unique(labels):
        out.append(np.median(x[labels == label]))
    return np.array(out)


@kind(x="n:double", labels="n:index 4", least=1)
def spread_of_each_label(x: A, labels: A) -> A:
    out = []
    for label in np.unique(labels):
        out.append((label, x[labels == label].mean(), np.std(x[labels == label])))
    return out


@kind(x="n:double", labels="n:index 4", least=1)
def means_in_a_dictionary(x: A, labels: A) -> A:
    found = {label: x[labels == label].mean() for label in np.unique(labels)}
    return sorted(found.items())


@kind(x="n:real")
def chosen_entries(x: A) -> A:
    table = {}
    for i in range(len(x)):
        if x[i] > 0:
            table[i] = x[i] * 2
    return sorted(table.items())


@kind(x="n m:real")
def rows_as_entries(x: A) -> A:
    table = {}
    for i in range(len(x)):
        table[i + 1] = x[i] * 2
    return sorted(table.keys()), [table[k] for k in sorted(table)]


@kind(x="n 3:double", keys="n:index 4")
def means_of_columns_by_key(x: A, keys: A) -> A:
    out = np.zeros((4, 3))
    for k in range(4):
        for j in range(3):
            out[k, j] = x[keys == k, j].sum()
    return out


@kind(x="n 3:double", keys="n:index 4")
def finite_means_of_columns_by_key(x: A, keys: A) -> A:
    x = np.where(x > 1, np.nan, x)
    out = np.zeros((3, 4))
    for j in range(3):
        for k in range(4):
            column = x[keys == k, j]
            out[j, k] = np.nanmean(column) if len(column) else 0.0
    return out


@kind(x="n 2:double", keys="n:index 4", least=1)
def centres_of_all_keys(x: A, keys: A) -> A:
    out = []
    for k in np.unique(keys):
        out.append(x[keys == k].mean(axis=0))
    return np.array(out)


@kind(keys="n:index 4", least=1)
def rows_with_a_one_each(keys: A) -> A:
    out = []
    for k in keys:
        row = [0] * 4
        row[k] = 1
        out.append(row)
    return np.array(out)


@kind(labels="n:index 3", least=1)
def entropy_of_labels(labels: A) -> A:
    total = 0.0
    for v in set(labels):
        p = list(labels).count(v) / len(labels)
        total -= p * np.log2(p)
    return total


@kind(x="n:double", labels="n:index 3", least=1)
def largest_sum_of_a_label(x: A, labels: A) -> A:
    largest = 0.0
    for v in set(labels.tolist()):
        largest = max(largest, x[labels == v].sum())
    return largest, labels.tolist().count(1)


@kind(x="n:double", k="n:index 3", least=1)
def medians_of_counted_keys(x: A, k: A) -> A:
    out = np.zeros(4)
    spread = np.zeros(4)
    for g in range(4):
        part = x[k == g]
        out[g] = np.median(part)
        spread[g] = part.std()
    return out, spread


@kind(x="n:double", k="n:index n", least=1)
def deviations_from_the_second_key_on(x: A, k: A) -> A:
    out = []
    for g in range(1, 3):
        out.append(x[k == g].var())
    return np.array(out)


@kind(x="n:double", least=1)
def extremes_of_counted_keys(x: A) -> A:
    k = np.arange(len(x)) % 3
    out = np.zeros(min(2, len(x)))
    for g in range(len(out)):
        out[g] = x[k == g].max()
    return out


@kind(keys="n:index m", rows="n c:float", m="=m", c="=c", least=1)
def largest_of_rows_by_key(keys: A, rows: A, m: A, c: A) -> A:
    out = np.full((m, c), -np.inf)
    for i in range(len(keys)):
        k = keys[i]
        out[k] = np.maximum(out[k], rows[i])
    return out


@kind(keys="n:index m", x="n:float", m="=m")
def both_extremes_by_key(keys: A, x: A, m: A) -> A:
    low = np.full(m, np.inf)
    high = np.full(m, -np.inf)
    for k, v in zip(keys, x, strict=False):
        if v < low[k]:
            low[k] = v
        if v > high[k]:
            high[k] = v
    return low, high


@kind(keys="n:index m", x="n:int", ok="n:bool", m="=m")
def extreme_and_number_by_key_on_a_condition(keys: A, x: A, ok: A, m: A) -> A:
    most = np.zeros(m, dtype=np.int64)
    number = np.zeros(m, dtype=int)
    for i in range(len(x)):
        if ok[i]:
            most[keys[i]] = max(most[keys[i]], x[i])
            number[keys[i]] += 1
    return most, number


@kind(rows="n:index m", columns="n:index c", x="n:float", m="=m", c="=c", least=1)
def highest_point_of_each_cell(rows: A, columns: A, x: A, m: A, c: A) -> A:
    top = np.full((m, c), -np.inf)
    for k in range(len(x)):
        i, j = rows[k], columns[k]
        if top[i, j] <= x[k]:
            top[i, j] = x[k]
    return top


@kind(a="n:index m", b="n:index m", m="=m")
def neighbours_counted_both_ways(a: A, b: A, m: A) -> A:
    met = np.zeros((m, m), dtype=int)
    for i, j in zip(a, b, strict=True):
        met[i, j] += 1
        met[j, i] += 1
    return met


@kind(a="n:index m", b="n:index m", w="n:double", m="=m")
def weights_added_both_ways(a: A, b: A, w: A, m: A) -> A:
    met = np.zeros((m, m))
    for k in range(len(a)):
        if a[k] != b[k]:
            met[a[k], b[k]] += w[k]
            met[b[k], a[k]] += w[k]
    return met


@kind(sets="n c:index m", m="=m")
def pairs_in_rows_counted_both_ways(sets: A, m: A) -> A:
    met = np.zeros((m, m), dtype=int)
    for row in sets:
        for i in range(len(row)):
            for j in range(i + 1, len(row)):
                met[row[i], row[j]] += 1
                met[row[j], row[i]] += 1
    return met
