"""Matrices of waves are known by their elements, however they are written."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import fourier_matrices
from tests.analysis.explain.rules.own_function import Own

X = np.random.default_rng(61).normal(size=24)
ROWS = (
    "    n = len(x)\n"
    "    w = np.array(\n"
    "        [[np.exp(-2j * np.pi * j * k / n) for k in range(n)] for j in range(n)]\n"
    "    )\n"
    "    return np.abs(w @ x)\n"
)
MATRICES = [
    (ROWS, "    return np.abs(fourier(x))\n"),
    (
        "    n = x.shape[0]\n    k = np.arange(n)\n"
        "    return np.dot(np.exp(-2j * np.pi * k[:, None] * k / n), x) / n\n",
        "    return fourier(x) / n\n",
    ),
    (
        "    n = x.size\n    k = np.arange(n)\n"
        "    m = np.exp(2j * np.pi * np.outer(k, k) / n)\n    return m.dot(x)\n",
        "    return fourier(x, inverse=True)\n",
    ),
    (
        "    n = len(x)\n    t = np.arange(n)\n    k = t.reshape((n, 1))\n"
        "    m = np.exp(-2j * np.pi * k * t / n)\n    return np.dot(m, x)\n",
        "    return fourier(x)\n",
    ),
    (
        "    n = len(x)\n    omega = np.exp(-2j * np.pi / n)\n    i = np.arange(n)\n"
        "    return omega ** np.outer(i, i) @ x\n",
        "    return fourier(x)\n",
    ),
]
COUNTED = "    n = len(x)\n    k = np.arange(n)\n"
OTHERS = [
    f"{COUNTED}    return np.exp(-2j * np.pi * np.outer(k, k) / (n + 1)) @ x\n",
    f"{COUNTED}    return np.exp(-1j * np.pi * np.outer(k, k) / n) @ x\n",
    f"{COUNTED}    return np.cos(2 * np.pi * np.outer(k, k) / n) @ x\n",
    f"{COUNTED}    k = k + 1\n    return np.exp(-2j * np.pi * np.outer(k, k) / n) @ x\n",
    "    n = 24\n    k = np.arange(n)\n"
    "    return np.exp(-2j * np.pi * np.outer(k, k) / n) @ x\n",
]


@pytest.mark.parametrize(("body", "expected"), MATRICES)
def test_a_product_with_the_matrix_of_a_transform_is_one(body: str, expected: str) -> None:
    own = Own(f"def f(x):\n{body}", X)
    (finding,) = own.findings("fourier_matrix")
    source = finding.trial.rewrites[0].source
    assert source.endswith(expected)
    assert "w = " not in source
    assert own.agreement(finding).same, own.agreement(finding).reason


@pytest.mark.parametrize("body", OTHERS)
def test_other_matrices_stay(body: str) -> None:
    own = Own(f"def f(x):\n{body}", X)
    (function,) = own.observed.functions
    assert not list(fourier_matrices.fourier_products(function))
