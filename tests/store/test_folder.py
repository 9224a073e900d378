"""A run folder is held, appended to and let go of; what a failed start leaves is recognised."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from profiler_suite.errors import RunFolderError
from profiler_suite.model.rows import PassRecord
from profiler_suite.store import folder as folder_of
from profiler_suite.store.folder import RunFolder
from profiler_suite.store.names import HOLDER, RECORDS, RUN
from profiler_suite.store.reading import read_rows
from tests.fake_folder import write_run

Fails = Callable[..., int]


def a_pass(name: str = "sweep") -> PassRecord:
    return PassRecord(name=name, at_s=1.0, outcome="complete")


def test_an_open_folder_says_who_holds_it_and_a_closed_one_does_not(tmp_path: Path) -> None:
    with RunFolder(tmp_path):
        holder = msgspec.json.decode((tmp_path / HOLDER).read_bytes())
        assert holder["pid"] == os.getpid()
        with pytest.raises(
            RunFolderError, match=rf"in use by another sweep \(process {os.getpid()} on"
        ):
            RunFolder(tmp_path)
    assert not (tmp_path / HOLDER).exists()
    RunFolder(tmp_path).close()


@pytest.mark.parametrize("note", [b"", b"[", b'{"pid": "x"}', b"\xff"])
def test_a_note_that_is_not_ours_is_left_alone(tmp_path: Path, note: bytes) -> None:
    (tmp_path / HOLDER).write_bytes(note)
    with RunFolder(tmp_path):
        assert (tmp_path / HOLDER).read_bytes() == note
        with pytest.raises(RunFolderError, match="in use by another sweep;"):
            RunFolder(tmp_path)
    assert (tmp_path / HOLDER).read_bytes() == note


def test_a_row_that_fits_in_part_only_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) <= 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[: len(data) - 10])

    with RunFolder(tmp_path) as opened:
        opened.append(a_pass("first"))
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(
            RunFolderError, match=r"No space left.*what was measured before is kept"
        ):
            opened.append(a_pass("second"))
        monkeypatch.undo()
        opened.append(a_pass("third"))
    assert read_rows(tmp_path) == ([a_pass("first"), a_pass("third")], 0)


def test_what_cannot_be_taken_back_is_closed_before_the_next_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        write(descriptor, data[:5])
        raise OSError(errno.EIO, "Input/output error")

    def refuses(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with RunFolder(tmp_path) as opened:
        monkeypatch.setattr(os, "write", full)
        monkeypatch.setattr(os, "ftruncate", refuses)
        with pytest.raises(RunFolderError, match="Input/output error"):
            opened.append(a_pass("lost"))
        monkeypatch.undo()
        opened.append(a_pass("kept"))
    assert read_rows(tmp_path) == ([a_pass("kept")], 1)


def test_rows_are_synced_only_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    now = [0.0]
    opened = RunFolder(tmp_path, clock=lambda: now[0])
    for at in (1.0, 2.0, 6.0, 7.0, 12.0):
        now[0] = at
        opened.append(a_pass())
    assert len(synced) == 2
    opened.close()
    assert len(synced) == 3


def test_rows_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / RECORDS).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunFolderError, match="is a link to another file"):
        RunFolder(tmp_path)


def test_what_is_no_file_is_not_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / RECORDS)
    with pytest.raises(RunFolderError, match="not a regular file"):
        RunFolder(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "untouched"),
    [
        (RECORDS, b"", True),
        (RECORDS, b'{"kind":"pass"}\n', True),
        (RECORDS, b"my notes", False),
        (HOLDER, b"{}", True),
        (RUN, b"{}", False),
        ("notes.txt", b"", False),
    ],
)
def test_a_folder_is_untouched_while_it_holds_only_what_a_start_leaves(
    tmp_path: Path, name: str, content: bytes, untouched: bool
) -> None:
    assert folder_of.is_untouched(tmp_path)
    (tmp_path / name).write_bytes(content)
    assert folder_of.is_untouched(tmp_path) is untouched


def test_a_folder_is_a_run_once_its_provenance_is_there(tmp_path: Path) -> None:
    assert not folder_of.is_run(tmp_path)
    assert not folder_of.is_run(tmp_path / "missing")
    assert folder_of.is_run(write_run(tmp_path / "run", rounds=1))
