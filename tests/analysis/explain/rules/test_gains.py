"""What the rules write is faster: ratios of minima inside one run, with wide margins."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
import threadpoolctl

from profiler_suite.measure.explain.substitution import substituted
from profiler_suite.measure.explain.trials import converted
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(13)
NDIMAGE = "from scipy.ndimage import generic_filter\n"

KINDS = [
    (
        "integer_product",
        "def f(a):\n    return a.T @ a\n",
        (rng.integers(0, 90, (250, 250)),),
        4.0,
    ),
    ("boolean_product", "def f(a):\n    return a @ a\n", (rng.random((250, 250)) > 0.99,), 4.0),
    ("power", "def f(x):\n    return x ** 3 + x\n", (rng.random(100_000),), 1.3),
    (
        "append_in_loop",
        "def f(n):\n    a = np.empty(0)\n    for k in range(n):\n"
        "        a = np.append(a, k / 3)\n    return a\n",
        (3000,),
        10.0,
    ),
    (
        "tolist",
        "def f(x):\n    s = 0.0\n    for i in range(len(x)):\n"
        "        s = 0.5 * s + x[i]\n    return s\n",
        (rng.random(20_000),),
        1.2,
    ),
    (
        "lifted_loop",
        "def f(m):\n    s = 0.0\n    for i in range(m.shape[0]):\n"
        "        for j in range(m.shape[1]):\n            s += m[i, j] * m[i, j]\n"
        "    return s\n",
        (rng.random((150, 120)),),
        30.0,
    ),
    (
        "lifted_loop",
        "def f(a, b):\n    out = np.empty(a.shape)\n    for k in range(len(a)):\n"
        "        out[k] = a[k] @ b[k] + 1.0\n    return out\n",
        (rng.random((1500, 4, 4)), rng.random((1500, 4, 4))),
        5.0,
    ),
    (
        "vectorize",
        "def clip(v):\n    return 1.0 if v > 1 else v * v\n\n"
        "def f(x):\n    return np.vectorize(clip)(x)\n",
        (rng.standard_normal(30_000),),
        8.0,
    ),
    (
        "apply_along_axis",
        "def f(a):\n    return np.apply_along_axis(lambda r: r.max() - r.mean(), 1, a)\n",
        (rng.random((1000, 9)),),
        8.0,
    ),
    (
        "filter_callback",
        NDIMAGE + "def f(a):\n    return generic_filter(a, lambda w: w.max() - w[0], 3)\n",
        (rng.random((50, 60)),),
        8.0,
    ),
    (
        "reversed_into_blas",
        "def f(a, x):\n    return np.dot(a, x)\n",
        (rng.random((900, 900))[::-1], rng.random(900)),
        1.5,
    ),
    (
        "scalar_first",
        "def f(s, a, x):\n    return s * a @ x\n",
        (2.5, rng.random((1200, 1200)), rng.random(1200)),
        1.3,
    ),
    (
        "diagonal_of_product",
        "def f(a, b):\n    return np.trace(a @ b)\n",
        (rng.random((300, 300)), rng.random((300, 300))),
        3.0,
    ),
    (
        "object_dtype",
        "def f(a):\n    return (a + 1).sum()\n",
        (np.arange(50_000).astype(object),),
        8.0,
    ),
    (
        "half_precision",
        "def f(a):\n    return a * a + a\n",
        (rng.random(200_000).astype(np.float16),),
        1.5,
    ),
    ("short_axis", "def f(x):\n    return x.max(axis=1)\n", (rng.random((90_000, 3)),), 3.0),
    ("whole_part", "def f(x):\n    return x % 1.0\n", (9 * rng.random(90_000),), 2.0),
    (
        "whole_decomposition",
        "def f(x):\n    u, s, vt = np.linalg.svd(x)\n    return s\n",
        (rng.random((600, 20)),),
        4.0,
    ),
    (
        "small_matrices",
        "def f(m):\n    return np.linalg.inv(m)\n",
        (rng.random((30_000, 3, 3)) + np.eye(3),),
        2.0,
    ),
    (
        "unique_rows",
        "def f(r):\n    return np.unique(r, axis=0)\n",
        (rng.integers(0, 50, (30_000, 2)),),
        3.0,
    ),
    (
        "rolling_function",
        "def f(s):\n"
        "    return s.rolling(30).apply(lambda w: (w.iloc[-1] - w.mean()) / w.std())\n",
        (pd.Series(rng.standard_normal(1500)),),
        30.0,
    ),
    (
        "most_frequent_of_groups",
        "def f(t):\n    return t.groupby('k')['n'].agg(lambda x: x.mode()[0])\n",
        (pd.DataFrame({"k": rng.integers(0, 300, 4000), "n": rng.integers(0, 9, 4000)}),),
        3.0,
    ),
    (
        "label_by_label",
        NDIMAGE.replace("generic_filter", "center_of_mass")
        + "def f(k):\n    return [center_of_mass(k == n) for n in range(1, 90)]\n",
        (rng.integers(1, 90, (120, 120)),),
        8.0,
    ),
    (
        "triangular",
        "def f(k, y):\n    low = np.linalg.cholesky(k)\n"
        "    return np.linalg.solve(low.T, np.linalg.solve(low, y))\n",
        (np.eye(500) * 9 + 1, rng.random(500)),
        1.5,
    ),
    (
        "few_diagonals",
        "def f(d, u, b):\n    return np.linalg.solve(np.diag(d) + np.diag(u, 1), b)\n",
        (rng.random(500) + 4, rng.random(499), rng.random(500)),
        5.0,
    ),
]


def least_s(function: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    times = []
    for _ in range(5):
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return min(times)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "text", "arguments", "gain"),
    KINDS,
    ids=[f"{k[0]}{n}" for n, k in enumerate(KINDS)],
)
def test_it_gains(rule: str, text: str, arguments: tuple[Any, ...], gain: float) -> None:
    with threadpoolctl.threadpool_limits(1):  # as a trial has it
        check(rule, Own(text, *arguments, traced=False), arguments, gain)


def check(rule: str, own: Own, arguments: tuple[Any, ...], gain: float) -> None:
    before_s = least_s(own.function, arguments)
    after_s = [before_s]
    for finding in own.findings(rule):
        if finding.trial.kind == "arguments":
            wanted = dict(finding.trial.conversions)
            names = own.function.__code__.co_varnames
            given = tuple(
                converted(value, wanted[name]) if name in wanted else value
                for name, value in zip(names, arguments, strict=False)
            )
            after_s.append(least_s(own.function, given))
        elif own.agreement(finding).same:
            function, _ = substituted(own.function, finding.trial.rewrites)
            after_s.append(least_s(function, arguments))
    assert before_s / min(after_s) > gain
