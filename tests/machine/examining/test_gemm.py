"""Peaks: sizes as long as they are affordable, threads as they were granted."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from profiler_suite.machine.examining import gemm


class Controller:
    """BLAS that grants at most so many threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = most

    @contextlib.contextmanager
    def limit(self, *, limits: int) -> Iterator[None]:
        before, self.now = self.now, min(self.most, limits)
        yield
        self.now = before

    def info(self) -> list[dict[str, Any]]:
        return [{"num_threads": self.now}] if self.most else []


@pytest.mark.parametrize(
    ("most", "asked", "granted"), [(4, 2, 2), (2, 4, 2), (1, 1, 1), (0, 3, 1)]
)
def test_the_threads_granted_are_those_that_blas_says(
    most: int, asked: int, granted: int
) -> None:
    assert gemm.granted_threads(Controller(most), asked) == granted


def test_only_sizes_that_fit_and_are_affordable_are_timed() -> None:
    stations, targets = gemm.gemm_ceilings((1,), longest_s=1e-9, largest=400)
    assert [station.key for station in stations] == ["gemm float64 1 96", "gemm float32 1 96"]
    stations, targets = gemm.gemm_ceilings((1,), longest_s=10.0, largest=400)
    assert len(stations) == 4
    for target in targets:
        assert target.work == (2.0 * 96**3, 2.0 * 384**3)
        assert target.ceiling.label == f"best GEMM, {target.ceiling.dtype}"


def test_a_sample_is_the_time_of_one_product() -> None:
    stations, _ = gemm.gemm_ceilings((1,), longest_s=1e-9, largest=96)
    (time_s,) = stations[0].sample().values
    assert 0 < time_s < 1
