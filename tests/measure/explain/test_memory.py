"""What is said of a function's memory agrees with an exact tracer of allocations."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.peak import peak_bytes
from profiler_suite.measure.trace import trace

A = np.random.default_rng(0).random((300, 400))
PLACES = np.random.default_rng(1).integers(0, 300, 500)


def keeps_everything(a: Any) -> list[Any]:
    return [a * 2.0, np.sqrt(a), a @ a.T, a[PLACES], a.astype("f4"), a > 0.5, a.sum(axis=0)]


def keeps_copies(a: Any) -> list[Any]:
    kept = []
    for n in range(20):
        kept.append(a[:, n:].copy())
        kept.append(np.concatenate([a[n], a[n + 1]]))
    return kept


def keeps_views(a: Any) -> list[Any]:
    return [a[1:], a.T, a.reshape(-1), np.zeros(40_000), np.exp(a[::2])]


@pytest.mark.parametrize("function", [keeps_everything, keeps_copies, keeps_views])
def test_temporaries_agree_with_an_exact_tracer(function: Callable[[Any], Any]) -> None:
    function(A)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = function(A)
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept
    _, counts = trace(function, (A,))
    assert counts.temporary_bytes == pytest.approx(held, rel=0.02)


def test_the_peak_is_what_is_held_at_once() -> None:
    def two_at_once(a: Any) -> Any:
        first = a * 2.0
        return first * a  # the first is still there

    def one_at_a_time(a: Any) -> None:
        for _ in range(5):
            a * 2.0

    assert peak_bytes(two_at_once, (A,)) == pytest.approx(2 * A.nbytes, rel=0.02)
    assert peak_bytes(one_at_a_time, (A,)) == pytest.approx(A.nbytes, rel=0.02)
