"""Lines of a module, outside of any function, as a function of the values they work on.

What they read and change becomes an argument; what they assign and somebody may read later
is returned. Their numbers stay what they are in the file.
"""

import ast
import linecache
import symtable
import tokenize
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.workloads import notebook_cell

_HOLDERS = (ast.If, ast.With, ast.Try)
NAME = "lines_{}_to_{}"
"""What the function of a module's lines is called."""


def source_of(path: str | Path) -> str:
    """The text of a Python file in the encoding that it declares; OSError or ValueError."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except SyntaxError as error:  # of the declaration
        raise ValueError(str(error)) from error


def statement_at(source: str, line: int) -> tuple[int, int]:
    """First and last line of the statement there that stands in no function or class.

    Statements inside `if __name__ == "__main__":`, `with` and `try` count on their own; (0, 0)
    where the line is part of a definition, or of nothing.
    """
    try:
        body: Sequence[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError):
        return 0, 0
    while True:
        found = next((s for s in body if s.lineno <= line <= (s.end_lineno or s.lineno)), None)
        if found is None or isinstance(
            found, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            return 0, 0
        inner = [s for part in _bodies(found) for s in part]
        if not any(s.lineno <= line <= (s.end_lineno or s.lineno) for s in inner):
            return found.lineno, found.end_lineno or found.lineno
        body = inner


def _bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, _HOLDERS):
        for name in ("body", "orelse", "finalbody"):
            yield getattr(statement, name, [])
        for handler in getattr(statement, "handlers", []):
            yield handler.body


def function_of(
    file: str, first: int, last: int, namespace: Mapping[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """These lines of the file as a function, and its arguments from the namespace."""
    lines = _lines_of(file)
    name = NAME.format(first, last)
    text = "".join(lines[first - 1 : last])
    if not text.endswith("\n"):
        text += "\n"
    indent = text[: len(text) - len(text.lstrip())].rpartition("\n")[2]
    plain = text if not indent else f"if 1:\n{text}"
    body = notebook_cell.parsed(plain)
    names = tuple(notebook_cell.arguments(plain, body, namespace))
    results = _results(body, lines, last)
    _refuse_shared(results, namespace, f"{Path(file).name}, lines {first} to {last}")
    inside = text if indent else notebook_cell.indented(text)
    step = indent or "    "
    returned = f"{step}return {', '.join(results)}\n" if results else ""
    head = f"def {name}({', '.join(names)}):\n"
    # Its first line stands where the statement begins, less the line that makes it a function.
    source = "\n" * max(0, first - 2) + head + inside + returned
    made_of = made_file(file, first)
    linecache.cache[made_of] = (len(source), None, source.splitlines(keepends=True), made_of)
    scope = dict(namespace)
    try:
        exec(compile(source, made_of, "exec"), scope)
    except SyntaxError as error:
        raise UsageError(
            f"{Path(file).name}, lines {first} to {last}: they cannot be made a function: "
            f"{error.msg}"
        ) from None
    return scope[name], tuple(namespace[each] for each in names)


def made_file(file: str, first: int) -> str:
    """What the function of a module's lines is compiled from, by name."""
    return f"<{Path(file).name}:{first}>"


def _lines_of(file: str) -> list[str]:
    lines = linecache.getlines(file)
    if not lines:
        raise UsageError(f"the source of {file} cannot be read")
    return lines


def _results(body: list[ast.stmt], lines: list[str], last: int) -> list[str]:
    """Names that the lines assign and that the rest of the module reads."""
    assigned: dict[str, None] = {}
    for statement in body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                assigned[each.id] = None
    read = _read_later("".join(lines), last)
    return [name for name in assigned if name in read]


def _read_later(source: str, last: int) -> set[str]:
    """Names of the module that are read behind that line, or in any function."""
    try:
        rest = list(_behind(ast.parse(source).body, last))
        table = symtable.symtable(source, "<module>", "exec")
        text = ast.unparse(ast.Module(rest, []))
        behind = symtable.symtable(text, "<rest>", "exec")
    except (SyntaxError, ValueError):
        return set()
    read = {each.get_name() for each in behind.get_symbols() if each.is_referenced()}
    read |= {
        node.target.id  # i += 1 reads it too
        for statement in rest
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    read |= set(_globals_in(behind))
    return (read - set(notebook_cell.made_anew(rest))) | set(_globals_in(table))


def _behind(body: Sequence[ast.stmt], last: int) -> Iterator[ast.stmt]:
    """Statements that run after the line, those in the rest of a block around it included."""
    for statement in body:
        if statement.lineno > last:
            yield statement
        elif (statement.end_lineno or statement.lineno) > last:
            for part in _bodies(statement):
                yield from _behind(part, last)


def _globals_in(table: symtable.SymbolTable) -> Iterator[str]:
    """Names of the module that its functions read."""
    for inner in table.get_children():
        for symbol in inner.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                yield symbol.get_name()
        yield from _globals_in(inner)


def _refuse_shared(results: Sequence[str], namespace: Mapping[str, Any], where: str) -> None:
    """A function that reads what the lines assign would read the module's, not theirs."""
    for found in namespace.values():
        if not isinstance(found, FunctionType) or found.__globals__ is not namespace:
            continue
        shared = set(results) & set(found.__code__.co_names)
        if shared:
            raise UsageError(
                f"{where}: they assign {min(shared)!r}, which {found.__name__}() reads as a "
                "global; hand it over as an argument"
            )
