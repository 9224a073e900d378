"""In the program's own process: modules are read from copies of their files.

They keep their names, their `__file__` and all that lies beside them. Standard library only.
"""

import json
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any


class _CopyLoader(SourceFileLoader):
    """Reads the copy where the file is asked for; nothing of it is kept as bytecode."""

    def __init__(self, name: str, path: str, copy: str) -> None:
        super().__init__(name, path)
        self._copy = copy

    def get_data(self, path: str) -> bytes:
        return super().get_data(self._copy if path == self.path else path)

    def path_stats(self, path: str) -> Any:
        raise OSError("the copy has no bytecode")


class _Finder:
    """Finds modules as they are always found, and exchanges the loaders of some."""

    def __init__(self, copies: dict[str, str]) -> None:
        self._copies = copies

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(name, path, target)
        copy = (
            self._copies.get(os.path.realpath(found.origin)) if found and found.origin else ""
        )
        if not found or not copy:
            return None
        found.loader = _CopyLoader(name, str(found.origin), copy)
        return found


def start(settings: str) -> None:
    """Called in the program before its first line, with the files and their copies."""
    sys.meta_path.insert(0, _Finder(json.loads(settings)))
