"""The rows of a run, sorted by point."""

import dataclasses
from collections.abc import Sequence

from profiler_suite.analysis import statistics
from profiler_suite.machine import canary
from profiler_suite.model.rows import (
    AccountRecord,
    LaunchRecord,
    LineRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Visit,
)


@dataclasses.dataclass(frozen=True)
class History:
    """The rows of a run, sorted by point."""

    visits: dict[str, list[Visit]]
    launch_of: dict[str, list[int]]
    """Process of each visit, in the order of `visits`."""
    round_of: dict[str, list[int]]
    launches: dict[str, list[LaunchRecord]]
    outcomes: dict[str, PointRecord]
    lines: list[LineRecord]
    accounts: dict[str, AccountRecord]
    passes: list[PassRecord]
    unreadable: int
    """Lines of the record file that could not be read."""
    own_floors: dict[str, float]
    """Floor of each canary in this run, s."""
    floors: dict[str, float]
    """What canaries are held against: this run's floors, or kept ones if it was all slow."""
    slowness: float
    """This run's floor over the kept one, at least 1."""

    def by_round(self, point_id: str) -> dict[int, Visit]:
        """The point's visits by round."""
        return dict(
            zip(self.round_of.get(point_id, ()), self.visits.get(point_id, ()), strict=True)
        )


def history_of(rows: Sequence[Row], unreadable: int, kept_floors: dict[str, float]) -> History:
    """Sort rows by point and find the run's floors."""
    visits: dict[str, list[Visit]] = {}
    launch_of: dict[str, list[int]] = {}
    round_of: dict[str, list[int]] = {}
    launches: dict[str, list[LaunchRecord]] = {}
    outcomes: dict[str, PointRecord] = {}
    lines: dict[str, list[LineRecord]] = {}
    passes: list[PassRecord] = []
    accounts: dict[str, AccountRecord] = {}
    canaries: dict[str, list[float]] = {}
    for row in rows:
        if isinstance(row, RoundRecord):
            for visit in row.visits:
                visits.setdefault(visit.point, []).append(visit)
                launch_of.setdefault(visit.point, []).append(row.launch)
                round_of.setdefault(visit.point, []).append(row.round)
                for name, pair in visit.canaries_s.items():
                    canaries.setdefault(name, []).extend(pair)
        elif isinstance(row, LaunchRecord):
            launches.setdefault(row.point, []).append(row)
        elif isinstance(row, PointRecord):
            outcomes[row.point.id] = row
        elif isinstance(row, LinesRecord):
            lines[row.point] = list(row.lines)
        elif isinstance(row, LineRecord):
            lines.setdefault(row.point, []).append(row)
        elif isinstance(row, AccountRecord):
            accounts[row.point] = row
        elif isinstance(row, PassRecord):
            passes.append(row)
    own = {name: statistics.own_floor(times) for name, times in canaries.items()}
    return History(
        visits=visits,
        launch_of=launch_of,
        round_of=round_of,
        launches=launches,
        outcomes=outcomes,
        lines=[line for each in lines.values() for line in each],
        accounts=accounts,
        passes=passes,
        unreadable=unreadable,
        own_floors=own,
        floors=canary.effective_floors(own, kept_floors),
        slowness=statistics.slowness(own, kept_floors),
    )
