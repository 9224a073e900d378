"""The whole command `run` changes nothing of what a program does, however it behaves."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.measure.program.misbehaving import PROGRAMS
from tests.measure.program.plain_runs import Outcome, outcome, write

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="compares with a plain POSIX run"),
]
ROOT = Path(__file__).resolve().parents[2]
# As the installed command: a neighbour of the program's may be named as we are.
_COMMAND = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from profiler_suite.cli import main
main()
"""
_WORDS = ["main.py", "--help", "two words"]
_PAGE = re.compile(rb"page: .*seen/report\.html\n\Z")


def both(name: str, tmp_path: Path, *options: str) -> tuple[Outcome, Outcome]:
    """A plain run, and one by the command, in folders of the same name."""
    folder, seen = tmp_path / "here", tmp_path / "seen"
    alone = outcome([sys.executable, *_WORDS], write(PROGRAMS[name], folder))
    folder.rename(tmp_path / "before")
    command = [sys.executable, "-I", "-c", _COMMAND, "run", *options, "--out", str(seen)]
    beside = outcome([*command, *_WORDS], write(PROGRAMS[name], folder))
    assert (seen / "report.html").is_file(), beside.err.decode(errors="replace")
    return alone, beside


@pytest.fixture(autouse=True)
def buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As programs usually are."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.mark.parametrize("name", PROGRAMS)
def test_output_exit_code_and_files_are_those_of_a_plain_run(name: str, tmp_path: Path) -> None:
    alone, beside = both(name, tmp_path, "--quiet", "--top", "0")
    assert _PAGE.search(beside.err)
    plain = Outcome(beside.code, beside.out, _PAGE.sub(b"", beside.err), beside.files)
    assert plain == alone


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_explained_has_its_output_and_no_traceback_of_ours(
    name: str, tmp_path: Path
) -> None:
    alone, beside = both(name, tmp_path, "--budget", "3")
    assert (beside.code, beside.out) == (alone.code, alone.out)
    assert beside.err.startswith(alone.err)
    assert b"Traceback" not in beside.err[len(alone.err) :]
