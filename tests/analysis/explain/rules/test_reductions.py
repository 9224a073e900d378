"""Reductions along short axes place by place, and of arrays in a list without a copy of all."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import reductions
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

rng = np.random.default_rng(31)
POINTS = rng.random((400, 3)) - 0.5
IMAGE = rng.integers(0, 3, (20, 30, 3), dtype=np.uint8)
RED = np.array([2, 0, 1], np.uint8)
A, B, C = rng.random((3, 50))

FRAMES = rng.random((5, 20, 30))

FIRES = [
    Fires(
        "short_axis",
        "def f(x):\n    return x.max(axis=1)\n",
        lambda: (POINTS,),
        "return over_last_axis(np.maximum, x)",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return np.exp(x - np.max(x, axis=-1, keepdims=True))\n",
        lambda: (POINTS,),
        "x - over_last_axis(np.maximum, x)[..., None]",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return np.mean(x, axis=2)\n",
        lambda: (IMAGE,),
        "over_last_axis(np.add, x, float) / x.shape[-1]",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return (x * 2.0).sum(axis=1)\n",
        lambda: (POINTS,),
        "over_last_axis(np.add, x * 2.0)",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return np.any(x > 0.4, axis=-1)\n",
        lambda: (POINTS,),
        "over_last_axis(np.logical_or, x > 0.4)",
    ),
    Fires(
        "short_axis",
        "def f(x, red):\n    return np.count_nonzero(np.all(x == red, axis=-1))\n",
        lambda: (IMAGE, RED),
        "rows_equal(x, red)",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return (x != [2, 0, 300]).any(axis=2)\n",
        lambda: (IMAGE,),
        "~rows_equal(x, [2, 0, 300])",
    ),
    Fires(
        "stacked_to_reduce",
        "def f(a, b, c):\n    return np.max([a, b, c], axis=0)\n",
        lambda: (A, B, C),
        "return np.maximum(np.maximum(a, b), c)",
    ),
    Fires(
        "stacked_to_reduce",
        "def f(a, b):\n    return 2 * np.mean([a, b * 3], axis=0)\n",
        lambda: (A, B),
        "2 * (np.add(a, b * 3) / 2)",
    ),
    Fires(
        "stacked_to_reduce",
        "def f(a, b):\n    return np.stack([a > 0.5, b > 0.5]).any(axis=0)\n",
        lambda: (A, B),
        "np.logical_or(a > 0.5, b > 0.5)",
    ),
    Fires(
        "short_axis",
        "def f(x):\n    return x.std(axis=1)\n",
        lambda: (POINTS,),
        "np.sqrt(variance_over_last_axis(x))",
    ),
    Fires(
        "few_medians",
        "def f(frames):\n    return frames - np.median(frames, axis=0)\n",
        lambda: (FRAMES,),
        "frames - median_of_few(frames)",
    ),
    Fires(
        "few_medians",
        "def f(x):\n    return np.median(x, axis=1)\n",
        lambda: (rng.random((300, 4)),),
        "median_of_few(np.moveaxis(x, -1, 0))",
    ),
    Fires(
        "whole_product_sum",
        "def f(a, b):\n    return np.sum(a * b), np.sqrt(np.mean((a - b) ** 2))\n",
        lambda: (POINTS, POINTS + 1),
        "np.vdot(a, b), np.sqrt(np.vdot((a_once := a - b), a_once) / np.size(a_once))",
    ),
    Fires(
        "whole_product_sum",
        "def f(a):\n    return (a ** 2).sum()\n",
        lambda: (A,),
        "np.vdot(a, a)",
    ),
    Fires(
        "few_weights",
        "def f(x):\n    return np.dot(x, [0.3, 0.6, 0.1])\n",
        lambda: (IMAGE,),
        "weighted_places(x, [0.3, 0.6, 0.1])",
    ),
    Fires(
        "short_sorts",
        "def f(x):\n    return np.sort(x, axis=1)\n",
        lambda: (rng.integers(-9, 9, (300, 3)),),
        "sorted_over_last_axis(x)",
    ),
]
SILENT = [
    Silent("short_axis", "def f(x):\n    return x.max(axis=0)\n", lambda: (POINTS,)),
    Silent("short_axis", "def f(x):\n    return x.max(axis=1)\n", lambda: (POINTS.T.copy(),)),
    Silent(  # the short axis is the outer one in memory
        "short_axis",
        "def f(x):\n    return x.max(axis=1)\n",
        lambda: (np.asfortranarray(POINTS),),
    ),
    Silent("short_axis", "def f(x):\n    return x.max(axis=1)\n", lambda: (POINTS[:4],)),
    Silent(  # a sum of bytes is one of 64 bits
        "short_axis", "def f(x):\n    return x.sum(axis=2)\n", lambda: (IMAGE,)
    ),
    Silent(
        "stacked_to_reduce",
        "def f(a, b):\n    return np.max([a, b], axis=1)\n",
        lambda: (A, B),
    ),
    Silent(  # of two shapes
        "stacked_to_reduce",
        "def f(a, b):\n    return np.max(np.stack([a, b]), axis=0)\n",
        lambda: (A, A.astype(np.float32)),
    ),
    Silent("few_medians", "def f(x):\n    return np.median(x, axis=0)\n", lambda: (POINTS,)),
    Silent("few_medians", "def f(x):\n    return np.median(x)\n", lambda: (FRAMES,)),
    Silent(  # broadcast
        "whole_product_sum",
        "def f(a, b):\n    return np.sum(a * b)\n",
        lambda: (POINTS, POINTS[0]),
    ),
    Silent(  # integers wrap in a sum of 64 bits
        "whole_product_sum", "def f(a):\n    return np.sum(a * a)\n", lambda: (IMAGE,)
    ),
    Silent(  # BLAS has it
        "few_weights",
        "def f(x, w):\n    return x @ w\n",
        lambda: (POINTS, np.array([0.3, 0.6, 0.1])),
    ),
    Silent("short_sorts", "def f(x):\n    return np.sort(x, axis=1)\n", lambda: (POINTS,)),
]

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("length", [1, 2, 3, 9])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8"])
def test_a_short_axis_is_reduced_as_numpy_does(length: int, dtype: str) -> None:
    x = (rng.random((5, 70, length)) * 9 - 4).astype(dtype)
    if dtype[0] == "f":
        x[1, 3, 0], x[2, 4, -1] = np.nan, np.inf
    namespace: dict[str, Any] = {"np": np}
    exec(reductions.OVER_LAST_AXIS, namespace)
    for ufunc in (np.maximum, np.minimum, np.add):
        found = namespace["over_last_axis"](ufunc, x)
        expected = ufunc.reduce(x, axis=-1)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_rows_are_equal_where_all_of_their_places_are() -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(reductions.ROWS_EQUAL, namespace)
    x = rng.integers(0, 2, (40, 5))
    for values in ([1, 0, 1, 0, 1], [1.0, 0.5, 0, 0, 0], (1,) * 5):
        np.testing.assert_array_equal(
            namespace["rows_equal"](x, values), (x == values).all(axis=-1)
        )


@pytest.mark.parametrize("number", range(1, 10))
def test_the_median_of_few_arrays_is_numpys_also_with_nan(number: int) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(reductions.MEDIAN_OF_FEW, namespace)
    x = rng.integers(0, 5, (number, 200)).astype(float)
    x[rng.integers(number, size=9), np.arange(9)] = np.nan
    x[0, 9], x[-1, 10] = np.inf, -np.inf
    kept = x.copy()
    np.testing.assert_array_equal(namespace["median_of_few"](x), np.median(x, axis=0))
    np.testing.assert_array_equal(x, kept)
