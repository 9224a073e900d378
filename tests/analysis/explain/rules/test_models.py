"""Functions of libraries called one by one, in loops that name what they give."""

import numpy as np

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(17)
POINTS, QUERIES = rng.random((30, 3)), rng.random((12, 3))
LABELS = rng.integers(0, 6, (8, 9))
DISTANCE = "from scipy.spatial import distance\n"
TREE = "from scipy.spatial import cKDTree\n"

FIRES = [
    Fires(  # of points whose parts are handed over in a list
        "element_calls",
        "from scipy.interpolate import RegularGridInterpolator\n"
        "def f(x, table, points):\n    g = RegularGridInterpolator((x, x), table)\n"
        "    out = np.empty(len(points))\n    for i, p in enumerate(points):\n"
        "        out[i] = g([p[0], p[1]])[0]\n    return out\n",
        lambda: (np.arange(8.0), rng.random((8, 8)), 7 * QUERIES),
        "out[:] = g(np.stack([points[:, 0], points[:, 1]], axis=-1))",
    ),
    Fires(
        "element_calls",
        TREE
        + "def f(points, queries):\n    tree = cKDTree(points)\n    near = []\n"
        + "    for q in queries:\n        d, i = tree.query(q)\n        near.append((d, i))\n"
        + "    return near\n",
        lambda: (POINTS, QUERIES),
        "d, i = tree.query(queries)",
    ),
    Fires(
        "element_calls",
        TREE
        + "def f(points, queries):\n    tree = cKDTree(points)\n    far = []\n"
        + "    at = np.zeros(len(queries), dtype=int)\n"
        + "    for n, q in enumerate(queries):\n        d, i = tree.query(q)\n"
        + "        far.append(d * 2.0)\n        at[n] = i\n    return far, at\n",
        lambda: (POINTS, QUERIES),
        "far.extend((d * 2.0).tolist())",
    ),
    Fires(
        "element_calls",
        DISTANCE
        + "def f(x, y):\n    out = np.zeros((len(x), len(y)))\n"
        + "    for i, a in enumerate(x):\n        for j, b in enumerate(y):\n"
        + "            out[i, j] = distance.cityblock(a, b)\n    return out\n",
        lambda: (POINTS, QUERIES),
        "distance.cdist(x, y, 'cityblock')",
    ),
    Fires(
        "element_calls",
        DISTANCE
        + "def f(x, y):\n"
        + "    return np.array([[distance.euclidean(a, b) for b in y] for a in x])\n",
        lambda: (POINTS, QUERIES),
        "distance.cdist(x, y, 'euclidean')",
    ),
    Fires(
        "element_calls",
        "def f(labels, n):\n    sizes = []\n    for k in range(1, n):\n"
        "        sizes.append(np.sum(labels == k))\n    return np.array(sizes)\n",
        lambda: (LABELS, 5),
        "np.bincount(np.ravel(labels), minlength=n)[1:n]",
    ),
    Fires(
        "element_calls",
        "def f(labels):\n    out = np.zeros(4)\n    for k in range(4):\n"
        "        out[k] = np.count_nonzero(labels == k)\n    return out\n",
        lambda: (LABELS,),
        "np.bincount(np.ravel(labels), minlength=4)[:4]",
    ),
]
FIRES += [
    Fires(
        "element_calls",
        "from scipy import stats\n"
        "def f(x):\n    n = x.shape[1]\n    out = np.ones((n, n))\n    for i in range(n):\n"
        "        for j in range(n):\n"
        "            out[i, j] = stats.spearmanr(x[:, i], x[:, j])[0]\n    return out\n",
        lambda: (POINTS,),
        "stats.rankdata(x, axis=0), rowvar=False",
    ),
]
SILENT = [
    Silent(  # another function for every row
        "one_row_calls",
        "def f(x, a):\n    out = np.empty(x.shape)\n    for i in range(len(x)):\n"
        "        out[i] = np.poly1d(a[i])(x[i])\n    return out\n",
        lambda: (rng.random((7, 3)), rng.random((7, 2))),
    ),
    Silent(  # what it gives is asked of the tree again
        "element_calls",
        TREE
        + "def f(points, queries):\n    tree = cKDTree(points)\n    at = 0\n"
        + "    for q in queries:\n        d, at = tree.query(points[at] + q)\n    return at\n",
        lambda: (POINTS, QUERIES),
    ),
]
REFUSED = [
    Refused(  # distances of the other rows; older versions take all rows for one vector
        "element_calls",
        DISTANCE
        + "def f(x, y):\n    out = np.zeros((len(y), len(x)))\n"
        + "    for i, a in enumerate(x):\n        for j, b in enumerate(y):\n"
        + "            out[i, j] = distance.euclidean(b, b + a)\n    return out\n",
        lambda: (QUERIES, QUERIES),
        scipy=(1, 18),
    ),
    Refused(  # labels below zero are counted by no bincount
        "element_calls",
        "def f(labels):\n    out = np.zeros(4)\n    for k in range(4):\n"
        "        out[k] = np.count_nonzero(labels == k)\n    return out\n",
        lambda: (LABELS - 2,),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
