"""What can be tried here."""

import pytest

from profiler_suite.measure.explain.ways.installed import (
    installed_kinds,
    is_installed,
    thread_counts,
    ways,
)
from profiler_suite.model.way import Way, WayKind


@pytest.mark.parametrize(
    ("cores", "counts"),
    [(1, (1,)), (2, (1, 2)), (4, (1, 2, 3, 4)), (12, (1, 2, 3, 4, 8, 12))],
)
def test_threads_are_tried_one_by_one_and_then_doubled(
    cores: int, counts: tuple[int, ...]
) -> None:
    assert thread_counts(cores) == counts


def test_every_other_number_of_threads_is_a_way_and_nothing_is_tried_twice() -> None:
    asked = [(WayKind.THREADS, ""), (WayKind.JAX, "gpu"), (WayKind.JAX, "gpu")]
    assert list(ways(asked, 2, 3)) == [
        Way(kind=WayKind.THREADS, threads=1),
        Way(kind=WayKind.THREADS, threads=3),
        Way(kind=WayKind.JAX, device="gpu"),
    ]


def test_on_one_core_there_is_no_other_number_and_that_is_to_be_said() -> None:
    assert list(ways([(WayKind.THREADS, "")], 1, 1)) == [Way(kind=WayKind.THREADS, threads=1)]


def test_what_needs_no_package_is_always_there() -> None:
    assert is_installed(WayKind.FLOAT32)
    assert is_installed(WayKind.THREADS)
    assert installed_kinds(lambda kind: kind is WayKind.TORCH) == (WayKind.TORCH,)
