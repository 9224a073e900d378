"""In a program's own process: interpreters that multiprocessing starts meet our bootstrap, too.

A forked child has the hooks of its parent; one that is spawned begins anew, with the variables
of the environment that the bootstrap has taken away. Standard library only.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

VARIABLE = "PROFILER_SUITE_BOOT"
"""Environment variable that hands a program's bootstrap what it needs."""
SEPARATOR = "\x1f"
_STARTS = "_posixsubprocess"
# What those who start workers hand to a new interpreter: multiprocessing's own, and joblib's.
_WORKERS = (b"multiprocessing.spawn", b"multiprocessing.forkserver", b"popen_loky_posix")


def boot_text(
    folder: str, before: str | None, gate: int, probes: Iterable[tuple[bool, str, str]]
) -> str:
    """The variable's value, for PYTHONPATH as it was; probes as stand-in, file, settings."""
    fields = [folder, "" if before is None else "1", before or "", str(gate)]
    for stand_in, file, settings in probes:
        fields += ["1" if stand_in else "", file, _escaped(settings)]
    return SEPARATOR.join(fields)


def with_folder(folder: str, before: str | None) -> str:
    """PYTHONPATH on which the interpreter meets our bootstrap first."""
    return f"{folder}{os.pathsep}{before}" if before else folder


def _escaped(settings: str) -> str:
    """Without separators; the bootstrap puts them back."""
    return settings.replace("%", "%25").replace(SEPARATOR, "%1f")


class _Worker:
    """Starts processes as ever, and hands the bootstrap on to workers of multiprocessing."""

    def __init__(self, starts: Any, folder: str, probes: list[tuple[bool, str, str]]) -> None:
        self._starts, self._folder, self._probes = starts, folder, probes

    def fork_exec(self, arguments: Sequence[Any], *rest: Any) -> Any:
        """As CPython's own, whose sixth argument is the environment."""
        executables, close, kept, folder, environment, *more = rest
        if any(each in os.fsencode(word) for word in arguments for each in _WORKERS):
            environment = self._handed_on(environment)
        return self._starts(arguments, executables, close, kept, folder, environment, *more)

    def _handed_on(self, environment: Iterable[bytes] | None) -> list[bytes]:
        if environment is None:
            environment = [name + b"=" + value for name, value in os.environb.items()]
        rest = [each for each in environment if not each.startswith(b"PYTHONPATH=")]
        given = [each for each in environment if each.startswith(b"PYTHONPATH=")]
        before = os.fsdecode(given[0].partition(b"=")[2]) if given else None
        text = boot_text(self._folder, before, -1, self._probes)
        path = with_folder(self._folder, before)
        return [*rest, os.fsencode(f"PYTHONPATH={path}"), os.fsencode(f"{VARIABLE}={text}")]


class _Loader:
    """Loads the module that starts processes, and exchanges its function."""

    def __init__(self, loader: Any, told: dict[str, Any], own: tuple[bool, str, str]) -> None:
        self._loader, self._told, self._own = loader, told, own

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        probes = [(False, file, settings) for file, settings in self._told["probes"]]
        worker = _Worker(module.fork_exec, self._told["folder"], [*probes, self._own])
        module.fork_exec = worker.fork_exec


class _StartsFinder:
    """Finds the module that starts processes where it is always found, once."""

    def __init__(self, settings: str) -> None:
        self._settings = settings

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != _STARTS:
            return None
        sys.meta_path.remove(self)
        others = (each.find_spec(name, path, target) for each in sys.meta_path)
        found: Any = next((each for each in others if each is not None), None)
        if found is not None:
            own = False, __file__, self._settings
            found.loader = _Loader(found.loader, json.loads(self._settings), own)
        return found  # type: ignore[no-any-return]


def start(settings: str) -> None:
    """Called in the program before its first line, with the bootstrap's folder and probes."""
    sys.meta_path.insert(0, _StartsFinder(settings))
