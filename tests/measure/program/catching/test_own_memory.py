"""What a process holds of memory, read without anything that a program may replace."""

import builtins
import sys
from types import SimpleNamespace

import pytest

from profiler_suite.measure.program.catching import own_memory

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_the_peak_is_read_again_only_after_a_page_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults = iter([5, 5, 6])
    peaks = iter([100, 200])
    resource = SimpleNamespace(
        RUSAGE_SELF=0, getrusage=lambda _: SimpleNamespace(ru_minflt=next(faults), ru_maxrss=1)
    )
    monkeypatch.setattr(own_memory, "resource", resource)
    monkeypatch.setattr(own_memory, "_peak_bytes", lambda: next(peaks))
    monkeypatch.setattr(own_memory, "_last_peak", [-1, 0])
    assert [own_memory.usage() for _ in range(3)] == [(5, 100), (5, 100), (6, 200)]


@linux
def test_what_is_held_and_free_is_known_although_open_was_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(builtins, "open", None)
    held, free = own_memory.held_and_free()
    assert 2**20 < held < own_memory._peak_bytes() + 2**20
    assert free > 2**20


def test_where_nothing_is_counted_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_memory, "resource", None)
    assert own_memory.usage() == (0, 0)
