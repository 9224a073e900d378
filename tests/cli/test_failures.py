"""What is told of an error, and which exit code a command has that ends with it."""

import errno
from pathlib import Path

import pytest

from profiler_suite.cli.failures import exit_code, in_words, reader_is_gone, tell_failure, told
from profiler_suite.cli.internal import INTERNAL
from profiler_suite.errors import ChildError, UsageError
from profiler_suite.machine.kept import CACHE_VARIABLE


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        (UsageError("no \x1b[2J such thing"), "no ?[2J such thing", 2),
        (ChildError("it died"), "it died", 3),
        (MemoryError(), "not enough memory; choose fewer or smaller points", 2),
        (OSError(errno.ENOSPC, "No space left", "/x/y"), "No space left: /x/y", 2),
        (OSError("odd"), "odd (system error)", 2),
        (OSError(), "OSError (system error)", 2),
    ],
)
def test_what_is_no_defect_has_its_own_words(error: Exception, words: str, code: int) -> None:
    assert in_words(error) == words
    assert exit_code(error) == code


def test_a_defect_says_where_its_log_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    error = ZeroDivisionError("division by zero")
    words = in_words(error)
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in words
    assert exit_code(error) == INTERNAL


def test_a_reader_who_has_gone_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    gone = BrokenPipeError(errno.EPIPE, "Broken pipe")
    assert reader_is_gone(gone)
    tell_failure(gone)
    assert capsys.readouterr().err == ""
    assert not reader_is_gone(OSError(errno.EIO, "Input/output error", "/dev/sda"))


def test_what_follows_a_told_error_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with told():
        raise UsageError("not this way")
    assert capsys.readouterr().err == "error: not this way\n"
    with pytest.raises(KeyboardInterrupt), told():
        raise KeyboardInterrupt
