"""Lengths and distances by plain squares, compared without their roots."""

import numpy as np

from profiler_suite.analysis.explain.rules import distances
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(62)
X, Y = rng.normal(size=(2, 90))
POINTS = rng.normal(size=(50, 3))
assert distances

FIRES = [
    Fires(
        "hypotenuse",
        "def f(x, y):\n    return np.hypot(x - 0.5, y)\n",
        lambda: (X, Y),
        "return np.sqrt((x - 0.5) ** 2 + y ** 2)",
    ),
    Fires(
        "root_of_square",
        "def f(x):\n    return np.sqrt((x - 1) ** 2).sum()\n",
        lambda: (X,),
        "np.abs(x - 1).sum()",
    ),
    Fires(
        "root_of_square",
        "def f(x):\n    return np.sqrt(np.square(x))\n",
        lambda: (X.astype(np.float32),),
        "np.abs(x)",
    ),
    Fires(
        "squared_limit",
        "def f(x, y):\n    return np.sqrt((x - 0.5) ** 2 + y * y) < 0.7\n",
        lambda: (X, Y),
        "return (x - 0.5) ** 2 + y * y < 0.7 ** 2",
    ),
    Fires(
        "squared_limit",
        "def f(x, y, r):\n"
        "    distance = np.hypot(x, y)\n"
        "    inside = distance <= r\n"
        "    return inside.sum()\n",
        lambda: (X, Y, 1.2),
        "    distance = x ** 2 + y ** 2\n    inside = distance <= r ** 2\n",
    ),
    Fires(
        "squared_limit",
        "def f(x):\n    return x[np.sqrt(((x - 0.1) ** 2).sum(axis=1)) > 1.5]\n",
        lambda: (POINTS,),
        "x[((x - 0.1) ** 2).sum(axis=1) > 1.5 ** 2]",
    ),
]
SILENT = [
    Silent("hypotenuse", "def f(x, y):\n    return np.hypot(x, y)\n", lambda: (3.0, 4.0)),
    Silent(  # squares of integers may wrap
        "hypotenuse",
        "def f(x, y):\n    return np.hypot(x, y)\n",
        lambda: (np.arange(5), np.arange(5)),
    ),
    Silent("root_of_square", "def f(x):\n    return np.sqrt(x ** 3)\n", lambda: (X,)),
    Silent("root_of_square", "def f(x):\n    return np.sqrt(x ** 2)\n", lambda: (X + 1j * Y,)),
    Silent("squared_limit", "def f(x):\n    return np.sqrt(x) < 0.7\n", lambda: (X**2,)),
    Silent(  # the distances are used as such as well
        "squared_limit",
        "def f(x, y):\n    d = np.hypot(x, y)\n    return d[d < 0.7]\n",
        lambda: (X, Y),
    ),
    Silent(
        "squared_limit",
        "def f(x, y):\n    return np.sqrt(x ** 2 + y ** 2) < -0.7\n",
        lambda: (X, Y),
    ),
]
REFUSED = [
    Refused(
        "hypotenuse",
        "def f(x, y):\n    return np.hypot(x, y)\n",
        lambda: (X * 1e200, Y * 1e200),
    ),
    Refused("root_of_square", "def f(x):\n    return np.sqrt(x ** 2)\n", lambda: (X * 1e-200,)),
    Refused(
        "squared_limit",
        "def f(x, y, r):\n    return np.sqrt(x ** 2 + y ** 2) < r\n",
        lambda: (X, Y, -2.0),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
