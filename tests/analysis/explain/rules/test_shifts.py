"""Neighbours on grids without an end are views of one copy."""

import numpy as np

from profiler_suite.analysis.explain.rules import shifts
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(67)
GRID = rng.normal(size=(40, 50))
CELLS = (rng.random((60, 64)) < 0.3).astype(np.int8)
ROD = rng.normal(size=900)
BOX = rng.normal(size=(12, 14, 16))
assert shifts

FIRES = [
    Fires(
        "rolled_copies",
        "def f(u):\n"
        "    return np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) - 3 * u\n",
        lambda: (GRID,),
        "    u_wrapped = wrapped_around(u, 1)\n"
        "    return u_wrapped[:-2, 1:-1] + u_wrapped[2:, 1:-1] + u_wrapped[1:-1, :-2] - ",
    ),
    Fires(
        "rolled_copies",
        "def f(cells, generations):\n"
        "    for _ in range(generations):\n"
        "        near = sum(np.roll(np.roll(cells, i, 0), j, 1) for i in (-1, 0, 1)\n"
        "                   for j in (-1, 0, 1) if (i, j) != (0, 0))\n"
        "        cells = ((near == 3) | ((cells == 1) & (near == 2))).astype(np.int8)\n"
        "    return cells\n",
        lambda: (CELLS, 3),
        "        cells_wrapped = wrapped_around(cells, 1)\n",
    ),
    Fires(  # a name for each neighbour, steps in time, two distances
        "rolled_copies",
        "def f(u, steps):\n"
        "    u = u.copy()\n"
        "    for _ in range(steps):\n"
        "        left = np.roll(u, shift=1, axis=0)\n"
        "        right = np.roll(u, -1)\n"
        "        far = np.roll(u, 2) + np.roll(u, -2)\n"
        "        u += 0.1 * (left - 2 * u + right) + 0.01 * far\n"
        "    return u\n",
        lambda: (ROD, 4),
        "        left = u_wrapped[1:-3]\n        right = u_wrapped[3:-1]\n",
    ),
    Fires(
        "rolled_copies",
        "def f(u):\n"
        "    total = np.zeros_like(u)\n"
        "    for dx, dy in [(-1, 0), (1, 0), (0, 1), (0, -1)]:\n"
        "        total += np.roll(u, (dx, dy), axis=(0, 1))\n"
        "    return total\n",
        lambda: (GRID,),
        "    u_wrapped = wrapped_around(u, 1)\n    for dx, dy in",
    ),
    Fires(
        "rolled_copies",
        "def f(u):\n    return sum(np.roll(u, s, axis=-1) for s in range(-2, 3))\n",
        lambda: (BOX,),
        "u_wrapped[2:-2, 2:-2, 2 - s : 2 - s + u.shape[2]]",
    ),
]
SILENT = [
    Silent("rolled_copies", "def f(u):\n    return np.roll(u, 1) - u\n", lambda: (ROD,)),
    Silent(  # the copy is kept
        "rolled_copies",
        "def f(u):\n    return np.roll(u, 1), np.roll(u, -1)\n",
        lambda: (ROD,),
    ),
    Silent(  # it is written to
        "rolled_copies",
        "def f(u):\n"
        "    a, b = u, u\n"
        "    a = np.roll(u, 1)\n"
        "    b = np.roll(u, -1)\n"
        "    a[0] = b[-1] = 0\n"
        "    return a - b\n",
        lambda: (ROD,),
    ),
    Silent(  # another array each time
        "rolled_copies",
        "def f(u):\n    for s in (1, 2):\n        u = u + np.roll(u, s)\n    return u\n",
        lambda: (ROD,),
    ),
    Silent(  # how far is not known
        "rolled_copies",
        "def f(u, k):\n    return np.roll(u, k) + np.roll(u, -k)\n",
        lambda: (ROD, 3),
    ),
    Silent(  # through all rows
        "rolled_copies",
        "def f(u):\n    return np.roll(u, 1) + np.roll(u, -1)\n",
        lambda: (GRID,),
    ),
]
REFUSED = [
    Refused(  # changed by another name
        "rolled_copies",
        "def f(u):\n"
        "    view = u[:]\n"
        "    a = np.roll(u, 1) * 2\n"
        "    view -= 1\n"
        "    return a + np.roll(u, -1)\n",
        lambda: (ROD.copy(),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
