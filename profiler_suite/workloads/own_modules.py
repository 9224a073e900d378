"""The modules of one folder, in place only while code of that folder runs.

Two versions of a function lie in folders of their own and import neighbours of the same
names: in one process each has to find its own.
"""

import contextlib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

# Packages that are installed below a folder are not its own.
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class OwnModules:
    """What is imported from one folder; `put` and `take` bring it in place and away."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._kept: dict[str, ModuleType] = {}
        self._seen: dict[int, bool] = {}

    def put(self) -> None:
        """Let its modules be found, before all others."""
        sys.path.insert(0, self._folder)
        sys.modules.update(self._kept)

    def take(self) -> None:
        """Take its modules away, and keep them."""
        for name, module in list(sys.modules.items()):
            if self._is_own(module):
                self._kept[name] = module
                del sys.modules[name]
        sys.path[:] = [each for each in sys.path if each != self._folder]

    def _is_own(self, module: ModuleType) -> bool:
        number = id(module)
        if number not in self._seen:
            self._seen[number] = any(map(self._holds, _places(module)))
        return self._seen[number]

    def _holds(self, place: str) -> bool:
        try:
            parts = Path(place).resolve().relative_to(self._folder).parts
        except (OSError, ValueError):
            return False
        return not _INSTALLED & set(parts)


def _places(module: ModuleType) -> list[str]:
    """Its file; of a package without one its folders."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [file]
    try:
        return [str(each) for each in getattr(module, "__path__", None) or ()]
    except Exception:  # noqa: BLE001 - whatever stands in sys.modules
        return []


@functools.cache
def modules_of(folder: str) -> OwnModules:
    """Those of that folder: the same whoever asks."""
    return OwnModules(folder)


def modules_beside(target: str) -> OwnModules | None:
    """Those of the folder that the file of 'path/to/file.py:function' lies in.

    None for a module that is imported by its name: it is the same for everybody.
    """
    file, _, _ = target.rpartition(":")
    path = Path(file).expanduser()
    if path.suffix != ".py":
        return None
    return modules_of(str(path.resolve().parent))


class ModulesInTurn:
    """The modules of two sides, of which one side's are in place; at first those of side 0."""

    def __init__(self, sides: tuple[OwnModules | None, OwnModules | None]) -> None:
        same = sides[0] is sides[1]
        self._sides = (None, None) if same else sides
        self._now = 0

    def turn(self, side: int) -> None:
        """Bring that side's modules in place."""
        if side == self._now:
            return
        for each, do in ((self._sides[self._now], "take"), (self._sides[side], "put")):
            if each is not None:
                getattr(each, do)()
        self._now = side

    @contextlib.contextmanager
    def of(self, side: int) -> Iterator[None]:
        """That side's modules are in place while it is entered, side 0's afterwards."""
        self.turn(side)
        try:
            yield
        finally:
            self.turn(0)
