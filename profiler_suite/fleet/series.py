"""One series of points in a run folder: what is still to be measured, and where rows go."""

import dataclasses
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime

from profiler_suite.fleet.task import TaskAnswer
from profiler_suite.measure import lines
from profiler_suite.measure.planning.plan import usable_bytes
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.measure.planning.sharding import blocks, groups
from profiler_suite.measure.sweep.row_offsets import RowOffsets, moved, place_after, point_of
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    BreakdownRecord,
    HostRecord,
    PassRecord,
    PointRecord,
    Row,
    Status,
    TaskRecord,
)
from profiler_suite.model.run import Provenance
from profiler_suite.store import RunFolder, each_row

# A block that has ended this many workers is not tried again.
MOST_LOSSES = 3
# A task lasts as long as its span, however few points it has.
_FEWEST_POINTS = 3


@dataclasses.dataclass
class PointBlock:
    """Points that one task measures, and what is known of them."""

    points: tuple[Point, ...]
    earlier: tuple[Row, ...] = ()
    """Rows that an interrupted run has left of them."""
    losses: int = 0
    reason: str = ""
    """Of the last loss."""


class HostSeries:
    """The points of a run folder, given out block by block."""

    def __init__(self, run_folder: RunFolder, provenance: Provenance, schedule: Schedule):
        self.provenance = provenance
        self.schedule = schedule
        self._run_folder = run_folder
        self._began_s = datetime.fromisoformat(provenance.started_at).timestamp()
        self._place = RowOffsets()
        self.hosts: dict[str, HostRecord] = {}
        """Hosts whose records are in the folder."""
        self._measured = 0
        self.in_hand = 0
        """Blocks that a host has been given."""
        parts = blocks(provenance.points, schedule, usable_bytes(provenance.machine, schedule))
        self._todo = deque(self._left(parts))
        self.profiled = tuple(p.id for p in lines.representatives(provenance.points))

    def _left(self, parts: Sequence[tuple[Point, ...]]) -> Iterable[PointBlock]:
        """The blocks that earlier rows have not finished, with what they have of them."""
        ended: dict[str, Status] = {}
        has_record: set[str] = set()
        touched: set[str] = set()
        for row in each_row(self._run_folder.folder):
            if row is None:
                continue
            self._place = place_after((row,), self._place)
            touched.add(point_of(row))
            if isinstance(row, PointRecord):
                ended[row.point.id] = row.status
            elif isinstance(row, BreakdownRecord):
                has_record.add(row.point)
            elif isinstance(row, HostRecord):
                self.hosts[row.host] = row
        self._measured = len(ended)

        def is_left(p: Point) -> bool:
            return p.id not in ended or (
                ended[p.id] is Status.OK and not p.replica and p.id not in has_record
            )

        left = [PointBlock(points=part) for part in parts if any(is_left(p) for p in part)]
        begun = {p.id: block for block in left for p in block.points if p.id in touched}
        if begun:
            self._take_up(left, begun)
        return left

    def _take_up(self, left: Sequence[PointBlock], begun: dict[str, PointBlock]) -> None:
        found: dict[int, list[Row]] = {}
        for row in each_row(self._run_folder.folder):
            block = begun.get(point_of(row)) if row is not None else None
            if block is not None and row is not None:
                found.setdefault(id(block), []).append(row)
        for block in left:
            block.earlier = tuple(found.get(id(block), ()))

    @property
    def points_measured(self) -> int:
        """Points that have an outcome."""
        return self._measured

    @property
    def blocks_left(self) -> int:
        """Blocks that no worker has in hand."""
        return len(self._todo)

    def take(self, hands: int) -> PointBlock | None:
        """The next block to measure, for one of that many idle hosts."""
        while 0 < len(self._todo) < hands:
            largest = max(self._todo, key=lambda block: len(block.points))
            halves = _halves(largest)
            if len(halves) < 2:
                break
            self._todo.remove(largest)
            self._todo.extendleft(reversed(halves))
        if not self._todo:
            return None
        self.in_hand += 1
        return self._todo.popleft()

    def give_back(self, block: PointBlock, reason: str) -> None:
        """A block whose measurement was lost: tried again, or its points have crashed."""
        self.in_hand -= 1
        block.losses += 1
        block.reason = reason
        if block.losses < MOST_LOSSES:
            self._todo.appendleft(block)
            return
        ended = {row.point.id for row in block.earlier if isinstance(row, PointRecord)}
        said = f"its task was lost {block.losses} times: {reason}"
        rows = [
            PointRecord(point=p, status=Status.CRASHED, reason=said)
            for p in block.points
            if p.id not in ended
        ]
        self._measured += len(rows)
        for row in rows:
            self._run_folder.append(row)

    def join(self, host: HostRecord) -> None:
        """Record a host, once."""
        if host.host not in self.hosts:
            self.hosts[host.host] = host
            self._run_folder.append(host)

    def keep(self, block: PointBlock, answer: TaskAnswer, worker: str) -> None:
        """Append what a block's measurement gave."""
        self.in_hand -= 1
        base = place_after(block.earlier)
        by = RowOffsets(
            worker=self._place.worker - base.worker,
            round=self._place.round - base.round,
            at_s=max(0.0, answer.began_at_s - self._began_s),
        )
        rows = [moved(row, by) for row in answer.rows if not isinstance(row, PassRecord)]
        after = place_after(rows, self._place)
        task = TaskRecord(
            host=answer.host,
            worker=worker,
            began_at_s=answer.began_at_s,
            ended_at_s=answer.ended_at_s,
            first_worker_process=self._place.worker,
            worker_processes=after.worker - self._place.worker,
            points=len(block.points),
        )
        for row in (*rows, task):
            self._run_folder.append(row)
        self._place = after
        self._measured += sum(isinstance(row, PointRecord) for row in rows)

    def end(self, outcome: str) -> None:
        """Write how the pass over the points ended."""
        self._run_folder.append(
            PassRecord(name="sweep", at_s=self._place.at_s, outcome=outcome)
        )


def _halves(block: PointBlock) -> list[PointBlock]:
    """Two blocks of about as many points each; one where that makes no sense."""
    parts = groups(block.points)
    if block.earlier or len(parts) < 2 or len(block.points) < 2 * _FEWEST_POINTS:
        return [block]
    first = parts[: (len(parts) + 1) // 2]
    rest = parts[len(first) :]
    return [
        PointBlock(points=tuple(p for group in half for p in group), losses=block.losses)
        for half in (first, rest)
    ]
