"""The best way to write a loop is many times as fast, in one run and with a wide margin."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting import kinds as kinds
from tests.analysis.explain.lifting.checking import KINDS

RANDOM = np.random.default_rng(0)
# Known gains are 30 to 3,000; a tenth of that is asked for.
CASES: dict[str, tuple[tuple[Any, ...], float]] = {
    "kernels_on_blocks": ((RANDOM.random((24, 24, 3)), RANDOM.random((8, 2, 2, 3))), 30),
    "total_of_matrix": ((RANDOM.random((120, 120)),), 50),
    "determinants": ((RANDOM.random((600, 3, 3)),), 8),
    "small_products": (
        (RANDOM.random((600, 3, 3)), RANDOM.random((600, 3, 3)), RANDOM.random(600)),
        5,
    ),
    "growth_by_append": ((2000,), 20),
    "windows_cut_at_the_rim": ((RANDOM.random((160, 200)), 5), 4),
    "distances_element_by_element": ((RANDOM.random((40, 8)), RANDOM.random((40, 8))), 30),
    "histogram": ((RANDOM.integers(0, 50, 8000), 50), 20),
}


def best_time_s(function: Callable[..., Any], values: tuple[Any, ...]) -> float:
    times = []
    for _ in range(3):
        given = checking.copies(values)
        begin = time.perf_counter()
        function(*given)
        times.append(time.perf_counter() - begin)
    return min(times)


@pytest.mark.parametrize("name", CASES)
def test_the_best_rewrite_is_many_times_as_fast(name: str) -> None:
    values, least = CASES[name]
    kind = KINDS[name]
    found = checking.lifting(kind, checking.names_of(kind, values)).lifted
    loop_s = best_time_s(kind.function, values)
    best_s = min(best_time_s(checking.made(each), values) for each in found)
    assert loop_s / best_s > least
