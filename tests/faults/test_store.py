"""Faults of disks, files and writers: every good row stays, every error says what to do."""

import errno
import itertools
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.errors import RunFolderError
from profiler_suite.model.noun import to_json
from profiler_suite.model.rows import (
    SCHEMA_VERSION,
    LineRecord,
    LinesRecord,
    PassRecord,
    RoundRecord,
    Row,
)
from profiler_suite.store import reading
from tests.fake_run import make_run
from tests.store.test_store import a_round

needs_posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
SMALL = PassRecord(name="sweep", at_s=1.0, outcome="complete")


def line(row: Row) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def written(folder: Path, content: bytes) -> tuple[list[Row], int]:
    (folder / store.RECORDS).write_bytes(content)
    return store.read_rows(folder)


class Disk:
    """Stands for os.write: takes so many more bytes, then says that it is full."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def __call__(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._write(descriptor, data[: self.room])
        self.room -= taken
        return taken


# ------------------------------------------------------------------ a full disk


def test_a_row_that_does_not_fit_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.RunFolder(tmp_path) as folder:
        folder.append(a_round(0))
        disk = Disk(room=40)
        monkeypatch.setattr(os, "write", disk)
        with pytest.raises(RunFolderError, match=r"No space left .* make room .* is kept"):
            folder.append(a_round(1))
        # A smaller row, or one written when there is room again, starts on a line of its own.
        disk.room = 10_000
        folder.append(SMALL)
        monkeypatch.undo()
    assert store.read_rows(tmp_path) == ([a_round(0), SMALL], 0)


def test_a_cut_row_that_cannot_be_taken_back_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "append only")

    monkeypatch.setattr(os, "ftruncate", refuse)
    with store.RunFolder(tmp_path) as folder:
        disk = Disk(room=40)
        monkeypatch.setattr(os, "write", disk)
        with pytest.raises(RunFolderError):
            folder.append(a_round(1))
        disk.room = 10_000
        folder.append(a_round(2))
        monkeypatch.undo()
    assert store.read_rows(tmp_path) == ([a_round(2)], 1)


def test_a_write_that_takes_a_part_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, data[:7]))
    with store.RunFolder(tmp_path) as folder:
        folder.append(a_round(0))
    assert store.read_rows(tmp_path) == ([a_round(0)], 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(mount, capture_output=True).returncode
    ):
        pytest.skip("needs to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_really_full_disk_keeps_every_row_that_fitted(small_disk: Path) -> None:
    run = small_disk / "run"
    kept: list[Row] = []
    with store.RunFolder(run) as folder:

        def fill() -> None:
            for number in itertools.count():
                folder.append(a_round(number))
                kept.append(a_round(number))

        with pytest.raises(RunFolderError, match="No space left on device; make room"):
            fill()
        with pytest.raises(RunFolderError, match="cannot write"):
            store.write_whole(run / "report.html", "x" * 100_000)
    assert len(kept) > 100
    assert store.read_rows(run) == (kept, 0)
    assert {p.name for p in run.iterdir()} == {store.RECORDS}
    (run / store.RECORDS).unlink()  # room again: the same folder serves
    with store.RunFolder(run) as folder:
        folder.append(a_round(0))


@needs_posix
def test_a_limit_on_the_size_of_files_is_such_an_error_too(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from profiler_suite import store; from tests.store.test_store import a_round\n"
        "with store.RunFolder(Path(sys.argv[1])) as folder:\n"
        "    for number in range(100): folder.append(a_round(number))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert "RunFolderError: cannot write" in ended.stderr
    assert "make room" in ended.stderr
    rows, unreadable = store.read_rows(tmp_path)
    assert len(rows) > 3
    assert unreadable == 0


# ------------------------------------------------------------ a folder that is read only


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO])
def test_a_folder_that_cannot_be_written_to_is_one_sentence(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", refusing(number))
    with pytest.raises(RunFolderError, match=r"cannot write to .*; choose another folder"):
        store.RunFolder(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(Path, "mkdir", refusing(number))
    with pytest.raises(RunFolderError, match=r"cannot make the folder .*; choose another"):
        store.RunFolder(tmp_path / "new")


@needs_linux
def test_a_read_only_mount_is_read_but_not_written_to(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with store.RunFolder(run) as folder:
        folder.append(a_round(0))
    bind = subprocess.run(["mount", "--bind", str(run), str(run)], capture_output=True)
    if bind.returncode:
        pytest.skip("needs to mount")
    try:
        only = ["mount", "-o", "remount,bind,ro", str(run)]
        if subprocess.run(only, capture_output=True).returncode:
            pytest.skip("needs to mount read only")
        assert store.read_rows(run) == ([a_round(0)], 0)
        with pytest.raises(RunFolderError, match="Read-only file system; choose another"):
            store.RunFolder(run)
        with pytest.raises(RunFolderError, match="Read-only file system; choose another"):
            store.write_whole(run / "report.html", "page")
    finally:
        subprocess.run(["umount", str(run)], check=True)


# ----------------------------------------------------------------- the power fails


def test_rows_older_than_some_seconds_and_the_provenance_survive_a_power_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def noted(file: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(file).st_mode)
        synced.append(-1 if is_folder else os.fstat(file).st_size)
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    now = iter([0.0, 1.0, 2.0, 6.0, 6.0, 7.0, 8.0])
    with store.RunFolder(tmp_path, clock=lambda: next(now)) as folder:
        folder.append(a_round(0))
        folder.append(a_round(1))
        assert synced == []
        folder.append(a_round(2))
        assert synced == [len(line(a_round(0))) * 3]
        folder.write_provenance(make_run().provenance)
        assert synced[1:] == [(tmp_path / store.RUN).stat().st_size, -1]
    assert len(synced) == 4  # closing syncs


def test_a_file_system_that_cannot_sync_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refusing(errno.EINVAL))
    clock = itertools.count(step=10.0)
    with store.RunFolder(tmp_path, clock=lambda: next(clock)) as folder:
        folder.append(a_round(0))
    assert store.read_rows(tmp_path) == ([a_round(0)], 0)


def test_wherever_the_last_line_is_cut_the_others_stay_and_the_next_is_whole(
    tmp_path: Path,
) -> None:
    content = line(a_round(0)) + line(a_round(1))
    for end in range(len(content)):
        (tmp_path / store.RECORDS).write_bytes(content[:end])
        with store.RunFolder(tmp_path) as folder:
            folder.append(a_round(9))
        rows, unreadable = store.read_rows(tmp_path)
        there = [r for r in (a_round(0), a_round(1)) if line(r)[:-1] in content[:end]]
        assert rows == [*there, a_round(9)]
        rest = content[:end].rpartition(b"\n")[2]
        whole = (b"", line(a_round(0))[:-1], line(a_round(1))[:-1])
        assert unreadable == (rest not in whole)


def test_zeros_that_a_file_system_leaves_after_a_power_failure_hide_nothing(
    tmp_path: Path,
) -> None:
    content = line(a_round(0)) + b"\0" * 5000 + line(a_round(1)) + b"\0" * 30
    assert written(tmp_path, content) == ([a_round(0), a_round(1)], 2)


# --------------------------------------------------------------------- two sweeps


@needs_posix
def test_the_second_sweep_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with store.RunFolder(tmp_path):
        with pytest.raises(
            RunFolderError, match=rf"process {os.getpid()} on .*, since 20\d\d-"
        ):
            store.RunFolder(tmp_path)
        for left in (b"", b"\xff\xfe", b"[" * 3000, b'{"pid": "x"}'):
            (tmp_path / ".holder.json").write_bytes(left)
            with pytest.raises(RunFolderError, match="in use by another sweep; wait for it"):
                store.RunFolder(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {store.RECORDS}


def test_a_file_system_without_locks_is_written_to_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiler_suite.store import folder as module

    monkeypatch.setattr(module, "_lock", refusing(errno.ENOLCK))
    with store.RunFolder(tmp_path) as folder:
        folder.append(a_round(0))


def test_what_a_killed_sweep_leaves_at_its_start_does_not_make_a_folder_foreign(
    tmp_path: Path,
) -> None:
    for name in (store.RECORDS, ".holder.json", ".run.json.abc123.tmp"):
        (tmp_path / name).write_text("")
    assert store.is_untouched(tmp_path)
    (tmp_path / store.RECORDS).write_bytes(line(SMALL))  # a fleet to which no worker came
    assert store.is_untouched(tmp_path)
    (tmp_path / store.RECORDS).write_text('{"kinds": "of my own"}\n')
    assert not store.is_untouched(tmp_path)
    (tmp_path / store.RECORDS).unlink()
    (tmp_path / "notes.txt").write_text("")
    assert not store.is_untouched(tmp_path)


# ------------------------------------------------------------- links and other things


@needs_posix
def test_a_link_is_read_but_nothing_is_written_through_it(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(line(a_round(0)))
    run = tmp_path / "run"
    run.mkdir()
    (run / store.RECORDS).symlink_to(precious)
    assert store.read_rows(run) == ([a_round(0)], 0)
    with pytest.raises(RunFolderError, match="is a link to another file"):
        store.RunFolder(run)
    assert precious.read_bytes() == line(a_round(0))


@needs_posix
@pytest.mark.timeout(20)
def test_a_pipe_or_a_device_in_place_of_the_rows_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / store.RECORDS)
    with pytest.raises(RunFolderError, match="not a regular file"):
        store.read_rows(tmp_path)
    (tmp_path / store.RECORDS).unlink()
    (tmp_path / store.RECORDS).symlink_to("/dev/zero")
    with pytest.raises(RunFolderError, match="not a regular file"):
        store.read_rows(tmp_path)


# ------------------------------------------------------------------- damaged content


def test_marks_of_other_systems_hide_no_row(tmp_path: Path) -> None:
    rows: list[Row] = [a_round(0), a_round(1)]
    content = b"\xef\xbb\xbf" + b"".join(line(row).replace(b"\n", b"\r\n") for row in rows)
    assert written(tmp_path, content) == (rows, 0)


def test_rows_that_were_joined_or_stand_behind_remains_are_found(tmp_path: Path) -> None:
    cut = line(a_round(7))[:-30]
    content = line(a_round(0))[:-1] + line(a_round(1)) + cut + line(SMALL) + line(SMALL)
    assert written(tmp_path, content) == ([a_round(0), a_round(1), SMALL, SMALL], 1)


def test_a_round_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    content = line(a_round(0)) + line(a_round(1)) + line(a_round(0))
    assert written(tmp_path, content) == ([a_round(0), a_round(1)], 0)


def test_a_part_of_a_cut_row_is_no_row(tmp_path: Path) -> None:
    own = LineRecord(
        point="p",
        implementation="i",
        file="f",
        function="f",
        line=1,
        source="s",
        hits=1,
        time_s=1.0,
        evaluations=1,
    )
    row = LinesRecord(point="p", lines=(own, own))
    content = line(row)
    assert written(tmp_path, content) == ([row], 0)
    for end in (len(content) - 3, content.index(b"},{") + 1):
        assert written(tmp_path, content[:end] + b"\n") == ([], 1)


def test_a_line_without_end_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LONGEST_LINE", 5000)
    content = line(a_round(0)) + b"x" * 12345 + b"\n" + line(a_round(1)) + b"y" * 7000
    assert written(tmp_path, content) == ([a_round(0), a_round(1)], 2)


@needs_linux
def test_a_sparse_terabyte_takes_neither_memory_nor_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / store.RUN).open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RunFolderError, match="too large"):
        store.read_provenance(tmp_path)


@pytest.mark.parametrize(
    "value",
    [b"NaN", b"Infinity", b"1e999", b"-1", b"0", b"1" * 400, b'"1"', b"null", b"[" * 9999],
)
def test_a_time_that_no_clock_tells_makes_a_row_unreadable(
    value: bytes, tmp_path: Path
) -> None:
    bad = line(a_round(0)).replace(b"[0.0003333333333333333,1.0]", b"[" + value + b"]")
    assert bad != line(a_round(0))
    rows, unreadable = written(tmp_path, bad + line(a_round(1)))
    assert (rows, unreadable) == ([a_round(1)], 1)


@pytest.mark.parametrize(
    ("schema", "said"), [(99, "upgrade"), (0, "older than"), (-5, "older")]
)
def test_a_run_of_another_schema_says_what_reads_it(
    schema: int, said: str, tmp_path: Path
) -> None:
    content = to_json(make_run().provenance).replace(b'"schema":1', b'"schema":%d' % schema)
    (tmp_path / store.RUN).write_bytes(content)
    with pytest.raises(RunFolderError, match=said):
        store.read_provenance(tmp_path)


def test_runs_of_the_first_schema_are_read(tmp_path: Path) -> None:
    (tmp_path / store.RUN).write_bytes(to_json(make_run().provenance))
    assert store.read_provenance(tmp_path).schema == 1
    first = line(a_round(0)).replace(b'"schema":%d' % SCHEMA_VERSION, b'"schema":1')
    rows, unreadable = written(tmp_path, first)
    assert isinstance(rows[0], RoundRecord)
    assert unreadable == 0


# --------------------------------------------------------------------------- names


@needs_posix
def test_text_that_is_not_utf8_is_kept_as_far_as_it_can_be(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"na\xefve \xff")
    provenance = msgspec.structs.replace(
        make_run().provenance,
        command=("sweep", "--out", str(folder)),
        environment={"LD_PRELOAD": "\udcff.so"},
    )
    with store.RunFolder(folder) as run:
        run.write_provenance(provenance)
        run.append(a_round(0))
    assert store.read_provenance(folder).command[2].endswith("na?ve ?")
    store.write_whole(folder / "page.html", f"run {folder}")
    assert (folder / "page.html").read_text().endswith("na?ve ?")
