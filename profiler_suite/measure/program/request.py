"""What program is asked for, and what is to watch it."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from profiler_suite.errors import UsageError
from profiler_suite.measure.program import following
from profiler_suite.model.noun import Noun

BOOT = following.VARIABLE
_FOLDER = Path(__file__).resolve().parent / "boot"
_HANDED_ON = "OBbdqu"
ProgramKind = Literal["script", "module", "code"]
_OPTIONS: dict[str, ProgramKind] = {"-m": "module", "-c": "code"}


class ProgramTarget(Noun, frozen=True):
    """A program as one gives it to the interpreter."""

    kind: ProgramKind
    name: str
    """Path of the script, dotted name of the module, or the code."""
    arguments: tuple[str, ...] = ()
    file: str = ""
    """Where code can be read, if it is in a file as well."""

    def check(self) -> None:
        """Raise UsageError for a script that is not there: nothing would run."""
        if self.kind == "script" and self.name != "-" and not Path(self.name).exists():
            raise UsageError(
                f"the file {self.printable.name!r} does not exist; give SCRIPT.py, -m PACKAGE "
                "or -c CODE"
            )

    @property
    def from_file(self) -> "ProgramTarget":
        """The same; code is run from its file, so that its lines are known by that."""
        if not self.file:
            return self
        name = f"exec(compile(open({self.file!r}).read(), {self.file!r}, 'exec'))"
        return ProgramTarget(kind=self.kind, name=name, arguments=self.arguments)

    @property
    def words(self) -> list[str]:
        """What stands behind the interpreter on its command line."""
        option = {"script": [], "module": ["-m"], "code": ["-c"]}[self.kind]
        return [*option, self.name, *self.arguments]

    @property
    def printable(self) -> "ProgramTarget":
        """The same in text alone: what is none, in a name or an argument, as an escape."""
        return ProgramTarget(
            kind=self.kind,
            name=_as_text(self.name),
            arguments=tuple(_as_text(each) for each in self.arguments),
        )


def _as_text(word: str) -> str:
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Probe(Noun, frozen=True):
    """A file whose function `start(settings)` is called in the program before its first line.

    It is run with nothing of this package on the path and should import as little as it can:
    whatever it imports is forgotten again by `sys.modules`.
    """

    file: str
    settings: str = ""
    stand_in: bool = False
    """Left out where the program is watched from outside."""


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
    return [python or sys.executable, *own_options(sys.orig_argv), *target.words]


def own_options(words: Sequence[str]) -> list[str]:
    """Options of this interpreter that the program's is given as well: `-O`, `-X dev`, `-u` …

    Those that keep an interpreter from its environment (`-I`, `-E`, `-S`, `-s`, `-P`) are ours.
    """
    found, rest = [], list(words[1:])
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word[1] in "XW":
            found.append(word if len(word) > 2 or not rest else word + rest.pop(0))
            continue
        cluster, target, _ = re.split("([mc]|$)", word[1:], maxsplit=1)
        kept = "".join(each for each in cluster if each in _HANDED_ON)
        found += [f"-{kept}"] if kept and not word.startswith("--") else []
        if target:
            break
    return found


def boot_environment(
    environment: dict[str, str], probes: Sequence[Probe] = (), gate: int = -1
) -> dict[str, str]:
    """The environment with which the interpreter meets our bootstrap first."""
    before, folder = environment.get("PYTHONPATH"), str(_FOLDER)
    told = [(probe.stand_in, probe.file, probe.settings) for probe in probes]
    return environment | {
        "PYTHONPATH": following.with_folder(folder, before),
        BOOT: following.boot_text(folder, before, gate, told),
    }


def with_workers(*probes: Probe) -> tuple[Probe, ...]:
    """The probes, and one that lets them into spawned workers of multiprocessing."""
    told = {"folder": str(_FOLDER), "probes": [(each.file, each.settings) for each in probes]}
    return *probes, Probe(file=following.__file__, settings=json.dumps(told))
