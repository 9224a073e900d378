"""Triangles of matrices picked by masks."""

import numpy as np

from profiler_suite.analysis.explain.rules import triangles
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(65)
SQUARE = rng.random((9, 9))
assert triangles

FIRES = [
    Fires(
        "triangle_indices",
        "def f(c):\n    return c[np.triu_indices(len(c), 1)].mean()\n",
        lambda: (SQUARE,),
        "c[~np.tri(len(c), dtype=bool)].mean()",
    ),
    Fires(
        "triangle_indices",
        "def f(c):\n    return c[np.tril_indices_from(c, k=-1)]\n",
        lambda: (SQUARE,),
        "c[np.tri(len(c), k=-1, dtype=bool)]",
    ),
    Fires(
        "triangle_indices",
        "def f(c, d):\n    upper = np.triu_indices(9)\n    return c[upper] - d[upper]\n",
        lambda: (SQUARE, SQUARE.T),
        "upper = ~np.tri(9, k=-1, dtype=bool)\n",
    ),
    Fires(
        "triangle_indices",
        "def f(c):\n    i, j = np.triu_indices(c.shape[0], k=1)\n    return c[i, j].max()\n",
        lambda: (SQUARE,),
        "triangle = ~np.tri(c.shape[0], dtype=bool)\n    return c[triangle].max()",
    ),
]
SILENT = [
    Silent(
        "triangle_indices",
        "def f(x):\n    i, j = np.triu_indices(len(x), 1)\n    return x[i] - x[j]\n",
        lambda: (SQUARE[0],),
    ),
    Silent(  # the indices of another diagonal are computed
        "triangle_indices",
        "def f(c, k):\n    return c[np.triu_indices(len(c), k)]\n",
        lambda: (SQUARE, 1),
    ),
    Silent("triangle_indices", "def f(n):\n    return np.triu_indices(n, 1)\n", lambda: (9,)),
]
REFUSED = [
    Refused(  # the triangle of a corner
        "triangle_indices",
        "def f(c):\n    return c[np.triu_indices(5, 1)]\n",
        lambda: (SQUARE,),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
