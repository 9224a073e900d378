"""The exact tracer of the memory benchmark sees every array, and the suite agrees with it."""

import sys
from collections.abc import Iterator

import numpy as np
import pytest

from profiler_suite.measure.explain.memory_profile import memory_profile
from profiler_suite.measure.explain.peak import peak_bytes
from tests.benchmarks import memory
from tests.benchmarks.memory import ExactTracer, off, one_line

A = np.random.default_rng(0).random((1500, 1200))


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    """Whoever measures the coverage of tests traces as well."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


def test_every_array_passes_through_the_exact_tracer_and_back() -> None:
    with ExactTracer() as exact:
        first = A * 2.0
        second = np.zeros(1000)
        assert exact.held == first.nbytes + second.nbytes
        del first
        assert exact.held == second.nbytes
        del second
    assert (exact.held, exact.most) == (0, A.nbytes + 8000)
    untold = np.ones(1000)
    assert exact.most == A.nbytes + untold.nbytes


def test_the_suite_agrees_on_one_of_its_functions() -> None:
    peak = peak_bytes(one_line, (A,))
    record = memory_profile(one_line, (A,), peak, 10.0)
    with ExactTracer() as exact:
        one_line(A)
    assert off(peak, exact.most) <= memory.ALLOWED
    lines = {each.line: each.most_bytes for each in record.lines}
    assert exact.levels
    for (_, line), level in exact.levels.items():
        assert off(lines[line], level) <= memory.ALLOWED


@pytest.mark.parametrize(
    ("mine", "exact", "expected"),
    [(1e6, 1e6, 0.0), (1e6 + 4096, 1e6, 0.0), (1e6 + 24_096, 1e6, 0.02), (0.0, 1e4, 0.5904)],
)
def test_how_far_off_beyond_python_s_own_objects(
    mine: float, exact: float, expected: float
) -> None:
    assert off(mine, exact) == pytest.approx(expected)
