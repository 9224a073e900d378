"""Costs of fresh memory: per fault, never negative, divided by what was counted."""

import itertools
from collections.abc import Callable

import pytest

from profiler_suite.machine.examining import paging


def counting(faults: int) -> Callable[[], int]:
    numbers = itertools.count(0, faults)
    return lambda: next(numbers)


def test_each_ceiling_has_its_station() -> None:
    stations, targets = paging.paging_ceilings()
    keys = {station.key for station in stations}
    assert {key for target in targets for key in target.stations} == keys
    assert [target.ceiling.quantity for target in targets] == ["page_fault", "allocation"]


@pytest.mark.parametrize("key", ["page_fault", "allocation"])
def test_a_station_gives_one_value(key: str) -> None:
    stations, _ = paging.paging_ceilings()
    (station,) = (each for each in stations if each.key == key)
    assert len(station.sample().values) == 1


def test_the_cost_is_shared_by_the_faults_that_were_counted() -> None:
    few = min(paging.fault_s(2**20, counting(1)) for _ in range(5))
    many = min(paging.fault_s(2**20, counting(10**6)) for _ in range(5))
    assert 0 <= many < few


@pytest.mark.parametrize("n_bytes", [0, 1, 5 * 2**20])
def test_any_size_has_a_cost_that_is_not_negative_also_without_a_fault(n_bytes: int) -> None:
    assert paging.fault_s(n_bytes, counting(0)) >= 0
