"""Copies of functions in which some names stand for something else: another library's calls."""

import ast
import contextlib
import dis
import inspect
import sysconfig
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from profiler_suite.measure.explain.ways.port import UnportedError, line_of

_STANDARD = sysconfig.get_path("stdlib")
Transform = Callable[[ast.FunctionDef, FunctionType], ast.FunctionDef]


def is_own(file: str) -> bool:
    """Whether code of a file is a person's own: not Python's, not an installed package's."""
    parts = Path(file).parts
    if "site-packages" in parts or "dist-packages" in parts or file.startswith("<"):
        return False
    return not file.startswith(_STANDARD)


class FunctionCopies:
    """Copies of a function and of what it calls, in which names have other values.

    `value` says what stands for a module, a function or an array that a name is bound to;
    `wrap` what stands for a copied function in those that call it; `transform` changes the
    text of each. Line numbers stay those of the file.
    """

    def __init__(
        self,
        value: Callable[[Any], Any],
        *,
        library: str,
        wrap: Callable[[FunctionType], Any] = lambda made: made,
        transform: Transform | None = None,
        names: dict[str, Any] | None = None,
    ) -> None:
        self._value = value
        self._library = library
        self._wrap = wrap
        self._transform = transform
        self._names = names or {}
        self._spaces: dict[int, dict[str, Any]] = {}
        self._made: dict[int, Any] = {}

    def of(self, function: FunctionType) -> Any:
        """The copy of a function."""
        if id(function) in self._made:
            return self._made[id(function)]
        self._refuse_globals(function)
        space = self._space(function)
        code = self._code(function)
        cells = function.__closure__ or ()
        closure = tuple(CellType() for _ in cells)
        made = FunctionType(
            code, space, function.__name__, self._replaced(function.__defaults__), closure
        )
        made.__kwdefaults__ = self._replaced(function.__kwdefaults__)
        # Known before what it calls is copied, as that may call it again.
        self._made[id(function)] = self._wrap(made)
        for own, cell in zip(closure, cells, strict=True):
            with contextlib.suppress(ValueError):  # not filled yet
                own.cell_contents = self._replaced(cell.cell_contents)
        for name in _names(function.__code__):
            if name in function.__globals__ and name not in self._names:
                space[name] = self._replaced(function.__globals__[name])
        return self._made[id(function)]

    def _space(self, function: FunctionType) -> dict[str, Any]:
        outer = function.__globals__
        if id(outer) not in self._spaces:
            self._spaces[id(outer)] = {**outer, **self._names}
        return self._spaces[id(outer)]

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, FunctionType) and is_own(value.__code__.co_filename):
            return self.of(value)
        if isinstance(value, ModuleType) and is_own(getattr(value, "__file__", None) or "<"):
            return _CopiedModule(value, self._replaced)
        if type(value) in (tuple, list):
            made = [self._replaced(each) for each in value]
            return type(value)(made) if _differ(value, made) else value
        if type(value) is dict:
            named = {name: self._replaced(each) for name, each in value.items()}
            return named if _differ(value.values(), named.values()) else value
        return self._value(value)

    def _refuse_globals(self, function: FunctionType) -> None:
        """What a function leaves in its module would be left in the copy alone."""
        for code in _codes(function.__code__):
            line = code.co_firstlineno
            for each in dis.get_instructions(code):
                line = (each.positions.lineno if each.positions else None) or line
                if each.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                    raise UnportedError(
                        f"it changes the global name {each.argval}",
                        line_of(code.co_filename, line),
                    )

    def _code(self, function: FunctionType) -> CodeType:
        if self._transform is None:
            return function.__code__
        node = tree_of(function)
        if node is None:
            return function.__code__
        return _compiled(self._transform(node, function), function)


class _CopiedModule:
    """Stands for a person's own module: its functions are copied as they are asked for."""

    def __init__(self, module: ModuleType, replaced: Callable[[Any], Any]) -> None:
        self._module = module
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        value = self._replaced(getattr(self._module, name))
        self.__dict__[name] = value
        return value


def _differ(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """What holds nothing that is replaced stays what it is: others may look at it, too."""
    return any(one is not other for one, other in zip(before, after, strict=True))


def _codes(code: CodeType) -> list[CodeType]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [code, *(one for each in inner for one in _codes(each))]


def _names(code: CodeType) -> set[str]:
    return {name for each in _codes(code) for name in each.co_names}


def tree_of(function: FunctionType) -> ast.FunctionDef | None:
    """Its text as a tree with the line numbers of its file; None without a text."""
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return None
    node = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(node, ast.FunctionDef):
        return None
    ast.increment_lineno(node, max(first, 1) - 1)
    return node


def _compiled(node: ast.FunctionDef, function: FunctionType) -> CodeType:
    """The code of a changed text, inside of a function that has its free variables."""
    _strip(node)
    free = function.__code__.co_freevars
    around = ast.parse(f"def around({', '.join(free)}):\n    pass")
    outer = around.body[0]
    assert isinstance(outer, ast.FunctionDef)
    outer.body = [node]
    code = compile(ast.fix_missing_locations(around), function.__code__.co_filename, "exec")
    _, _, made, *_ = _codes(code)  # of the module, of what stands around, of the function
    if made.co_freevars != free:
        raise UnportedError("its variables of the function around it cannot be carried over")
    return made


def _strip(node: ast.FunctionDef) -> None:
    """Without what belongs to the definition and not to the code."""
    node.decorator_list, node.returns = [], None
    given = node.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        each.annotation = None
    for gathered in (given.vararg, given.kwarg):
        if gathered is not None:
            gathered.annotation = None
    given.defaults, given.kw_defaults = [], [None] * len(given.kwonlyargs)
