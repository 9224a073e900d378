"""A program whose call is to be caught."""

import io
import os
from pathlib import Path

import pytest

from profiler_suite.cli import catching
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import UsageError


def test_words_that_cannot_be_read_are_said_before_anything_runs() -> None:
    progress = ProgressLine(io.StringIO(), quiet=True)
    with (
        pytest.raises(
            UsageError, match=r"--from .* cannot be split into words: No closing quot"
        ),
        catching.caught_child("a.py:f", "main.py 'x", 1.0, progress, aside=False),
    ):
        pass


def test_what_a_program_prints_meanwhile_goes_to_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with catching._output_to_errors():
        os.write(1, b"from the program\n")
    os.write(1, b"the document\n")
    said = capfd.readouterr()
    assert (said.out, said.err) == ("the document\n", "from the program\n")


def test_standard_output_is_put_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    open_before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc").is_dir() else 0
    with pytest.raises(ValueError, match="x"), catching._output_to_errors():
        raise ValueError("x")
    os.write(1, b"back\n")
    assert capfd.readouterr().out == "back\n"
    if open_before:
        assert len(list(Path("/proc/self/fd").iterdir())) == open_before
