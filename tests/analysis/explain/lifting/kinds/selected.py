"""Loops over what a condition selects of a row, without NaN and otherwise."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(rows="n m:real", least=1)
def spread_without_nan(rows: A) -> A:
    out = np.zeros(len(rows))
    for i in range(len(rows)):
        row = np.where(rows[i] > 1, np.nan, rows[i])
        out[i] = row[~np.isnan(row)].std()
    return out


@kind(rows="n m:real", least=1)
def medians_of_what_is_selected(rows: A) -> A:
    out = []
    for row in rows:
        out.append(np.median(row[row > 0]))
    return np.array(out)


@kind(x="n m:real", least=1)
def medians_where_there_is_one(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.median(x[i, x[i] > 0]) if (x[i] > 0).any() else 0.0
    return out


@kind(x="n m:real", labels="n:index 3", least=1)
def means_by_label_and_column(x: A, labels: A) -> A:
    out = np.zeros((3, x.shape[1]))
    for k in range(3):
        for j in range(x.shape[1]):
            out[k, j] = x[labels == k, j].mean()
    return out


@kind(x="n m:real", least=1)
def sums_of_a_filtered_list(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        chosen = [v for v in x[i] if v > 0]
        out[i] = sum(chosen)
    return out


@kind(x="n m:real")
def selected_elements_set(x: A) -> A:
    out = x.copy()
    for row in out:
        row[row > 0] = 0
    return out


@kind(x="n m:real")
def selected_elements_scaled(x: A) -> A:
    out = x.copy()
    for i in range(len(out)):
        high = out[i] > 0
        out[i, high] = out[i, high] * 2
    return out


@kind(x="n:double", least=2)
def means_of_all_others(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.mean(np.delete(x, i)) - np.delete(x, i).sum()
    return out


@kind(x="n m:double", least=2)
def rows_against_all_others(x: A) -> A:
    out = []
    for i in range(len(x)):
        rest = np.delete(x, i, axis=0)
        out.append(np.abs(x[i] - rest.mean(axis=0)).sum())
    return np.array(out)


@kind(x="n:double", least=3)
def spread_of_all_others(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        rest = np.delete(x, i)
        out[i] = rest.std() + np.median(rest) * len(rest)
    return out
