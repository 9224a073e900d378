"""Counts by sorting and by one pass instead of all comparisons."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import counting
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(73)
X, Y = rng.random(60), rng.random(25)
X[3] = Y[4]  # as large as one of the others
A, B = rng.integers(-1, 5, (2, 90))
LOOPS = (
    "def f(a, b):\n"
    "    m = np.zeros((4, 3))\n"
    "    for i in range(4):\n"
    "        for j in range(3):\n"
    "            m[i, j] = np.sum((a == i) & (b == j))\n"
    "    return m\n"
)
FIRES = [
    Fires("counts_below", f"def f(x, y):\n    return {text}\n", lambda: (X, Y), expected)
    for text, expected in (
        ("np.array([np.sum(x <= v) for v in y])", "np.searchsorted(np.sort(x), y, 'right')"),
        ("np.array([np.mean(x < v) for v in y])", "np.sort(x), y, 'left') / len(x)"),
        ("[(v > x).sum() / len(x) for v in y]", "y, 'left') / len(x)).tolist()"),
        ("(x[None, :] <= y[:, None]).sum(axis=1)", "np.searchsorted(np.sort(x), y, 'right')"),
        ("(x[:, None] <= y).mean(axis=0)", "np.sort(x), y, 'right') / len(x)"),
        ("np.sum(x[:, np.newaxis] < y, axis=0)", "np.searchsorted(np.sort(x), y, 'left')"),
    )
]
FIRES += [
    Fires("pairs_near", f"def f(t, r):\n    return {text}\n", lambda: (X, 0.1), expected)
    for text, expected in (
        ("(np.abs(t[:, None] - t[None, :]) < r).sum() - len(t)", "pairs_within(t, r) - len(t)"),
        ("np.count_nonzero(np.abs(np.subtract.outer(t, t)) <= 0.2)", "(t, 0.2, also=True)"),
    )
]
FIRES += [
    Fires("cells_counted", LOOPS, lambda: (A, B), "m[:4, :3] = counts_of_pairs(a, b, (4, 3))"),
    Fires(
        "cells_counted",
        LOOPS.replace("(a == i) & (b == j)", "np.logical_and(a[1:] == i, b[:-1] == j)"),
        lambda: (A, B),
        "counts_of_pairs(a[1:], b[:-1], (4, 3))",
    ),
]
RISING = np.cumsum(X)
FIRES += [
    Fires("first_larger", f"def f(c, u):\n    return {text}\n", lambda: (RISING, Y), expected)
    for text, expected in (
        ("np.array([np.argmax(c > v) for v in u * 40])", "first_beyond(c, u * 40)"),
        ("[(v <= c).argmax() for v in u]", "return first_beyond(c, u, also=True).tolist()"),
        ("np.argmax(c[None, :] > u[:, None], axis=1)", "return first_beyond(c, u)"),
    )
]
BEGINS = np.array([*X, 0.5, np.nan, 0.2, 0.9])
ENDS = np.array([*(X + 0.1), 0.5, 0.7, np.nan, 0.4])
PLACES = np.array([*Y, *X[:9], *ENDS[:9], 0.5, 0.4, 0.9, np.nan])
FIRES += [
    Fires(
        "intervals_counted",
        f"def f(s, e, t):\n    return {text}\n",
        lambda: (BEGINS, ENDS, PLACES),
        expected,
    )
    for text, expected in (
        ("np.array([np.sum((s <= v) & (v < e)) for v in t])", "(s, e, t, 'right', 'right')"),
        ("[((e >= v) & (s <= v)).sum() for v in t]", "(s, e, t, 'right', 'left').tolist()"),
        ("((s < t[:, None]) & (t[:, None] < e)).sum(axis=1)", "(s, e, t, 'left', 'right')"),
        ("np.sum((s[:, None] < t) & (e[:, None] >= t), axis=0)", "(s, e, t, 'left', 'left')"),
    )
]
FIRES += [
    Fires(
        "intervals_counted",
        "def f(s, e, t):\n    out = []\n    for v in t:\n"
        "        open_now = (s <= v) & (e > v)\n"
        "        out.append(open_now.sum())\n    return out\n",
        lambda: (BEGINS, ENDS, PLACES),
        "intervals_around(s, e, t, 'right', 'right').tolist()",
    ),
]
SILENT = [
    Silent(  # outside of them
        "intervals_counted",
        "def f(s, e, t):\n    return [np.sum((s <= v) & (e <= v)) for v in t]\n",
        lambda: (BEGINS, ENDS, PLACES),
    ),
    Silent(  # every interval has the same end
        "intervals_counted",
        "def f(s, e, t):\n    return [np.sum((s <= v) & (v < e)) for v in t]\n",
        lambda: (BEGINS, 0.7, PLACES),
    ),
]
SILENT += [
    Silent("counts_below", f"def f(x, y):\n    return {text}\n", lambda: (X, Y))
    for text in (
        "np.array([np.sum(x[x <= v]) for v in y])",
        "(x[:25] <= y).sum()",
        "np.array([np.sum(x == v) for v in y])",
    )
]
SILENT += [
    Silent(
        "first_larger",
        "def f(c, u):\n    return np.array([np.argmin(c > v) for v in u])\n",
        lambda: (RISING, Y),
    ),
    Silent(
        "pairs_near",
        "def f(t, u, r):\n    return (np.abs(t[:, None] - u) < r).sum(axis=1)\n",
        lambda: (X, Y, 0.1),
    ),
    Silent("cells_counted", LOOPS.replace("b == j", "b > j"), lambda: (A, B)),
    Silent("cells_counted", LOOPS.replace("b == j", "b == i"), lambda: (A, B)),
    Silent("cells_counted", LOOPS, lambda: (A * 0.5, B * 0.5)),
]
REFUSED = [
    Refused(  # integers beyond what floats tell apart
        "intervals_counted",
        "def f(s, e, t):\n    return [np.sum((s <= v) & (v < e)) for v in t]\n",
        lambda: (
            np.array([2**62, 2**62 + 1]),
            np.array([2**62 + 1, 2**62 + 3]),
            np.array([2**62 + 1, 2**62 + 2], dtype=np.uint64),
        ),
    ),
    Refused(  # what is no number is below nothing, but sorted last
        "counts_below",
        "def f(x, y):\n    return np.array([np.sum(x <= v) for v in y])\n",
        lambda: (X, np.array([0.5, np.nan])),
    ),
    Refused(  # as far apart as the limit but for rounding
        "pairs_near",
        "def f(t, r):\n    return (np.abs(t[:, None] - t) < r).sum()\n",
        lambda: (np.arange(40) * 0.1, 0.3),
    ),
]
test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_cells_of_values_outside_count_for_none(dtype: type) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(counting.CELLS, namespace)
    a, b = rng.integers(0, 120, (2, 500)).astype(dtype)
    found = namespace["counts_of_pairs"](a, b, (100, 90))
    expected = [[np.sum((a == i) & (b == j)) for j in range(90)] for i in range(100)]
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("limit", [0.0, -1.0, 0.3, 5.0])
def test_pairs_are_counted_for_any_limit(limit: float) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(counting.PAIRS_WITHIN, namespace)
    distances = np.abs(X[:, None] - X)
    assert namespace["pairs_within"](X, limit) == (distances < limit).sum()
    assert namespace["pairs_within"](X, limit, also=True) == (distances <= limit).sum()


@pytest.mark.parametrize("also", [False, True])
@pytest.mark.parametrize(
    "values", [[0.0, 1.0, 1.0, 3.0], [2.0, 1.0, 5.0], [4.0], [1.0, np.nan]]
)
def test_the_first_that_is_larger_is_found_in_any_vector(
    values: list[float], also: bool
) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(counting.FIRST_BEYOND, namespace)
    x, wanted = np.array(values), np.array([-1.0, 0.0, 1.0, 2.5, 3.0, 9.0, np.nan])
    expected = [np.argmax(x >= v if also else x > v) for v in wanted]
    assert np.array_equal(namespace["first_beyond"](x, wanted, also), expected)
