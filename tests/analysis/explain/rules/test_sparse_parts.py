"""Rows of sparse matrices are indexed together."""

from typing import Any

import numpy as np
import scipy.sparse

from profiler_suite.analysis.explain.rules import sparse_parts
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(71)
assert sparse_parts
HEAD = "import scipy.sparse as sp\n"


def matrix() -> Any:
    return scipy.sparse.random(50, 20, 0.2, format="csr", random_state=3)


FIRES = [
    Fires(
        "stacked_rows",
        HEAD + "def f(x, rows):\n    return sp.vstack([x.getrow(i) for i in rows])\n",
        lambda: (matrix(), rng.integers(0, 20, 15)),
        "return x[list(rows)]",
    ),
    Fires(
        "stacked_rows",
        HEAD + "def f(x, rows):\n    return sp.vstack([x[i] for i in rows], format='csr')\n",
        lambda: (matrix(), rng.integers(0, 20, 15)),
        "x[list(rows)].asformat('csr')",
    ),
    Fires(
        "stacked_rows",
        HEAD + "def f(x, n):\n"
        "    return sp.hstack([x[:, [i]] for i in range(n)], format='csr')\n",
        lambda: (matrix(), 7),
        "x[:, list(range(n))].asformat('csr')",
    ),
]
FIRES += [
    Fires(
        "dense_to_be_reduced",
        "def f(a):\n    return np.asarray(a.todense()).sum(axis=0)\n",
        lambda: (matrix(),),
        "np.asarray(a.sum(axis=0)).ravel()",
    ),
    Fires(
        "dense_to_be_reduced",
        "def f(a):\n    return a.toarray().max(axis=1)\n",
        lambda: (matrix(),),
        "a.max(axis=1).toarray().ravel()",
    ),
]
FIRES += [
    Fires(
        "dense_with_itself",
        "def f(a):\n    x = a.toarray()\n    return x @ x.T\n",
        lambda: (matrix(),),
        "x = a\n    return (x @ x.T).toarray()",
    ),
    Fires(
        "dense_with_itself",
        "def f(a):\n    x = np.asarray(a.todense())\n    return np.dot(x.T, x) + 1.0\n",
        lambda: (matrix(),),
        "return (x.T @ x).toarray() + 1.0",
    ),
]
SILENT = [
    Silent(  # it is used otherwise, too
        "dense_with_itself",
        "def f(a):\n    x = a.toarray()\n    return x @ x.T + x[:, :1]\n",
        lambda: (matrix(),),
    ),
    Silent(  # a median of what is not stored is none of what is
        "dense_to_be_reduced",
        "def f(a):\n    return np.median(a.toarray(), axis=0)\n",
        lambda: (matrix(),),
    ),
    Silent(
        "stacked_rows",
        HEAD + "def f(x, rows):\n    return x[rows]\n",
        lambda: (matrix(), rng.integers(0, 20, 15)),
    ),
    Silent(  # every row is changed first
        "stacked_rows",
        HEAD + "def f(x, rows):\n    return sp.vstack([x[i] * i for i in rows])\n",
        lambda: (matrix(), rng.integers(0, 20, 15)),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, REFUSED)
