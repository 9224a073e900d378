"""Functions in a copy of their module in which some are written another way.

What stands around a function stays what it is: the variables of the function it is defined
in, the object whose method it is, decorators that only call it.
"""

import ast
import copy
import functools
import inspect
import mmap
import textwrap
from collections.abc import Callable, Sequence
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.explain.records import Rewrite
from profiler_suite.measure.lines.functions import (
    class_around,
    functions_to_profile,
    owner_of,
    python_function,
)

_DEEPEST = 20
_CACHE = type(functools.lru_cache(lambda: None))


class UntriableError(ProfilerSuiteError):
    """It cannot be tried, for this reason."""


def substituted(
    function: Callable[..., Any], rewrites: Sequence[Rewrite], arguments: Sequence[Any] = ()
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function in a copy of its module in which some functions are written another way.

    The module's own functions are copied too, so that they call the new ones. Methods of the
    `arguments`, and of what those hold, are in their classes while the function runs.
    """
    start = python_function(function)
    if start is None:
        raise UntriableError("it is compiled")
    namespace = dict(start.__globals__)
    originals = functions_to_profile(function, arguments)
    made: dict[FunctionType, FunctionType] = {}
    for each in rewrites:
        own = _original(each, originals)
        if own is None:
            raise UntriableError(f"{each.function} is not found where it was defined")
        made[own] = _written(each, own, namespace)
    copies = _Copies(start, made, namespace)
    for name, value in start.__globals__.items():
        if isinstance(value, FunctionType | functools.partial | _CACHE):
            namespace[name] = copies.of(value)
    return copies.with_new_methods(function, copies.of_method(function)), namespace


def _original(rewrite: Rewrite, originals: Sequence[FunctionType]) -> FunctionType | None:
    """The function that was rewritten: by its place, else by its name."""
    place = (rewrite.file, rewrite.first_line)
    for each in originals:
        if (each.__code__.co_filename, each.__code__.co_firstlineno) == place:
            return each
    named = [each for each in originals if each.__name__ == rewrite.function]
    return named[0] if named else None


def _written(rewrite: Rewrite, own: FunctionType, namespace: dict[str, Any]) -> FunctionType:
    """The new function, with the defaults and the variables around it of the original."""
    tree = ast.parse(rewrite.source)
    (node,) = [
        each
        for each in tree.body
        if isinstance(each, ast.FunctionDef) and each.name == rewrite.function
    ][-1:]
    tree.body.remove(node)
    exec(compile(tree, f"<before {rewrite.function}>", "exec"), namespace)
    # Decorators stand around the new function as they stood around the old one.
    node.decorator_list = []
    code = _code(node, own)
    cells = dict(zip(own.__code__.co_freevars, own.__closure__ or (), strict=True))
    missing = [name for name in code.co_freevars if name not in cells]
    if missing:
        raise UntriableError(f"{', '.join(missing)} of the function around it is not there")
    closure = tuple(cells[name] for name in code.co_freevars)
    # Default values are objects that were made once; they serve the new one too.
    made = FunctionType(code, namespace, own.__name__, own.__defaults__, closure)
    made.__kwdefaults__ = own.__kwdefaults__
    made.__qualname__ = own.__qualname__
    return made


def _code(node: ast.FunctionDef, own: FunctionType) -> CodeType:
    """Compiled where its free variables are those of a function around it.

    A method is compiled inside a class: names like self.__x mean something else there.
    """
    text = ast.unparse(node)
    scope = own.__qualname__.split(".")[:-1]
    if scope and scope[-1].isidentifier():
        text = f"class {scope[-1]}:\n{textwrap.indent(text, '    ')}"
    free = ", ".join(own.__code__.co_freevars)
    whole = f"def around({free}):\n{textwrap.indent(text, '    ')}"
    module = compile(whole, f"<rewritten {own.__name__}>", "exec")
    found = [each for each in _all(module) if each.co_name == own.__code__.co_name]
    return found[0]


def _all(code: CodeType) -> list[CodeType]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [*inner, *(one for each in inner for one in _all(each))]


class _Copies:
    """What calls rewritten functions, calling the new ones."""

    def __init__(
        self,
        start: FunctionType,
        made: dict[FunctionType, FunctionType],
        namespace: dict[str, Any],
    ) -> None:
        self.start = start
        self.namespace = namespace
        self.done: dict[int, Any] = {id(old): new for old, new in made.items()}
        self.made = made

    def of(self, value: Any, depth: int = 0) -> Any:
        """A function, a wrapped one, or a bound one; anything else is itself."""
        if id(value) in self.done or depth > _DEEPEST:
            return self.done.get(id(value), value)
        if isinstance(value, functools.partial):
            inner = self.of(value.func, depth + 1)
            return functools.partial(inner, *value.args, **value.keywords)
        if isinstance(value, MethodType):
            return MethodType(self.of(value.__func__, depth + 1), self._receiver(value))
        if isinstance(value, FunctionType):
            return self._function(value, depth)
        if isinstance(value, _CACHE):
            inner = self.of(value.__wrapped__, depth + 1)
            return functools.lru_cache(**value.cache_parameters())(inner)
        if not depth:
            return self._called(value)
        return value

    def _function(self, value: FunctionType, depth: int) -> FunctionType:
        inside = value.__globals__ is self.start.__globals__
        cells = value.__closure__ or ()
        closure = tuple(self._cell(each, depth) for each in cells)
        if not inside and all(a is b for a, b in zip(cells, closure, strict=True)):
            return value
        space = self.namespace if inside else value.__globals__
        made = FunctionType(value.__code__, space, value.__name__, value.__defaults__, closure)
        made.__kwdefaults__ = value.__kwdefaults__
        made.__dict__.update(value.__dict__)
        self.done[id(value)] = made
        return made

    def _cell(self, cell: CellType, depth: int) -> CellType:
        """A cell with the copy of what it holds; itself where that is no function of ours."""
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            return cell
        if not isinstance(held, FunctionType | _CACHE) or not self._leads_to(held):
            return cell
        return CellType(self.of(held, depth + 1))

    def _leads_to(self, value: Any) -> bool:
        """Whether it is a rewritten function, the one that was asked for, or wraps either."""
        behind = python_function(value)
        return behind is self.start or behind in self.made

    def of_method(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """As `of`; a method that gets its object as an argument finds the new methods on it."""
        made: Callable[..., Any] = self.of(function)
        owner = class_around(function) if isinstance(function, FunctionType) else None
        if owner is None or not set(self._changed(owner)) - {function.__name__}:
            return made
        classes: dict[type, type] = {}

        @functools.wraps(made)
        def on_the_new_class(receiver: Any, *args: Any, **kwargs: Any) -> Any:
            own = type(receiver)
            if own not in classes:
                classes[own] = type(own.__name__, (own,), self._changed(own))
            receiver.__class__ = classes[own]
            try:
                return made(receiver, *args, **kwargs)
            finally:
                receiver.__class__ = own

        return on_the_new_class

    def with_new_methods(
        self, function: Callable[..., Any], made: Callable[..., Any]
    ) -> Callable[..., Any]:
        """While `made` runs, other classes than the function's own have the new methods."""
        around = {class_around(each) for each in self.made} - {None, owner_of(function)}
        changed = {each: self._changed(each) for each in around if each is not None}
        if not any(changed.values()):
            return made

        @functools.wraps(made)
        def running(*args: Any, **kwargs: Any) -> Any:
            before = {
                (owner, name): owner.__dict__[name]
                for owner, methods in changed.items()
                for name in methods
                if name in owner.__dict__
            }
            for owner, name in before:
                setattr(owner, name, changed[owner][name])
            try:
                return made(*args, **kwargs)
            finally:
                for (owner, name), held in before.items():
                    setattr(owner, name, held)

        return running

    def _receiver(self, method: MethodType) -> Any:
        """The object of a method; of a class with the new methods where it calls others."""
        receiver = method.__self__
        owner = type(receiver)
        if isinstance(receiver, type):
            return receiver
        changed = self._changed(owner)
        if not set(changed) - {method.__name__}:
            return receiver
        try:
            other = copy.copy(receiver)
            other.__class__ = type(owner.__name__, (owner,), changed)
        except Exception as error:
            raise UntriableError(
                f"its methods cannot be replaced on a copy of the object ({error})"
            ) from error
        return other

    def _changed(self, owner: type) -> dict[str, Any]:
        """The new methods of a class, by name."""
        changed: dict[str, Any] = {}
        for name in dir(owner):
            held = inspect.getattr_static(owner, name)
            if isinstance(held, FunctionType) and self._leads_to(held):
                changed[name] = self.of(held)
            elif isinstance(held, property) and held.fget and self._leads_to(held.fget):
                changed[name] = property(self.of(held.fget), held.fset, held.fdel)
            elif isinstance(held, staticmethod) and self._leads_to(held):
                changed[name] = staticmethod(self.of(held.__func__))
        return changed

    def _called(self, value: Any) -> Callable[..., Any]:
        """An object that can be called, or a compiled one."""
        call = inspect.getattr_static(type(value), "__call__", None)
        if isinstance(call, FunctionType) and self._leads_to(call):
            return self.of(MethodType(call, value))  # type: ignore[no-any-return]
        raise UntriableError("a decorator makes something else of it")


def buffers(namespace: dict[str, Any]) -> list[np.ndarray[Any, Any]]:
    """What a rewritten function keeps between calls."""
    return [
        value
        for name, value in namespace.items()
        if name.startswith("buffer_") and isinstance(value, np.ndarray)
    ]


def move_off_the_heap(namespace: dict[str, Any]) -> None:
    """Moves the buffers of a rewritten function to memory of their own.

    What lies on the heap decides whether the function's own temporaries fault: buffers
    kept there would spare it the faults that it has on its own.
    """
    for name, value in namespace.items():
        if name.startswith("buffer_") and isinstance(value, np.ndarray) and value.nbytes:
            memory = np.frombuffer(mmap.mmap(-1, value.nbytes), value.dtype)
            namespace[name] = memory.reshape(value.shape)
