"""Visits in portions between the passes, at the times of a made-up machine."""

from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure import timing
from profiler_suite.measure.explain.timed_visits import TimedVisits
from profiler_suite.model.rows import Visit
from tests.made_race import CANARY_S, visit

TIMING_S = 1.2
FIRST = visit(0.7)


class FakeMachine:
    """A clock that visits move on, and a subject that is visited."""

    def __init__(
        self, once_s: float, *, faults: float = 0.0, slowed: float = 1.0, left: int = -1
    ) -> None:
        """`left` is how many calls of a long function fit; -1: it is no long one."""
        self.now_s = 0.0
        self.at_s: list[float] = []
        self.faults = faults
        self._once_s, self._slowed, self._left = once_s, slowed, left
        self.effort = SimpleNamespace(timing_s=TIMING_S, baselines_s={"ufunc": CANARY_S})
        self.plan = SimpleNamespace(long=left >= 0, thrifty=left >= 0, visits=self.fitting)
        self.function = abs

    def fitting(self, fewest: int) -> int:
        return max(0, min(fewest, self._left))

    def clock(self) -> float:
        return self.now_s

    def arguments(self) -> tuple[Any, ...]:
        return (1,)

    def visit(self, *_: Any) -> Visit:
        self.now_s += self._once_s
        self.at_s.append(self.now_s)
        self._left -= 1
        return visit(self._once_s, self._slowed, self.faults)

    def timed(self) -> TimedVisits:
        subject: Any = self
        first: Any = SimpleNamespace(visit=FIRST if self.plan.long else None, cold_s=0.7)
        return TimedVisits(subject, first, self.clock)

    def elsewhere(self, seconds: float) -> None:
        """Another pass goes on."""
        self.now_s += seconds


@pytest.mark.parametrize("once_s", [0.005, 0.01, 0.05])
def test_most_visits_come_after_the_first_look_and_are_spread(once_s: float) -> None:
    machine = FakeMachine(once_s)
    timed = machine.timed()
    timed.begin()
    early = len(timed.visits)
    assert machine.now_s < 0.5 * TIMING_S
    machine.elsewhere(2.0)
    timed.go_on()
    machine.elsewhere(1.0)
    timed.go_on()
    assert len(timed.visits) > 2 * early
    assert TIMING_S < machine.now_s - 3.0 < TIMING_S + 3 * once_s
    assert machine.at_s[-1] - machine.at_s[0] > 3.0
    known = len(timed.visits)
    timed.go_on()  # there is no fourth portion
    assert len(timed.visits) == known


def test_each_portion_has_a_few_visits_however_long_one_takes() -> None:
    machine = FakeMachine(0.4)
    timed = machine.timed()
    timed.begin()
    assert len(timed.visits) == 3
    timed.go_on()
    timed.go_on()
    assert len(timed.visits) == 9


def test_where_few_are_undisturbed_the_last_portion_is_longer() -> None:
    spent_s = []
    for slowed in (1.0, 1.8):
        machine = FakeMachine(0.01, slowed=slowed)
        timed = machine.timed()
        timed.begin()
        timed.go_on()
        timed.go_on()
        spent_s.append(machine.now_s)
    assert spent_s[0] == pytest.approx(TIMING_S, rel=0.05)
    assert spent_s[1] == pytest.approx(1.4 * TIMING_S, rel=0.05)


def test_a_function_that_takes_fresh_memory_is_timed_at_once() -> None:
    machine = FakeMachine(0.01, faults=500.0)
    timed = machine.timed()
    timed.begin()
    assert machine.now_s > TIMING_S
    known = timed.visits
    machine.faults = 0.0  # the heap has it now
    timed.go_on()
    assert timed.visits == known


def test_visits_that_begin_to_fault_do_not_count() -> None:
    machine = FakeMachine(0.01)
    timed = machine.timed()
    timed.begin()
    known = timed.visits
    machine.faults = 500.0
    timed.go_on()
    assert timed.visits == known
    machine.faults = 0.0
    timed.go_on()
    assert len(timed.visits) > len(known)


@pytest.mark.parametrize("left", [1, 2, 5])
def test_of_a_long_function_no_call_is_kept_for_later(left: int) -> None:
    machine = FakeMachine(0.7, left=left)
    timed = machine.timed()
    assert timed.prepared == timing.PreparedCall(cold_s=0.7, evaluations=1, samples=1)
    timed.begin()
    known = timed.visits
    assert 1 <= len(known) <= max(1, left)
    timed.go_on()
    assert timed.visits == known


def test_the_first_call_stands_for_all_where_there_is_no_time_for_another() -> None:
    timed = FakeMachine(0.7, left=0).timed()
    timed.begin()
    assert timed.visits == (FIRST,)
