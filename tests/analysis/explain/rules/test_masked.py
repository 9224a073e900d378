"""Masked arrays that are only reduced become plain arrays of what is left."""

import numpy as np

from profiler_suite.analysis.explain.rules import masked
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(35)
X = rng.normal(size=(12, 20))
HOLES = np.where(rng.random((12, 20)) < 0.2, np.nan, X)

assert masked

FIRES = [
    Fires(
        "masked_reduction",
        "def f(x):\n    m = np.ma.masked_where(x < 0, x)\n    return np.ma.sqrt(m).mean()\n",
        lambda: (X,),
        "    m = x[~(x < 0)]\n    return np.sqrt(m).mean()",
    ),
    Fires(
        "masked_reduction",
        "def f(x):\n    m = np.ma.masked_invalid(x)\n"
        "    return (m.max() - m.min()) / m.std() + m.count()\n",
        lambda: (HOLES,),
        "m = x[np.isfinite(x)]\n    return (m.max() - m.min()) / m.std() + m.size",
    ),
    Fires(
        "masked_reduction",
        "def f(x):\n    return np.ma.median(np.ma.array(x, mask=x > 1) * 2.0)\n",
        lambda: (X,),
        "np.median(x[~(x > 1)] * 2.0)",
    ),
    Fires(
        "masked_reduction",
        "def f(x):\n    return np.ma.masked_less(x, 0.5).sum()\n",
        lambda: (X,),
        "x[~(x < 0.5)].sum()",
    ),
]
SILENT = [
    Silent(  # an axis is left
        "masked_reduction",
        "def f(x):\n    return np.ma.masked_where(x < 0, x).mean(axis=0)\n",
        lambda: (X,),
    ),
    Silent(  # the masked array itself is given back
        "masked_reduction",
        "def f(x):\n    m = np.ma.masked_where(x < 0, x)\n    return m, m.mean()\n",
        lambda: (X,),
    ),
    Silent(  # another array stands beside it
        "masked_reduction",
        "def f(x):\n    return (np.ma.masked_where(x < 0, x) * x).sum()\n",
        lambda: (X,),
    ),
]
REFUSED = [
    Refused(  # a root masks what it cannot take
        "masked_reduction",
        "def f(x):\n    return np.ma.sqrt(np.ma.masked_where(x < -1, x)).mean()\n",
        lambda: (X,),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
