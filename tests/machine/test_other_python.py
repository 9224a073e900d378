"""Another Python says what it has, or one sentence says what it lacks."""

import sys
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.machine import other_python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of a shell")


def python(folder: Path, says: str, *, code: int = 0) -> Path:
    """What answers like an interpreter, whatever it is asked."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("says", "code", "said"),
    [
        ("3 10 numpy msgspec", 0, r"\(Python 3\.10\) is too old to be measured"),
        ("2 7", 0, "is too old"),
        ("3 99", 0, r"\(Python 3\.99\) has no numpy and no msgspec; .* install numpy msgspec"),
        ("3 99 numpy", 0, r"has no msgspec; install it there: .* -m pip install msgspec"),
        ("hello there", 0, "does not answer like a Python"),
        ("", 0, "does not answer like a Python"),
        ("3 12 numpy msgspec", 1, "does not answer like a Python"),
        ("3 99 numpy msgspec", 0, "cannot run the suite: "),
    ],
)
def test_what_it_lacks_is_said(tmp_path: Path, says: str, code: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        other_python.introduce(python(tmp_path, says, code=code))


def test_one_of_our_own_version_borrows_what_is_not_its_own_subject(tmp_path: Path) -> None:
    major, minor = sys.version_info[:2]
    with pytest.raises(UsageError, match=r"has no numpy; install it there: .* install numpy$"):
        other_python.introduce(python(tmp_path, f"{major} {minor}"))


def test_an_environment_s_folder_stands_for_its_python(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    made = python(tmp_path / "bin", "3 9")
    with pytest.raises(UsageError, match=f"{made} .*is too old"):
        other_python.introduce(tmp_path)


def test_what_is_no_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no Python at '.*missing'"):
        other_python.introduce(tmp_path / "missing")
    (tmp_path / "text").write_text("not a program")
    with pytest.raises(UsageError, match=r"does not run: .*; is it a Python"):
        other_python.introduce(tmp_path / "text")


def test_this_python_introduces_itself() -> None:
    found = other_python.introduce(Path(sys.executable))
    assert found.python_executable == sys.executable
    assert found.facts.python.endswith(sys.version.split()[0])
