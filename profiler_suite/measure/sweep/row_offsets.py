"""Where in a run rows stand, so that several sweeps can follow one another in one folder."""

from collections.abc import Iterable

import msgspec

from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import (
    BreakdownRecord,
    LineRecord,
    LinesRecord,
    PointRecord,
    RoundRecord,
    Row,
    TaskRecord,
    WorkerRecord,
)


class RowOffsets(Noun, frozen=True):
    """Where in a run a sweep begins: worker processes and rounds before have lower numbers."""

    worker: int = 0
    round: int = 0
    at_s: float = 0.0
    """Seconds since the run began."""


def place_after(rows: Iterable[Row], start: RowOffsets | None = None) -> RowOffsets:
    """The place behind these rows, and not before `start`."""
    place = start or RowOffsets()
    worker, number, at_s = place.worker, place.round, place.at_s
    for row in rows:
        if isinstance(row, RoundRecord):
            number = max(number, row.round + 1)
            worker = max(worker, row.worker + 1)
            at_s = max(at_s, max((visit.at_s for visit in row.visits), default=0.0))
        elif isinstance(row, WorkerRecord):
            worker = max(worker, row.worker + 1)
    return RowOffsets(worker=worker, round=number, at_s=at_s)


def moved(row: Row, by: RowOffsets) -> Row:
    """The row of a sweep that began at the beginning, as if it had begun at that place."""
    if isinstance(row, RoundRecord):
        return msgspec.structs.replace(
            row,
            worker=row.worker + by.worker,
            round=row.round + by.round,
            visits=tuple(
                msgspec.structs.replace(visit, at_s=visit.at_s + by.at_s)
                for visit in row.visits
            ),
        )
    if isinstance(row, WorkerRecord):
        return msgspec.structs.replace(row, worker=row.worker + by.worker)
    if isinstance(row, TaskRecord):
        return msgspec.structs.replace(
            row, first_worker_process=row.first_worker_process + by.worker
        )
    return row


def point_of(row: Row) -> str:
    """Id of the point, or of one of the points, that the row tells of; else empty."""
    if isinstance(row, RoundRecord):
        return row.visits[0].point if row.visits else ""
    if isinstance(row, PointRecord):
        return row.point.id
    if isinstance(row, WorkerRecord | LineRecord | LinesRecord | BreakdownRecord):
        return row.point
    return ""
