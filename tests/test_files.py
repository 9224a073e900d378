"""One rule for every file: create, or replace only what this package wrote itself."""

import errno
import os
import re
import stat
from pathlib import Path

import pytest

from profiler_suite import files
from profiler_suite.errors import RunFolderError
from profiler_suite.files import Kind, Output, check, check_folder, write_whole

needs_posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")
NOTE = Kind("note", re.compile(rb"NOTE\n"), re.compile(rb"\nEND\n$"))
OURS = "NOTE\nold\nEND\n"
NEW = "NOTE\nnew\nEND\n"


def write(path: Path, *, force: bool = False) -> None:
    with Output(path, NOTE, force=force) as output:
        output.write(NEW)


def test_a_file_is_recognised_by_its_beginning_and_its_end(tmp_path: Path) -> None:
    path = tmp_path / "note"
    for content, ours in (
        (OURS, True),
        ("NOTE\n" + "x" * 10**6 + "\nEND\n", True),
        ("my NOTE\nold\nEND\n", False),
        (OURS + "and what I think of it\n", False),
        ("", False),
    ):
        path.write_text(content)
        assert NOTE.wrote(path) is ours
    assert not NOTE.wrote(tmp_path)
    assert not NOTE.wrote(tmp_path / "absent")


def test_what_was_not_there_or_is_ours_is_written_with_its_permissions(tmp_path: Path) -> None:
    write(tmp_path / "new")
    (tmp_path / "ours").write_text(OURS)
    (tmp_path / "ours").chmod(0o640)
    write(tmp_path / "ours")
    (tmp_path / "empty").touch(0o600)  # as mktemp makes it
    write(tmp_path / "empty")
    for name, mode in (("new", None), ("ours", 0o640), ("empty", 0o600)):
        assert (tmp_path / name).read_text() == NEW
        if mode and os.name == "posix":
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_came_while_the_work_was_done_stays(tmp_path: Path) -> None:
    path = tmp_path / "note"
    with Output(path, NOTE) as output:
        path.write_text("mine")
        with pytest.raises(RunFolderError, match=f"{re.escape(str(path))} already exists"):
            output.write(NEW)
    assert path.read_text() == "mine"


@needs_posix
def test_links_are_followed_and_stay(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    for name, before in (("ours", OURS), ("dangling", None)):
        target = tmp_path / "far" / name
        if before is not None:
            target.write_text(before)
        (tmp_path / name).symlink_to(Path("far") / name)
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert target.read_text() == NEW
        write_whole(tmp_path / name, OURS)
        assert (tmp_path / name).is_symlink()
        assert target.read_text() == OURS


@needs_posix
def test_links_in_a_circle_or_to_nowhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "nowhere").symlink_to("not/there")
    for name in ("a", "nowhere"):
        with pytest.raises(RunFolderError, match="cannot write"):
            write(tmp_path / name)


@needs_posix
def test_a_pipe_without_a_reader_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "READER_S", 0.05)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunFolderError, match=r"nobody reads from .*; start its reader first"):
        write(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@needs_posix
def test_a_reader_who_has_seen_enough_is_no_mistake(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with Output(tmp_path / "pipe", NOTE) as output:
        os.close(reader)
        with pytest.raises(BrokenPipeError):
            output.write(NEW)


def device(path: Path, kind: int, major: int, minor: int) -> Path:
    try:
        os.mknod(path, kind | 0o600, os.makedev(major, minor))
        if kind == stat.S_IFCHR:
            os.close(os.open(path, os.O_WRONLY))
    except OSError:
        pytest.skip("devices cannot be made here")
    return path


@needs_posix
def test_a_full_device_is_said(tmp_path: Path) -> None:
    full = device(tmp_path / "full", stat.S_IFCHR, 1, 7)
    with pytest.raises(RunFolderError, match="No space left on device; make room"):
        write(full)
    assert stat.S_ISCHR(full.stat().st_mode)


@needs_posix
@pytest.mark.parametrize("force", [False, True])
def test_a_disk_is_never_written_to(tmp_path: Path, force: bool) -> None:
    disk = device(tmp_path / "disk", stat.S_IFBLK, 259, 1000)
    with pytest.raises(RunFolderError, match="is a disk"):
        write(disk, force=force)


@needs_posix
def test_a_folder_that_cannot_be_made_is_noticed_before(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "and" / "newer")
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("file", "file/below", "link/below", "pipe"):
        with pytest.raises(RunFolderError, match=r"is not a folder|Not a directory"):
            check_folder(tmp_path / name)
    with pytest.raises(RunFolderError, match="cannot write"):
        check_folder(Path("/proc/profiler_suite_report"))
    assert {p.name for p in tmp_path.iterdir()} == {"file", "link", "pipe"}


def test_a_name_as_long_as_the_system_allows_is_written(tmp_path: Path) -> None:
    write(tmp_path / ("n" * 250))
    assert [len(p.name) for p in tmp_path.iterdir()] == [250]


def test_an_error_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note").write_text(OURS)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunFolderError, match="make room"):
        write(tmp_path / "note")
    assert (tmp_path / "note").read_text() == OURS
    assert len(list(tmp_path.iterdir())) == 1


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    check(tmp_path / "note", NOTE)
    assert not list(tmp_path.iterdir())
