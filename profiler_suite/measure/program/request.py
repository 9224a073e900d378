"""What program is asked for, and what is to watch it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun

BOOT = "PROFILER_SUITE_BOOT"
"""Environment variable that hands a program's bootstrap what it needs."""
_SEPARATOR = "\x1f"
_FOLDER = Path(__file__).resolve().parent / "boot"
ProgramKind = Literal["script", "module", "code"]
_OPTIONS: dict[str, ProgramKind] = {"-m": "module", "-c": "code"}


class ProgramTarget(Noun, frozen=True):
    """A program as one gives it to the interpreter."""

    kind: ProgramKind
    name: str
    """Path of the script, dotted name of the module, or the code."""
    arguments: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """What stands behind the interpreter on its command line."""
        option = {"script": [], "module": ["-m"], "code": ["-c"]}[self.kind]
        return [*option, self.name, *self.arguments]


class Probe(Noun, frozen=True):
    """A file whose function `start(settings)` is called in the program before its first line.

    It is run with nothing of this package on the path and should import as little as it can:
    whatever it imports is forgotten again by `sys.modules`.
    """

    file: str
    settings: str = ""


def parse(words: Sequence[str]) -> ProgramTarget:
    """The program in words such as `script.py --flag` or `-m package --flag`."""
    if not words or (words[0] in _OPTIONS and len(words) == 1):
        raise UsageError(
            "no program was named; give SCRIPT.py, -m PACKAGE or -c CODE, then its arguments"
        )
    first, *rest = words
    for option, kind in _OPTIONS.items():
        if first == option:
            return ProgramTarget(kind=kind, name=rest[0], arguments=tuple(rest[1:]))
        if first.startswith(option):  # -mpackage, as the interpreter takes it
            name = first.removeprefix(option)
            return ProgramTarget(kind=kind, name=name, arguments=tuple(rest))
    return ProgramTarget(kind="script", name=first, arguments=tuple(rest))


def command(target: ProgramTarget, python: str = "") -> list[str]:
    """The command line that runs the program as a plain run would."""
    return [python or sys.executable, *target.words]


def boot_environment(
    environment: dict[str, str], probe: Probe | None = None, gate: int = -1
) -> dict[str, str]:
    """The environment with which the interpreter meets our bootstrap first."""
    before = environment.get("PYTHONPATH")
    path = f"{_FOLDER}{os.pathsep}{before}" if before else str(_FOLDER)
    fields = (
        str(_FOLDER),
        "" if before is None else "1",
        before or "",
        str(gate),
        probe.file if probe else "",
        probe.settings if probe else "",
    )
    return environment | {"PYTHONPATH": path, BOOT: _SEPARATOR.join(fields)}
