"""A trace of many calls keeps to its CPU time: it samples, extrapolates, keeps what it has."""

import time
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import recording, trace
from profiler_suite.measure.trace.recorder import Recorder
from profiler_suite.model.trace import OperationCounts


@pytest.fixture
def soon_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorder that samples from its 512th call on."""

    def read_clock(self: Recorder) -> None:
        self.sampling = self._entered >= 512

    monkeypatch.setattr(Recorder, "_read_clock", read_clock)


def additions(n: int) -> Any:
    x = np.ones(3)
    for _ in range(n):
        x = x + 1.0
    return x


def several_lines(n: int) -> Any:
    total = 0.0
    x = np.ones((n, 4))
    for i in range(n):
        row = x[i] * 2.0
        total += row.sum()
        if i % 2:
            row[0] = total
    return total


def shrinking(n: int) -> Any:
    x = np.ones(n)
    total = 0.0
    for i in range(n):
        total += x[i:].sum()
    return total


def with_wrappers(n: int) -> Any:
    return [np.mean(np.ones(4)) for _ in range(n)]


def by_line(counts: OperationCounts) -> dict[tuple[str, int], int]:
    """Calls of each operation of each line."""
    found: dict[tuple[str, int], int] = {}
    for operation in counts.operations:
        for line in operation.lines:
            key = (operation.name, line.line)
            found[key] = found.get(key, 0) + line.calls
    return found


@pytest.mark.usefixtures("soon_sampling")
@pytest.mark.parametrize(
    ("function", "tolerance"),
    [(additions, 0.0), (several_lines, 0.0), (shrinking, 0.05), (with_wrappers, 0.0)],
)
def test_sampled_calls_stand_for_the_others(function: Any, tolerance: float) -> None:
    expected, whole = trace(function, (3000,))
    # Whether it samples is decided by the clock, which is asked only where there is a limit.
    result, sampled = trace(function, (3000,), seconds=60.0)
    assert result == pytest.approx(expected)
    assert whole.extrapolated == 0
    assert sampled.extrapolated > 0.5 * whole.calls
    assert sampled.complete
    assert sampled.calls == pytest.approx(whole.calls, rel=1e-3)
    assert sampled.flop == pytest.approx(whole.flop, rel=max(tolerance, 1e-3))
    assert by_line(sampled) == pytest.approx(by_line(whole), rel=max(tolerance, 1e-2), abs=16)


@pytest.mark.usefixtures("soon_sampling")
def test_a_line_that_comes_late_is_recorded() -> None:
    def late() -> Any:
        additions(2000)
        return np.full((7, 7), 2.0) @ np.full((7, 7), 2.0)

    _, counts = trace(late, seconds=60.0)
    assert [o.flop for o in counts.operations if o.kind == "product"] == [2 * 7**3]


def test_what_takes_very_long_ends_early_and_keeps_what_it_has() -> None:
    result, counts = trace(additions, (10**7,), seconds=0.05)
    assert result is None
    assert not counts.complete
    assert counts.flop > 0
    # The next one can begin.
    assert trace(lambda: np.ones(3) + 1.0)[1].flop == 3


def test_waiting_takes_no_budget() -> None:
    def waits() -> Any:
        time.sleep(0.1)
        return additions(600)

    _, counts = trace(waits, seconds=30.0)
    assert counts.complete
    assert counts.extrapolated == 0


def test_an_end_inside_of_a_callback_is_an_end() -> None:
    def function() -> Any:
        from scipy.optimize import brentq

        def endless(x: float) -> float:
            additions(10**7)
            return x

        return brentq(endless, -1.0, 1.0)

    result, counts = trace(function, seconds=0.05)
    assert result is None
    assert not counts.complete
    assert recording.active() is None
