"""What both revisions run in: one environment, or one for each where a lock file differs."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from profiler_suite.errors import UsageError
from profiler_suite.measure.race.functions_file import GuardSettings
from profiler_suite.measure.race.lockstep import Revision

LOCK_FILES = (
    *("uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock"),
    *("requirements.txt", "conda-lock.yml", "environment.yml"),
)
_REQUIREMENTS = "requirements.txt"
_INSTALLING_S = 1800.0
_SAID = 600

Sides = tuple[Revision, Revision]


def prepare(
    sides: Sides, settings: GuardSettings, folder: Path, tell: Callable[[str], None]
) -> tuple[Sides, tuple[str, ...]]:
    """Both sides built and with their interpreters, and what is to be known of them."""
    paths = tuple(_with_path(side, settings) for side in sides)
    differing = differing_locks(sides, settings.lock or LOCK_FILES)
    install = settings.install
    if not install and _REQUIREMENTS in differing:
        install = (f"python -m pip install -q -r {_REQUIREMENTS}",)
    made = list(paths)
    notes: tuple[str, ...] = ()
    if differing and not install:
        notes = (
            f"{', '.join(differing)} differs between both, and both were measured in this "
            "environment; `install` in race.toml makes one for each",
        )
    elif differing:
        notes = (f"{', '.join(differing)} differs: each side has its own environment",)
        for number, side in enumerate(paths):
            python = _environment(folder / f"environment{number}", tell)
            made[number] = msgspec.structs.replace(side, python=python)
            for command in install:
                tell(f"{side.name}: {command}")
                run(command, made[number])
    for side in made:
        for command in settings.build:
            tell(f"{side.name}: {command}")
            run(command, side)
    return (made[0], made[1]), notes


def differing_locks(sides: Sides, names: Sequence[str]) -> list[str]:
    """Which of these files are not the same on both sides."""
    return [
        name
        for name in names
        if _content(Path(sides[0].folder) / name) != _content(Path(sides[1].folder) / name)
    ]


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _with_path(side: Revision, settings: GuardSettings) -> Revision:
    path = settings.path
    if not path and (Path(side.folder) / "src").is_dir():
        path = ("src",)
    return msgspec.structs.replace(side, path=path)


def _environment(folder: Path, tell: Callable[[str], None]) -> str:
    """A new virtual environment; returns its interpreter."""
    tell("making an environment")
    run(f"python -m venv {shlex.quote(str(folder))}", Revision(name="", folder="."))
    place = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return str(folder / place)


def run(command: str, side: Revision) -> None:
    """Run one command in a check-out; 'python' and 'pip' are those of its environment."""
    python = side.python or sys.executable
    words = shlex.split(command)
    if words and words[0] in ("python", "python3"):
        words[0] = python
    elif words and words[0] == "pip":
        words[:1] = [python, "-m", "pip"]
    try:
        done = subprocess.run(
            words,
            cwd=side.folder,
            capture_output=True,
            text=True,
            timeout=_INSTALLING_S,
            check=False,
        )
    except (OSError, IndexError) as error:
        raise UsageError(f"`{command}` cannot be run: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"`{command}` did not end within {_INSTALLING_S:.0f} s") from error
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())[-_SAID:]
        where = f" in {side.name}" if side.name else ""
        raise UsageError(f"`{command}` failed{where} (exit code {done.returncode}): {said}")
