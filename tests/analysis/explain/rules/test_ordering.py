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

RECORDS = np.zeros(80, [("a", "i8"), ("b", "f8"), ("c", "U4")])
RECORDS["a"] = rng.integers(0, 30, 80)
RECORDS["b"] = rng.integers(0, 3, 80)
RECORDS["c"] = rng.integers(0, 9, 80).astype(str)
NUMBERS = rng.normal(size=500)

CODES = np.random.default_rng(79).integers(-9, 30, 200)
FIRES = [
    *(
        Fires("unique_of_integers", f"def f(x):\n    {text}\n", lambda: (CODES,), expected)
        for text, expected in (
            (
                "v, c = np.unique(x, return_counts=True)\n    return v[np.argmax(c)]",
                "v, c = unique_integers(x, counts=True)",
            ),
            ("return np.unique(x, return_inverse=True)[1]", "return unique_integers(x)[1]"),
        )
    ),
    Fires(
        "order_of_short_values",
        "def f(k):\n    return np.argsort(k, kind='stable')\n",
        lambda: (KEYS.astype(int) - 20,),
        "return order_of_integers(k)",
    ),
    Fires(  # of too large values as before
        "order_of_short_values",
        "def f(k):\n    return k.argsort(kind='mergesort')\n",
        lambda: (KEYS.astype(int) * 10**6,),
        "return order_of_integers(k)",
    ),
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
    Fires(
        "records_by_field",
        "def f(r):\n    return np.sort(r, order='b')\n",
        lambda: (RECORDS,),
        "sorted_records(r, 'b')",
    ),
    Fires(
        "even_edges",
        "def f(x):\n    edges = np.linspace(-2, 2, 41)\n    return np.digitize(x, edges)\n",
        lambda: (NUMBERS,),
        "digitized(x, edges)",
    ),
    Fires(
        "even_edges",
        "def f(x, edges):\n    return np.searchsorted(edges, x, side='right')\n",
        lambda: (NUMBERS, np.arange(-2.0, 3.0)),
        "digitized(x, edges)",
    ),
    Fires(
        "first_place",
        "def f(x):\n    return np.where(x > 1)[0][0]\n",
        lambda: (NUMBERS,),
        "first_true(x > 1)",
    ),
    Fires(
        "nearest_value",
        "def f(x, v):\n    return np.abs(x[:, None] - v[None, :]).argmin(axis=1)\n",
        lambda: (NUMBERS, np.round(NUMBERS[:60], 1)),
        "nearest_places(v, x)",
    ),
    Fires(
        "even_edges",
        "def f(x):\n    return np.digitize(x * 2.0, np.linspace(-1, 1, 9)) - 1\n",
        lambda: (NUMBERS,),
        "digitized(x * 2.0, np.linspace(-1, 1, 9)) - 1",
    ),
]
SILENT = [
    Silent(
        "unique_of_integers",
        "def f(x):\n    return np.unique(x, return_counts=True)\n",
        lambda: (CODES * 0.5,),
    ),
    Silent("unique_of_integers", "def f(x):\n    return np.unique(x)\n", lambda: (CODES,)),
    Silent(
        "order_of_short_values",
        "def f(k):\n    return np.argsort(k, kind='stable')\n",
        lambda: (KEYS,),
    ),
    Silent(
        "order_of_short_values",
        "def f(k):\n    return np.argsort(k, kind='stable')\n",
        lambda: (NUMBERS,),
    ),
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
    Silent(
        "records_by_field",
        "def f(r):\n    return np.sort(r, order=['a', 'b'])\n",
        lambda: (RECORDS,),
    ),
    Silent(  # the edge itself belongs to the other bin
        "even_edges",
        "def f(x, edges):\n    return np.searchsorted(edges, x)\n",
        lambda: (NUMBERS, np.arange(-2.0, 3.0)),
    ),
    Silent("first_place", "def f(x):\n    return np.where(x > 1)[0][1]\n", lambda: (NUMBERS,)),
    Silent("first_place", "def f(x):\n    return np.nonzero(x)[0][0]\n", lambda: (NUMBERS,)),
    Silent(
        "nearest_value",
        "def f(x, v):\n    return np.abs(x[:, None] - v).argmax(axis=1)\n",
        lambda: (NUMBERS, NUMBERS[:60]),
    ),
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
    asked: Any = dict.fromkeys(("return_index", "return_inverse", "return_counts"), True)
    expected = np.unique(rows, axis=0, **asked)
    for one, other in zip(namespace["unique_rows"](rows, **asked), expected, strict=True):
        # NumPy 2.0 gives the inverse another shape.
        np.testing.assert_array_equal(one.ravel(), other.ravel())


@pytest.mark.parametrize("n", [1, 2, 3, 1001])
@pytest.mark.parametrize("low", [0.0, -7.3, 1e9])
def test_even_edges_divide_as_a_search_does(n: int, low: float) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(ordering.DIGITIZED, namespace)
    edges = np.linspace(low, low + 0.7 * n, n)
    x = rng.uniform(low - 1, low + 0.7 * n + 1, 3000)
    beside = [np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)]
    x = np.concatenate([x, edges, *beside, [np.nan, np.inf, -np.inf, low]])
    even, odd = edges, np.sort(edges + 0.4 * rng.random(n))
    for each in (even, odd, edges[::-1].copy()):
        np.testing.assert_array_equal(namespace["digitized"](x, each), np.digitize(x, each))


def test_no_place_is_true_as_before() -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(ordering.FIRST_TRUE, namespace)
    for mask in (np.zeros(9, bool), np.zeros(0, bool)):
        with pytest.raises((IndexError, ValueError)):
            namespace["first_true"](mask)


def test_records_come_in_the_order_of_numpy_also_where_a_field_is_equal() -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(ordering.SORTED_RECORDS, namespace)
    for field in ("a", "b", "c"):
        found = namespace["sorted_records"](RECORDS, field)
        np.testing.assert_array_equal(found, np.sort(RECORDS, order=field))


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_the_nearest_is_the_first_of_those_that_are_equally_near(n: int) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(ordering.NEAREST_PLACES, namespace)
    values = rng.integers(0, 12, n).astype(float)
    x = np.concatenate([np.arange(-1, 13, 0.5), rng.uniform(-2, 14, 50)])
    expected = np.abs(x[:, None] - values).argmin(axis=1)
    np.testing.assert_array_equal(namespace["nearest_places"](values, x), expected)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64])
@pytest.mark.parametrize("values", [[], [5], [-3, 7, 7, -3], [-128, 127], [0, 10**6, 3]])
def test_different_integers_are_numbered_and_counted_as_by_sorting(
    dtype: type, values: list[int]
) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(ordering.UNIQUE_INTEGERS, namespace)
    x: np.ndarray = np.array(values).astype(dtype)
    for counts in (False, True):
        found = namespace["unique_integers"](x, counts)
        how = {"return_counts": True} if counts else {"return_inverse": True}
        expected = np.unique(x, **how)  # type: ignore[call-overload]
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
        assert found[0].dtype == dtype
