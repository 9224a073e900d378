"""Visits to a function that is explained, in portions between the passes.

A second of a shared machine is not like the next one: visits of one second agree too well. So
most are taken later, between passes that leave the function as it was, and cost nothing more.
A function that takes fresh memory from the system is timed at once: what the passes leave on
the heap spares it the page faults that it has on its own.
"""

from collections.abc import Callable
from time import perf_counter

from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.explain.first_call import FirstCall
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.rows import Visit

FEWEST_VISITS, _MOST_VISITS = 3, 400
_WANTED_UNDISTURBED = 12
# Where few visits were undisturbed, so much longer.
_LONGER = 1.4
# Shares of the time, as far as it is used up after each portion: the first look comes early.
_PORTIONS = (0.3, 0.65, 1.0)
_FEW_FAULTS = 8
"""Page faults of an evaluation that do not depend on the heap."""


class TimedVisits:
    """What the visits found so far."""

    def __init__(
        self, subject: Subject, first: FirstCall, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._subject = subject
        self._clock = clock
        self._arguments = subject.arguments()
        self._baselines = dict(subject.effort.baselines_s)
        self._portions = list(_PORTIONS)
        self._spent_s = 0.0
        self._visits: list[Visit] = []
        self._of_first_call = first.visit
        if subject.plan.long:
            self.prepared = timing.PreparedCall(cold_s=first.cold_s, evaluations=1, samples=1)
        else:
            self.prepared = timing.prepare(subject.function, self._arguments)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All that count; the first call, where there was no time for another."""
        if not self._visits and self._of_first_call is not None:
            return (self._of_first_call,)
        return tuple(self._visits)

    def begin(self) -> None:
        """The first portion; all of them where calls are few, or depend on the heap."""
        plan = self._subject.plan
        if plan.long:
            self._portions = []
            fewest = plan.visits(FEWEST_VISITS) if plan.thrifty else FEWEST_VISITS
            if fewest or self._of_first_call is None:
                self._take(1.0, fewest)
            return
        self._take(self._portions.pop(0))
        if min(visit.minor_faults for visit in self._visits) >= _FEW_FAULTS:
            self._portions = []
            self._take(1.0)

    def go_on(self) -> None:
        """Another portion, if any is left."""
        if not self._portions:
            return
        known = len(self._visits)
        self._take(self._portions.pop(0))
        later = self._visits[known:]
        self._visits[known:] = [each for each in later if each.minor_faults < _FEW_FAULTS]

    def _take(self, share: float, fewest: int = FEWEST_VISITS) -> None:
        """Visit until that share of the time is used up."""
        timing_s = self._subject.effort.timing_s
        begun_s, before = self._clock() - self._spent_s, len(self._visits)
        while len(self._visits) < self._most():
            self._spent_s = self._clock() - begun_s
            late = self._spent_s > share * timing_s
            if late and len(self._visits) - before >= fewest and self._enough(share):
                break
            self._visits.append(self._visit())
        self._spent_s = self._clock() - begun_s

    def _most(self) -> int:
        """Fewer as time passes, where calls are to be saved."""
        plan = self._subject.plan
        return plan.visits(_MOST_VISITS) if plan.long else _MOST_VISITS

    def _enough(self, share: float) -> bool:
        """Whether enough visits were undisturbed, or no more can be waited for."""
        if share < 1.0 or self._spent_s > _LONGER * self._subject.effort.timing_s:
            return True
        found = [canary.is_undisturbed(each, self._baselines) for each in self._visits]
        return sum(found) >= _WANTED_UNDISTURBED

    def _visit(self) -> Visit:
        subject = self._subject
        return subject.visit("", subject.function, self._arguments, self.prepared)
