"""When a point has been visited often enough."""

from collections.abc import Sequence

from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import Visit

# A point's interval is looked at again after so many more visits at most, and before it is
# expected to be narrow enough: it may be so at four fifths of its width.
_LOOKS_APART, _SOONEST = 8, 0.8
# Twice the visits make an interval narrower by 0.71; where they do not by this, none will.
_NARROWER = 0.9


class Ending:
    """Decides point by point, with a memory of how wide intervals were before."""

    def __init__(self, schedule: Schedule, beyond_caches: frozenset[str]) -> None:
        """`beyond_caches` are the ids of points whose data exceed the caches."""
        self._schedule = schedule
        self._beyond_caches = beyond_caches if schedule.visits_beyond_caches else frozenset()
        self._look_at: dict[str, int] = {}
        self._before: dict[str, Estimate] = {}

    def is_to_look_at(self, point_id: str, visits: Sequence[Visit]) -> bool:
        """Whether its interval may be narrow enough by now."""
        schedule = self._schedule
        if len(visits) < max(self._fewest(point_id), self._look_at.get(point_id, 0)):
            return False
        return bool(schedule.half_width) and (
            visits[-1].at_s - visits[0].at_s >= 0.9 * schedule.span_s
        )

    def is_done(self, point_id: str, estimate: Estimate) -> bool:
        """Whether its interval is narrow enough, or does not get narrower."""
        if self.has_converged(estimate) or self._is_in_vain(point_id, estimate):
            return True
        more = self._needed(point_id, estimate)
        self._look_at[point_id] = estimate.visits + min(more, _LOOKS_APART)
        return more <= 0 and point_id in self._beyond_caches

    def has_converged(self, estimate: Estimate) -> bool:
        """Whether its interval is narrow enough."""
        return (
            estimate.visits >= self._schedule.fewest_visits
            and estimate.half_width <= self._schedule.half_width
        )

    def _fewest(self, point_id: str) -> int:
        """A low quantile of few visits moves: those beyond the caches need some more."""
        beyond = point_id in self._beyond_caches
        fewest = self._schedule.fewest_visits
        return max(fewest, self._schedule.visits_beyond_caches) if beyond else fewest

    def _needed(self, point_id: str, estimate: Estimate) -> int:
        """How many more visits it takes, at least."""
        if point_id in self._beyond_caches:
            return self._schedule.visits_beyond_caches - estimate.undisturbed_visits
        # Half widths go with one over the root of the visits: nothing changes sooner.
        wider = _SOONEST * estimate.half_width / self._schedule.half_width
        return int(min(estimate.visits * wider**2, 1e9)) - estimate.visits

    def _is_in_vain(self, point_id: str, estimate: Estimate) -> bool:
        """Whether twice the visits have not narrowed the interval, as they should by 0.7."""
        before = self._before.setdefault(point_id, estimate)
        if estimate.visits < 2 * before.visits:
            return False
        self._before[point_id] = estimate
        late = 0 < self._schedule.visits_in_vain <= estimate.visits
        return late and estimate.half_width > _NARROWER * before.half_width
