"""`python -m profiler_suite` where the package is whole, and where something is missing."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from profiler_suite import __main__ as entry
from profiler_suite import cli


def run() -> object:
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(entry.__file__, run_name="__main__")
    return ended.value.code


def test_it_runs_the_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "main", lambda: sys.exit(42))
    assert run() == 42


def test_a_library_that_is_missing_is_one_sentence_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "profiler_suite.cli", None)
    assert run() == 70
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "python -m pip install profiler-suite" in said
    assert "Traceback" not in said


def test_importing_it_runs_nothing() -> None:
    assert "main" not in runpy.run_path(entry.__file__, run_name="imported")


def test_neighbours_named_as_what_is_needed_here_are_not_taken_for_it(tmp_path: Path) -> None:
    for name in ("click", "msgspec", "numpy", "json", "jinja2"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the neighbour')\n")
    (tmp_path / "main.py").write_text("print('the program')\n")
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "run", "-q", "--top", "0", "main.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(entry.__file__).parents[1])},
    )
    assert (done.returncode, done.stdout) == (0, "the program\n"), done.stderr
    assert done.stderr.startswith("page: ")
