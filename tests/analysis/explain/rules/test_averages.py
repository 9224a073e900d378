"""Weighted averages as products; one covariance or correlation instead of a matrix."""

import numpy as np

from profiler_suite.analysis.explain.rules import averages
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(63)
X, Y = rng.random((2, 90))
MATRIX = rng.random((40, 6))
assert averages

FIRES = [
    Fires(
        "weighted_average",
        "def f(x, w):\n    return np.average(x, weights=w)\n",
        lambda: (X, Y),
        "np.vdot(x, w) / np.sum(w)",
    ),
    Fires(
        "weighted_average",
        "def f(x, w):\n    return np.average((x - 1) ** 2, weights=w * 2)\n",
        lambda: (X, Y),
        "np.vdot((x - 1) ** 2, (w_once := w * 2)) / np.sum(w_once)",
    ),
    Fires(
        "weighted_average",
        "def f(x, w):\n    return np.average(x, axis=0, weights=w)\n",
        lambda: (MATRIX, X[:40]),
        "w @ x / np.sum(w)",
    ),
    Fires(
        "weighted_average",
        "def f(x, w):\n    return np.average(x, 1, weights=w)\n",
        lambda: (MATRIX, X[:6]),
        "x @ w / np.sum(w)",
    ),
    Fires(
        "one_correlation",
        "def f(x, y):\n    return np.corrcoef(x, y)[0, 1]\n",
        lambda: (X, Y),
        "return correlation(x, y)",
    ),
    Fires(
        "one_correlation",
        "def f(x, y):\n    return np.corrcoef(x, y)[0][1]\n",
        lambda: (np.append(X, np.nan), np.append(Y, 1.0)),
        "return correlation(x, y)",
    ),
    Fires(
        "one_correlation",
        "def f(x, y):\n    return np.cov(x, y)[0, 1] / np.var(x, ddof=1)\n",
        lambda: (X, np.arange(90)),
        "return ((x - np.mean(x)) @ (y - np.mean(y)) / (len(x) - 1)) / np.var(x, ddof=1)",
    ),
]
SILENT = [
    Silent("weighted_average", "def f(x):\n    return np.average(x)\n", lambda: (X,)),
    Silent(  # products of integers may wrap
        "weighted_average",
        "def f(x, w):\n    return np.average(x, weights=w)\n",
        lambda: (np.arange(5), np.arange(5)),
    ),
    Silent(
        "weighted_average",
        "def f(x, w):\n    return np.average(x, axis=0, weights=w)\n",
        lambda: (MATRIX, MATRIX),
    ),
    Silent("one_correlation", "def f(x, y):\n    return np.corrcoef(x, y)\n", lambda: (X, Y)),
    Silent(
        "one_correlation",
        "def f(x, y):\n    return np.corrcoef(x, y)[0, 1]\n",
        lambda: (MATRIX, MATRIX),
    ),
]
REFUSED = [
    Refused(  # np.average does not divide by 0
        "weighted_average",
        "def f(x, w):\n"
        "    try:\n"
        "        return np.average(x, weights=w)\n"
        "    except ZeroDivisionError:\n"
        "        return 0.0\n",
        lambda: (X, X * 0),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
