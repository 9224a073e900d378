"""Lines of a module, outside of any function, as a function of the values they work on.

What they read and change becomes an argument; what they assign and somebody may read later
is returned. Their numbers stay what they are in the file.
"""

import ast
import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.workloads import notebook_cell

_HOLDERS = (ast.If, ast.With, ast.Try)
NAME = "lines_{}_to_{}"
"""What the function of a module's lines is called."""


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
    results = tuple(_results(body, lines, first, last))
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


def _results(body: list[ast.stmt], lines: list[str], first: int, last: int) -> Iterator[str]:
    """Names that the lines assign and that the rest of the module reads."""
    try:
        rest = ast.parse("".join(lines)).body
    except (SyntaxError, ValueError):
        rest = []
    read = {
        each.id
        for statement in rest
        for each in ast.walk(statement)
        if isinstance(each, ast.Name)
        and isinstance(each.ctx, ast.Load)
        and not first <= each.lineno <= last
    }
    assigned: dict[str, None] = {}
    for statement in body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                assigned[each.id] = None
    return (name for name in assigned if name in read)


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
