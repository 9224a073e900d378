"""Choices among constants by truth values and tables instead of branches."""

import numpy as np

from profiler_suite.analysis.explain.rules import choices
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

rng = np.random.default_rng(61)
X = rng.normal(size=90) * 2
WITH_NAN = np.append(X, [np.nan, np.inf, -1.0, 0.0])
assert choices

FIRES = [
    Fires(
        "two_constants",
        "def f(x):\n    return np.where(x > 0, 1, 0)\n",
        lambda: (WITH_NAN,),
        "return (x > 0).astype(int)",
    ),
    Fires(
        "two_constants",
        "def f(x, y):\n    return y * np.where((x > 0) & (x < 1), 0.0, 1.0)\n",
        lambda: (X, X),
        "y * (~((x > 0) & (x < 1))).astype(float)",
    ),
    Fires(
        "two_constants",
        "def f(x):\n    return np.where(x > 0, 2, -0.5)\n",
        lambda: (X,),
        "np.array([-0.5, 2])[(x > 0).view(np.int8)]",
    ),
    Fires(
        "steps",
        "def f(x):\n"
        "    return np.where(x < -1, 0.0, np.where(x < 0, 0.5, np.where(x <= 1, 2, 1)))\n",
        lambda: (WITH_NAN,),
        "np.array([1, 2, 0.5, 0.0])[(x < -1).view(np.int8) + (x < 0) + (x <= 1)]",
    ),
    Fires(
        "steps",
        "def f(x):\n"
        "    return np.where(2 * x > 1, 'high', np.where(2 * x > 0, 'middle', 'low'))\n",
        lambda: (WITH_NAN,),
        "np.array(['low', 'middle', 'high'])"
        "[((x_once := 2 * x) > 1).view(np.int8) + (x_once > 0)]",
    ),
    Fires(
        "steps",
        "def f(x):\n    return np.select([x >= 1, x >= 0], [3, 7])\n",
        lambda: (WITH_NAN,),
        "np.array([0, 7, 3])[(x >= 1).view(np.int8) + (x >= 0)]",
    ),
    Fires(
        "steps",
        "def f(x):\n    return np.select([x < -1, x < 0], [3, 7], default=9.5)\n",
        lambda: (np.arange(-5, 5),),
        "np.array([9.5, 7, 3])[(x < -1).view(np.int8) + (x < 0)]",
    ),
    Fires(
        "few_members",
        "def f(x):\n    return np.isin(x, [3, -5]).sum()\n",
        lambda: (rng.integers(-9, 9, (20, 5)),),
        "((x == 3) | (x == -5)).sum()",
    ),
    Fires(
        "few_members",
        "def f(x):\n    return x[~np.isin(x, ('a', 'b'))]\n",
        lambda: (np.array(["a", "b", "c"] * 5),),
        "x[~((x == 'a') | (x == 'b'))]",
    ),
]
SILENT = [
    Silent(
        "few_members",
        "def f(x):\n    return np.isin(x, [1, 2, 3, 4, 5, 6, 7])\n",
        lambda: (np.arange(9),),
    ),
    Silent(  # of two kinds
        "few_members",
        "def f(x):\n    return np.isin(x, [1, 'a'])\n",
        lambda: (np.arange(9),),
    ),
    Silent("two_constants", "def f(x):\n    return np.where(x > 0, x, 0)\n", lambda: (X,)),
    Silent("two_constants", "def f(x):\n    return np.where(x, 1, 0)\n", lambda: (X,)),
    Silent("two_constants", "def f(x):\n    return np.where(x > 0, 1, 0)\n", lambda: (3.0,)),
    Silent(
        "two_constants", "def f(x):\n    return np.where(x > 0, True, False)\n", lambda: (X,)
    ),
    Silent(  # the first that holds is chosen: others follow in the wrong order
        "steps",
        "def f(x):\n    return np.where(x < 1, 0, np.where(x < 0, 1, 2))\n",
        lambda: (X,),
    ),
    Silent(
        "steps",
        "def f(x):\n    return np.where(x < 0, 0, np.where(x > 1, 1, 2))\n",
        lambda: (X,),
    ),
    Silent(
        "steps",
        "def f(x, y):\n    return np.where(x < 0, 0, np.where(y < 1, 1, 2))\n",
        lambda: (X, X),
    ),
    Silent(
        "steps",
        "def f(x):\n    return np.select([x < 0, x < 1], [0, x], 2)\n",
        lambda: (X,),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, [])
