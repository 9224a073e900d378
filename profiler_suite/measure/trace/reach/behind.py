"""What lies behind compiled objects: what iterators, views and proxies read from."""

import collections
import gc
import inspect
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from types import CellType, FunctionType, GeneratorType, MappingProxyType
from typing import Any

_CONTAINERS = (list, dict, collections.deque)
_VIEWS: tuple[Any, ...] = (
    MappingProxyType,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    type(collections.OrderedDict().values()),
    type(collections.OrderedDict().items()),
)
# Iterators of these modules do nothing but hand on what others hold.
_OF_PYTHON = frozenset({"builtins", "itertools", "collections", "_collections"})
_STARRED = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
# A map of a zip of enumerated chains is deep already.
_DEEPEST = 8


def is_plain_iterator(value: Any) -> bool:
    """True for iterators of Python's own, generators included."""
    return isinstance(value, GeneratorType) or (
        isinstance(value, Iterator) and type(value).__module__ in _OF_PYTHON
    )


def containers_behind(value: Any, depth: int = 0) -> list[Any]:
    """The lists, dicts and deques that an iterator, a view or a proxy reads from."""
    if isinstance(value, threading.local):
        return [vars(value)]
    if depth >= _DEEPEST or not (isinstance(value, _VIEWS) or is_plain_iterator(value)):
        return []
    return _among(gc.get_referents(value), depth)


def _among(values: Iterable[Any], depth: int) -> list[Any]:
    found: list[Any] = []
    for each in values:
        if isinstance(each, _CONTAINERS):
            found.append(each)
        elif type(each) is tuple and depth < _DEEPEST:  # what a chain or a zip goes through
            found += _among(each, depth + 1)
        else:
            found += containers_behind(each, depth + 1)
    return found


def _cells(
    generator: Generator[Any, Any, Any], held: list[Any], lend: Callable[[Any], Any]
) -> tuple[CellType, ...] | None:
    """Its own cells, which others may share; new ones for what is lent; None: not found."""
    found = [each for each in gc.get_referents(generator) if isinstance(each, CellType)]
    own = found[len(found) - len(held) :]
    if [id(cell.cell_contents) for cell in own] != [id(each) for each in held]:
        return None
    lent = [lend(each) for each in held]
    return tuple(
        cell if there is each else CellType(each)
        for cell, there, each in zip(own, held, lent, strict=True)
    )


def begun_anew(
    generator: Generator[Any, Any, Any], lend: Callable[[Any], Any]
) -> Generator[Any, Any, Any] | None:
    """A generator that has not run yet, on lent values; None where that cannot be made."""
    own: Any = generator
    frame, code = own.gi_frame, own.gi_code
    if inspect.getgeneratorstate(generator) != inspect.GEN_CREATED or code.co_flags & _STARRED:
        return None
    held = dict(frame.f_locals)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if not {*names, *code.co_freevars} <= held.keys():
        return None
    cells = _cells(generator, [held[name] for name in code.co_freevars], lend)
    if cells is None:
        return None
    function = FunctionType(code, frame.f_globals, own.__name__, None, cells)
    given = [lend(held[name]) for name in names]
    first = given[: code.co_argcount]
    rest = dict(zip(names[code.co_argcount :], given[code.co_argcount :], strict=True))
    made = function(*first, **rest)
    return made if isinstance(made, GeneratorType) else None
