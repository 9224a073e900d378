"""Rows of every release are read; an operation takes the time of its own values."""

import msgspec
import pytest

from profiler_suite.model.rows import (
    BROKEN,
    LineRecord,
    OperationTime,
    PassRecord,
    RoundRecord,
    Row,
    Status,
    TaskRecord,
    WorkerRecord,
)


def operation(full_s: float, own_s: float, spread_s: float = 0.0) -> OperationTime:
    return OperationTime(
        name="np.exp",
        kind="ufunc",
        via="",
        calls=1,
        flop=0.0,
        traffic_bytes=0.0,
        shapes="",
        file="",
        line=0,
        full_s=full_s,
        fixed_s=0.0,
        full_spread_s=spread_s,
        fixed_spread_s=0.0,
        minor_faults=0.0,
        replayed=True,
        own_s=own_s,
        own_spread_s=spread_s,
    )


@pytest.mark.parametrize(
    ("full_s", "own_s", "spread_s", "taken_s"),
    [
        (1.0, 1.2, 0.0, 1.0),  # alike
        (1.0, 0.8, 0.0, 1.0),  # alike
        (1.0, 1.4, 0.0, 1.4),
        (1.0, 0.5, 0.0, 0.5),
        (1.0, 1.4, 0.3, 1.0),  # within the spreads of both
        (1.0, 0.0, 0.0, 1.0),  # not replayed with its own values
        (0.0, 1.0, 0.0, 0.0),  # not replayed at all
    ],
)
def test_a_call_takes_the_time_of_its_own_values_only_where_they_matter(
    full_s: float, own_s: float, spread_s: float, taken_s: float
) -> None:
    assert operation(full_s, own_s, spread_s).call_s == taken_s


def read(document: bytes) -> Row:
    row: Row = msgspec.json.decode(document, type=Row)
    return row


def test_rows_keep_the_keys_of_earlier_releases() -> None:
    launch = read(b'{"kind":"launch","point":"p","launch":2,"status":"wrong"}')
    assert isinstance(launch, WorkerRecord)
    assert (launch.worker, launch.status) == (2, Status.WRONG)
    line = read(
        b'{"kind":"line","point":"p","implementation":"i","file":"f","function":"g","line":1,'
        b'"source":"x","hits":1,"time_s":1,"evaluations":1,"looks":7}'
    )
    assert isinstance(line, LineRecord)
    assert line.samples == 7
    task = read(
        b'{"kind":"task","host":"h","worker":"w","began_at_s":1,"ended_at_s":2,'
        b'"first_launch":3,"launches":4,"points":5}'
    )
    assert isinstance(task, TaskRecord)
    assert (task.first_worker_process, task.worker_processes) == (3, 4)


@pytest.mark.parametrize(
    "row",
    [
        PassRecord(name="sweep", at_s=1.0, outcome="complete"),
        RoundRecord(round=1, worker=0, visits=()),
        WorkerRecord(point="p", worker=1, status=Status.OK),
    ],
)
def test_each_row_comes_back_as_its_own_kind(row: Row) -> None:
    assert read(msgspec.json.encode(row)) == row


@pytest.mark.parametrize(
    "document",
    [
        b'{"kind":"visit"}',
        b'{"kind":"launch","point":"p","launch":2,"status":"fine"}',
        b'{"kind":"round","round":0,"launch":0,"visits":[{"point":"p","at_s":0,'
        b'"sample_times_s":[],"canaries_s":{},"minor_faults":0}]}',
    ],
)
def test_unknown_kinds_statuses_and_empty_visits_are_no_rows(document: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(document)


def test_a_wrong_answer_still_has_a_time() -> None:
    assert set(Status) - set(BROKEN) == {Status.OK, Status.WRONG, Status.SKIPPED}
