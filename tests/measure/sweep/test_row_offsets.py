"""Rows of sweeps that follow one another in one folder."""

import msgspec
import pytest

from profiler_suite.measure.sweep.row_offsets import RowOffsets, moved, place_after, point_of
from profiler_suite.model.rows import (
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    TaskRecord,
    Visit,
    WorkerRecord,
)
from tests.fake_run import make_run

POINT = make_run().provenance.points[0]


def visit(at_s: float) -> Visit:
    return Visit(point="p", at_s=at_s, sample_times_s=(1.0,), canaries_s={}, minor_faults=0.0)


def a_round(number: int, worker: int, *at_s: float) -> RoundRecord:
    return RoundRecord(round=number, worker=worker, visits=tuple(map(visit, at_s)))


def task(first: int) -> TaskRecord:
    return TaskRecord(
        host="h",
        worker="w",
        began_at_s=0.0,
        ended_at_s=1.0,
        first_worker_process=first,
        worker_processes=2,
        points=1,
    )


WORKER = WorkerRecord(point="p", worker=4, status=Status.OK)
ENDED = PassRecord(name="sweep", at_s=99.0, outcome="finished")
ROWS: list[Row] = [a_round(0, 0, 1.0, 3.0), a_round(2, 1, 2.0), WORKER, ENDED]


def test_the_place_is_behind_all_rows_in_whatever_order() -> None:
    expected = RowOffsets(worker=5, round=3, at_s=3.0)
    assert place_after(ROWS) == place_after(reversed(ROWS)) == expected


def test_without_rows_it_is_the_beginning_or_where_it_was() -> None:
    assert place_after([]) == RowOffsets()
    start = RowOffsets(worker=9, round=1, at_s=50.0)
    assert place_after([], start) == start
    assert place_after(ROWS, start) == RowOffsets(worker=9, round=3, at_s=50.0)
    assert place_after([a_round(0, 0)]) == RowOffsets(worker=1, round=1)


def test_two_sweeps_one_after_the_other_never_share_a_number() -> None:
    place = place_after(ROWS)
    second = [moved(row, place) for row in ROWS]
    workers = {row.worker for row in ROWS if isinstance(row, RoundRecord | WorkerRecord)}
    rounds = {row.round for row in ROWS if isinstance(row, RoundRecord)}
    assert not workers & {r.worker for r in second if isinstance(r, RoundRecord | WorkerRecord)}
    assert not rounds & {r.round for r in second if isinstance(r, RoundRecord)}
    assert place_after(second, place) == RowOffsets(worker=10, round=6, at_s=6.0)


def test_moving_to_the_beginning_and_rows_without_a_place_change_nothing() -> None:
    for row in [*ROWS, task(0)]:
        assert moved(row, RowOffsets()) == row
    assert moved(ENDED, RowOffsets(worker=3, round=3, at_s=3.0)) is ENDED
    found = moved(task(1), RowOffsets(worker=3))
    assert isinstance(found, TaskRecord)
    assert (found.first_worker_process, found.worker_processes) == (4, 2)


@pytest.mark.parametrize(
    ("row", "point"),
    [
        (a_round(0, 0, 1.0), "p"),
        (a_round(0, 0), ""),
        (WORKER, "p"),
        (PointRecord(point=POINT, status=Status.OK), POINT.id),
        (LinesRecord(point="q", lines=()), "q"),
        (ENDED, ""),
        (task(0), ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_point_of_a_row(row: Row, point: str) -> None:
    assert point_of(row) == point
    assert msgspec.json.encode(row)
