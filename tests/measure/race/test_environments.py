"""One environment for both revisions, or one for each where what is installed differs."""

import sys
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.race import environments
from profiler_suite.measure.race.environments import differing_locks, prepare, run
from profiler_suite.measure.race.functions_file import GuardSettings
from profiler_suite.measure.race.lockstep import Revision


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Revision, Revision]:
    for name in ("base", "work"):
        (tmp_path / name / "src").mkdir(parents=True)
    return (
        Revision(name="main", folder=str(tmp_path / "base")),
        Revision(name="the work tree", folder=str(tmp_path / "work")),
    )


def quiet(text: str) -> None: ...


def test_with_the_same_lock_files_both_share_this_environment(
    sides: tuple[Revision, Revision], tmp_path: Path
) -> None:
    for side in sides:
        (Path(side.folder) / "uv.lock").write_text("numpy 2.0")
    made, notes = prepare(sides, GuardSettings(), tmp_path, quiet)
    assert [each.python for each in made] == ["", ""]
    assert [each.path for each in made] == [("src",), ("src",)]
    assert notes == ()


def test_other_lock_files_without_a_way_to_install_are_said(
    sides: tuple[Revision, Revision], tmp_path: Path
) -> None:
    (Path(sides[1].folder) / "uv.lock").write_text("numpy 2.1")
    assert differing_locks(sides, environments.LOCK_FILES) == ["uv.lock"]
    made, (note,) = prepare(sides, GuardSettings(path=("lib",)), tmp_path, quiet)
    assert made[0].path == ("lib",)
    assert made[0].python == made[1].python == ""
    assert "uv.lock differs" in note
    assert "install" in note


def test_other_requirements_make_an_environment_for_each(
    sides: tuple[Revision, Revision], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str]] = []
    monkeypatch.setattr(
        environments, "run", lambda command, side: ran.append((command, side.name))
    )
    (Path(sides[0].folder) / "requirements.txt").write_text("numpy==2.0")
    (Path(sides[1].folder) / "requirements.txt").write_text("numpy==2.1")
    made, (note,) = prepare(sides, GuardSettings(build=("make",)), tmp_path, quiet)
    assert made[0].python != made[1].python
    assert all(each.python for each in made)
    assert "its own environment" in note
    installed = [name for command, name in ran if "-r requirements.txt" in command]
    assert installed == ["main", "the work tree"]
    assert [name for command, name in ran if command == "make"] == ["main", "the work tree"]


@pytest.mark.parametrize("command", ["python -c 'print(1)'", f"{sys.executable} -c pass"])
def test_commands_run_in_the_check_out(command: str, tmp_path: Path) -> None:
    run(command, Revision(name="", folder=str(tmp_path)))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("python -c 'import sys; sys.exit(\"no compiler\")'", "failed in main .*no compiler"),
        ("no_such_program --now", "cannot be run"),
    ],
)
def test_a_command_that_fails_is_shown_with_what_it_said(
    command: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        run(command, Revision(name="main", folder=str(tmp_path)))
