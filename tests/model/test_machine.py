"""What a machine says of its caches and ceilings."""

import msgspec
import pytest

from profiler_suite.model.machine import Cache, Machine, last_cache
from tests.fake_machine import FACTS, MACHINE, ceiling


def cache(level: int, size_bytes: int) -> Cache:
    return Cache(level=level, size_bytes=size_bytes, shared_by_cores=1)


def test_the_last_cache_is_of_the_highest_level_and_there_the_largest() -> None:
    caches = (cache(3, 8), cache(1, 99), cache(3, 16), cache(2, 500))
    assert last_cache(caches) == cache(3, 16)
    assert msgspec.structs.replace(FACTS, caches=caches).last_cache_bytes == 16


def test_without_caches_there_is_no_last_one() -> None:
    assert last_cache(()) is None
    assert msgspec.structs.replace(FACTS, caches=()).last_cache_bytes == 0


@pytest.mark.parametrize(
    ("dtype", "threads", "rate"),
    [
        ("float64", 1, 40e9),
        ("float64", 2, 80e9),
        ("float32", 1, 80e9),
        ("float32", 2, 0.0),
        ("int64", 1, 0.0),
    ],
)
def test_a_peak_is_of_its_dtype_and_threads_only(dtype: str, threads: int, rate: float) -> None:
    assert MACHINE.peak_flop_per_s(dtype, threads) == rate


def with_accesses() -> Machine:
    return msgspec.structs.replace(
        MACHINE,
        ceilings=tuple(
            ceiling("bandwidth", value, level="L2", access=access)
            for access, value in (("read", 3.0), ("copy", 7.0), ("read", 5.0))
        ),
    )


@pytest.mark.parametrize(
    ("access", "value"), [("", 7.0), ("read", 5.0), ("copy", 7.0), ("triad", 0.0)]
)
def test_a_bandwidth_is_the_best_of_its_access(access: str, value: float) -> None:
    assert with_accesses().bandwidth("L2", access=access) == value


def test_a_level_or_thread_count_that_was_not_measured_has_no_bandwidth() -> None:
    assert with_accesses().bandwidth("memory") == 0.0
    assert with_accesses().bandwidth("L2", threads=2) == 0.0
