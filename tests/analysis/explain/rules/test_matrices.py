"""Decompositions of which a part is used, and stacks of small matrices in one go."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import matrices
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(32)
TALL = rng.random((40, 6))
SYMMETRIC = TALL.T @ TALL
PAIRS = rng.random((90, 2, 2)) + np.eye(2)
TRIPLES = rng.random((90, 3, 3)) + np.eye(3)
VECTORS = rng.random((90, 3))
STACK = rng.random((70, 4, 6))
DISTANCE = "from scipy.spatial import distance\n"

FIRES = [
    Fires(
        "symmetric_eigenvalues",
        "def f(c):\n    values = np.linalg.eigvals(c)\n    return np.sort(values.real)[::-1]\n",
        lambda: (SYMMETRIC,),
        "values = eigenvalues(c)",
    ),
    Fires(
        "symmetric_eigenvalues",
        "def f(c):\n    values, vectors = np.linalg.eig(c)\n    return np.abs(values).max()\n",
        lambda: (SYMMETRIC,),
        "values, vectors = eigenvectors(c)",
    ),
    Fires(
        "symmetric_eigenvalues",
        "def f(c):\n    return np.linalg.eig(c)[0].sum()\n",
        lambda: (SYMMETRIC,),
        "eigenvalues(c).sum()",
    ),
    Fires(
        "whole_decomposition",
        "def f(x):\n    u, s, vt = np.linalg.svd(x)\n    return s / s.sum()\n",
        lambda: (TALL,),
        "    s = np.linalg.svd(x, compute_uv=False)",
    ),
    Fires(
        "whole_decomposition",
        "def f(x):\n    return np.linalg.svd(x)[1][0]\n",
        lambda: (TALL,),
        "np.linalg.svd(x, compute_uv=False)[0]",
    ),
    Fires(
        "whole_decomposition",
        "def f(x):\n    u, s, vt = np.linalg.svd(x)\n    return (u[:, :2] * s[:2]) @ vt[:2]\n",
        lambda: (TALL,),
        "np.linalg.svd(x, full_matrices=False)",
    ),
    Fires(
        "whole_decomposition",
        "def f(c):\n    w, v = np.linalg.eigh(c)\n    return w[-1]\n",
        lambda: (SYMMETRIC,),
        "    w = np.linalg.eigvalsh(c)",
    ),
    Fires(
        "whole_decomposition",
        "import scipy.linalg\n\n\ndef f(x, b):\n    q, r = scipy.linalg.qr(x)\n"
        "    return r[: x.shape[1]] @ b\n",
        lambda: (TALL, rng.random(6)),
        "scipy.linalg.qr(x, mode='economic')",
    ),
    Fires(
        "small_matrices",
        "def f(m):\n    return np.linalg.inv(m)\n",
        lambda: (PAIRS,),
        "return inverses(m)",
    ),
    Fires(
        "small_matrices",
        "def f(m, b):\n    return np.linalg.solve(m, b[..., None])[..., 0]\n",
        lambda: (TRIPLES, VECTORS),
        "np.einsum('...ij,...j->...i', inverses(m), b)",
    ),
    Fires(
        "small_matrices",
        "def f(m):\n    return np.linalg.det(m)\n",
        lambda: (TRIPLES,),
        "return determinants(m)",
    ),
    Fires(
        "small_times_vectors",
        "def f(m, x):\n    return np.matmul(m, x[:, :, None])[:, :, 0]\n",
        lambda: (TRIPLES, VECTORS),
        "np.einsum('...ij,...j->...i', m, x)",
    ),
    Fires(
        "small_times_vectors",
        "def f(m, x):\n    return (m @ x[..., np.newaxis]).squeeze(-1)\n",
        lambda: (TRIPLES, VECTORS),
        "np.einsum('...ij,...j->...i', m, x)",
    ),
    Fires(
        "stack_by_one_matrix",
        "def f(x, w):\n    return np.maximum(x @ w, 0)\n",
        lambda: (STACK, SYMMETRIC[:, :5]),
        "(x.reshape(-1, x.shape[-1]) @ w).reshape(*x.shape[:-1], w.shape[-1])",
    ),
    Fires(
        "cosine_distances",
        DISTANCE + "def f(a, b):\n    return 1 - distance.cdist(a, b, 'cosine')\n",
        lambda: (TALL, TALL[:9] + 1),
        "return cosines(a, b)",
    ),
    Fires(
        "cosine_distances",
        DISTANCE + "def f(a, b):\n    return distance.cdist(a, b, metric='cosine')\n",
        lambda: (TALL, TALL[:9] + 1),
        "return 1 - cosines(a, b)",
    ),
    Fires(
        "broadcast_product",
        "def f(x):\n    d = x - x.mean(axis=0)\n"
        "    return np.mean(d[:, :, None] * d[:, None, :], axis=0)\n",
        lambda: (TALL,),
        "d.T @ d / len(d)",
    ),
    Fires(
        "broadcast_product",
        "def f(a, b):\n    return (a[:, np.newaxis] * b[np.newaxis, :]).sum(-1) + 1\n",
        lambda: (TALL, TALL[:9]),
        "(a @ b.T) + 1",
    ),
]
SILENT = [
    Silent(
        "symmetric_eigenvalues",
        "def f(c):\n    return np.linalg.eigvalsh(c)\n",
        lambda: (SYMMETRIC,),
    ),
    Silent(  # all of it is used, or asked for in another way
        "whole_decomposition",
        "def f(x):\n    u, s, vt = np.linalg.svd(x, full_matrices=False)\n    return s\n",
        lambda: (TALL,),
    ),
    Silent(
        "whole_decomposition",
        "def f(c):\n    w, v = np.linalg.eigh(c)\n    return v * w\n",
        lambda: (SYMMETRIC,),
    ),
    Silent("small_matrices", "def f(m):\n    return np.linalg.inv(m)\n", lambda: (SYMMETRIC,)),
    Silent(
        "small_matrices", "def f(m):\n    return np.linalg.det(m)\n", lambda: (TRIPLES[:5],)
    ),
    Silent("small_times_vectors", "def f(m, x):\n    return m @ x\n", lambda: (TALL, TALL[0])),
    Silent("stack_by_one_matrix", "def f(x, w):\n    return x @ w\n", lambda: (TALL, TALL.T)),
    Silent(
        "cosine_distances",
        DISTANCE + "def f(a, b):\n    return distance.cdist(a, b)\n",
        lambda: (TALL, TALL),
    ),
    Silent(
        "broadcast_product",
        "def f(a, b):\n    return (a[:, None, :] * b[None]).sum(axis=1)\n",
        lambda: (TALL, TALL),
    ),
]
REFUSED = [
    Refused(  # their order is part of the answer
        "symmetric_eigenvalues",
        "def f(c):\n    return np.linalg.eigvals(c)\n",
        lambda: (np.diag([2.0, 5.0, 1.0, 3.0]),),
    ),
    Refused(  # so is its shape
        "whole_decomposition",
        "def f(x):\n    u, s, vt = np.linalg.svd(x)\n    return u, s\n",
        lambda: (TALL,),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)


def _written(helper: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(f"import math\nimport numpy as np\n{helper}", namespace)
    return namespace


@pytest.mark.parametrize("n", [2, 3])
def test_small_inverses_are_those_of_lapack_also_where_it_is_nearly_singular(n: int) -> None:
    m = rng.normal(size=(500, n, n))
    m[:50, 1] = m[:50, 0] * (1 + 1e-9 * rng.random((50, n)))
    found = _written(matrices.INVERSES)["inverses"](m)
    expected = np.linalg.inv(m)
    np.testing.assert_array_equal(found[:50], expected[:50])
    np.testing.assert_allclose(
        found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected[50:]).max()
    )
    found = _written(matrices.DETERMINANTS)["determinants"](m)
    np.testing.assert_allclose(found, np.linalg.det(m), atol=1e-12)


def test_a_singular_matrix_in_a_stack_raises_as_before() -> None:
    m = np.ones((70, 2, 2))
    with pytest.raises(np.linalg.LinAlgError):
        _written(matrices.INVERSES)["inverses"](m)
    m[:] = np.eye(2)
    m[3, 0, 1] = np.nan
    with np.errstate(invalid="ignore"):
        found = _written(matrices.INVERSES)["inverses"](m)
    np.testing.assert_array_equal(found, np.linalg.inv(m))


def test_a_matrix_that_is_not_symmetric_keeps_its_own_routine() -> None:
    turned = np.array([[0.0, -1.0], [1.0, 0.0]])
    found = _written(matrices.EIGENVALUES)["eigenvalues"](turned)
    np.testing.assert_array_equal(found, np.linalg.eigvals(turned))
    assert np.iscomplexobj(found)
