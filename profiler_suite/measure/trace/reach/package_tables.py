"""Where packages keep functions and arrays beside their names: tables, records, partials.

To look through every module takes longer than a short trace: what was found in one is
remembered until its names change.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, TypeVar

from profiler_suite.measure.trace import sites

COMPILED_CALLABLES = frozenset(
    {
        "builtin_function_or_method",
        "cython_function_or_method",
        "fused_cython_function",
        "fortran",
        "nb_func",
        "pybind11_function",
        "CPUDispatcher",
    }
)
"""Names of the types of functions of compiled code."""
_MADE_AT_RUN_TIME = 1 << 9  # Py_TPFLAGS_HEAPTYPE
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
    classes: tuple[type, ...]
    """Classes with compiled functions among their attributes."""


NOTHING = PackageTables((), (), (), ())
"""What most modules keep: always this object."""
_Found = TypeVar("_Found")
_OWN_PACKAGE = __name__.partition(".")[0] + "."


def remembered(find: Callable[[ModuleType], _Found]) -> Callable[[ModuleType], _Found]:
    """The function with a memory of what it found in each module.

    Packages define their names once. In a user's module each name may come to stand for
    something else, as when a cell of a notebook runs again: that is looked for.
    """
    known: dict[ModuleType, tuple[bool, int, _Found]] = {}

    @functools.wraps(find)
    def found_in(module: ModuleType) -> _Found:
        names = vars(module)
        before = known.get(module)
        if before is None:
            users = not module.__name__.startswith(_OWN_PACKAGE)
            users = users and sites.is_users_module(module.__name__)
        else:
            users, state, found = before
            if state == (_objects(names) if users else len(names)):
                return found
        found = find(module)
        known[module] = users, _objects(names) if users else len(names), found
        return found

    return found_in


def _objects(names: dict[str, Any]) -> int:
    """Another number where a name stands for another object."""
    return hash(tuple(map(id, names.values())))


@remembered
def kept_by(module: ModuleType) -> PackageTables:
    """What a module keeps, nothing where it is Python's own."""
    if sites.is_standard_file(getattr(module, "__file__", None) or "<frozen"):
        return NOTHING
    tables: list[dict[Any, Any]] = []
    partials: list[Any] = []
    memories: list[dict[Any, Any]] = []
    classes: list[type] = []
    for name, value in list(vars(module).items()):
        kind = type(value)
        if name.startswith("__"):
            continue
        if kind in (dict, list, tuple) and 0 < len(value) <= _LONGEST_TABLE:
            tables += _tables_in(value)
        elif kind is functools.partial:
            partials.append(value)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            classes += [value] if _holds_compiled(value) else []
        elif kind is FunctionType and value.__dict__:
            memories += [each for each in value.__dict__.values() if type(each) is dict]
    found = PackageTables(tuple(tables), tuple(partials), tuple(memories), tuple(classes))
    return found if any(found) else NOTHING


def _holds_compiled(kind: type) -> bool:
    """Whether a Python class has a compiled function as an attribute."""
    return bool(kind.__flags__ & _MADE_AT_RUN_TIME) and any(
        type(each).__name__ in COMPILED_CALLABLES for each in vars(kind).values()
    )


def _tables_in(value: Any) -> Iterator[dict[Any, Any]]:
    if type(value) is dict:
        yield value
    for each in value.values() if type(value) is dict else value:
        if dataclasses.is_dataclass(each) and not isinstance(each, type):
            yield getattr(each, "__dict__", {})
