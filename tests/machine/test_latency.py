"""The latency ceiling: every load of the chain needs the one before, and far ones cost more."""

import itertools

import numpy as np
import pytest

from profiler_suite.machine import latency


@pytest.mark.parametrize("set_bytes", [64, 4096, 100_000])
def test_the_ring_visits_every_line_once_before_it_comes_back(set_bytes: int) -> None:
    ring = latency.ring_of(set_bytes, np.random.default_rng(1))
    lines = ring.size // 8
    places = np.zeros(lines + 1, np.intp)
    latency.chase(ring, places)
    assert places[-1] == places[0]
    assert sorted(places[:-1]) == list(range(0, ring.size, 8))


def test_each_place_is_read_before_the_next_is_looked_up() -> None:
    ring = latency.ring_of(64 * 500, np.random.default_rng(2))
    places = np.zeros(100, np.intp)
    latency.chase(ring, places)
    assert all(ring[here] == there for here, there in itertools.pairwise(places))


@pytest.mark.measures
def test_loads_that_wait_take_longer_than_those_that_do_not() -> None:
    near, far = latency.measure(2**13), latency.measure(2**27)
    assert far.chain_s > 3 * near.chain_s
    assert far.chain_s > 2 * far.scattered_s
