"""Whole blocks are rows of one array; the shorter one at the end is computed by itself."""

import numpy as np

from profiler_suite.analysis.explain.rules import blocks
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(69)
SERIES = rng.normal(size=1003)
TABLE = rng.normal(size=(103, 6))
assert blocks

FIRES = [
    Fires(
        "shorter_last_block",
        "def f(x, size):\n"
        "    out = []\n"
        "    for i in range(0, len(x), size):\n"
        "        out.append(x[i:i + size].mean())\n"
        "    return np.array(out)\n",
        lambda: (SERIES, 10),
        "    whole_blocks = len(x) // size\n"
        "    out.extend(x[:size * whole_blocks].reshape(whole_blocks, size).mean(axis=1))\n"
        "    if len(x) % size:\n"
        "        i = whole_blocks * size\n"
        "        out.append(x[i:i + size].mean())\n",
    ),
    Fires(
        "shorter_last_block",
        "def f(x, size):\n"
        "    return np.array([np.median(x[i:i + size]) for i in range(0, len(x), size)])\n",
        lambda: (SERIES, 10),
        "    return np.array(of_blocks)\n",
    ),
    Fires(  # an end that is never beyond the last, several values, a constant length
        "shorter_last_block",
        "def f(x):\n"
        "    n = x.shape[0]\n"
        "    rows = []\n"
        "    for start in range(0, n, 10):\n"
        "        part = x[start:min(start + 10, n)]\n"
        "        rows.append((part.min(), part.max()))\n"
        "    return np.array(rows)\n",
        lambda: (SERIES,),
        "        part = x[start:min(start + 10, n)]\n        rows.append(",
    ),
]
SILENT = [
    Silent(  # windows that overlap
        "shorter_last_block",
        "def f(x, size):\n"
        "    return [x[i:i + size].mean() for i in range(0, len(x) - size, 1)]\n",
        lambda: (SERIES, 10),
    ),
    Silent(  # blocks that have gaps
        "shorter_last_block",
        "def f(x, size):\n    return [x[i:i + 2].mean() for i in range(0, len(x), size)]\n",
        lambda: (SERIES, 10),
    ),
    Silent(  # it ends somewhere
        "shorter_last_block",
        "def f(x, size):\n"
        "    for i in range(0, len(x), size):\n"
        "        if x[i:i + size].mean() > 3:\n"
        "            break\n"
        "    return i\n",
        lambda: (SERIES, 10),
    ),
    Silent(  # no array function of a block
        "shorter_last_block",
        "def f(x, size):\n    return [repr(x[i:i + size]) for i in range(0, len(x), size)]\n",
        lambda: (SERIES, 10),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
