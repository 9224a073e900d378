"""Where packages keep functions and arrays beside their names: tables, records, partials.

To look through every module takes longer than a short trace: what was found in a package's
is remembered until it has more names or fewer.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, TypeVar

from profiler_suite.measure.trace import sites

# Longer ones hold data.
_LONGEST_TABLE = 500


class PackageTables(NamedTuple):
    """What one module keeps."""

    tables: tuple[dict[Any, Any], ...]
    """Dicts, and the attributes of records in dicts and lists."""
    partials: tuple[Any, ...]
    """Partial functions."""
    memories: tuple[dict[Any, Any], ...]
    """Dicts in which its functions remember what they made, as their attributes."""


_NOTHING = PackageTables((), (), ())
_Found = TypeVar("_Found")


def remembered(find: Callable[[ModuleType], _Found]) -> Callable[[ModuleType], _Found]:
    """The function with a memory of what it found in modules of packages.

    A user's module is looked through each time: a notebook's cell that runs again puts
    another function under the same name.
    """
    known: dict[ModuleType, tuple[int, _Found]] = {}

    @functools.wraps(find)
    def found_in(module: ModuleType) -> _Found:
        names = len(vars(module))
        before = known.get(module)
        if before is not None and before[0] == names:
            return before[1]
        found = find(module)
        if not sites.is_users_module(module.__name__):
            known[module] = names, found
        return found

    return found_in


@remembered
def kept_by(module: ModuleType) -> PackageTables:
    """What a module keeps, nothing where it is Python's own."""
    if sites.is_standard_file(getattr(module, "__file__", None) or "<frozen"):
        return _NOTHING
    tables: list[dict[Any, Any]] = []
    partials: list[Any] = []
    memories: list[dict[Any, Any]] = []
    for name, value in list(vars(module).items()):
        kind = type(value)
        if name.startswith("__"):
            continue
        if kind in (dict, list, tuple) and 0 < len(value) <= _LONGEST_TABLE:
            tables += _tables_in(value)
        elif kind is functools.partial:
            partials.append(value)
        elif kind is FunctionType and value.__dict__:
            memories += [each for each in value.__dict__.values() if type(each) is dict]
    return PackageTables(tuple(tables), tuple(partials), tuple(memories))


def _tables_in(value: Any) -> Iterator[dict[Any, Any]]:
    if type(value) is dict:
        yield value
    for each in value.values() if type(value) is dict else value:
        if dataclasses.is_dataclass(each) and not isinstance(each, type):
            yield getattr(each, "__dict__", {})
