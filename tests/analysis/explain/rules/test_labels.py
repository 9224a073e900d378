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


def keyed() -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Keys, weights, values and how many keys are wanted: some have no element."""
    return rng.integers(0, 20, 300), rng.random(300), rng.normal(size=300), 25


WEIGHTED = """
def f(keys, w, x, n):
    out = np.zeros(n)
    for k in range(n):
        m = keys == k
        total = w[m].sum()
        if total > 0:
            out[k] = (w[m] * x[m]).sum() / total
    return out
"""
PAINTED = """
def f(image, regions):
    for k in range(1, 6):
        image[regions == k] = image[regions == k].mean(axis=0)
    return image
"""
SPREADS = """
def f(x, keys):
    return {k: np.std(x[keys == k]) for k in np.unique(keys)}
"""
CENTRES = """
def f(points, w, keys, n):
    out = np.full((n, 3), np.nan)
    for i, k in enumerate(np.unique(keys)):
        inside = keys == k
        if not np.any(inside):
            continue
        out[i, :2] = points[inside].mean(axis=0)
        out[i, 2] = np.average(points[inside, 0], weights=w[inside])
    return out
"""

FIRES = [
    Fires(
        "sums_of_labels", WEIGHTED, keyed, "sums_by_key(keys_number, w * x, len(keys_wanted))"
    ),
    Fires(
        "sums_of_labels",
        PAINTED,
        lambda: (rng.random((20, 30, 3)), regions()),
        "put_by_key(image, regions_number, means_by_key(",
    ),
    Fires(
        "sums_of_labels", SPREADS, lambda: keyed()[1::-1], "dict(zip(np.asarray(keys_wanted)"
    ),
    Fires(
        "sums_of_labels",
        CENTRES,
        lambda: (rng.random((300, 2)), *keyed()[1::-1], 25),
        "out[np.flatnonzero(kept), :2] = means_by_key(keys_number, points, ",
    ),
    Fires(
        "sums_of_labels",
        "def f(keys, x, n):\n    return np.array([x[keys == k + 1] @ x[keys == k + 1] "
        "for k in range(n)])\n",
        lambda: (keyed()[0], rng.integers(-9, 9, 300), 25),
        "return sums_by_key(keys_number, x * x, len(keys_wanted))",
    ),
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
    Silent(  # the median is none of its sums
        "sums_of_labels",
        SPREADS.replace("np.std", "np.median"),
        lambda: keyed()[1::-1],
    ),
    Silent(  # what one key sets, the next one reads
        "sums_of_labels",
        "def f(keys, x, n):\n    out = np.zeros(n)\n    for k in range(n):\n"
        "        out[k] = x[keys == k].sum() + out[0]\n    return out\n",
        lambda: (keyed()[0], keyed()[2], 25),
    ),
    Silent(
        "sums_of_labels",
        "def f(keys, x, n):\n    out = np.zeros(n)\n    for k in range(n):\n"
        "        keys[keys == k] = x[keys == k].sum()\n    return keys\n",
        lambda: (keyed()[0], keyed()[2], 25),
    ),
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
    Refused(  # the rounding of a sum decides
        "sums_of_labels",
        "def f(keys, x, n):\n"
        "    return [np.sin(1e17 * x[keys == k].sum()) for k in range(n)]\n",
        lambda: (keyed()[0], keyed()[2], 25),
    ),
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
