"""Sums over all pairs that a faster algorithm finds."""

import itertools
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules.faster_algorithms import DISTANCE_SUM
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

NEAREST = """
def f(points, rows, k):
    out = np.zeros(len(rows))
    for i, p in enumerate(rows):
        d = np.linalg.norm(points - p, axis=1)
        nearest = np.argsort(d)[1:k]
        out[i] = d[nearest].mean()
    return out
"""
CLASSES = """
def f(points, rows, labels):
    found = []
    for x in rows:
        d = np.sqrt(((points - x) ** 2).sum(axis=1))
        found.append(np.bincount(labels[d.argsort()[:5]]).argmax())
    return np.array(found)
"""
CLOSEST = """
def f(points, rows):
    return np.array([np.argmin(((points - p) ** 2).sum(axis=1)) for p in rows])
"""


def cloud(count: int) -> np.ndarray:
    return np.random.default_rng(count).random((count, 3))


COUNTED = "    n = len(x)\n    k = np.arange(n)\n"
FIRES = [
    *(
        Fires(
            "distances_of_all_pairs",
            f"def f(x):\n    i, j = np.triu_indices(len(x), {k})\n    return {text}\n",
            lambda: (np.random.default_rng(2).random(50),),
            f"def f(x):\n    return {expected}",
        )
        for k, text, expected in (
            ("1", "np.abs(x[i] - x[j]).sum() * 2", "sum_of_distances(x, twice=False) * 2"),
            (
                "k=1",
                "np.mean(np.abs(x[j] - x[i]))",
                "sum_of_distances(x, twice=False) / (len(x) * (len(x) - 1) / 2)",
            ),
        )
    ),
    Fires(
        "fourier_matrix",
        f"def f(x):\n{COUNTED}    return np.exp(-2j * np.pi * np.outer(k, k) / n) @ x\n",
        lambda: (np.sqrt(np.arange(30.0)),),
        "    return fourier(x)",
    ),
    Fires(
        "nearest_by_tree",
        NEAREST,
        lambda: (cloud(70), cloud(40), 6),
        "nearest_points(points, rows, k)",
    ),
    Fires(
        "nearest_by_tree",
        CLASSES,
        lambda: (cloud(70), cloud(40), np.arange(70) % 4),
        "nearest_points(points, rows, 5)",
    ),
    Fires(
        "nearest_by_tree",
        CLOSEST,
        lambda: (cloud(70), cloud(40)),
        "nearest_points(points, rows, 1)",
    ),
    *(
        Fires(
            "distances_of_all_pairs",
            f"""
            def f(x):
                n = len(x)
                total = 0.0
                for i in range(n):
                    for j in range(n):
                        if i {sign} j:
                            total += abs(x[i] - x[j])
                return total
            """,
            lambda: (np.random.default_rng(2).random(50),),
            expected,
        )
        for sign, expected in (
            ("<", "total += sum_of_distances(x, twice=False)"),
            ("!=", "2 * sum_of_distances(x, twice=False)"),
        )
    ),
    Fires(
        "fourier_written_out",
        """
        def f(x):
            n = len(x)
            out = np.zeros(n)
            for k in range(n):
                re = im = 0.0
                for t in range(n):
                    angle = 2 * np.pi * k * t / n
                    re += x[t] * np.cos(angle)
                    im -= 0.0
                out[k] = re
            return out
        """.replace("                    im -= 0.0\n", ""),
        lambda: (np.random.default_rng(6).random(50),),
        "out[:] = 0.0 + x_real[:n]",
    ),
    Fires(
        "distances_of_all_pairs",
        """
        def f(x):
            total = 0.0
            for i in range(len(x)):
                for j in range(i + 1, len(x)):
                    total += abs(x[i] - x[j])
            return total
        """,
        lambda: (np.random.default_rng(2).random(50),),
        "sum_of_distances(x, twice=False)",
    ),
    Fires(
        "distances_of_all_pairs",
        "def f(x):\n    return np.abs(x[:, None] - x).mean()\n",
        lambda: (np.random.default_rng(2).random(50),),
        "sum_of_distances(x) / len(x) ** 2",
    ),
]

SILENT = [
    Silent(  # with its own distances, which are 0, the mean is another
        "distances_of_all_pairs",
        "def f(x):\n"
        "    i, j = np.triu_indices(len(x))\n"
        "    return np.abs(x[i] - x[j]).mean()\n",
        lambda: (np.random.default_rng(2).random(50),),
    ),
    Silent(
        "fourier_matrix",
        f"def f(x):\n{COUNTED}    return np.exp(-1j * np.pi * np.outer(k, k) / n) @ x\n",
        lambda: (np.sqrt(np.arange(30.0)),),
    ),
    Silent(  # the farthest
        "nearest_by_tree",
        CLOSEST.replace("argmin", "argmax"),
        lambda: (cloud(70), cloud(40)),
    ),
    Silent(  # waves of half as many turns
        "fourier_written_out",
        "def f(x):\n    n = len(x)\n    s = np.zeros(n)\n    for k in range(n):\n"
        "        for t in range(n):\n            s[k] += x[t] * np.cos(np.pi * k * t / n)\n"
        "    return s\n",
        lambda: (np.random.default_rng(6).random(20),),
    ),
    Silent(  # whole numbers may overflow otherwise
        "distances_of_all_pairs",
        "def f(x):\n    return np.abs(x[:, None] - x).sum()\n",
        lambda: (np.arange(9),),
    ),
]

REFUSED = [
    Refused(  # of points that are equally near others come first
        "nearest_by_tree",
        CLOSEST,
        lambda: (np.round(cloud(300) * 2), np.round(cloud(200) * 2) + 0.5),
    ),
    Refused(  # what is small beside the largest element is lost in a transform
        "fourier_written_out",
        "def f(x):\n    n = len(x)\n    s = np.zeros(n)\n    for k in range(n):\n"
        "        for t in range(n):\n            s[k] += x[t] * np.sin(2 * np.pi * k * t / n)\n"
        "    return 1 / s[1:]\n",
        lambda: (np.ones(20),),
    ),
    Refused(  # the last digits count
        "distances_of_all_pairs",
        "def f(x):\n    return np.abs(x[:, None] - x).sum() % 777\n",
        lambda: (np.random.default_rng(2).random(50) * 1e15,),
    ),
]

(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(
    "values",
    [
        [],
        [3.0],
        [np.nan],
        [1.0, np.inf],
        [np.inf, np.inf, 2.0],
        [np.nan, 1.0, 2.0],
        [1e9 + 1, 1e9, 1e9 + 3],
        [-0.0, 0.0, -5.0, 5.0],
    ],
)
def test_the_sum_of_distances_is_that_of_all_pairs(values: list[float]) -> None:
    space: dict[str, Any] = {"np": np}
    exec(DISTANCE_SUM, space)
    x = np.array(values)
    expected = np.abs(x[:, None] - x).sum()
    np.testing.assert_array_equal(space["sum_of_distances"](x), expected)
    once = sum(abs(a - b) for a, b in itertools.combinations(values, 2))
    np.testing.assert_array_equal(space["sum_of_distances"](x, twice=False), once)
