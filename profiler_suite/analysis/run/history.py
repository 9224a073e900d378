"""The rows of a run, sorted by point."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

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
from profiler_suite.model.run import Provenance

_MOST_LEARNED_FROM = 100
# Of some ten visits that were slowed 1.8 times an exponent is known to a tenth.
_SEEN_ENOUGH = 3.0
_MOST = 2.0


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
    """Baseline of each canary in this run, s."""
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

    def worker_of_rounds(self, point_id: str) -> dict[int, int]:
        """The process of each round in which the point was visited."""
        return dict(
            zip(self.round_of.get(point_id, ()), self.worker_of.get(point_id, ()), strict=True)
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


def kind_of(point: Point) -> str:
    """What follows its canaries alike: family, environment, one thread or several."""
    return f"{point.family}/{point.environment}/{'several' if point.threads > 1 else 'one'}"


def kept_exponents(provenance: Provenance) -> dict[str, Exponent]:
    """Kind of code → what earlier runs had found when this one began."""
    return {
        kind: Exponent(value=value, uncertainty=uncertainty)
        for kind, (value, uncertainty) in provenance.exponents.items()
        if 0 <= value <= _MOST and 0 < uncertainty <= _MOST  # a file may say anything
    }


def worth_keeping(points: Sequence[Point], history: History) -> dict[str, tuple[float, float]]:
    """Kind of code → value and uncertainty of its exponent, where this run has seen enough."""
    found = {kind_of(p): history.exponents[p.id] for p in points if p.id in history.exponents}
    return {
        kind: (exponent.value, exponent.uncertainty)
        for kind, exponent in found.items()
        if exponent.seen >= _SEEN_ENOUGH
    }


def exponents(
    points: Sequence[Point], history: History, kept: Mapping[str, Exponent] | None = None
) -> dict[str, Exponent]:
    """Point → the exponent of its kind of code, from this run and what earlier ones found."""
    kinds: dict[str, list[str]] = {}
    for point in points:
        kinds.setdefault(kind_of(point), []).append(point.id)
    found: dict[str, Exponent] = {}
    for kind, ids in kinds.items():
        measured = [history.visits[name] for name in ids if name in history.visits]
        # Of very many points a part says as much.
        chosen = measured[:: max(1, len(measured) // _MOST_LEARNED_FROM)]
        learned = correction.learn(
            ((visits, history.baselines) for visits in chosen),
            (kept or {}).get(kind),
        )
        found |= dict.fromkeys(ids, learned)
    return found
