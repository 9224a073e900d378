"""What is known of the points of a sweep: their visits, checks and outcomes."""

import itertools
from collections.abc import Sequence

from profiler_suite.machine.canary import own_baselines
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)


class VisitLog:
    """Takes up the rows of a sweep, also those that an interrupted one has left."""

    def __init__(
        self, points: Sequence[Point], earlier: Sequence[Row], again: frozenset[str]
    ) -> None:
        self.visits: dict[str, list[Visit]] = {point.id: [] for point in points}
        self.worker_of: dict[str, list[int]] = {point.id: [] for point in points}
        """The worker process of each visit."""
        self.done: dict[str, Status] = {}
        self.checked: set[str] = set()
        """Points whose answers were checked, and right."""
        self.evaluations: dict[str, int] = {}
        """Per sample, as the last process that prepared a point has found."""
        for row in earlier:
            self.add(row)
        for point_id in again:  # measured before, and to be measured further
            self.done.pop(point_id, None)

    def add(self, row: Row) -> None:
        """One more row; one that says nothing of the kind changes nothing."""
        if isinstance(row, RoundRecord):
            for visit in row.visits:
                if visit.point in self.visits:
                    self.visits[visit.point].append(visit)
                    self.worker_of[visit.point].append(row.worker)
        elif isinstance(row, WorkerRecord):
            if row.status is Status.OK:
                self.evaluations[row.point] = row.evaluations
                if row.error_bound:
                    self.checked.add(row.point)
        elif isinstance(row, PointRecord):
            self.done[row.point.id] = row.status

    def active(self) -> list[str]:
        """Points without an outcome."""
        return [point_id for point_id in self.visits if point_id not in self.done]

    def baselines(self) -> dict[str, float]:
        """Every canary's baseline in this run: 2nd percentile of its times, s."""
        return own_baselines(itertools.chain.from_iterable(self.visits.values()))
