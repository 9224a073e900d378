"""A notebook's cell as a function of the values that it works on.

What the cell reads and changes becomes an argument, which every evaluation gets a copy of,
so that `a = a + 1` finds what the notebook holds, each time. The text of the cell stays as
it is: its lines are indented, but for those that begin inside a string.
"""

import ast
import builtins
import collections
import io
import linecache
import symtable
import tokenize
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from profiler_suite.errors import UsageError

_INDENT = "    "
_VALUES = (
    *(np.ndarray, np.generic, bool, int, float, complex, str, bytes, bytearray),
    *(list, tuple, dict, set, frozenset, collections.deque),
)
# Where IPython's own lines begin or end.
_SIGNS = ("%", "!", "?")


def function_of(
    cell: str, namespace: Mapping[str, Any]
) -> tuple[Callable[..., Any], tuple[str, ...]]:
    """The cell as a function, and the names in the namespace that are its arguments."""
    body = parsed(cell)
    if all(isinstance(each, ast.Pass) for each in body):
        raise UsageError("the cell holds no code, so there is nothing to explain")
    names = tuple(arguments(cell, body, namespace))
    source = f"def cell({', '.join(names)}):\n{indented(cell)}"
    file = f"<explained cell {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope = dict(namespace)
    try:
        exec(compile(source, file, "exec"), scope)
    except SyntaxError as error:  # what may stand in a module alone: from x import *
        raise UsageError(f"the cell cannot be made a function: {error.msg}") from None
    function: Callable[..., Any] = scope["cell"]
    return function, names


def parsed(cell: str) -> list[ast.stmt]:
    """The cell's statements; UsageError names the line that is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the cell's own come when it is compiled
            compile(cell, "<cell>", "exec")
        return ast.parse(cell).body
    except (SyntaxError, ValueError) as error:
        own = _ipythons_line(cell)
        if own:
            raise UsageError(
                f"the cell has a line for IPython, {own!r}, which cannot be explained; "
                "leave it out or put it into a cell of its own"
            ) from None
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        line = getattr(error, "lineno", 0) or 0
        where = f" (line {line})" if line else ""
        raise UsageError(f"the cell is not valid Python: {said}{where}") from None


def _ipythons_line(cell: str) -> str:
    """The first line that is a magic, a shell command or a question to IPython."""
    for line in cell.splitlines():
        text = line.strip()
        assigned = text.partition("=")[2].strip()
        if text.startswith(_SIGNS) or text.endswith("?") or assigned.startswith(("%", "!")):
            return text
    return ""


def arguments(
    cell: str,
    body: list[ast.stmt],
    namespace: Mapping[str, Any],
    others: tuple[type, ...] = (),
) -> Iterator[str]:
    """Names of the namespace's values that the cell refers to, and of what it assigns anew.

    Values of these `others` count, too.
    """
    table = symtable.symtable(cell, "<cell>", "exec")
    own = {*_declared_global(table), *made_anew(body)}
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name not in namespace or name in own or symbol.is_imported():
            continue
        value = namespace[name]
        changed = symbol.is_assigned()
        # A module cannot be copied, and nobody computes with one. A sum that is called `sum`
        # is a value as any other.
        if isinstance(value, ModuleType) or value is getattr(builtins, name, None):
            continue
        if name.startswith("__"):  # the module's own name, which nobody assigns
            continue
        if changed or isinstance(value, (*_VALUES, *others)) or _is_table(value):
            yield name


def made_anew(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that the cell assigns before it could have read them."""
    read: set[str] = set()
    for statement in body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.For):
            targets = [statement.target]
        head = statement.iter if isinstance(statement, ast.For) else statement
        read |= _names(head, ast.Load)
        made = set().union(*(_names(target, ast.Store) for target in targets)) - read
        yield from made
        read |= _names(statement, ast.Load)


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    }


def _declared_global(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that a function in the cell, or the cell, assigns to the notebook itself."""
    for symbol in table.get_symbols():
        if symbol.is_declared_global():
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _declared_global(inner)


def _is_table(value: Any) -> bool:
    """Whether it is a Series, a DataFrame or a sparse matrix, without importing those."""
    return type(value).__module__.partition(".")[0] in ("pandas", "scipy")


def indented(cell: str) -> str:
    """The cell's lines one step to the right, but for those that begin inside a string."""
    inside = set(_lines_in_strings(cell))
    return "".join(
        line if number in inside or not line.strip() else _INDENT + line
        for number, line in enumerate(_with_end(cell).splitlines(keepends=True), 1)
    )


def _with_end(cell: str) -> str:
    return cell if cell.endswith("\n") else f"{cell}\n"


def _lines_in_strings(cell: str) -> Iterator[int]:
    """Numbers of the lines whose beginning is part of a string."""
    open_at: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(_with_end(cell)).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            yield from range(token.start[0] + 1, token.end[0] + 1)
        elif kind in ("FSTRING_START", "TSTRING_START"):
            open_at.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            yield from range(open_at.pop() + 1, token.end[0] + 1)
