"""Rules about algebra: each fires, keeps silent on its neighbour, is refused when inexact."""

import numpy as np

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(7)
A = rng.random((9, 7))
SQUARE = rng.random((7, 7)) + 7 * np.eye(7)
V = rng.random(7)
POINTS = rng.random((12, 3))
OTHERS = rng.random((9, 3))
HUGE = np.full((3, 3), 1e200)
EMPTY_OUT = "import scipy.spatial.distance\nfrom scipy.spatial.distance import cdist\n"


def fires(rule: str, expression: str, arguments: tuple[object, ...], expected: str) -> Fires:
    names = ", ".join("abxyz"[: len(arguments)])
    return Fires(
        rule, f"def f({names}):\n    return {expression}\n", lambda: arguments, expected
    )


FIRES = [
    fires("einsum", "np.einsum('ij,jk->ik', a, b)", (A, SQUARE), "optimize=True"),
    fires("product_chain", "a @ b @ x", (SQUARE, SQUARE, V), "a @ (b @ x)"),
    fires("product_chain", "a.dot(b).dot(x)", (SQUARE, SQUARE, V), "a.dot(b.dot(x))"),
    fires("scalar_first", "a * b @ x + 1", (1.5, SQUARE, V), "a * (b @ x) + 1"),
    fires("scalar_first", "np.dot(a / 3, b)", (SQUARE, V), "np.dot(a, b) / 3"),
    fires("diagonal_product", "np.diag(a) @ b", (V, SQUARE), "(b.T * a).T"),
    fires("diagonal_product", "a @ np.diag(b)", (SQUARE, V), "a * b"),
    fires("diagonal_of_product", "np.diag(a @ b)", (A.T, A), "np.einsum('ij,ji->i', a, b)"),
    fires("diagonal_of_product", "np.trace(a @ b)", (A.T, A), "np.einsum('ij,ji->', a, b)"),
    fires("diagonal_of_product", "(a @ b).sum()", (A.T, A), "a.sum(axis=0) @ b.sum(axis=1)"),
    fires("solve", "np.linalg.inv(a) @ b", (SQUARE, V), "np.linalg.solve(a, b)"),
    fires("solve", "a @ np.linalg.inv(b)", (A, SQUARE), "np.linalg.solve(b.T, a.T).T"),
    fires("determinant", "np.log(np.linalg.det(a))", (SQUARE,), "np.linalg.slogdet(a)[1]"),
    fires(
        "determinant",
        "np.linalg.inv(a.T @ a) @ a.T @ b",
        (A, rng.random(9)),
        "np.linalg.solve(a.T @ a, a.T @ b)",
    ),
    fires(
        "pairwise_distances",
        "np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(-1))",
        (POINTS, OTHERS),
        "scipy.spatial.distance.cdist(a, b)",
    ),
    fires(
        "pairwise_distances",
        "np.sum((a[:, None] - b) ** 2, axis=2)",
        (POINTS, OTHERS),
        "squared_distances(a, b)",
    ),
    Fires(
        "nearest_neighbour",
        EMPTY_OUT + "def f(a, b):\n    return cdist(a, b).argmin(axis=1)\n",
        lambda: (POINTS, OTHERS),
        "scipy.spatial.cKDTree(b).query(a)[1]",
    ),
    fires(
        "nearest_neighbour",
        "np.min(np.linalg.norm(a[:, None] - b[None], axis=-1), axis=1)",
        (POINTS, OTHERS),
        "cKDTree(b).query(a)[0]",
    ),
    fires(
        "nearest_neighbour",
        "np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)).min(axis=1)",
        (POINTS, OTHERS),
        "cKDTree(b).query(a)[0]",
    ),
    fires(
        "nearest_neighbour",
        "np.sqrt(((a[:, None] - b) ** 2).sum(-1).min(axis=1))",
        (POINTS, OTHERS),
        "return scipy.spatial.cKDTree(b).query(a)[0]",
    ),
    fires(
        "kron",
        "np.kron(a, b) @ x",
        (rng.random((3, 4)), rng.random((5, 6)), rng.random(24)),
        "kron_times(a, b, x)",
    ),
    fires(
        "matrix_power",
        "np.linalg.matrix_power(a, b) @ x",
        (SQUARE / 9, 5, V),
        "power_times(a, x, b)",
    ),
    Fires(
        "matrix_power",
        "def f(p, n):\n    m = np.eye(len(p))\n    for _ in range(n):\n"
        "        m = np.dot(p, m)\n    return m\n",
        lambda: (SQUARE / 9, 12),
        "m = np.linalg.matrix_power(p, max(n, 0)) @ m",
    ),
    fires("outer", "np.outer(a, b) @ x", (V, V, V), "a * (b @ x)"),
    fires("outer", "sum(np.outer(r, r) for r in a)", (A,), "a.T @ a"),
]

SILENT = [
    Silent(
        "einsum",
        "def f(a):\n    return np.einsum('ij,ij->i', a, a, optimize=True)\n",
        lambda: (A,),
    ),
    Silent("product_chain", "def f(a, x):\n    return a @ (a @ x)\n", lambda: (SQUARE, V)),
    Silent("product_chain", "def f(x, a):\n    return x @ a @ a\n", lambda: (V, SQUARE)),
    Silent("scalar_first", "def f(d, a, x):\n    return d * a @ x\n", lambda: (A, A, V)),
    Silent("diagonal_product", "def f(d, a):\n    return np.diag(d) @ a\n", lambda: (A, V)),
    Silent("diagonal_of_product", "def f(a):\n    return np.diag(a)\n", lambda: (A,)),
    Silent("solve", "def f(a):\n    return np.linalg.inv(a)\n", lambda: (SQUARE,)),
    Silent("determinant", "def f(a):\n    return np.linalg.det(a)\n", lambda: (SQUARE,)),
    Silent(
        "pairwise_distances",
        "def f(a, b):\n    return ((a - b) ** 2).sum(-1)\n",
        lambda: (POINTS, POINTS),
    ),
    Silent("nearest_neighbour", "def f(a):\n    return a.argmin(axis=1)\n", lambda: (A,)),
    Silent("kron", "def f(a, b):\n    return np.kron(a, b)\n", lambda: (A, A)),
    Silent(  # a vector: no power is cheaper
        "matrix_power",
        "def f(p, v):\n    for _ in range(5):\n        v = p @ v\n    return v\n",
        lambda: (SQUARE, V),
    ),
    Silent(  # another matrix in every iteration
        "matrix_power",
        "def f(p, m):\n    for k in range(5):\n        m = p[k] @ m\n    return m\n",
        lambda: (rng.random((5, 7, 7)), SQUARE),
    ),
    Silent("outer", "def f(a, b):\n    return np.outer(a, b)\n", lambda: (V, V)),
]

REFUSED = [
    Refused(  # a product that overflows from the left only
        "product_chain",
        "def f(a, b, x):\n    return a @ b @ x\n",
        lambda: (HUGE, HUGE, np.full(3, 1e-200)),
    ),
    Refused(
        "scalar_first",
        "def f(s, a, x):\n    return s * a @ x\n",
        lambda: (1e-300, HUGE, np.full(3, 1e200)),
    ),
    Refused(  # 0 times infinity is no number
        "diagonal_product",
        "def f(d, a):\n    return np.diag(d) @ a\n",
        lambda: (np.array([1.0, 2.0]), np.array([[1.0, np.inf], [1.0, 2.0]])),
    ),
    Refused(
        "diagonal_of_product",
        "def f(a, b):\n    return np.sum(a @ b)\n",
        lambda: (np.array([[1e200, -1e200]]).T, np.array([[1e200, 1e200]])),
    ),
    Refused(  # nearly singular: neither answer is one
        "solve",
        "def f(a, b):\n    return np.linalg.inv(a) @ b\n",
        lambda: (1 / (np.arange(14)[:, None] + np.arange(14) + 1), np.arange(14.0)),
    ),
    Refused(
        "determinant",
        "def f(a):\n    return np.log(np.linalg.det(a))\n",
        lambda: (-np.eye(3),),
    ),
    Refused(  # equal distances: the first is not the one a tree finds
        "nearest_neighbour",
        EMPTY_OUT + "def f(a, b):\n    return cdist(a, b).argmin(axis=1)\n",
        lambda: (np.zeros((5, 2)), np.repeat(np.eye(2), 40, axis=0)),
    ),
    Refused(
        "kron",
        "def f(a, b, x):\n    return np.kron(a, b) @ x.reshape(-1, 1)\n",
        lambda: (A[:2, :2], A[:2, :2], np.arange(4.0)),
    ),
    Refused(  # its square is infinite, what it is multiplied with is not
        "matrix_power",
        "def f(p, m):\n    for _ in range(2):\n        m = p @ m\n    return m\n",
        lambda: (HUGE, np.full((3, 3), 1e-300)),
    ),
    Refused(
        "outer",
        "def f(a, b, x):\n    return np.outer(a, b) @ x\n",
        lambda: (np.full(3, 1e200), np.full(3, 1e200), np.full(3, 1e-300)),
    ),
    Refused(  # integers wrap, and roots of what is not exact differ
        "pairwise_distances",
        "def f(a, b):\n    return ((a[:, None] - b) ** 2).sum(-1)\n",
        lambda: (np.full((3, 2), 200, np.uint8), np.full((2, 2), 107, np.uint8)),
    ),
    Refused(
        "einsum",
        "def f(a, b, x):\n    return np.einsum('ij,jk,kl->il', a, b, x)\n",
        lambda: (HUGE, HUGE, np.full((3, 1), 1e-300)),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)
