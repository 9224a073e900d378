"""Rules about memory: each fires, keeps silent on its neighbour, is refused when inexact."""

import numpy as np

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(10)
A = rng.random((9, 7))
V = rng.random(7)
LARGE = rng.random(120_000)

FIRES = [
    Fires(
        "in_place",
        """
        def f(x, y):
            t = np.exp(x)
            for _ in range(3):
                t = t * y  # again
                t = np.sqrt(t)
            return t
        """,
        lambda: (V, V),
        "t *= y  # again",
    ),
    Fires(
        "blocks",
        "def f(x, y):\n    return np.sqrt(x * x + y * y) / 2  # long\n",
        lambda: (LARGE, LARGE + 1),
        "return in_blocks(lambda x, y: np.sqrt(x * x + y * y) / 2, x, y)  # long",
    ),
    Fires(
        "repeated_array",
        "def f(a, x):\n    return a - np.tile(x, (len(a), 1))\n",
        lambda: (A, V),
        "return a - x",
    ),
    Fires(
        "repeated_array",
        "def f(x, y):\n    a, b = np.meshgrid(x, y)\n    return a * b\n",
        lambda: (V, V),
        "np.meshgrid(x, y, sparse=True)",
    ),
    Fires(
        "filled_array",
        "def f(n, v):\n    return np.ones(n) * v\n",
        lambda: (9, 2.5),
        "np.full(n, v, float)",
    ),
    Fires(
        "limited_by_mask",
        "def f(x):\n    y = x.copy()\n    y[y < -1] = -1\n    y[y > 0.5] = 0.5\n    return y\n",
        lambda: (np.append(np.linspace(-3, 3, 50), np.nan),),
        "    np.maximum(y, -1, out=y)\n    np.minimum(y, 0.5, out=y)",
    ),
]

SILENT = [
    Silent("out", "def f(x):\n    return x * x + x\n", lambda: (V,)),
    Silent("in_place", "def f(x, y):\n    t = x + y\n    return t\n", lambda: (V, V)),
    Silent("blocks", "def f(x):\n    return x * x + x\n", lambda: (V,)),
    Silent("blocks", "def f(x):\n    return np.cumsum(x * x)\n", lambda: (LARGE,)),
    Silent("repeated_array", "def f(x):\n    return np.tile(x, 3)\n", lambda: (V,)),
    Silent("filled_array", "def f(x):\n    return np.ones(7) * x\n", lambda: (V,)),
    Silent(  # another number each time
        "filled_array",
        "def f(n):\n    return np.array([max(k, 3) for k in range(n)])\n",
        lambda: (9,),
    ),
    Silent(
        "limited_by_mask",
        "def f(x):\n    y = x.copy()\n    y[y < 1] = 0\n    return y\n",
        lambda: (np.linspace(-3, 3, 50),),
    ),
    Silent(  # what is no whole number is cut off
        "limited_by_mask",
        "def f(x):\n    y = x.copy()\n    y[y < 0.5] = 0.5\n    return y\n",
        lambda: (np.arange(9),),
    ),
]

REFUSED = [
    Refused(  # the old array is kept by another name
        "in_place",
        """
        def f(x, y):
            t = x * 1
            kept = t
            t = t + y
            return kept, t
        """,
        lambda: (V, V),
    ),
    Refused(  # its argument would change
        "in_place",
        "def f(x):\n    x = x * 2\n    return x.sum()\n",
        lambda: (V,),
    ),
    Refused(
        "repeated_array",
        "def f(x):\n    t = np.tile(x, (3, 1))\n    t[0] = 0\n    return t\n",
        lambda: (V,),
    ),
    Refused(
        "filled_array",
        "def f(n):\n    return np.ones(n) * (1 + 2j)\n",
        lambda: (9,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_buffers_are_for_one_size() -> None:
    own = Own("def f(x):\n    return np.sqrt(x * x + 1.0)\n", LARGE)
    finding = own.findings("out")[0]
    assert finding.trial.one_size
    assert own.agreement(finding).same


def test_a_result_that_lives_in_a_buffer_is_refused() -> None:
    own = Own("def f(x):\n    y = x * x + 1.0\n    return y\n", LARGE)
    reasons = [own.agreement(each) for each in own.findings("out")]
    assert any("reused" in each.reason for each in reasons if not each.same)


def test_blocks_keep_the_other_axes_and_the_dtype() -> None:
    text = "def f(x, y):\n    return np.where(x > y, x - y, 0.0) < 0.5\n"
    wide = rng.random((400, 300))
    own = Own(text, wide, wide[::-1].copy())
    (finding,) = own.findings("blocks")
    assert own.agreement(finding).same
