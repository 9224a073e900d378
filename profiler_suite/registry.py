"""Registries: entries found by name, a name entered once, and the plugins that add to them.

A registry is filled by decorators: those of the package's own modules, and those in the
files that `--plugin FILE` or the variable PROFILER_SUITE_PLUGINS name.
"""

import contextlib
import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from profiler_suite import own_code
from profiler_suite.errors import ProfilerSuiteError, UsageError, unknown_name

Entry = TypeVar("Entry")

PLUGINS = "PROFILER_SUITE_PLUGINS"
"""Environment variable: plugin files, separated as PATH is; children inherit it."""

_PACKAGE = Path(__file__).resolve().parent
_REGISTRIES: list["Registry[Any]"] = []
_LOADED: set[Path] = set()
# The file that is being run: what it enters is its own, also where Python does not say so.
_running: list[Path] = []


class Registry(Generic[Entry]):
    """Entries of one kind by name, in the order in which they were entered."""

    def __init__(
        self, kind: str, modules: tuple[str, ...], *, taken: frozenset[str] = frozenset()
    ):
        """`modules` enter the built-in ones when imported; `taken` names cannot be entered."""
        self.kind = kind
        self._modules = modules
        self._taken = taken
        self._entries: dict[str, Entry] = {}
        self._files: dict[str, Path] = {}
        # Names of ours that a file from outside took before our module was imported.
        self._clashes: dict[str, Path] = {}
        _REGISTRIES.append(self)

    def add(self, name: str, entry: Entry, function: Callable[..., object]) -> None:
        """Enter it under a new name; `function` shows the file it comes from."""
        file = _file_of(function)
        there = self._files.get(name)
        if there and _is_ours(file) and not _is_ours(there):
            self._clashes[name] = there  # said to who asks, not to our own module
        elif there or name in self._taken:
            raise UsageError(self._twice(name, there))
        self._entries[name] = entry
        self._files[name] = file

    def _twice(self, name: str, there: Path | None) -> str:
        where = f" (it is in {there})" if there else ""
        return f"{self.kind} {name!r} is registered twice{where}; choose another name"

    def entries(self) -> dict[str, Entry]:
        """A copy of all entries by name: the package's own, then those of plugins."""
        for module in self._modules:
            importlib.import_module(module)
        load_plugins()
        for name, file in self._clashes.items():
            raise UsageError(f"{file}: {self._twice(name, self._files.get(name))}")
        return dict(self._entries)

    def find(self, name: str) -> Entry:
        """The entry of that name, or an error that names the nearest."""
        known = self.entries()
        if name not in known:
            raise unknown_name(self.kind, name, known)
        return known[name]

    def forget(self, file: Path) -> None:
        """Take out what one file entered."""
        for name in [name for name, own in self._files.items() if own == file]:
            del self._entries[name], self._files[name]
        self._clashes = {name: own for name, own in self._clashes.items() if own != file}


def modules_of(package: str) -> tuple[str, ...]:
    """The modules of a package of ours by name, none of them imported."""
    folder = _PACKAGE.joinpath(*package.split(".")[1:])
    found = sorted(each.name for each in pkgutil.iter_modules([str(folder)]))
    return tuple(f"{package}.{name}" for name in found)


def forget(file: Path) -> None:
    """Take out what one file entered anywhere, so that the file can be run again."""
    for each in _REGISTRIES:
        each.forget(file)


def run_file(path: Path, kind: str) -> ModuleType:
    """Run a person's file; what it entered before, or half of it, is taken out."""
    forget(path)
    _running.append(path)
    try:
        return own_code.execute(path, kind)
    except UsageError:
        forget(path)
        raise
    finally:
        _running.remove(path)


@contextlib.contextmanager
def blaming(function: Callable[..., object]) -> Iterator[None]:
    """What a person's function raises becomes one sentence that names its file and line."""
    try:
        yield
    except Exception as error:
        file = _file_of(function)
        if _is_ours(file) or isinstance(error, ProfilerSuiteError):
            raise
        raise own_code.failure(error, file) from error


def use_plugins(files: tuple[str, ...]) -> None:
    """Name plugin files for this process and its children; UsageError if one is not there."""
    named = _named_plugins()
    for file in files:
        path = Path(file).expanduser().resolve()
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise UsageError(f"the plugin {file!r} {what}; give a Python file")
        if path not in named:
            named.append(path)
    if named:
        os.environ[PLUGINS] = os.pathsep.join(str(path) for path in named)


def load_plugins() -> None:
    """Run the plugin files that were named, each once; UsageError names file and line."""
    for path in _named_plugins():
        # One that asks a registry for its entries while it is run is not run again.
        if path not in _LOADED and path not in _running:
            run_file(path, "plugin")
            _LOADED.add(path)


def _named_plugins() -> list[Path]:
    named = os.environ.get(PLUGINS, "").split(os.pathsep)
    return [Path(name).expanduser().resolve() for name in named if name]


def _file_of(function: Callable[..., object]) -> Path:
    """The file that defines it; that which is being run where it does not say."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is None:
        return _running[-1] if _running else Path()
    return Path(code.co_filename).resolve()


def _is_ours(file: Path) -> bool:
    return _PACKAGE in file.parents
