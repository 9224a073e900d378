"""Sparse matrices are solved with, triangles are solved as triangles."""

import numpy as np
import scipy.sparse

from profiler_suite.analysis.explain.rules import factors
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(59)
assert factors
SPARSE = "import scipy.sparse.linalg as spla\n"


def matrix(n: int = 30) -> scipy.sparse.csc_array:
    rest = scipy.sparse.random(n, n, 0.1, random_state=2)
    return scipy.sparse.csc_array(rest + 8 * scipy.sparse.eye_array(n))


def covariance(n: int = 20) -> np.ndarray:
    x = rng.random((n, 2 * n))
    return x @ x.T + np.eye(n)


FIRES = [
    Fires(
        "sparse_inverse",
        SPARSE + "def f(a, b):\n    return spla.inv(a) @ b\n",
        lambda: (matrix(), rng.random(30)),
        "spla.spsolve(a, b)",
    ),
    Fires(
        "sparse_inverse",
        "def f(a, b):\n    return np.linalg.solve(a.toarray(), b)\n",
        lambda: (matrix(), rng.random((30, 2))),
        "splu(a.tocsc()).solve(b)",
    ),
    Fires(
        "triangular",
        "def f(k, y):\n    low = np.linalg.cholesky(k)\n"
        "    return np.linalg.solve(low.T, np.linalg.solve(low, y))\n",
        lambda: (covariance(), rng.random(20)),
        "scipy.linalg.solve_triangular(low, scipy.linalg.solve_triangular(low, y, lower=True), "
        "lower=True, trans='T')",
    ),
    Fires(
        "triangular",
        "def f(x, y):\n    q, r = np.linalg.qr(x)\n    return np.linalg.inv(r) @ (q.T @ y)\n",
        lambda: (rng.random((40, 9)), rng.random(40)),
        "scipy.linalg.solve_triangular(r, q.T @ y)",
    ),
    Fires(
        "triangular",
        "def f(a, b):\n    return np.linalg.solve(np.tril(a), b)\n",
        lambda: (covariance(), rng.random(20)),
        "scipy.linalg.solve_triangular(a, b, lower=True)",
    ),
]
SILENT = [
    Silent(
        "sparse_inverse",
        SPARSE + "def f(a, b):\n    return spla.spsolve(a, b)\n",
        lambda: (matrix(), rng.random(30)),
    ),
    Silent(  # the inverse of a sparse matrix times one is sparse
        "sparse_inverse",
        SPARSE + "def f(a, b):\n    return spla.inv(a) @ b\n",
        lambda: (matrix(), matrix()),
    ),
    Silent(
        "triangular",
        "def f(k, y):\n    return np.linalg.solve(k, y)\n",
        lambda: (covariance(), rng.random(20)),
    ),
    Silent(  # it is no triangle any more
        "triangular",
        "def f(k, y):\n    low = np.linalg.cholesky(k)\n    low = low @ low\n"
        "    return np.linalg.solve(low + low.T, y)\n",
        lambda: (covariance(), rng.random(20)),
    ),
    Silent(
        "triangular",
        "def f(k, y):\n    low = np.linalg.cholesky(k)\n    low[0, 1] = 2.0\n"
        "    return np.linalg.solve(low, y)\n",
        lambda: (covariance(), rng.random(20)),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, REFUSED)
