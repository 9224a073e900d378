"""Permutations of all iterations drawn in one call, where a loop permutes one vector."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import shuffled_rows
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(71)
A, B = rng.normal(size=20), rng.normal(size=24)
LOOP = (
    "def f(a, b, n, seed):\n"
    "    r = np.random.default_rng(seed)\n"
    "    pooled = np.concatenate([a, b])\n"
    "    out = np.empty(n)\n"
    "    for {k} in range(n):\n"
    "        {draw}\n"
    "        out[{k}] = {x}[:len(a)].mean() - {x}[len(a):].mean()\n"
    "    return out\n"
)
COMPREHENSION = (
    "def f(a, n, seed):\n"
    "    r = np.random.default_rng(seed)\n"
    "    return np.array([np.abs(r.permutation(a)[:9].sum()) for _ in range(n)])\n"
)
SHUFFLE = LOOP.format(k="k", draw="r.shuffle(pooled)", x="pooled")
PERMUTE = LOOP.format(k="i", draw="mixed = r.permutation(pooled)", x="mixed")
LEGACY = LOOP.format(k="k", draw="np.random.shuffle(pooled)", x="pooled")


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        (
            SHUFFLE,
            (A, B, 30, 0),
            "r.permuted(np.broadcast_to(pooled, (n, len(pooled))), axis=1)",
        ),
        (
            PERMUTE,
            (A, B, 30, 0),
            "r.permuted(np.broadcast_to(pooled, (n, len(pooled))), axis=1)",
        ),
        (LEGACY, (A, B, 30, 0), "np.random.default_rng().permuted("),
        (COMPREHENSION, (A, 30, 0), "r.permuted(np.broadcast_to(a, (n, len(a))), axis=1)"),
    ],
)
def test_loops_over_permutations_become_array_expressions(
    text: str, arguments: tuple[object, ...], expected: str
) -> None:
    own = Own(text, *arguments)
    first, *_ = own.findings("shuffled_one_by_one")
    source = first.trial.rewrites[0].source
    assert expected in source
    assert "for " not in source, source
    assert first.hint
    assert first.trial.answer == "other"
    assert own.agreement(first).same


@pytest.mark.parametrize(
    "body",
    [
        "for k in range(n):\n        r.shuffle(a)\n        r.shuffle(a)",
        "for k in range(n):\n        if k:\n            r.shuffle(a)",
        "for k in b:\n        r.shuffle(a)",
        "for k in range(n):\n        b = r.permutation(k)",
        "b = [k + r.permutation(a) for k in range(n)]",
        "for k in range(n):\n        b = r.normal(size=3)",
    ],
)
def test_other_loops_stay(body: str) -> None:
    head = "def f(a, b, n, seed):\n    r = np.random.default_rng(seed)\n"
    own = Own(f"{head}    {body}\n    return a, b\n", A, B, 5, 0)
    (function,) = own.observed.functions
    assert not list(shuffled_rows.shuffled_loops(function))
