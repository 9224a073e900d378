"""Short integers in a stable order, and rows of integers as one number each."""

import math
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import ordering
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(36)
KEYS = rng.integers(0, 40, 300).astype(np.uint16)
ROWS = rng.integers(-5, 5, (200, 3))

FIRES = [
    Fires(
        "stable_order",
        "def f(k):\n    order = np.argsort(k)\n    return k[order]\n",
        lambda: (KEYS,),
        "np.argsort(k, kind='stable')",
    ),
    Fires(
        "stable_order",
        "def f(k):\n    return k[k.argsort()][::-1]\n",
        lambda: (KEYS.astype(float),),
        "np.sort(k)[::-1]",
    ),
    Fires(
        "stable_order",
        "def f(k):\n    order = k.argsort()\n    return np.diff(k[order])\n",
        lambda: (KEYS.astype(float),),
        "def f(k):\n    return np.diff(np.sort(k))",
    ),
    Fires(
        "unique_rows",
        "def f(r):\n    return np.unique(r, axis=0)\n",
        lambda: (ROWS,),
        "unique_rows(r)",
    ),
    Fires(
        "unique_rows",
        "def f(r):\n    rows, n = np.unique(r, axis=0, return_counts=True)\n"
        "    return rows[n > 1]\n",
        lambda: (ROWS,),
        "rows, n = unique_rows(r, return_counts=True)",
    ),
]
SILENT = [
    Silent(  # the order is for something else too
        "stable_order",
        "def f(k, v):\n    order = k.argsort()\n    return k[order], v[order]\n",
        lambda: (KEYS.astype(float), KEYS),
    ),
    Silent("stable_order", "def f(k):\n    return np.argsort(k)\n", lambda: (ROWS[:, 0],)),
    Silent(
        "stable_order",
        "def f(k):\n    return np.argsort(k, kind='heapsort')\n",
        lambda: (KEYS,),
    ),
    Silent(
        "unique_rows", "def f(r):\n    return np.unique(r, axis=0)\n", lambda: (ROWS * 0.5,)
    ),
    Silent("unique_rows", "def f(r):\n    return np.unique(r)\n", lambda: (ROWS,)),
]
REFUSED = [
    Refused(  # which of two equal keys comes first is part of the answer
        "stable_order", "def f(k):\n    return np.argsort(k)\n", lambda: (KEYS,)
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)

LIMITS = np.iinfo(np.int64)


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        ROWS.astype(np.int8),
        rng.integers(0, 2**63, (50, 2)),
        np.array([[LIMITS.min, 1], [LIMITS.max, 0], [LIMITS.min, 0]]),
        np.array([[-128, 127], [127, -128], [127, -128]], np.int8),
        ROWS[:0],
        ROWS[:, :0],
        ROWS[:1],
    ],
    ids=lambda rows: f"{rows.dtype}{rows.shape}",
)
def test_rows_as_numbers_are_the_different_rows(rows: Any) -> None:
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(ordering.UNIQUE_ROWS, namespace)
    found = namespace["unique_rows"](rows)
    np.testing.assert_array_equal(found, np.unique(rows, axis=0))
    assert found.dtype == rows.dtype
    asked = dict.fromkeys(("return_index", "return_inverse", "return_counts"), True)
    expected = np.unique(rows, axis=0, **asked)
    for one, other in zip(namespace["unique_rows"](rows, **asked), expected, strict=True):
        np.testing.assert_array_equal(one, other)
