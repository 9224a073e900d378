"""Questions to the operating system have a short answer, or none."""

import sys
from pathlib import Path

import pytest

from profiler_suite.host import ask


def test_a_file_is_read_without_the_space_around_its_text(tmp_path: Path) -> None:
    file = tmp_path / "governor"
    file.write_bytes(b"  performance \n\n")
    assert ask.text_of(file) == "performance"


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    file = tmp_path / "vendor"
    file.write_bytes(b"A\xffB")
    assert ask.text_of(file) == "A\ufffdB"


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    assert ask.text_of(tmp_path / "missing") == ""
    assert ask.text_of(tmp_path) == ""


@pytest.mark.skipif(sys.platform == "darwin", reason="there is a sysctl")
def test_without_sysctl_there_is_no_value() -> None:
    assert ask.sysctl("hw.ncpu") == ""
