"""The rows of a run, sorted by point."""

import dataclasses
import itertools
from collections.abc import Sequence

from profiler_suite.analysis import correction, statistics
from profiler_suite.analysis.correction import Exponent
from profiler_suite.machine import canary
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    AdviceRecord,
    BreakdownRecord,
    LineRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Visit,
    WorkerRecord,
)

_MOST_LEARNED_FROM = 100


@dataclasses.dataclass(frozen=True)
class History:
    """The rows of a run, sorted by point."""

    visits: dict[str, list[Visit]]
    worker_of: dict[str, list[int]]
    """Process of each visit, in the order of `visits`."""
    round_of: dict[str, list[int]]
    workers: dict[str, list[WorkerRecord]]
    outcomes: dict[str, PointRecord]
    lines: list[LineRecord]
    breakdown_records: dict[str, BreakdownRecord]
    passes: list[PassRecord]
    unreadable: int
    """Lines of the record file that could not be read."""
    own_baselines: dict[str, float]
    """Floor of each canary in this run, s."""
    baselines: dict[str, float]
    """What canaries are held against: this run's baselines, or kept ones if it was all slow."""
    slowness: float
    """This run's baseline over the kept one, at least 1."""
    advice: dict[str, AdviceRecord]
    exponents: dict[str, Exponent] = dataclasses.field(default_factory=dict)
    """Point → how code of its kind follows the canaries, learned from this run."""

    def exponents_of(self, left: str, right: str) -> tuple[Exponent, Exponent]:
        """Those of two points."""
        return self.exponents.get(left, Exponent()), self.exponents.get(right, Exponent())

    def by_round(self, point_id: str) -> dict[int, Visit]:
        """The point's visits by round."""
        return dict(
            zip(self.round_of.get(point_id, ()), self.visits.get(point_id, ()), strict=True)
        )


def history_of(
    rows: Sequence[Row], unreadable: int, kept_baselines: dict[str, float]
) -> History:
    """Sort rows by point and find the run's baselines."""
    visits: dict[str, list[Visit]] = {}
    worker_of: dict[str, list[int]] = {}
    round_of: dict[str, list[int]] = {}
    workers: dict[str, list[WorkerRecord]] = {}
    outcomes: dict[str, PointRecord] = {}
    lines: dict[str, list[LineRecord]] = {}
    passes: list[PassRecord] = []
    breakdown_records: dict[str, BreakdownRecord] = {}
    advice: dict[str, AdviceRecord] = {}
    for row in rows:
        if isinstance(row, RoundRecord):
            for visit in row.visits:
                visits.setdefault(visit.point, []).append(visit)
                worker_of.setdefault(visit.point, []).append(row.worker)
                round_of.setdefault(visit.point, []).append(row.round)
        elif isinstance(row, WorkerRecord):
            workers.setdefault(row.point, []).append(row)
        elif isinstance(row, PointRecord):
            outcomes[row.point.id] = row
        elif isinstance(row, LinesRecord):
            lines[row.point] = list(row.lines)
        elif isinstance(row, LineRecord):
            lines.setdefault(row.point, []).append(row)
        elif isinstance(row, BreakdownRecord):
            breakdown_records[row.point] = row
        elif isinstance(row, AdviceRecord):
            advice[row.point] = row
        elif isinstance(row, PassRecord):
            passes.append(row)
    own = canary.own_baselines(itertools.chain.from_iterable(visits.values()))
    return History(
        visits=visits,
        worker_of=worker_of,
        round_of=round_of,
        workers=workers,
        outcomes=outcomes,
        lines=[line for each in lines.values() for line in each],
        breakdown_records=breakdown_records,
        passes=passes,
        unreadable=unreadable,
        own_baselines=own,
        baselines=canary.effective_baselines(own, kept_baselines),
        slowness=statistics.slowness(own, kept_baselines),
        advice=advice,
    )


def exponents(points: Sequence[Point], history: History) -> dict[str, Exponent]:
    """Point → the exponent of its kind of code: family, environment, one thread or several."""
    kinds: dict[tuple[str, str, bool], list[str]] = {}
    for point in points:
        kind = (point.family, point.environment, point.threads > 1)
        kinds.setdefault(kind, []).append(point.id)
    found: dict[str, Exponent] = {}
    for ids in kinds.values():
        measured = [history.visits[name] for name in ids if name in history.visits]
        # Of very many points a part says as much.
        chosen = measured[:: max(1, len(measured) // _MOST_LEARNED_FROM)]
        learned = correction.learn((visits, history.baselines) for visits in chosen)
        found |= dict.fromkeys(ids, learned)
    return found
