"""What a clock can do, from its readings."""

from collections.abc import Iterable

import pytest

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.measure.clock import Clock, clock_of_a_child, read_clock


def read(readings: Iterable[int], reads: int) -> Clock:
    given = iter(readings)
    return read_clock(lambda: next(given), reads=reads, name="made up")


def test_the_smallest_step_that_is_one() -> None:
    found = read([100, 100, 130, 150, 150], 5)
    assert found.step_s == pytest.approx(20e-9)
    assert found.read_s == pytest.approx(10e-9)
    assert (found.backwards, found.reads, found.name) == (0, 5, "made up")


def test_going_back_is_counted_and_is_no_step() -> None:
    found = read([50, 40, 45, 30], 4)
    assert found.backwards == 2
    assert found.step_s == pytest.approx(5e-9)


@pytest.mark.parametrize("reads", [0, 1, 2])
def test_few_readings_and_a_clock_that_stands_still(reads: int) -> None:
    found = read([7] * reads, reads)
    assert (found.step_s, found.read_s, found.backwards) == (0.0, 0.0, 0)


def test_a_child_that_says_nothing_that_can_be_read_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = child.start
    monkeypatch.setattr(child, "start", lambda _: start("profiler_suite.units"))
    with pytest.raises(ChildError, match=r"gave no answer .*; try again"):
        clock_of_a_child()
