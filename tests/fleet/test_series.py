"""One series of points: what is left to measure, and where rows go."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.fleet.series import MOST_LOSSES, HostSeries, PointBlock
from profiler_suite.fleet.task import TaskAnswer
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.model.rows import PointRecord, RoundRecord, Row, Status, TaskRecord
from profiler_suite.store import read_rows
from tests.fake_rows import breakdown_record
from tests.fleet.test_dispatch import host
from tests.fleet.test_merging import provenance, whole_plan

PROVENANCE = provenance(whole_plan())


OPENED = contextlib.ExitStack()


@pytest.fixture(autouse=True)
def _closed_afterwards() -> Iterator[None]:
    with OPENED:
        yield


def series(folder: Path) -> HostSeries:
    opened = OPENED.enter_context(store.RunFolder(folder))
    opened.write_provenance(PROVENANCE)
    return HostSeries(opened, PROVENANCE, QUICK)


def rows_in(folder: Path) -> list[Row]:
    rows, _ = read_rows(folder)
    return list(rows)


def answer(block: PointBlock, **fields: Any) -> TaskAnswer:
    rows: list[Row] = [RoundRecord(round=0, worker=0, visits=())]
    rows += [PointRecord(point=p, status=Status.OK) for p in block.points]
    rows += [breakdown_record(p.id) for p in block.points if not p.replica]
    given: dict[str, Any] = {"host": "h", "began_at_s": 2e9, "ended_at_s": 2e9 + 1, **fields}
    return TaskAnswer(rows=tuple(rows), **given)


def measured(made: HostSeries, hands: int = 1) -> list[PointBlock]:
    blocks = []
    while (block := made.take(hands)) is not None:
        made.keep(block, answer(block), "tcp://w")
        blocks.append(block)
    return blocks


def test_every_point_is_given_out_once(tmp_path: Path) -> None:
    made = series(tmp_path / "run")
    blocks = measured(made)
    given = [p.id for block in blocks for p in block.points]
    assert sorted(given) == sorted(p.id for p in PROVENANCE.points)
    assert (made.blocks_left, made.in_hand) == (0, 0)
    assert made.points_measured == len(PROVENANCE.points)


def test_idle_hosts_get_smaller_blocks(tmp_path: Path) -> None:
    one = series(tmp_path / "one")
    assert len(measured(one)) <= len(measured(series(tmp_path / "many"), hands=6))


def test_tasks_follow_one_another_and_share_no_worker_process(tmp_path: Path) -> None:
    made = series(tmp_path / "run")
    measured(made, hands=4)
    rows = rows_in(tmp_path / "run")
    tasks = [row for row in rows if isinstance(row, TaskRecord)]
    firsts = [task.first_worker_process for task in tasks]
    assert firsts == list(range(len(tasks)))
    assert len({row.round for row in rows if isinstance(row, RoundRecord)}) == len(tasks)


def test_a_lost_block_is_tried_again_and_then_its_points_have_crashed(tmp_path: Path) -> None:
    made = series(tmp_path / "run")
    block = None
    for loss in range(MOST_LOSSES):
        block = made.take(1)
        assert block is not None
        assert block.losses == loss
        made.give_back(block, "killed")
    assert block is not None
    again = made.take(1)
    assert again is None or not set(again.points) & set(block.points)
    crashed = [row for row in rows_in(tmp_path / "run") if isinstance(row, PointRecord)]
    assert {row.point.id for row in crashed} == {p.id for p in block.points}
    assert {row.status for row in crashed} == {Status.CRASHED}
    assert crashed[0].reason == f"its task was lost {MOST_LOSSES} times: killed"


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    first = series(tmp_path / "run")
    block = first.take(4)
    assert block is not None
    first.join(host("h"))
    first.join(host("h"))
    first.keep(block, answer(block), "tcp://w")
    resumed = HostSeries(first._run_folder, PROVENANCE, QUICK)
    assert list(resumed.hosts) == ["h"]
    assert resumed.points_measured == len(block.points)
    left = {p.id for each in measured(resumed) for p in each.points}
    assert left | {p.id for p in block.points} == {p.id for p in PROVENANCE.points}
    rows = rows_in(tmp_path / "run")
    assert sum(type(row).__name__ == "HostRecord" for row in rows) == 1


def test_a_point_without_its_breakdown_is_left_with_what_there_is_of_it(
    tmp_path: Path,
) -> None:
    first = series(tmp_path / "run")
    point = next(p for p in PROVENANCE.points if not p.replica)
    first._run_folder.append(PointRecord(point=point, status=Status.OK))
    resumed = HostSeries(first._run_folder, PROVENANCE, QUICK)
    blocks = measured(resumed)
    (block,) = [each for each in blocks if point.id in {p.id for p in each.points}]
    assert [type(row) for row in block.earlier] == [PointRecord]


@pytest.mark.parametrize("began_at_s", [0.0, 2e9])
def test_a_host_whose_clock_is_behind_moves_nothing_before_the_run(
    began_at_s: float, tmp_path: Path
) -> None:
    made = series(tmp_path / "run")
    block = made.take(1)
    assert block is not None
    made.keep(block, answer(block, began_at_s=began_at_s), "tcp://w")
    made.end("finished")
    assert msgspec.json.encode(rows_in(tmp_path / "run")[-1])
    tasks = [row for row in rows_in(tmp_path / "run") if isinstance(row, TaskRecord)]
    assert tasks[0].began_at_s == began_at_s
