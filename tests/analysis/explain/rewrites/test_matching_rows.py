"""Rows that match are those that comparing whole columns finds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import matching_rows
from tests.own_source import function_of


@pytest.fixture(scope="module")
def matching() -> Callable[..., Any]:
    namespace: dict[str, Any] = {"np": np, "pd": pd}
    exec(matching_rows.MATCHING, namespace)
    found: Callable[..., Any] = namespace["matching_rows"]
    return found


def key(rng: np.random.Generator, size: int, kind: int) -> pd.Series:
    numbers = rng.integers(0, 3, size)
    if kind == 0:
        return pd.Series(numbers)
    missing = rng.random(size) < 0.2
    if kind == 1:
        return pd.Series(np.where(missing, np.nan, numbers))
    return pd.Series([None if m else "abc"[n] for m, n in zip(missing, numbers, strict=True)])


def time(rng: np.random.Generator, size: int, kind: int) -> pd.Series:
    made = pd.Series(rng.integers(0, 6, size).astype(float))
    made[rng.random(size) < 0.1] = np.nan
    return made if kind else pd.to_datetime(made, unit="s")


@pytest.mark.parametrize("seed", range(60))
def test_random_rows(matching: Callable[..., Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, asked = int(rng.integers(0, 14)), int(rng.integers(1, 10))
    kinds = rng.integers(0, 3, rng.integers(1, 3))
    keys = [key(rng, rows, kind) for kind in kinds]
    wanted = [key(rng, asked, kind) for kind in kinds]
    ordered = time(rng, rows, seed % 2)
    low = time(rng, asked, seed % 2) if seed % 3 else None
    high = time(rng, asked, seed % 2) if seed % 3 != 1 else None
    sides = ("left", "right") if seed % 4 < 2 else ("right", "left")
    first, last, counts = matching(keys, wanted, ordered, low, high, sides)
    for number in range(asked):
        mask = np.ones(rows, dtype=bool)
        for one, other in zip(keys, wanted, strict=True):
            value = other.iloc[number]
            mask &= False if pd.isna(value) else (one == value).to_numpy(dtype=bool)
        if low is not None:
            limit = low[number]
            mask &= (ordered >= limit if sides[0] == "left" else ordered > limit).to_numpy()
        if high is not None:
            limit = high[number]
            mask &= (ordered < limit if sides[1] == "left" else ordered <= limit).to_numpy()
        places = np.flatnonzero(mask)
        ends = (places[0], places[-1]) if len(places) else (None, None)
        assert (first[number], last[number], counts[number]) == (*ends, len(places))


def test_lists_that_nobody_reads_are_left_out() -> None:
    given = function_of("def f(df):\n    return len(df)\n")
    text = "def f(df):\n    a = df['a'].tolist()\n    b = df['b'].tolist()\n    return b\n"
    made = matching_rows.without_unused(given, text)
    assert made == "def f(df):\n    b = df['b'].tolist()\n    return b\n"
