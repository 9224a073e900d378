"""Loops whose turns are independent can become one call."""

import pytest

from profiler_suite.analysis.explain.rewrites import loops
from tests.own_source import function_of


@pytest.mark.parametrize(
    ("body", "independent"),
    [
        ("v[i] = np.sum(x[i] * w)", True),
        ("total += x[i] @ w", True),
        ("d = x[i] - w; out.append(d @ d)", True),
        ("w = x @ w", False),
        ("v[i] = v[i - 1] + x[i]", False),
        ("old = new; new = x @ old", False),
        ("y = x[i]\n        if y > 1: break", False),
        ("row = [0] * 9; row[i] = 1; v.append(row)", True),
        ("row = np.zeros(9); row[i] = 1; v[i] = row", True),
        ("s = 0.0\n        for j in w: s += x[i] * j\n        v[i] = s", True),
        ("row = v; row[i + 1] = 1; w = row[i]", False),
        ("row = v[i]; row[0] = 1; w = row[1]", False),
        ("row = v.reshape(3, 3); row[0] = 1; w = row[1]", False),
    ],
)
def test_loops_whose_iterations_depend_on_each_other_are_seen(
    body: str, independent: bool
) -> None:
    own = function_of(f"def f(x, w, v):\n    for i in range(9):\n        {body}\n")
    assert bool(loops.loops_around(own, 13).independent) is independent


@pytest.mark.parametrize(
    ("test", "body", "counts"),
    [
        ("k < n", "v[k] = x[k]\n        k += 1", True),
        ("n > k", "k += w\n        if x[k] > 0: total += 1", True),
        ("k != n", "out.append(x[k])\n        k -= 1", True),
        ("k < n", "k += 1\n        k += x[k]", False),
        ("k < n", "k += x[w]\n        w = k", False),
        ("k < len(v)", "v.append(k)\n        k += 1", False),
        ("k < n", "if x[k]: continue\n        k += 1", False),
        ("k < n", "k *= 2\n        v[k] = 1", False),
        ("k < n < w", "v[k] = x[k]\n        k += 1", False),
        ("k < n", "v[k] = v[k - 1]\n        k += 1", False),
        ("k < n", "k += 1", False),
        ("n", "n -= 1\n        v[n] = 1", False),
    ],
)
def test_a_loop_that_only_counts_may_be_independent(test: str, body: str, counts: bool) -> None:
    own = function_of(f"def f(x, w, v, k, n):\n    while {test}:\n        {body}\n")
    assert bool(loops.loops_around(own, 13).independent) is counts
