"""Loops that end early: the first element that fits."""

import itertools
from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


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


@kind(x="n:double")
def places_of_crossings(x: A) -> A:
    out = []
    for i in range(1, len(x)):
        if x[i - 1] < 0 and x[i] >= 0:
            out.append(i)
    return np.array(out, dtype=int)


@kind(x="n:index 9", y="m:real", least=1)
def nearest_that_begins_with_none(x: A, y: A) -> A:
    places = []
    for a in x:
        best, at = float("inf"), None
        for j, b in enumerate(y):
            if abs(a - b) < best:
                best = abs(a - b)
                at = j
        places.append(at)
    return places


@kind(x="n m:real", least=1)
def smallest_that_begins_with_none(x: A) -> A:
    out = np.zeros(len(x))
    for i, row in enumerate(x):
        low = None
        for value in row:
            if low is None or value < low:
                low = value
        out[i] = low
    return out


@kind(x="n:double", v="m:double", least=2)
def sorted_edges_searched_by_a_while_loop(x: A, v: A) -> A:
    edges = np.sort(x)
    out = np.zeros(len(v))
    for n in range(len(v)):
        i = 0
        while i < len(edges) - 2 and edges[i + 1] < v[n]:
            i += 1
        out[n] = edges[i] * 10 + i
    return out


@kind(x="n:double", v="m:double", least=2)
def sorted_edges_searched_from_the_second(x: A, v: A) -> A:
    edges = np.sort(x)
    out = []
    for t in v:
        i = 1
        while t >= edges[i] and i + 1 <= len(edges) - 1:
            i = i + 1
        out.append(i)
    return np.array(out)


@kind(x="n:double", v="m:double", least=2)
def first_that_is_not_smaller(x: A, v: A) -> A:
    out = []
    for t in v:
        k = 0
        while k < len(x) - 1 and x[k] < t:
            k += 1
        out.append(k)
    return np.array(out)


@kind(x="n:double", v="m:double", least=2)
def sorted_without_a_limit(x: A, v: A) -> A:
    edges = np.append(np.sort(x), np.inf)
    out = []
    for t in v:
        k = 0
        while edges[k] <= t:
            k += 1
        out.append(k)
    return np.array(out)


@kind(x="n m:int", least=2)
def worn_away(x: A) -> A:
    n, m = x.shape
    out = np.zeros((n, m), dtype=int)
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            whole = True
            for a in range(-1, 2):
                for b in range(-1, 2):
                    if x[i + a, j + b] <= 0:
                        whole = False
                        break
                if not whole:
                    break
            if whole:
                out[i, j] = 1
    return out


@kind(x="n:whole", y="m:whole")
def which_have_a_divisor_in_both(x: A, y: A) -> A:
    found = []
    for v in x:
        divides = False
        for w in y:
            for k in range(2, 4):
                if v == w * k:
                    divides = True
                    break
            if divides:
                break
        found.append(divides)
    return np.array(found)
