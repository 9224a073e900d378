"""Angles, remainders and sums of logarithms by what NumPy does for whole arrays."""

import numpy as np

from profiler_suite.analysis.explain.rules import elementary
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(68)
X, Y = rng.normal(size=(2, 90)) * 50
WHOLE = rng.integers(-99, 99, 80)
assert elementary

FIRES = [
    Fires(
        "angle_units",
        "def f(x):\n    return np.sin(np.radians(x + 1))\n",
        lambda: (X,),
        "np.sin((x + 1) * (np.pi / 180))",
    ),
    Fires(
        "angle_units",
        "def f(x):\n    return np.rad2deg(x)\n",
        lambda: (X.astype(np.float32),),
        "x * (180 / np.pi)",
    ),
    Fires(
        "sum_of_logarithms",
        "def f(x, y):\n    return np.logaddexp(x, y)\n",
        lambda: (X, Y),
        "np.maximum(x, y) + np.log1p(np.exp(-np.abs(x - y)))",
    ),
    Fires(
        "remainder_of_integers",
        "def f(x):\n    return (x + 3) % 7\n",
        lambda: (WHOLE,),
        "(x_once := x + 3) - x_once // 7 * 7",
    ),
    Fires(
        "remainder_of_integers",
        "def f(x, n):\n    return np.mod(x, n)\n",
        lambda: (WHOLE, -9),
        "x - x // n * n",
    ),
]
SILENT = [
    Silent("angle_units", "def f(x):\n    return np.radians(x)\n", lambda: (3.0,)),
    Silent("angle_units", "def f(x):\n    return np.radians(x)\n", lambda: (WHOLE,)),
    Silent(
        "sum_of_logarithms",
        "def f(x, y):\n    return np.logaddexp2(x, y)\n",
        lambda: (X, Y),
    ),
    Silent("remainder_of_integers", "def f(x):\n    return x % 7\n", lambda: (X,)),
    Silent("remainder_of_integers", "def f(x):\n    return x % 0.5\n", lambda: (WHOLE,)),
    Silent("remainder_of_integers", "def f(x, y):\n    return x % y\n", lambda: (WHOLE, WHOLE)),
]
REFUSED = [
    Refused(  # of nothing and nothing
        "sum_of_logarithms",
        "def f(x, y):\n    return np.logaddexp(x, y)\n",
        lambda: (np.append(X, -np.inf), np.append(Y, -np.inf)),
    ),
    Refused(
        "remainder_of_integers",
        "def f(x, n):\n    return x % n\n",
        lambda: (WHOLE.astype(np.int8), 0),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
