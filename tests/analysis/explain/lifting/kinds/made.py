"""Loops that make an array, a tuple or a count of bits in each iteration."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(labels="n:index 4", least=1)
def one_hot_rows(labels: A) -> A:
    out = []
    for label in labels:
        row = np.zeros(4)
        row[label] = 1
        out.append(row)
    return np.array(out)


@kind(labels="n:index 4")
def one_hot_with_marks(labels: A) -> A:
    out = np.zeros((len(labels), 4), dtype=int)
    for i in range(len(labels)):
        row = np.zeros(4, dtype=int)
        row[-1] = 7
        row[labels[i]] += 2
        out[i] = row
    return out


@kind(labels="n 3:index 4", least=1)
def counts_in_a_row_of_its_own(labels: A) -> A:
    out = []
    for row in labels:
        bag = np.zeros(4)
        for word in row:
            bag[word] += 1
        out.append(bag)
    return np.array(out)


@kind(x="n:real", width="~")
def pairs_as_tuples(x: A, width: A) -> A:
    pairs = []
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            if abs(x[i] - x[j]) < abs(width):
                pairs.append((i, j))
    return pairs


@kind(x="n:real")
def numbered_lists(x: A) -> A:
    out = []
    for i in range(len(x)):
        if x[i] > 0:
            out.append([i, i * 2])
    return out


@kind(values="n:index 99")
def bits_by_shifting(values: A) -> A:
    out = np.zeros(len(values), dtype=np.int64)
    for i in range(len(values)):
        value = values[i]
        number = 0
        while value:
            number += value & 1
            value >>= 1
        out[i] = number
    return out


@kind(values="n:index 99")
def low_bits_by_masks(values: A) -> A:
    out = np.zeros(len(values), dtype=int)
    for i in range(len(values)):
        for bit in range(5):
            if values[i] & (1 << bit):
                out[i] += 1
    return out


@helper
def bits_set(number: A) -> A:
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


@kind(values="n:index 99")
def hamming_distances(values: A) -> A:
    out = np.zeros((len(values), len(values)), dtype=int)
    for i in range(len(values)):
        for j in range(len(values)):
            out[i, j] = bits_set(values[i] ^ values[j])
    return out


@kind(x="c n m:real", least=3)
def columns_by_a_counter(x: A) -> A:
    c, h, w = x.shape
    cols = np.zeros((c * 4, (h - 1) * (w - 1)))
    at = 0
    for i in range(h - 1):
        for j in range(w - 1):
            cols[:, at] = x[:, i : i + 2, j : j + 2].reshape(-1)
            at += 1
    return cols


@kind(x="n m:real")
def elements_by_a_counter(x: A) -> A:
    out = np.zeros(x.size)
    k = 0
    for row in x:
        for value in row:
            k += 1
            out[k - 1] = value * k
    return out, k


@kind(x="n m:real", least=1)
def two_elements_at_a_time(x: A) -> A:
    out = np.zeros(2 * len(x))
    k = 0
    for row in x:
        out[k] = row.sum()
        out[k + 1] = row.max()
        k += 2
    return out


@kind(x="n 2:real", angles="n:real")
def rows_turned(x: A, angles: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        c, s = np.cos(angles[i]), np.sin(angles[i])
        out[i] = np.array([[c, -s], [s, c]]) @ x[i]
    return out


@kind(x="n m:real")
def filled_under_a_condition(x: A) -> A:
    out = np.zeros(x.size)
    k = 0
    for row in x:
        for value in row:
            if value > 0:
                out[k] = value
                k += 1
    return out, k


@kind(x="n m:real", least=2)
def distances_of_pairs_in_a_row(x: A) -> A:
    n = len(x)
    out = np.zeros(n * (n - 1) // 2)
    k = 0
    for i in range(n):
        for j in range(i + 1, n):
            out[k] = np.abs(x[i] - x[j]).sum()
            k += 1
    return out


@kind(x="n m:real", level="~", least=1)
def rows_that_are_chosen(x: A, level: A) -> A:
    out = []
    for row in x:
        if row.sum() > level * 9:
            out.append(row)
    return np.array(out)
