"""Sums and counts of classes without products with zeros."""

import numpy as np

from profiler_suite.analysis.explain.rules import one_hot
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(67)
LABELS, OTHERS = rng.integers(0, 5, (2, 80))
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
]
SILENT = [
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
