"""Fractions and whole parts of floating-point numbers without a division bit by bit."""

import warnings

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import powers
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(38)
X = rng.normal(size=60) * 20
assert powers

FIRES = [
    Fires(
        "whole_part",
        "def f(x):\n    return x % 1.0\n",
        lambda: (X,),
        "return x - np.floor(x)",
    ),
    Fires(
        "whole_part",
        "def f(x):\n    return np.mod(x + 0.5, 1) - 0.5\n",
        lambda: (X,),
        "((x_once := x + 0.5) - np.floor(x_once)) - 0.5",
    ),
    Fires(
        "whole_part",
        "def f(x):\n    return x % 8.0\n",
        lambda: (X.astype(np.float32),),
        "x - 8.0 * np.floor(x / 8.0)",
    ),
    Fires(
        "whole_part",
        "def f(x):\n    return x // 2\n",
        lambda: (X,),
        "np.floor(x / 2)",
    ),
    Fires(
        "whole_part",
        "def f(x):\n    return np.fmod(x, 1)\n",
        lambda: (X,),
        "x - np.trunc(x)",
    ),
    Fires(
        "constant_base",
        "def f(x):\n    return 10 ** (x / 20)\n",
        lambda: (X,),
        "np.exp(np.log(10) / 20 * x)",
    ),
    Fires(
        "constant_base",
        "def f(x):\n    return 1 + np.power(10.0, -x)\n",
        lambda: (X,),
        "1 + np.exp(np.log(10.0) * (-x))",
    ),
    Fires(
        "constant_base",
        "def f(x):\n    return 1.05 ** (0.5 * x)\n",
        lambda: (X,),
        "np.exp(0.5 * np.log(1.05) * x)",
    ),
    Fires("constant_base", "def f(x):\n    return 2 ** x\n", lambda: (X,), "np.exp2(x)"),
]
SILENT = [
    Silent("constant_base", "def f(x):\n    return 2 ** x\n", lambda: (np.arange(9),)),
    Silent("constant_base", "def f(x):\n    return x ** 3\n", lambda: (X,)),
    Silent(  # the logarithm would be a float64
        "constant_base", "def f(x):\n    return 10 ** x\n", lambda: (X.astype(np.float32),)
    ),
    Silent("whole_part", "def f(x):\n    return x % 8\n", lambda: (np.arange(60),)),
    Silent("whole_part", "def f(x, y):\n    return x % y\n", lambda: (X, np.abs(X))),
]
REFUSED = [
    Refused(  # an error of the exponent is one of the power, the larger the exponent
        "constant_base",
        "def f(x):\n    return 10.0 ** x == np.rint(10.0 ** x)\n",
        lambda: (np.arange(16.0),),
    ),
    Refused(  # of what is infinite there is no whole part
        "whole_part", "def f(x):\n    return x // 1.0\n", lambda: (np.append(X, np.inf),)
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)


def test_the_remainder_of_another_number_is_a_hint() -> None:
    own = Own("def f(x):\n    return x % (2 * np.pi)\n", X)
    (found,) = own.findings("whole_part")
    assert found.hint
    assert found.trial.answer == "other"
    assert "x - (n_once := 2 * np.pi) * np.floor(x / n_once)" in found.trial.rewrites[0].source


@pytest.mark.parametrize("by", [1.0, 2.0, 64.0])
def test_a_remainder_by_a_power_of_two_is_exact(by: float) -> None:
    edges = [0.0, -0.0, by, -by, np.nextafter(by, 0), -1e-20, 2.0**60 + 2, np.inf, np.nan]
    for dtype in (np.float64, np.float32):
        x = np.append(rng.normal(size=9999) * 10.0 ** rng.integers(-9, 9, 9999), edges)
        x = x.astype(dtype)
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("ignore")
            np.testing.assert_array_equal(x - by * np.floor(x / by), x % by)
            np.testing.assert_array_equal(np.floor(x[:-2] / by), x[:-2] // by)
