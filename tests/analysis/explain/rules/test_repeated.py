"""Expressions of large arrays that are computed more than once get a name."""

import numpy as np

from profiler_suite.analysis.explain.rules import repeated
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(66)
X, Y = rng.normal(size=(2, 1500))
assert repeated
COUNTS = rng.integers(-1, 5, 1500)
EXPANDED = """
def f(x, counts):
    out = []
    for v, c in zip(x, counts):
        out.extend([v] * c)
    return np.array(out)
"""

FIRES = [
    Fires(
        "elements_repeated",
        EXPANDED,
        lambda: (X, COUNTS),
        "    out = np.repeat(x, np.maximum(counts, 0))\n    return np.array(out)\n",
    ),
    Fires(
        "elements_repeated",
        EXPANDED.replace("zip(x, counts)", "enumerate(counts)").replace("[v] * c", "c * [v]"),
        lambda: (X, COUNTS),
        "np.repeat(np.arange(len(counts)), np.maximum(counts, 0))",
    ),
    Fires(
        "elements_repeated",
        "def f(x, counts):\n    out = []\n    for i in range(len(x)):\n"
        "        out += [x[i]] * counts[i]\n    return out\n",
        lambda: (X, COUNTS),
        "    out.extend(np.repeat(x, np.maximum(counts[:len(x)], 0)).tolist())\n",
    ),
    Fires(
        "elements_repeated",
        "def f(x, n):\n    return np.concatenate([[v] * c for v, c in zip(x, n)])\n",
        lambda: (X, COUNTS.astype(np.uint8)),
        "    return np.repeat(x, n)\n",
    ),
    Fires(
        "computed_again",
        "def f(x, y):\n    return x[y > 0.5].sum() / np.sum(y > 0.5)\n",
        lambda: (X, Y),
        "    mask = y > 0.5\n    return x[mask].sum() / np.sum(mask)\n",
    ),
    Fires(
        "computed_again",
        "def f(x, y):\n    return x[y > 0].sum() / x[y > 0].size\n",
        lambda: (X, Y),
        "    shared = x[y > 0]\n    return shared.sum() / shared.size\n",
    ),
    Fires(
        "computed_again",
        "def f(x, y):\n"
        "    near = np.exp(-(x - y) ** 2)\n"
        "    far = 1 - np.exp(-(x - y) ** 2)\n"
        "    return near, far\n",
        lambda: (X, Y),
        "    far = 1 - near\n",
    ),
    Fires(
        "computed_again",
        "def f(x, y):\n"
        "    out = np.zeros_like(x)\n"
        "    out[np.isnan(x) | (y < 0)] = 1 + y[np.isnan(x) | (y < 0)]\n"
        "    return out + np.sin(x * y) * (np.sin(x * y) + 1)\n",
        lambda: (X, Y),
        "    shared_2 = np.sin(x * y)\n    return out + shared_2 * (shared_2 + 1)\n",
    ),
]
SILENT = [
    Silent(  # arrays, multiplied
        "elements_repeated",
        EXPANDED.replace("[v] * c", "x * c"),
        lambda: (X[:30], COUNTS[:30]),
    ),
    Silent(  # as often as it says itself
        "elements_repeated",
        EXPANDED.replace("[v] * c", "[v] * int(v * v)"),
        lambda: (X, COUNTS),
    ),
    Silent("computed_again", "def f(x):\n    return x[x > 0].sum()\n", lambda: (X,)),
    Silent(  # little work
        "computed_again",
        "def f(x):\n    return x[x > 0].sum() / np.sum(x > 0)\n",
        lambda: (X[:50],),
    ),
    Silent(  # it changes in between
        "computed_again",
        "def f(x):\n    n = np.sum(x > 0)\n    x = x - 1\n    return n + np.sum(x > 0)\n",
        lambda: (X,),
    ),
    Silent(  # the result is written to
        "computed_again",
        "def f(x, y):\n    a = x * y\n    a += 1\n    return a + (x * y)\n",
        lambda: (X, Y),
    ),
    Silent(  # two arrays, not one that is returned twice
        "computed_again", "def f(x, y):\n    return x * y, x * y\n", lambda: (X, Y)
    ),
    Silent(  # evaluated only where there is need
        "computed_again",
        "def f(x, y):\n    return (x / y).sum() if len(y) else (x / y).mean()\n",
        lambda: (X, Y),
    ),
]
REFUSED = [
    Refused(  # what one has more than the other is passed by
        "elements_repeated",
        EXPANDED,
        lambda: (X, COUNTS[:1400]),
    ),
    Refused(  # by another name
        "computed_again",
        "def f(x):\n"
        "    view = x[:]\n"
        "    n = np.sum(x > 0)\n"
        "    view -= 1\n"
        "    return n + np.sum(x > 0)\n",
        lambda: (X.copy(),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
