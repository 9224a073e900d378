"""A defect of the suite is exit code 70, one sentence, and a log with the traceback."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from profiler_suite import cli
from profiler_suite.cli.internal import INTERNAL
from profiler_suite.errors import ChildError, UsageError
from profiler_suite.machine.kept import CACHE_VARIABLE


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def failing(error: Exception) -> Any:
    def load(*_: object) -> None:
        raise error

    return load


@pytest.mark.parametrize(
    "error",
    [
        TypeError("unsupported\noperand"),
        KeyError("x"),
        AssertionError(),
        ZeroDivisionError("division by zero"),
        RuntimeError("\x1b[2J" + "x" * 10_000),
        RecursionError("maximum recursion depth exceeded"),
        ExceptionGroup("several", [ValueError("a"), TypeError("b")]),
        SpeechlessError(),
    ],
)
def test_any_error_that_nobody_expected_is_code_70_and_a_log(
    error: Exception,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("profiler_suite.analysis.run.load.find_run", failing(error))
    assert cli.run(["report", "x"]) == INTERNAL
    said = capsys.readouterr().err
    assert said.startswith(f"error: internal error ({type(error).__name__}")
    assert said.count("\n") == 1
    assert len(said) < 600
    assert "\x1b" not in said
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in said
    text = log.read_text()
    assert "Traceback (most recent call last)" in text or "test_internal.py" in text
    assert "in load" in text


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError("u"), 2), (ChildError("c"), 3), (MemoryError(), 2)]
)
def test_what_is_no_defect_keeps_its_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("profiler_suite.analysis.run.load.find_run", failing(error))
    assert cli.run(["report", "x"]) == code
    assert not list(tmp_path.iterdir())


def test_a_log_goes_elsewhere_where_the_cache_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, os.devnull)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("profiler_suite.analysis.run.load.find_run", failing(KeyError(1)))
    assert cli.run(["report", "x"]) == INTERNAL
    (log,) = tmp_path.glob("internal-error-*.log")
    assert str(log) in capsys.readouterr().err
    monkeypatch.setattr("tempfile.gettempdir", lambda: os.devnull)
    assert cli.run(["report", "x"]) == INTERNAL
    assert "no log could be written" in capsys.readouterr().err


def test_a_package_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise ImportError('No module named msgspec')")
    ended = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "sweep", "--dry-run"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode in (2, INTERNAL)
    assert "Traceback" not in ended.stderr
    assert "msgspec" in ended.stderr
