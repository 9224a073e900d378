"""Statistics of what is not NaN, and fits one by one: formulas and one pass for all."""

import warnings
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import statistics
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(19)
X = rng.random((9, 14))
HOLES = np.where(rng.random((9, 14)) < 0.3, np.nan, X)
STATS = "from scipy import stats\n"
T = np.arange(14.0)

STATS = "from scipy import stats\n"
TIES = rng.integers(0, 9, 50).astype(float)

SMOOTHED = """
from collections import deque

def f(values, width):
    window = deque(maxlen=width)
    found = []
    for value in values:
        window.append(value)
        found.append(sum(window) / len(window))
    return found
"""

FIRES = [
    Fires("window_sum", SMOOTHED, lambda: (X[0].tolist(), 4), "window_total / len(window)"),
    Fires(
        "ranks_among_values",
        STATS + "def f(x, v):\n    return [stats.percentileofscore(x, s) for s in v]\n",
        lambda: (TIES, np.arange(-1.0, 11.0, 0.5)),
        "list(percentile_ranks(x, v))",
    ),
    Fires(
        "ranks_among_values",
        STATS + "def f(x, v):\n    return stats.percentileofscore(x, v)\n",
        lambda: (np.append(TIES, np.nan), np.array([1.0, np.nan, 3.0])),
        "return percentile_ranks(x, v)",
    ),
    Fires(
        "nan_quantiles",
        "def f(x):\n    return np.nanmedian(x, axis=1)\n",
        lambda: (HOLES,),
        "nan_median(x, 1)",
    ),
    Fires(
        "nan_quantiles",
        "def f(x):\n    return np.nanpercentile(x, [5, 50, 95], axis=0)\n",
        lambda: (HOLES,),
        "nan_quantiles(x, np.asarray([5, 50, 95]) / 100, 0)",
    ),
    Fires(
        "nan_statistics",
        "def f(x):\n    return np.nanmean(x, axis=0)\n",
        lambda: (HOLES,),
        "nan_mean(x, 0)",
    ),
    Fires(
        "nan_statistics",
        "def f(x):\n    return np.nanstd(x, axis=1)\n",
        lambda: (X,),
        "if np.isnan((plain_once := np.std(x, axis=1))).any() else plain_once",
    ),
    Fires(
        "fit_formula",
        STATS
        + "def f(t, y):\n    out = []\n    for row in y:\n"
        + "        slope, intercept, r, p, se = stats.linregress(t, row)\n"
        + "        out.append(intercept)\n    return out\n",
        lambda: (T, X),
        "intercept = np.mean(row) - slope * np.mean(t)",
    ),
    Fires(
        "fit_formula",
        STATS
        + "def f(t, y):\n    out = np.zeros(len(y))\n    for i in range(len(y)):\n"
        + "        out[i] = stats.pearsonr(t, y[i])[0]\n    return out\n",
        lambda: (T, X),
        "np.sum((t - np.mean(t)) * (y[i] - np.mean(y[i]))) / np.sqrt(",
    ),
    Fires(
        "fit_formula",
        STATS + "def f(t, y):\n    return [stats.linregress(t, row).slope for row in y]\n",
        lambda: (T, X),
        "/ np.sum((t - np.mean(t)) ** 2)",
    ),
    Fires(
        "quantiles_along_axis",
        "def f(x):\n    return np.percentile(x, 90, axis=0)\n",
        lambda: (X,),
        "quantiles_by_sort(x, np.asarray(90) / 100, 0)",
    ),
    Fires(
        "quantiles_along_axis",
        "def f(x):\n    return np.quantile(x, [0.1, 0.5], axis=1)\n",
        lambda: (HOLES,),
        "quantiles_by_sort(x, [0.1, 0.5], 1)",
    ),
    Fires(
        "quantiles_along_axis",
        "def f(x):\n    return np.median(x, axis=1)\n",
        lambda: (X,),
        "quantiles_by_sort(x, 0.5, 1)",
    ),
]
SILENT = [
    Silent(  # nothing leaves it
        "window_sum",
        "def f(values):\n    seen, found = [], []\n    for value in values:\n"
        "        seen.append(value)\n        found.append(sum(seen))\n    return found\n",
        lambda: ([1, 2, 3],),
    ),
    Silent(
        "ranks_among_values",
        STATS + "def f(x, v):\n    return stats.percentileofscore(x, v)\n",
        lambda: (TIES, 3.0),
    ),
    Silent(  # other values each time
        "ranks_among_values",
        STATS + "def f(v):\n    return [stats.percentileofscore(v[v <= s], s) for s in v]\n",
        lambda: (TIES,),
    ),
    Silent("nan_quantiles", "def f(x):\n    return np.nanmedian(x)\n", lambda: (HOLES,)),
    Silent(
        "nan_quantiles",
        "def f(x):\n    return np.nanmedian(x, axis=1)\n",
        lambda: (np.arange(12).reshape(3, 4),),
    ),
    Silent("nan_statistics", "def f(x):\n    return np.mean(x, axis=0)\n", lambda: (X,)),
    Silent(  # the p-value is used
        "fit_formula",
        STATS
        + "def f(t, y):\n    slope, intercept, r, p, se = stats.linregress(t, y)\n"
        + "    return slope, p\n",
        lambda: (T, X[0]),
    ),
    Silent("quantiles_along_axis", "def f(x):\n    return np.median(x)\n", lambda: (X,)),
    Silent(
        "quantiles_along_axis",
        "def f(x):\n    return np.percentile(x, 90, axis=0, method='nearest')\n",
        lambda: (X,),
    ),
]
REFUSED = [
    Refused(  # what has been infinite once never comes back
        "window_sum", SMOOTHED, lambda: ([1.0, np.inf, *range(9)], 3)
    ),
    Refused(  # equal places raise, and from SciPy 1.18 on give nan as the formula does
        "fit_formula",
        STATS
        + "def f(t, y):\n    try:\n        return stats.linregress(t, y)[0]\n"
        + "    except ValueError:\n        return -1.0\n",
        lambda: (np.ones(14), X[0]),
        scipy=(1, 18),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_quantiles_are_those_of_numpy_also_of_what_is_all_nan(dtype: str, axis: int) -> None:
    x = HOLES.astype(dtype)
    x[3] = np.nan
    x[:, 2] = np.nan
    x[5, 4:9] = np.inf
    x[0, 0] = -np.inf
    namespace: dict[str, Any] = {"np": np}
    exec(statistics.NAN_MEDIAN + "\n" + statistics.NAN_QUANTILES, namespace)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore")
        found = namespace["nan_median"](x, axis)
        np.testing.assert_allclose(found, np.nanmedian(x, axis=axis), rtol=1e-6)
        assert found.dtype == x.dtype
        for q in (0.5, [0.0, 0.1, 1.0]):
            found = namespace["nan_quantiles"](x, q, axis)
            expected = np.nanquantile(x, q, axis=axis)
            np.testing.assert_allclose(found, expected, rtol=1e-6)
            assert found.dtype == x.dtype


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_quantiles_by_one_sort_are_those_of_numpy(dtype: str, axis: int) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(statistics.QUANTILES_BY_SORT, namespace)
    for x in (X, HOLES, X[:1, :1], X[:2, :2]):
        for q in (0.5, [0.0, 0.1, 0.95, 1.0]):
            found = namespace["quantiles_by_sort"](x.astype(dtype), q, axis)
            expected = np.quantile(x.astype(dtype), q, axis=axis)
            np.testing.assert_allclose(found, expected, rtol=1e-6)
