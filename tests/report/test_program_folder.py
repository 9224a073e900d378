"""The folder of a program's run."""

import re
from pathlib import Path

import msgspec
import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.errors import RunFolderError
from profiler_suite.report import program_folder
from tests.analysis.program.fake_program import run_of, stack

LOOP = "loop (/home/me/main.py:5)"


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("main.py", "main.py"),
        ("/home/me/my script.py", "my-script.py"),
        ("..", "program"),
        ("", "program"),
        ("é" * 60, "é" * 40),
        ("a;b&&c", "a-b-c"),
    ],
)
def test_the_folder_is_called_by_time_and_program(program: str, name: str) -> None:
    found = re.fullmatch(r"\d{8}-\d{6}-run-(.*)", program_folder.folder_name(program))
    assert found is not None
    assert found[1] == name


def test_what_was_seen_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    run = run_of(stack("<module> (/home/me/main.py:9)", LOOP, count=7))
    page = program_folder.write(rank(run), tmp_path / "out")
    assert page.name == program_folder.PAGE
    assert {each.name for each in page.parent.iterdir()} == {
        program_folder.PAGE,
        program_folder.PICTURE,
        program_folder.SEEN,
    }
    assert program_folder.read(page.parent) == run
    program_folder.check_folder(page.parent, force=False)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe"])
def test_what_cannot_be_read_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / program_folder.SEEN).write_bytes(content)
    with pytest.raises(RunFolderError, match=r"cannot be read: .*; run the program again"):
        program_folder.read(tmp_path)


@pytest.mark.parametrize("name", sorted(program_folder.KINDS))
def test_a_file_that_we_did_not_write_is_replaced_by_force_only(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("my own")
    with pytest.raises(RunFolderError, match=re.escape(name)):
        program_folder.check_folder(tmp_path, force=False)
    program_folder.check_folder(tmp_path, force=True)


def test_the_last_run_of_the_same_program_is_found_and_others_are_not(tmp_path: Path) -> None:
    run = run_of(stack("<module> (/home/me/main.py:9)", LOOP, count=7), wall_s=4.0)
    older = run_of(stack("<module> (/home/me/main.py:9)", LOOP, count=7), wall_s=9.0)
    for name, each in (("20260101-000000", older), ("20260102-000000", run)):
        program_folder.write(rank(each), tmp_path / f"{name}-run-main.py")
    broken = tmp_path / "20260103-000000-run-main.py"
    broken.mkdir()
    (broken / program_folder.SEEN).write_bytes(b"{}")
    assert program_folder.last_wall_s(tmp_path, run.target) == 4.0
    other = msgspec.structs.replace(run.target, arguments=("c",))
    assert program_folder.last_wall_s(tmp_path, other) == 0.0
    assert program_folder.last_wall_s(tmp_path / "none", run.target) == 0.0
