"""The file of an option is refused before anything runs, and written when asked for."""

import contextlib
from pathlib import Path

import pytest

from profiler_suite.cli.options.outputs import opened_output
from profiler_suite.errors import UsageError
from profiler_suite.report import kinds


def test_an_option_that_was_not_given_has_no_file() -> None:
    with contextlib.ExitStack() as opened:
        assert opened_output(opened, None, "--patch", kinds.PATCH, force=False) is None


def test_a_file_of_the_users_is_refused_at_once_and_stays(tmp_path: Path) -> None:
    own = tmp_path / "own.patch"
    own.write_text("mine\n")
    with contextlib.ExitStack() as opened:
        with pytest.raises(UsageError, match="another file with --patch, or --force"):
            opened_output(opened, own, "--patch", kinds.PATCH, force=False)
        assert opened_output(opened, own, "--patch", kinds.PATCH, force=True) is not None
    assert own.read_text() == "mine\n"
