"""Puts counting versions in the place of functions in all modules, for the time of a trace."""

import builtins
import contextlib
import functools
import importlib.util
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from profiler_suite.measure.trace import (
    callbacks,
    compiled,
    creation,
    lists,
    look_ups,
    memories,
    numbers,
)
from profiler_suite.measure.trace.pickling import Picklable
from profiler_suite.measure.trace.reach.package_tables import (
    NOTHING,
    PackageTables,
    kept_by,
    remembered,
)
from profiler_suite.measure.trace.recording import PAUSE

_import_module = importlib.import_module
_OWN = __name__.rpartition(".")[0]
# Their names are looked up by compiled code or by tools around the trace.
_UNTOUCHED = frozenset({"builtins", "sys", "numpy._core._multiarray_umath"})


class Patches:
    """A context: within it, functions that make or take arrays count.

    A function is replaced wherever a module, or one of the namespaces given, refers to
    it, `from numpy import zeros` included. Modules imported in the meantime are seen to
    as well. At the end every reference is put back, whatever happened.
    """

    def __init__(self, namespaces: Iterable[dict[str, Any]] = ()) -> None:
        self._namespaces = list(namespaces)
        self._stand_ins: dict[int, tuple[Any, Any]] = {}
        self._originals: dict[int, tuple[Any, Any]] = {}
        self._seen: set[int] = set()
        self._tables: list[dict[Any, Any]] = []
        self._attributes: list[tuple[type, str, Any]] = []
        """Class, name and value of attributes that are another one meanwhile."""
        self._inside_import = False
        self._import = builtins.__import__
        self._standing_import: Any = None
        self._sum: Any = builtins.sum
        self._contexts = contextlib.ExitStack()

    def __enter__(self) -> "Patches":
        self._enter_pairs([(importlib.import_module, self._importing_module)])
        self._enter_pairs(creation.replacements())
        self._enter_pairs(lists.replacements())
        self._enter_pairs(compiled.numpy_replacements())
        self._contexts.enter_context(Picklable())
        self._contexts.enter_context(memories.FreshVectorize())
        try:
            modules = _modules()
            look_ups.forget(modules)
            self._replace_in_new(modules)
            self._import = builtins.__import__
            self._standing_import = self._importing
            builtins.__import__ = self._standing_import
            self._sum = builtins.sum
            builtins.sum = numbers.add_up(self._sum)
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def stand_in(self, function: Any) -> Any:
        """What stands in for a function, or the function itself."""
        found = self._stand_ins.get(id(function))
        return function if found is None else found[1]

    def _enter_pairs(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        for original, stand_in in pairs:
            if id(original) not in self._stand_ins:
                self._stand_ins[id(original)] = (original, stand_in)
                self._originals[id(stand_in)] = (stand_in, original)

    def _partials_of(self, kept: Iterable[PackageTables]) -> list[tuple[Any, Any]]:
        """Pairs for partial functions of modules that hold what is replaced."""
        pairs: list[tuple[Any, Any]] = []
        for value in (partial for each in kept for partial in each.partials):
            held = (value.func, *value.args)
            if any(id(each) in self._stand_ins for each in held):
                function, *given = map(self.stand_in, held)
                made = functools.partial(function, *given, **value.keywords)
                vars(made).update(vars(value))
                pairs.append((value, made))
        return pairs

    def _importing(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Import with everything in its ordinary place: what is defined then is kept."""
        wanted = (name, globals, locals, fromlist, level)
        if self._inside_import or _is_imported(name, globals, fromlist, level):
            return self._import(*wanted)
        return self._as_ever(lambda: self._import(*wanted))

    def _importing_module(self, name: str, package: str | None = None) -> Any:
        """importlib.import_module, likewise."""
        if self._inside_import or name in sys.modules:
            return _import_module(name, package)
        return self._as_ever(lambda: _import_module(name, package))

    def _as_ever(self, load: Callable[[], Any]) -> Any:
        self._inside_import = True
        try:
            self._put_back(_modules())
            # What a module does while it is imported is no work of the function.
            with PAUSE:
                return load()
        finally:
            self._inside_import = False
            self._seen.clear()
            self._replace_in_new(_modules())

    def _replace_in_new(self, modules: Iterable[ModuleType]) -> None:
        new = [each for each in modules if id(each) not in self._seen]
        kept = [each for each in map(kept_by, new) if each is not NOTHING]
        for pairs in filter(None, map(_replaced_in, new)):
            self._enter_pairs(pairs)
        self._enter_pairs(self._partials_of(kept))
        self._seen.update(map(id, new))
        _exchange_in(new, self._stand_ins)
        for each in kept:
            for table in each.tables:
                if _exchange(table, self._stand_ins):
                    self._tables.append(table)
            for kind in each.classes:
                self._exchange_attributes(kind)
        for namespace in self._namespaces:
            _exchange(namespace, self._stand_ins)

    def _exchange_attributes(self, kind: type) -> None:
        if self._stand_ins.keys().isdisjoint(map(id, vars(kind).values())):
            return
        for name, value in list(vars(kind).items()):
            found = self._stand_ins.get(id(value))
            if found is not None and found[0] is value:
                with contextlib.suppress(AttributeError, TypeError):  # it lets nobody do so
                    # A compiled function is not bound to the object that it is called of.
                    setattr(kind, name, staticmethod(found[1]))
                    self._attributes.append((kind, name, value))

    def _restore(self) -> None:
        if builtins.__import__ is self._standing_import:
            builtins.__import__ = self._import
        self._inside_import = True  # should someone still hold our import, it does nothing
        builtins.sum = self._sum
        modules = _modules()
        self._put_back(modules)
        self._contexts.close()
        callbacks.forget_ufuncs()
        look_ups.forget(modules)

    def _put_back(self, modules: Iterable[ModuleType]) -> None:
        _exchange_in(modules, self._originals)
        for namespace in (*self._namespaces, *self._tables):
            _exchange(namespace, self._originals)
        self._tables.clear()
        for kind, name, value in self._attributes:
            setattr(kind, name, value)
        self._attributes.clear()


def _is_imported(name: str, globals: Any, fromlist: Any, level: int) -> bool:
    """Whether an import statement finds everything loaded."""
    if level:
        package = (globals or {}).get("__package__") or ""
        try:
            name = importlib.util.resolve_name("." * level + name, package)
        except ImportError:
            return False
    module = sys.modules.get(name)
    if module is None:
        return False
    return all(each == "*" or hasattr(module, each) for each in fromlist or ())


@remembered
def _replaced_in(module: ModuleType) -> tuple[tuple[Any, Any], ...]:
    """Pairs for what only this module brings."""
    return (*compiled.foreign_replacements([module]), *memories.replacements([module]))


def _modules() -> list[ModuleType]:
    return [
        module
        for name, module in list(sys.modules.items())
        if type(module) is ModuleType and name not in _UNTOUCHED and not name.startswith(_OWN)
    ]


_Pairs = dict[int, tuple[Any, Any]]


def _exchange(namespace: dict[Any, Any], table: _Pairs) -> list[Any]:
    """Put what belongs there in the place of what the table has; the names that had it.

    Whether any has is found out in compiled code, in a third of the time that looking each
    of them up would take.
    """
    # Nothing else runs while compiled code goes through the values.
    if table.keys().isdisjoint(map(id, namespace.values())):
        return []
    return [name for name in list(namespace) if _exchange_one(namespace, table, name)]


def _exchange_one(namespace: dict[Any, Any], table: _Pairs, name: Any) -> bool:
    value = namespace.get(name)
    found = table.get(id(value))
    if found is None or found[0] is not value:
        return False
    namespace[name] = found[1]
    return True


_places: dict[ModuleType, list[str]] = {}


def _exchange_in(modules: Iterable[ModuleType], table: _Pairs) -> None:
    """The same in modules; names that had it before come first, and are remembered."""
    for module in modules:
        names = vars(module)
        before = _places.get(module)
        if before is None:
            found = _exchange(names, table)
        else:
            found = [name for name in before if _exchange_one(names, table, name)]
            found += _exchange(names, table)
        if found and found != before:
            _places[module] = found
