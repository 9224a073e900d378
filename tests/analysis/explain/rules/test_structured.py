"""Matrices that few numbers describe are not made in full."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse

from profiler_suite.analysis.explain.rules import structured
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(33)
LINALG = "import scipy.linalg\n\n\n"
SPARSE = "import scipy.sparse.linalg\n\n\n"
D, X = rng.random(30) + 4, rng.random(30)
SHORT = rng.random(29)
SQUARE = rng.random((12, 12)) / 9
POINTS = rng.random(60)
FEW = D[:5]

FIRES = [
    *(
        Fires(
            "vandermonde", f"def f(x, c):\n    return {text}\n", lambda: (POINTS, FEW), expected
        )
        for text, expected in (
            ("np.vander(x, len(c)) @ c", "return np.polyval(c, x)"),
            ("np.dot(np.vander(x, 5, increasing=True), c)", "polynomial.polyval(x, c)"),
            ("(x[:, None] ** np.arange(5)) @ c", "polynomial.polyval(x, c)"),
            ("np.vander(x, 4)", "return powers_of(x, 4)[:, ::-1]"),
            ("np.power(x[:, np.newaxis], np.arange(6))", "return powers_of(x, 6)"),
            ("np.polynomial.polynomial.polyvander(x, 3).sum()", "powers_of(x, 3 + 1).sum()"),
        )
    ),
    Fires(
        "vandermonde",
        "def f(x, c):\n    powers = np.vander(x, len(c))\n    return powers @ c\n",
        lambda: (POINTS, FEW),
        "    return np.polyval(c, x)",
    ),
    Fires(
        "toeplitz",
        LINALG + "def f(c, x):\n    return scipy.linalg.toeplitz(c) @ x\n",
        lambda: (X, D),
        "scipy.linalg.matmul_toeplitz(c, x)",
    ),
    Fires(
        "toeplitz",
        LINALG
        + "def f(c, r, x):\n    return np.linalg.solve(scipy.linalg.toeplitz(c, r), x)\n",
        lambda: (0.5 ** np.arange(30), 0.3 ** np.arange(30), D),
        "scipy.linalg.solve_toeplitz((c, r), x)",
    ),
    Fires(
        "toeplitz",
        LINALG + "def f(c, x):\n    return scipy.linalg.circulant(c) @ x\n",
        lambda: (X, D),
        "np.fft.irfft(np.fft.rfft(c) * np.fft.rfft(x), len(c))",
    ),
    Fires(
        "exponential_action",
        LINALG + "def f(a, x):\n    return scipy.linalg.expm(0.1 * a) @ x\n",
        lambda: (SQUARE, X[:12]),
        "scipy.sparse.linalg.expm_multiply(0.1 * a, x)",
    ),
    Fires(
        "exponential_action",
        SPARSE + "def f(a, x):\n    return scipy.sparse.linalg.expm(a).dot(x)\n",
        lambda: (scipy.sparse.csc_array(SQUARE), X[:12]),
        "scipy.sparse.linalg.expm_multiply(a, x)",
    ),
    Fires(
        "few_diagonals",
        "def f(d, u, l, b):\n    a = np.diag(d) + np.diag(u, 1) - np.diag(l, k=-1)\n"
        "    return np.linalg.solve(a, b)\n",
        lambda: (D, SHORT, SHORT / 2, X),
        "return solved_by_diagonals({0: d, 1: u, -1: -l}, b)",
    ),
    Fires(
        "few_diagonals",
        "def f(r, b):\n    n = len(b)\n"
        "    a = (1 + 2 * r) * np.eye(n) - r * np.eye(n, k=1) - r * np.eye(n, k=-1)\n"
        "    return np.linalg.inv(a) @ b\n",
        lambda: (0.4, X),
        "solved_by_diagonals({0: (1 + 2 * r), 1: -r, -1: -r}, b)",
    ),
    Fires(
        "kron_of_ones",
        "def f(a):\n    return np.kron(a, np.ones((2, 3)))\n",
        lambda: (SQUARE,),
        "a.repeat(2, axis=0).repeat(3, axis=1)",
    ),
    Fires(
        "polynomial",
        "def f(x, p):\n    return sum(c * x**k for k, c in enumerate(p))\n",
        lambda: (X, D[:5]),
        "np.polynomial.polynomial.polyval(x, p)",
    ),
    Fires(
        "polynomial",
        "def f(x, p):\n    return 1 + sum(p[i] * x**i for i in range(len(p)))\n",
        lambda: (X, [1.0, 2.0, 0.5]),
        "1 + np.polynomial.polynomial.polyval(x, p)",
    ),
]
SILENT = [
    Silent(
        "toeplitz",
        LINALG + "def f(c, x):\n    t = scipy.linalg.toeplitz(c)\n    return t @ x, t.sum()\n",
        lambda: (X, D),
    ),
    Silent(
        "exponential_action",
        LINALG + "def f(a, x):\n    return scipy.linalg.expm(a), x\n",
        lambda: (SQUARE, X),
    ),
    Silent(  # a block of other numbers beside the diagonals
        "few_diagonals",
        "def f(d, m, b):\n    return np.linalg.solve(np.diag(d) + m, b)\n",
        lambda: (D[:12], SQUARE, X[:12]),
    ),
    Silent(  # the matrix is used once more
        "few_diagonals",
        "def f(d, b):\n    a = np.diag(d)\n    return np.linalg.solve(a, b), a\n",
        lambda: (D, X),
    ),
    Silent(
        "kron_of_ones",
        "def f(a, b):\n    return np.kron(a, b)\n",
        lambda: (SQUARE, SQUARE),
    ),
    Silent(
        "polynomial",
        "def f(x, p):\n    return sum(c * x**2 for k, c in enumerate(p))\n",
        lambda: (X, D[:5]),
    ),
]
SILENT += [
    Silent(  # integers overflow where floats round
        "vandermonde", "def f(x):\n    return np.vander(x, 4)\n", lambda: (np.arange(9),)
    ),
    Silent("vandermonde", "def f(x, p):\n    return x[:, None] ** p\n", lambda: (POINTS, FEW)),
]
REFUSED = [
    Refused(  # near a root that all powers cancel in, only the order of the steps is left
        "vandermonde",
        "def f(x, c):\n    return np.sign(np.vander(x, len(c)) @ c)\n",
        lambda: (1 + (POINTS - 0.5) * 1e-4, np.poly(np.ones(7))),
    ),
    Refused(  # the recursion needs more than that the matrix can be inverted
        "toeplitz",
        LINALG + "def f(c, x):\n    return np.linalg.solve(scipy.linalg.toeplitz(c), x)\n",
        lambda: (np.array([0.0, 1.0, 0.5, 0.2]), X[:4]),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)


@pytest.mark.parametrize("offsets", [(0,), (0, 1), (-2, 0, 3), (1, 0, -1)])
def test_diagonals_alone_give_what_their_matrix_gives(offsets: tuple[int, ...]) -> None:
    n = 9
    diagonals = {k: rng.random(n - abs(k)) + 5 * (k == 0) for k in offsets}
    namespace: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(structured.SOLVED_BY_DIAGONALS, namespace)
    matrix = sum(np.diag(values, k) for k, values in diagonals.items())
    for b in (rng.random(n), rng.random((n, 2)), np.arange(n)):
        found = namespace["solved_by_diagonals"](diagonals, b)
        np.testing.assert_allclose(found, np.linalg.solve(matrix, b), rtol=1e-12)
