"""How long what is left of a sweep's rounds takes."""

from collections.abc import Sequence
from time import perf_counter

from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.forecast import SweepState, visit_s
from profiler_suite.measure.planning.schedule import (
    MOST_OVER,
    PREPARE,
    ROUNDS,
    Schedule,
    budget_s,
)
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine

# How often the time left is worked out anew; between, it runs down with the clock.
_LOOK_AHEAD_EVERY_S = 2.0


class Outlook:
    """The time that the rounds have taken, were expected to take, and have left."""

    def __init__(self, machine: Machine, schedule: Schedule, points: int) -> None:
        self.measured_s = 0.0
        """Time of the rounds so far, but for those of the present worker."""
        self._machine = machine
        self._schedule = schedule
        self._budget_s = budget_s(schedule, points)
        self._predicted_s = 0.0
        self._expected = (0.0, 0.0)

    def share_s(self, worker: int) -> float:
        """What a worker may take: also what those before it did not use of their shares."""
        return (self._budget_s - self.measured_s) / (self._schedule.workers - worker)

    def most_s(self, worker: int) -> float:
        """The same, where it has not made the rounds yet that it should."""
        limit_s = MOST_OVER * self._budget_s
        return (limit_s - self.measured_s) / (self._schedule.workers - worker)

    def add_round(self, points: Sequence[Point]) -> None:
        """One more round over these points is over."""
        self._predicted_s += sum(map(visit_s, points))

    def left_from(
        self, points: Sequence[Point], worker: int, rounds: int, elapsed_s: float, taken: int
    ) -> float:
        """Expected time of all rounds and workers that are left, s.

        `rounds` and `elapsed_s` are of the present worker, `taken` are rounds in all.
        """
        used_s = self.measured_s + elapsed_s
        state = SweepState(worker, rounds, elapsed_s, taken, used_s)
        known = self._schedule.pace(ROUNDS)
        pace = used_s / self._predicted_s if self._predicted_s else known
        left_s = forecast.rounds_left_s(
            points, self._machine, self._schedule, self._budget_s, state, pace
        )
        workers = self._schedule.workers - worker - 1
        worker_s = self._schedule.pace(PREPARE) * forecast.worker_s(points, checked=False)
        return left_s + workers * worker_s

    def look_ahead(
        self, points: Sequence[Point], worker: int, rounds: int, elapsed_s: float, taken: int
    ) -> None:
        """Work out what is left at the beginning of a round, if that was not just done."""
        now = perf_counter()
        if rounds == 0 or now - self._expected[0] >= _LOOK_AHEAD_EVERY_S:
            self._expected = (now, self.left_from(points, worker, rounds, elapsed_s, taken))

    def left_s(self) -> float:
        """What is left of what was expected at the beginning of a round, s."""
        at, left_s = self._expected
        return max(0.0, left_s - (perf_counter() - at))
