"""Nothing measured is lost, nothing damaged is believed."""

import os
from pathlib import Path

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.errors import RunFolderError
from profiler_suite.model.rows import PassRecord, RoundRecord, Row, Visit


def a_round(number: int) -> RoundRecord:
    visit = Visit(
        point="p",
        at_s=0.1 * number,
        sample_times_s=(1e-3 / 3, 1.0),
        canaries_s={"ufunc": (1.0, 2.0)},
        minor_faults=0.0,
    )
    return RoundRecord(round=number, worker=0, visits=(visit,))


def test_rows_come_back_bit_for_bit_in_order(tmp_path: Path) -> None:
    rows: list[Row] = [
        a_round(0),
        a_round(1),
        PassRecord(name="sweep", at_s=1.0, outcome="complete"),
    ]
    with store.RunFolder(tmp_path / "run") as folder:
        for row in rows:
            folder.append(row)
    assert store.read_rows(tmp_path / "run") == (rows, 0)


def test_a_cut_last_line_is_left_out_and_the_next_row_starts_afresh(tmp_path: Path) -> None:
    with store.RunFolder(tmp_path) as folder:
        folder.append(a_round(0))
        folder.append(a_round(1))
    path = tmp_path / store.RECORDS
    path.write_bytes(path.read_bytes()[:-20])
    with store.RunFolder(tmp_path) as folder:
        folder.append(a_round(2))
    rows, unreadable = store.read_rows(tmp_path)
    assert rows == [a_round(0), a_round(2)]
    assert unreadable == 1


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"{}",
        b'{"kind":"round"}',
        b'{"kind":"nonsense"}',
        b"\xff\xfe\x00",
        b"[" * 5000,
        b'{"kind":"pass","name":"x","at_s":1,"outcome":"y","schema":99}',
    ],
)
def test_a_damaged_or_newer_line_never_hides_the_good_ones(tmp_path: Path, line: bytes) -> None:
    good = [msgspec.json.encode(a_round(number)) for number in (0, 1)]
    (tmp_path / store.RECORDS).write_bytes(good[0] + b"\n" + line + b"\n" + good[1] + b"\n")
    rows, unreadable = store.read_rows(tmp_path)
    assert rows == [a_round(0), a_round(1)]
    assert unreadable == 1


@pytest.mark.skipif(os.name != "posix", reason="locks are taken on POSIX systems")
def test_a_folder_is_held_by_one_sweep_at_a_time(tmp_path: Path) -> None:
    with (
        store.RunFolder(tmp_path),
        pytest.raises(RunFolderError, match="in use by another sweep"),
    ):
        store.RunFolder(tmp_path)
    with store.RunFolder(tmp_path):
        pass


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="is not a run folder"):
        store.read_provenance(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "x"}', b'{"schema": 1}'])
def test_a_damaged_run_file_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / store.RUN).write_bytes(content)
    with pytest.raises(RunFolderError, match="is damaged"):
        store.read_provenance(tmp_path)


def test_a_newer_run_asks_for_an_upgrade(tmp_path: Path) -> None:
    (tmp_path / store.RUN).write_bytes(b'{"schema": 99}')
    with pytest.raises(RunFolderError, match="newer than this version"):
        store.read_provenance(tmp_path)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    store.write_whole(tmp_path / "a.txt", "text")
    assert (tmp_path / "a.txt").read_text() == "text"
    with pytest.raises(RunFolderError, match="cannot write"):
        store.write_whole(tmp_path / "missing" / "a.txt", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
