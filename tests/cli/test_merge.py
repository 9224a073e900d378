"""Merging as a person meets it."""

from pathlib import Path

import pytest

from profiler_suite import cli
from profiler_suite.cli import merge
from profiler_suite.errors import RunFolderError
from tests.fake_folder import write_run


def test_a_new_or_empty_folder_takes_the_merged_run(tmp_path: Path) -> None:
    merge._check_new(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    merge._check_new(tmp_path / "empty")


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(RunFolderError, match="already exists; give a new folder with --out"):
        merge._check_new(tmp_path)


def test_what_is_no_run_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "a", rounds=1)
    out = tmp_path / "all"
    words = ["merge", str(tmp_path / "a"), str(tmp_path / "missing"), "--out", str(out), "-q"]
    assert cli.run(words) != 0
    assert "missing" in capsys.readouterr().err
    assert not out.exists()
