"""Loops over all elements in one row, over iterators and rows of another shape."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(x="n m:index 5")
def histogram_of_all(x: A) -> A:
    counts = np.zeros(5, dtype=int)
    for value in x.ravel():
        counts[value] += 1
    return counts


@kind(x="n m:any")
def doubled_one_by_one(x: A) -> A:
    out = []
    for value in x.flat:
        out.append(value * 2)
    return np.array(out)


@kind(x="n m:real", level="~", least=1)
def counted_by_iterator(x: A, level: A) -> A:
    number = 0
    for value in np.nditer(x):
        if value > level:
            number += 1
    return number


@kind(x="n m:real", least=1)
def stored_in_one_row(x: A) -> A:
    out = np.empty(x.shape)
    for i in range(x.size):
        out.flat[i] = np.exp(x.flat[i])
    return out


@kind(x="n m:real")
def numbered_in_one_row(x: A) -> A:
    out = np.zeros(x.size)
    for place, value in enumerate(x.flatten()):
        out[place] = value * place
    return out


@kind(x="n m:real", y="n m:real")
def products_of_two_rows(x: A, y: A) -> A:
    total = 0.0
    for a, b in zip(x.ravel(), y.ravel(), strict=True):
        total += a * b
    return total


@kind(x="n m:real")
def sum_of_computed_elements(x: A) -> A:
    total = 0.0
    for value in (x - 1).ravel():
        if value > 0:
            total += value
    return total


@kind(x="n 4:real")
def rows_of_a_new_shape(x: A) -> A:
    out = []
    for row in x.reshape(-1, 2):
        out.append(row.max() - row.min())
    return np.array(out)


@kind(x="n m:real", mu="m:real")
def scatter_of_columns(x: A, mu: A) -> A:
    total = np.zeros((x.shape[1], x.shape[1]))
    for row in x:
        d = (row - mu).reshape(-1, 1)
        total += d.dot(d.T)
    return total


@kind(x="n m:real", least=1)
def written_by_iterator(x: A) -> A:
    out = x.copy()
    value: A
    for value in np.nditer(out, op_flags=["readwrite"]):
        value[...] = value * 2 + 1
    return out


@kind(x="n m:real", least=1)
def places_of_an_iterator(x: A) -> A:
    out = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        place = it.multi_index
        out[place] = x[place] * place[1]
        it.iternext()
    return out
