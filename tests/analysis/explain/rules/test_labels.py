"""Measures of labels and votes of rows, in one pass."""

import numpy as np

from profiler_suite.analysis.explain.rules import labels
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(67)
assert labels
NDIMAGE = "from scipy import ndimage\n"
STATS = "from scipy import stats\n"


def image() -> np.ndarray:
    return rng.random((20, 30))


def regions() -> np.ndarray:
    return rng.integers(1, 8, (20, 30))


FIRES = [
    Fires(
        "label_by_label",
        NDIMAGE + "def f(labels, n):\n    return [ndimage.center_of_mass(labels == k) "
        "for k in range(1, n + 1)]\n",
        lambda: (regions(), 7),
        "list(ndimage.center_of_mass(np.ones(labels.shape), labels, range(1, n + 1)))",
    ),
    Fires(
        "label_by_label",
        NDIMAGE + "def f(x, labels):\n    out = []\n    for k in range(1, 8):\n"
        "        out.append(ndimage.variance(x, labels, k))\n    return np.array(out)\n",
        lambda: (image(), regions()),
        "ndimage.variance(x, labels, range(1, 8))",
    ),
    Fires(
        "modes_of_integers",
        STATS + "def f(votes):\n    return stats.mode(votes, axis=1).mode\n",
        lambda: (rng.integers(-2, 5, (40, 9)),),
        "modes_of_rows(votes)",
    ),
]
SILENT = [
    Silent(
        "label_by_label",
        NDIMAGE + "def f(x, labels, n):\n"
        "    return ndimage.mean(x, labels, np.arange(1, n + 1))\n",
        lambda: (image(), regions(), 7),
    ),
    Silent(  # an image of its own for every label
        "label_by_label",
        NDIMAGE + "def f(x, labels):\n"
        "    return [ndimage.mean(x[k], labels, k) for k in range(1, 8)]\n",
        lambda: (rng.random((9, 20, 30)), regions()),
    ),
    Silent(  # numbers that are hardly ever equal
        "modes_of_integers",
        STATS + "def f(votes):\n    return stats.mode(votes, axis=1).mode\n",
        lambda: (rng.random((40, 9)),),
    ),
]
REFUSED = [
    Refused(  # an array of values is no list of them
        "label_by_label",
        NDIMAGE + "def f(x, labels):\n"
        "    return [ndimage.sum(x, labels == k) for k in np.arange(2)[:, None]]\n",
        lambda: (image(), regions()),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
