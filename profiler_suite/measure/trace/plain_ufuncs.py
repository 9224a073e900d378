"""Ufuncs that a user's own code calls on plain numbers and lists, which no array tells of.

NumPy asks arrays what to do with a ufunc, never a float or a list: within a trace the user's
modules have the ufuncs, and NumPy itself, by versions that count such calls.
"""

from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.calls import call_ufunc
from profiler_suite.measure.trace.recording import active

_PLAIN = frozenset({int, float, complex, bool, list, tuple})
# Its compiler looks at what names in a module stand for.
_COMPILER = "numba"


class StandingUfunc:
    """A ufunc, in all but that calls of it on plain values count."""

    __slots__ = ("_ufunc",)

    def __init__(self, ufunc: np.ufunc) -> None:
        self._ufunc = ufunc

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What isinstance is told: a ufunc."""
        return np.ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, counted where nothing that it is given tells of the call."""
        if active() is None or not all(map(_is_plain, (*args, *kwargs.values()))):
            return self._ufunc(*args, **kwargs)
        return call_ufunc(self._ufunc, "__call__", args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)

    def __repr__(self) -> str:
        return repr(self._ufunc)

    def __eq__(self, other: object) -> bool:
        return self._ufunc is (other._ufunc if type(other) is StandingUfunc else other)

    def __hash__(self) -> int:
        return hash(self._ufunc)

    def __reduce__(self) -> Any:
        return _by_name, (self._ufunc.__name__,)


def _by_name(name: str) -> Any:
    return getattr(np, name)


def _is_plain(value: Any) -> bool:
    """Whether nothing in it would be asked what to do with a ufunc."""
    return type(value) in _PLAIN or isinstance(value, np.generic | str | type(None))


class StandingNumpy(ModuleType):
    """NumPy as a user's module has it: its ufuncs count also on plain values."""

    def __init__(self, ufuncs: dict[int, StandingUfunc]) -> None:
        super().__init__(np.__name__, np.__doc__)
        self._ufuncs = ufuncs

    def __getattr__(self, name: str) -> Any:
        value = getattr(np, name)
        return self._ufuncs.get(id(value), value)

    def __dir__(self) -> Iterable[str]:
        return dir(np)


class PlainUfuncs:
    """A context: within it, the modules of these functions have NumPy by the standing one."""

    def __init__(self, functions: Iterable[FunctionType]) -> None:
        spaces = {id(each.__globals__): each.__globals__ for each in functions}
        self._namespaces = [each for each in spaces.values() if _may_stand_in(each)]
        self._exchanged: list[tuple[dict[str, Any], str, Any, Any]] = []

    def __enter__(self) -> "PlainUfuncs":
        ufuncs = {id(each): StandingUfunc(each) for each in _ufuncs()}
        numpy = StandingNumpy(ufuncs)
        for namespace in self._namespaces:
            for name, value in list(namespace.items()):
                standing = numpy if value is np else ufuncs.get(id(value))
                if standing is not None:
                    namespace[name] = standing
                    self._exchanged.append((namespace, name, standing, value))
        return self

    def __exit__(self, *_: object) -> None:
        for namespace, name, standing, value in self._exchanged:
            if namespace.get(name) is standing:
                namespace[name] = value
        self._exchanged.clear()


def _ufuncs() -> Iterator[np.ufunc]:
    return (value for value in vars(np).values() if type(value) is np.ufunc)


def _may_stand_in(namespace: dict[str, Any]) -> bool:
    """Whether it is that of a user's module which nothing compiles."""
    if not sites.is_users_module(namespace.get("__name__")):
        return False
    homes = {
        value.__name__ if isinstance(value, ModuleType) else type(value).__module__
        for value in list(namespace.values())
    }
    return not any(home.partition(".")[0] == _COMPILER for home in homes)
