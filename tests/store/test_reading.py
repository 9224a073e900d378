"""Every good row is read once, whatever was cut, joined or stands between."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite.errors import RunFolderError
from profiler_suite.model.rows import PassRecord, RoundRecord, Visit
from profiler_suite.store import reading
from profiler_suite.store.names import RECORDS, RUN
from tests.fake_folder import write_run


def row(name: str) -> bytes:
    return msgspec.json.encode(PassRecord(name=name, at_s=1.0, outcome="done"))


def a_round(number: int) -> bytes:
    visit = Visit(point="p", at_s=0.0, sample_times_s=(1.0,), canaries_s={}, minor_faults=0.0)
    return msgspec.json.encode(RoundRecord(round=number, worker=0, visits=(visit,)))


def read(folder: Path, content: bytes) -> tuple[list[str], int]:
    (folder / RECORDS).write_bytes(content)
    rows, unreadable = reading.read_rows(folder)
    return [each.name for each in rows if isinstance(each, PassRecord)], unreadable


@pytest.mark.parametrize(
    ("content", "names", "unreadable"),
    [
        (b"", [], 0),
        (b"\n \n\n", [], 0),
        (row("a") + b"\n" + row("b") + b"\n", ["a", "b"], 0),
        (row("a") + b"\r\n" + row("b"), ["a", "b"], 0),
        (b"\xef\xbb\xbf" + row("a"), ["a"], 0),
        (row("a") + row("b") + b"\n", ["a", "b"], 0),
        (row("a")[:9] + row("b") + b"\n", ["b"], 1),
        (row("a") + row("b")[:-3], ["a"], 1),
        (b"noise\n" + row("a"), ["a"], 1),
    ],
)
def test_rows_are_found_on_their_lines_and_beside_remains(
    tmp_path: Path, content: bytes, names: list[str], unreadable: int
) -> None:
    assert read(tmp_path, content) == (names, unreadable)


def test_the_very_same_round_is_read_once_and_a_pass_as_often_as_it_is_there(
    tmp_path: Path,
) -> None:
    lines = [a_round(0), a_round(1), row("a"), a_round(0), row("a")]
    (tmp_path / RECORDS).write_bytes(b"\n".join(lines))
    rows, unreadable = reading.read_rows(tmp_path)
    assert [each.round for each in rows if isinstance(each, RoundRecord)] == [0, 1]
    assert (len(rows), unreadable) == (4, 0)


def test_a_line_too_long_for_a_row_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LONGEST_LINE", 100)
    long = row("x" * 500)
    assert read(tmp_path, row("a") + b"\n" + long + b"\n" + row("b")) == (["a", "b"], 1)


@pytest.mark.parametrize("schema", [0, 99])
def test_rows_of_schemas_that_are_not_known_are_not_believed(
    tmp_path: Path, schema: int
) -> None:
    line = msgspec.json.encode(PassRecord(name="a", at_s=1.0, outcome="", schema=schema))
    assert read(tmp_path, line) == ([], 1)


def test_without_rows_a_run_is_empty_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    assert reading.read_rows(tmp_path) == ([], 0)
    os.mkfifo(tmp_path / RECORDS)
    with pytest.raises(RunFolderError, match="not a regular file"):
        reading.read_rows(tmp_path)


def edited(folder: Path, **fields: Any) -> Path:
    path = folder / RUN
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | fields))
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", rounds=1)


def test_provenance_is_read_also_after_an_editor_put_a_mark_before_it(run: Path) -> None:
    path = run / RUN
    plain = reading.read_provenance(run)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert reading.read_provenance(run) == plain


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"schema": 99}, "has schema 99, newer than this version reads .*upgrade"),
        ({"schema": 0, "suite_version": "0.0.1"}, "older .*with profiler-suite 0.0.1"),
        ({"schema": 0, "suite_version": ""}, "with profiler-suite the version that wrote it"),
        ({"points": 3}, "is damaged: .*put a copy of run.json back"),
    ],
)
def test_provenance_that_cannot_be_used_says_why_and_what_to_do(
    run: Path, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(RunFolderError, match=said):
        reading.read_provenance(edited(run, **fields))


def test_a_point_may_be_planned_once_only(run: Path) -> None:
    points = msgspec.json.decode((run / RUN).read_bytes())["points"]
    with pytest.raises(RunFolderError, match=r"point 'made/.*' occurs twice"):
        reading.read_provenance(edited(run, points=[*points, points[2]]))


def test_a_run_file_of_any_size_is_not_read_whole(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LARGEST_RUN", 10)
    with pytest.raises(RunFolderError, match="it is too large"):
        reading.read_provenance(run)
