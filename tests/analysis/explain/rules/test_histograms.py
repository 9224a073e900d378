"""Histograms of pairs in even bins, to the last count as np.histogram2d has them."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import histograms
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

rng = np.random.default_rng(64)
X, Y = rng.normal(size=(2, 90))

PIXELS = np.random.default_rng(89).integers(0, 256, (40, 50), dtype=np.uint8)
EDGES, CURVE = np.arange(0.0, 260.0, 4.0), np.sqrt(np.arange(65.0))
FIRES = [
    *(
        Fires(
            "interpolated_levels",
            f"def f(x, e, v):\n    return {text}\n",
            lambda: (PIXELS, EDGES, CURVE),
            "return np.interp(np.arange(256), e, v)[x" + more,
        )
        for text, more in (
            ("np.interp(x.flatten(), e, v).reshape(x.shape)", "]\n"),
            ("np.interp(x, e, v)", "]\n"),
            ("np.interp(x.ravel(), e, v)", ".ravel()]\n"),
        )
    ),
    Fires(
        "even_bins",
        "def f(x, y):\n    return np.histogram2d(x, y, bins=7)[0]\n",
        lambda: (X, Y),
        "even_histogram2d(x, y, 7)[0]",
    ),
    Fires(
        "even_bins",
        "def f(x, y, n):\n"
        "    h, a, b = np.histogram2d(x, y, bins=[n, 2 * n], range=[[-1, 1], [0, 2]])\n"
        "    return h / h.sum(), a, b\n",
        lambda: (X, Y, 5),
        "even_histogram2d(x, y, [n, 2 * n], range=[[-1, 1], [0, 2]])",
    ),
    Fires(
        "few_edges",
        "def f(x):\n    return np.digitize(x, [-1, 0, 0, 1.5])\n",
        lambda: (np.append(X, [np.nan, 0, -1, np.inf]),),
        "places_among_few(x, [-1, 0, 0, 1.5])",
    ),
    Fires(
        "few_edges",
        "def f(x, edges):\n    return np.searchsorted(edges, x, side='right')\n",
        lambda: (np.arange(9), np.array([2, 3, 7])),
        "places_among_few(x, edges)",
    ),
    Fires(  # that fall
        "few_edges",
        "def f(x, edges):\n    return np.digitize(x, edges)\n",
        lambda: (X, np.array([1.0, 0.5, -1])),
        "places_among_few(x, edges)",
    ),
]
SILENT = [
    Silent(
        "interpolated_levels",
        "def f(x, e, v):\n    return np.interp(x, e, v)\n",
        lambda: (PIXELS[:5, :9], EDGES, CURVE),
    ),
    Silent(
        "interpolated_levels",
        "def f(x, e, v):\n    return np.interp(x, e, v)\n",
        lambda: (PIXELS * 1.0, EDGES, CURVE),
    ),
    Silent(
        "few_edges",
        "def f(x, edges):\n    return np.digitize(x, edges)\n",
        lambda: (X, np.arange(50.0)),
    ),
    Silent(
        "few_edges",
        "def f(x):\n    return np.searchsorted([0, 1], x)\n",
        lambda: (X,),
    ),
    Silent(
        "even_bins",
        "def f(x, y, edges):\n    return np.histogram2d(x, y, bins=edges)[0]\n",
        lambda: (X, Y, np.array([0, 0.5, 1])),
    ),
    Silent(
        "even_bins",
        "def f(x, y):\n    return np.histogram2d(x, y, 5, density=True)[0]\n",
        lambda: (X, Y),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("limits", [None, [[0, 1], [0.1, 0.7]]])
@pytest.mark.parametrize("weighted", [False, True])
def test_values_on_edges_are_counted_where_numpy_counts_them(
    limits: list[list[float]] | None, weighted: bool
) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(histograms.EVEN_HISTOGRAM_2D, namespace)
    grid = np.round(rng.random(900), 1)
    for x, y in ((grid, grid[::-1]), (rng.random(900), grid), (grid * 0, grid), (X, Y)):
        weights = np.arange(len(x)) / 4 if weighted else None
        for bins in (1, 7, 10, [3, 30]):
            found = namespace["even_histogram2d"](x, y, bins, limits, weights)
            expected = np.histogram2d(x, y, bins, limits, weights=weights)
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, other)
