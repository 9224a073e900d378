"""Probabilities are added up once, not for every draw."""

import numpy as np

from profiler_suite.analysis.explain.rules import draws
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(70)
CHAIN = rng.random((4, 4))
CHAIN /= CHAIN.sum(axis=1, keepdims=True)
WEIGHTS = CHAIN[0].copy()
assert draws

FIRES = [
    Fires(
        "weighted_draw",
        "def f(P, n):\n"
        "    np.random.seed(1)\n"
        "    s = 0\n"
        "    states = [s]\n"
        "    for _ in range(n):\n"
        "        s = np.random.choice(len(P), p=P[s])\n"
        "        states.append(s)\n"
        "    return np.array(states)\n",
        lambda: (CHAIN, 200),
        "        s = bisect.bisect_right(sums_of_P[s], np.random.random())\n",
    ),
    Fires(  # one array of probabilities, two draws, a loop in a loop
        "weighted_draw",
        "def f(p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    k = len(p)\n"
        "    seen = np.zeros((k, k), dtype=int)\n"
        "    for _ in range(n):\n"
        "        for _ in range(3):\n"
        "            seen[rng.choice(k, p=p), rng.choice(k, p=p)] += 1\n"
        "    return seen\n",
        lambda: (WEIGHTS, 60),
        "    sums_of_p = (sums_of_p / sums_of_p[..., -1:]).tolist()\n    for _ in range(n):\n",
    ),
    Fires(  # elements
        "weighted_draw",
        "def f(x, p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    total = 0.0\n"
        "    for _ in range(n):\n"
        "        total = total / 2 + rng.choice(x, p=p) * rng.choice([-1, 1], p=[0.3, 0.7])\n"
        "    return total\n",
        lambda: (np.linspace(1, 2, 4), WEIGHTS, 60),
        "x[bisect.bisect_right(sums_of_p, rng.random())] * "
        "[-1, 1][bisect.bisect_right(sums_of_weights, rng.random())]\n",
    ),
]
SILENT = [
    Silent(  # one draw
        "weighted_draw",
        "def f(p):\n    return np.random.default_rng(2).choice(len(p), p=p)\n",
        lambda: (WEIGHTS,),
    ),
    Silent(  # other probabilities each time
        "weighted_draw",
        "def f(p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    for _ in range(n):\n"
        "        k = rng.choice(len(p), p=p)\n"
        "        p = np.roll(p, k)\n"
        "    return p\n",
        lambda: (WEIGHTS, 50),
    ),
    Silent(  # several at once
        "weighted_draw",
        "def f(p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    return [rng.choice(len(p), 2, p=p) for _ in range(n)]\n",
        lambda: (WEIGHTS, 50),
    ),
    Silent(  # what is drawn of is another in every iteration
        "weighted_draw",
        "def f(x, p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    for _ in range(n):\n"
        "        x = x + rng.choice(x, p=p)\n"
        "    return x\n",
        lambda: (np.arange(4.0), WEIGHTS, 50),
    ),
]
REFUSED = [
    Refused(  # changed by another name
        "weighted_draw",
        "def f(p, n):\n"
        "    rng = np.random.default_rng(2)\n"
        "    view = p[:]\n"
        "    k = 0\n"
        "    for _ in range(n):\n"
        "        k = 3 * k + rng.choice(len(p), p=p)\n"
        "        view[:] = p[::-1]\n"
        "    return k\n",
        lambda: (np.array([0.1, 0.2, 0.7]), 20),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
