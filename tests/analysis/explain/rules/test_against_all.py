"""One row against all others, and one triangulation for many sets of values."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import against_all
from tests.analysis.explain.rules.tables import (
    Fires,
    Refused,
    Silent,
    check_fires,
    check_refused,
    family_tests,
)

rng = np.random.default_rng(61)
assert against_all
CDIST = "from scipy.spatial.distance import cdist\n"
GRID = "from scipy.interpolate import griddata\n"
SCALER = "from sklearn.preprocessing import StandardScaler\n"
GRIDS = "from scipy.interpolate import RegularGridInterpolator\n"
NEAREST = """
def f(x):
    best = np.zeros(x.shape[0], dtype=int)
    for i in range(x.shape[0]):
        apart = cdist(x[i:i + 1], x, 'cosine')[0]
        apart[i] = 9
        best[i] = np.argmin(apart)
    return best
"""
FIELDS = """
def f(points, fields, targets):
    out = np.empty((len(fields), len(targets)))
    for i, values in enumerate(fields):
        out[i] = griddata(points, values, targets{how})
    return out
"""


def rows() -> np.ndarray:
    return rng.random((24, 6))


def fields() -> tuple[np.ndarray, ...]:
    return rng.random((40, 2)), rng.random((3, 40)), 0.2 + 0.6 * rng.random((9, 2))


def points() -> tuple[np.ndarray, np.ndarray]:
    return np.linspace(0, 7, 12), np.linspace(0, 6, 7)


FIRES = [
    Fires(
        "one_row_against_all",
        CDIST + NEAREST,
        lambda: (rows(),),
        "apart = cdist_of_all[i].copy()",
    ),
    Fires(
        "one_row_against_all",
        CDIST + "def f(a, b):\n    return [cdist([a[i]], b, 'cityblock').ravel().min() "
        "for i in range(len(a))]\n",
        lambda: (rows(), rows()),
        "cdist_of_all = cdist(a, b, 'cityblock')",
    ),
    Fires(
        "triangulated_again",
        GRID + FIELDS.format(how=", method='linear'"),
        fields,
        "LinearNDInterpolator(triangles, values)(targets)",
    ),
    Fires(
        "triangulated_again",
        GRID + FIELDS.format(how=", method='cubic'"),
        fields,
        "CloughTocher2DInterpolator(triangles, values)(targets)",
    ),
]
FIRES += [
    Fires(
        "points_of_grid",
        GRIDS + "def f(x, y, z, p, q):\n    g = RegularGridInterpolator((x, y), z)\n"
        "    out = np.zeros((len(p), len(q)))\n    for i in range(len(p)):\n"
        "        for j in range(len(q)):\n            out[i, j] = g([p[i], q[j]])[0]\n"
        "    return out\n",
        lambda: (np.arange(9.0), np.arange(8.0), rng.random((9, 8)), *points()),
        "out[:] = g(np.stack(np.meshgrid(p, q, indexing='ij'), axis=-1))",
    ),
]
FIRES += [
    Fires(
        "nearest_few",
        CDIST + "def f(x):\n    return cdist(x, x).argsort(axis=1)[:, 1:4]\n",
        lambda: (rows(),),
        "scipy.spatial.cKDTree(x).query(x, 4)[1][:, 1:]",
    ),
    Fires(
        "nearest_few",
        CDIST + "def f(x, y, k):\n    return np.sort(cdist(x, y), axis=1)[:, :k]\n",
        lambda: (rows(), rows(), 3),
        "scipy.spatial.cKDTree(y).query(x, k)[0]",
    ),
]
SILENT = [
    Silent(  # all of them, in order
        "nearest_few",
        CDIST + "def f(x):\n    return cdist(x, x).argsort(axis=1)\n",
        lambda: (rows(),),
    ),
    Silent(  # no scaler
        "scaled_by_column",
        "def f(x):\n    out = np.zeros_like(x)\n    for c in range(x.shape[1]):\n"
        "        out[:, c] = x[:, [c]].ravel() / x[:, c].max()\n    return out\n",
        lambda: (rows(),),
    ),
    Silent(  # points of a line
        "points_of_grid",
        GRIDS + "def f(x, y, z, p, q):\n    g = RegularGridInterpolator((x, y), z)\n"
        "    return [g([p[i], q[i]])[0] for i in range(len(q))]\n",
        lambda: (np.arange(9.0), np.arange(8.0), rng.random((9, 8)), *points()),
    ),
    Silent(
        "one_row_against_all",
        CDIST + "def f(a, b):\n    return cdist(a, b).min(axis=1)\n",
        lambda: (rows(), rows()),
    ),
    Silent(  # the other rows change
        "one_row_against_all",
        CDIST + "def f(a, b):\n    out = []\n    for i in range(len(a)):\n"
        "        out.append(cdist([a[i]], b)[0].min())\n        b = b + 1\n    return out\n",
        lambda: (rows(), rows()),
    ),
    Silent(
        "triangulated_again",
        GRID
        + "def f(points, values, targets):\n    return griddata(points, values, targets)\n",
        lambda: (fields()[0], fields()[1][0], fields()[2]),
    ),
    Silent(  # other points each time
        "triangulated_again",
        GRID + "def f(points, values, targets):\n"
        "    return [griddata(points + 0.01 * i, v, targets) for i, v in enumerate(values)]\n"
        "\n\ndef g(points, values, targets):\n    pass\n",
        fields,
    ),
]
REFUSED = [
    Refused(  # points that are equally far
        "nearest_few",
        CDIST + "def f(x):\n    return cdist(x, x).argsort(axis=1)[:, 1:4]\n",
        lambda: (rng.integers(0, 3, (40, 2)).astype(float),),
    ),
    Refused(  # a distance that is relative to the spread of all that it is given
        "one_row_against_all",
        CDIST + "def f(a, b):\n    return [cdist(a[i:i + 1], b, 'seuclidean')[0].min() "
        "for i in range(len(a))]\n",
        lambda: (rows(), rows()),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)

SCALED = """
def f(x):
    out = np.zeros_like(x)
    for c in range(x.shape[1]):
        out[:, c] = StandardScaler({given}).fit_transform(x[:, [c]]).ravel()
    return out
"""


def test_a_scaler_for_every_column_takes_all() -> None:
    pytest.importorskip("sklearn")
    text = SCALER + SCALED.format(given="")
    expected = "out[:] = StandardScaler().fit_transform(x)"
    check_fires(Fires("scaled_by_column", text, lambda: (rows(),), expected))


def test_a_scaler_that_changes_what_it_is_given_is_refused() -> None:
    pytest.importorskip("sklearn")
    text = SCALER + SCALED.format(given="copy=False")
    check_refused(Refused("scaled_by_column", text, lambda: (rows(),)))
