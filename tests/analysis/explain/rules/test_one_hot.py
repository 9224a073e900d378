"""Sums and counts of classes without products with zeros."""

import numpy as np

from profiler_suite.analysis.explain.rules import one_hot
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(67)
LABELS, OTHERS = rng.integers(0, 5, (2, 80))
SHARES = rng.random((80, 5)) + 0.1
X = rng.normal(size=(80, 3))
assert one_hot

FIRES = [
    Fires(
        "one_hot_product",
        "def f(labels, x):\n    return np.eye(5)[labels].T @ x\n",
        lambda: (LABELS, X),
        "return one_hot(labels, 5).T @ x",
    ),
    Fires(
        "one_hot_product",
        "def f(labels, x, n):\n"
        "    ones = np.eye(n)[labels]\n"
        "    return ones.T @ x / ones.sum(axis=0)[:, None]\n",
        lambda: (LABELS, X, 5),
        "    ones = one_hot(labels, n)\n",
    ),
    Fires(
        "one_hot_product",
        "def f(labels, x):\n    return x.T @ np.identity(6)[labels]\n",
        lambda: (LABELS, X),
        "x.T @ one_hot(labels, 6)",
    ),
    Fires(
        "counted_by_product",
        "def f(a, b):\n    return np.eye(5)[a].T @ np.eye(6)[b]\n",
        lambda: (LABELS, OTHERS),
        "counted_pairs(a, b, 5, 6)",
    ),
    Fires(
        "picked_by_one_hot",
        "def f(p, y):\n    ones = np.eye(5)[y]\n    losses = np.log(p + 1e-12)\n"
        "    return -np.mean(np.sum(ones * losses, axis=1))\n",
        lambda: (SHARES, LABELS),
        "    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))\n",
    ),
    Fires(
        "picked_by_one_hot",
        "def f(p, y):\n    n, k = p.shape\n    ones = np.zeros((n, k))\n"
        "    ones[np.arange(n), y] = 1\n    return -(ones * np.log(p)).sum() / n\n",
        lambda: (SHARES, LABELS),
        "    n, k = p.shape\n    return -np.sum(np.log(p[np.arange(len(y)), y])) / n\n",
    ),
    Fires(
        "picked_by_one_hot",
        "def f(p, y):\n    return np.sum(-np.identity(5)[y] * p, axis=-1)\n",
        lambda: (SHARES, LABELS),
        "-p[np.arange(len(y)), y]",
    ),
]
SILENT = [
    Silent(  # sums of columns
        "picked_by_one_hot",
        "def f(p, y):\n    return (np.eye(5)[y] * p).sum(axis=0)\n",
        lambda: (SHARES, LABELS),
    ),
    Silent(  # the matrix is needed for something else as well
        "picked_by_one_hot",
        "def f(p, y):\n    ones = np.eye(5)[y]\n    return (ones * p).sum(axis=1), p - ones\n",
        lambda: (SHARES, LABELS),
    ),
    Silent(  # two ones in a row
        "picked_by_one_hot",
        "def f(p, y):\n    ones = np.zeros((80, 5))\n    ones[np.arange(80), y] = 1\n"
        "    ones[:, 0] = 1\n    return (ones * p).sum(axis=1)\n",
        lambda: (SHARES, LABELS),
    ),
    Silent(  # counts: the other rule's
        "one_hot_product",
        "def f(a, b):\n    return np.eye(5)[a].T @ np.eye(6)[b]\n",
        lambda: (LABELS, OTHERS),
    ),
    Silent(
        "one_hot_product",
        "def f(labels):\n    return np.eye(5)[labels]\n",
        lambda: (LABELS,),
    ),
    Silent(  # it is needed in full as well
        "one_hot_product",
        "def f(labels, x):\n    ones = np.eye(5)[labels]\n    return ones.T @ x, ones\n",
        lambda: (LABELS, X),
    ),
    Silent(  # a mask
        "one_hot_product",
        "def f(m, x):\n    return np.eye(80)[m] @ x\n",
        lambda: (X[:, 0] > 0, X),
    ),
    Silent(
        "counted_by_product",
        "def f(a, x):\n    return np.eye(5)[a].T @ x\n",
        lambda: (LABELS, X),
    ),
]
REFUSED = [
    Refused(  # 0 times infinity
        "picked_by_one_hot",
        "def f(p, y):\n    return (np.eye(5)[y] * p).sum(axis=1)\n",
        lambda: (np.where(SHARES > 0.9, np.inf, SHARES), LABELS),
    ),
    Refused(  # from the end
        "counted_by_product",
        "def f(a, b):\n    return np.eye(5)[a].T @ np.eye(5)[b]\n",
        lambda: (LABELS - 1, OTHERS),
    ),
    Refused(
        "one_hot_product",
        "def f(a, x):\n    return np.eye(5)[a].T @ x\n",
        lambda: (LABELS, np.where(X > 2, np.inf, X)),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
