"""The ways to write what a loop runs over."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


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
