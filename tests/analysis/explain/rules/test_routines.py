"""Loops that are one routine's work, and sums of products: found, silent, refused."""

import numpy as np

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(21)
SPD = (lambda m: m @ m.T + 9 * np.eye(9))(rng.random((9, 9)))
X = rng.random(30)
K = rng.random(6)
TRIANGLE = np.tril(rng.random((9, 9))) + 9 * np.eye(9)
DATA = rng.random((20, 5))
CUBE = rng.random((6, 7, 5))

FACTOR = """
def f(matrix):
    n = matrix.shape[0]
    low = np.zeros_like(matrix)
    for k in range(n):
        low[k, k] = np.sqrt(matrix[k, k] - low[k, :k] @ low[k, :k])
        for i in range(k + 1, n):
            low[i, k] = (matrix[i, k] - low[i, :k] @ low[k, :k]) / low[k, k]
    return low
"""
FORWARD = """
def f(low, right):
    x = np.zeros(len(right))
    for i in range(len(right)):
        x[i] = (right[i] - low[i, :i] @ x[:i]) / low[i, i]
    return x
"""
HORNER = """
def f(at, c):
    out = np.zeros(len(at))
    for i in range(len(at)):
        for k in range(len(c) - 1, -1, -1):
            out[i] = out[i] * at[i] + c[k]
    return out
"""
RUNS = """
def f(x):
    found = []
    begin = 0
    for i in range(1, len(x) + 1):
        if i == len(x) or x[i] != x[begin]:
            found.append(i - begin)
            begin = i
    return np.array(found)
"""
BUBBLES = """
def f(x):
    y = x.copy()
    for i in range(len(y)):
        for j in range(len(y) - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return y
"""
LAGS = """
def f(x):
    n = len(x)
    out = np.zeros(n)
    for lag in range(n):
        for i in range(n - lag):
            out[lag] += x[i] * x[i + lag]
    return out
"""
BETWEEN = """
def f(x, edges):
    counts = np.zeros(len(edges) - 1, dtype=int)
    for v in x:
        for k in range(len(edges) - 1):
            last = k == len(edges) - 2 and v == edges[k + 1]
            if edges[k] <= v < edges[k + 1] or last:
                counts[k] += 1
    return counts
"""

SUMMED_AREA = """
def f(x):
    n, m = x.shape
    out = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            before = out[i - 1, j] + out[i, j - 1] - out[i - 1, j - 1]
            out[i, j] = x[i - 1, j - 1] + before
    return out
"""
FIRES = [
    Fires("routine", SUMMED_AREA, lambda: (DATA,), "np.pad(x.cumsum(axis=0).cumsum(axis=1)"),
    Fires("routine", LAGS, lambda: (X,), "scipy.signal.correlate(x, x)[len(x) - 1:]"),
    Fires("routine", LAGS, lambda: (X,), "np.correlate(x, x, 'full')[len(x) - 1:]"),
    Fires("routine", BETWEEN, lambda: (X, np.linspace(0, 1, 8)), "np.histogram(x, edges)[0]"),
    Fires("routine", FACTOR, lambda: (SPD,), "np.linalg.cholesky(matrix)"),
    Fires("routine", FORWARD, lambda: (TRIANGLE, X[:9]), "lower=True"),
    Fires("routine", HORNER, lambda: (X, K), "polyval(at, c)"),
    Fires("routine", RUNS, lambda: (rng.integers(0, 3, 90),), "run_lengths(x)"),
    Fires("routine", BUBBLES, lambda: (X,), "np.sort(x)"),
    Fires(
        "einsum_product",
        "def f(a, b, c):\n    return np.einsum('ij,jk,kl->il', a, b, c)\n",
        lambda: (DATA, DATA.T, DATA),
        "a @ b @ c",
    ),
    Fires(
        "einsum_product",
        "def f(a, b):\n    return 2 * np.einsum('bij,bkj->bki', a, b)\n",
        lambda: (CUBE, CUBE),
        "(a @ b.swapaxes(-1, -2)).swapaxes(-1, -2)",
    ),
    Fires(
        "summed_product",
        "def f(a, b):\n    return np.sum(a * b, axis=1) + 1\n",
        lambda: (DATA, DATA),
        "np.einsum('ij,ij->i', a, b) + 1",
    ),
    Fires(
        "summed_product",
        "def f(a):\n    d = a - a[0]\n    return (d ** 2).sum(axis=-1)\n",
        lambda: (CUBE,),
        "np.einsum('ijk,ijk->ij', d, d)",
    ),
    Fires(
        "linear_recursion",
        """
        def f(x, a, b):
            out = np.zeros(len(x))
            level = x[0]
            trend = 0.0
            for i in range(1, len(x)):
                last = level
                level = a * x[i] + (1 - a) * (level + trend)
                trend = b * (level - last) + (1 - b) * trend
                out[i] = level
            return out
        """,
        lambda: (rng.random(50), 0.3, 0.2),
        "out[1:len(x)] = linear_recursion(step, (level, trend), x[1:])",
    ),
]

SILENT = [
    Silent("routine", "def f(a):\n    return a @ a\n", lambda: (SPD,)),
    Silent(
        "routine",
        "def f(a):\n    out = []\n    for s in a:\n        out.append(s + 'x')\n"
        "    return np.array(out)\n",
        lambda: (np.array(["b", "a", "c"]),),
    ),
    Silent(
        "routine",
        "def f(a, n):\n    out = a.copy()\n    for _ in range(n):\n        out = out @ a\n"
        "    return out\n",
        lambda: (SPD, 3),
    ),
    Silent(
        "einsum_product",
        "def f(a):\n    return np.einsum('ij,ij->i', a, a)\n",
        lambda: (DATA,),
    ),
    Silent(
        "einsum_product",
        "def f(a, b, c):\n    return np.einsum('ij,jk,jl->il', a, b, c)\n",
        lambda: (DATA, DATA.T, DATA.T),
    ),
    Silent(
        "summed_product",
        "def f(a):\n    return np.sum(a * a, axis=1)\n",
        lambda: (np.arange(20).reshape(4, 5),),
    ),
    Silent("summed_product", "def f(a):\n    return np.sum(a * 2.0)\n", lambda: (DATA,)),
    Silent(  # it is no sum of what was before
        "linear_recursion",
        """
        def f(x, a):
            out = np.zeros(len(x))
            p = q = 0.1
            for i in range(len(x)):
                q = q * p + x[i]
                p = a * q
                out[i] = p
            return out
        """,
        lambda: (rng.random(50), 0.3),
    ),
]

REFUSED = [
    Refused(  # much like a factorisation, without its root
        "routine",
        FACTOR.replace("np.sqrt", "np.abs"),
        lambda: (SPD,),
    ),
    Refused(
        "routine",
        HORNER.replace("+ c[k]", "+ c[k] + 1e-6"),
        lambda: (X, K),
    ),
    Refused(  # whether two numbers are equal to the last bit depends on the order of sums
        "einsum_product",
        "def f(a, b):\n    c = np.einsum('ij,jk', a, b)\n"
        "    return np.einsum('ij,jk->ik', a, b) == c\n",
        lambda: (rng.random((30, 999)), rng.random((999, 30))),
    ),
    Refused(
        "summed_product",
        "def f(a, b):\n    c = a * b\n    return np.sum(a * b, axis=1) == c.sum(axis=1)\n",
        lambda: (rng.random((50, 999)), rng.random((50, 999))),
    ),
    Refused(  # a sum of sums whose last digits count
        "linear_recursion",
        """
        def f(x, a):
            out = np.zeros(len(x))
            p = q = 0.0
            for i in range(len(x)):
                q = q + x[i]
                p = p + a * q
                out[i] = p
            return out % 777
        """,
        lambda: (rng.random(50) * 1e15, 0.3),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_a_helper_never_takes_the_name_of_the_function() -> None:
    text = RUNS.replace("def f", "def run_lengths") + "\nf = run_lengths\n"
    own = Own(text, rng.integers(0, 3, 90))
    sources = [each.trial.rewrites[0].source for each in own.findings("routine")]
    assert not any(source.count("def run_lengths(") > 1 for source in sources)
