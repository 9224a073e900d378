"""Lines of a module, outside of any function, as a function of the values they work on.

What they read and change becomes an argument; what they assign and somebody may read later
is returned. Their numbers stay what they are in the file.
"""

import ast
import dis
import io
import linecache
import symtable
import tokenize
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, GeneratorType
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.workloads import loop_groups, notebook_cell, reads

_HOLDERS = (ast.If, ast.With, ast.Try)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# What reads them gets them anew in each call, if whoever calls can make them so.
_GIVEN_ONCE = (io.TextIOWrapper, io.BufferedReader, GeneratorType)
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
    body, at = _place(source, line)
    return _lines_of_statements(body[at : at + 1])


def group_at(source: str, line: int) -> tuple[int, int]:
    """As `statement_at`; a loop with what is made for it before, and made of it after it.

    `found = []` before a loop and `found = np.array(found)` behind it belong to it: together
    they are what a function would hold.
    """
    body, at = _place(source, line)
    return _lines_of_statements(loop_groups.group(body, at))


def loop_in_function(source: str, line: int) -> tuple[int, int]:
    """The widest loop around that line that can be called alone, with what is made for it.

    One in which the function returns, gives values or waits for others cannot, nor can one that
    changes an object's attributes, or enters what may be a lock; (0, 0) where there is none.
    """
    function = function_at(source, line)
    body: Sequence[ast.stmt] = function.body if function else ()
    while True:
        at = next((n for n, each in enumerate(body) if _spans(each, line)), None)
        if at is None or isinstance(body[at], _DEFINITIONS):
            return 0, 0
        if isinstance(body[at], ast.For | ast.While) and not _leaves(body[at]):
            return _lines_of_statements(loop_groups.group(body, at))
        parts = [getattr(body[at], name, []) for name in ("body", "orelse", "finalbody")]
        parts += [each.body for each in getattr(body[at], "handlers", [])]
        body = next((part for part in parts if any(_spans(s, line) for s in part)), ())


def function_at(source: str, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The innermost function that holds the line."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return None
    around = [
        each
        for each in nodes
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and _spans(each, line)
    ]
    return max(around, key=lambda each: each.lineno, default=None)


_LEAVING = (
    *(ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith),
    *(ast.With, ast.Nonlocal, ast.Global),
)
_WAITING = {"accept", "acquire", "join", "poll", "recv", "result", "select", "sleep", "wait"}


def _leaves(loop: ast.stmt) -> bool:
    """Whether the loop does something that only the function around it can."""
    nodes = list(ast.walk(loop))
    stores = (n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
    methods = (n for n in nodes if isinstance(n, ast.Expr) and _is_of_self(n.value))
    leaves = any(isinstance(n, _LEAVING) or _waits(n) for n in nodes)
    return leaves or any((*stores, *methods))


def _waits(node: ast.AST) -> bool:
    """Whether that is a call by whose name a thread waits for others: 'queue.get()'."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return (node.func.attr == "get" and not node.args) or (
        node.func.attr in _WAITING and not isinstance(node.func.value, ast.Constant)
    )


def _is_of_self(node: ast.expr) -> bool:
    """Whether that is a call of something an object holds, for what it does."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return isinstance(node.func.value, ast.Attribute) or ast.unparse(node.func.value) == "self"


def _lines_of_statements(some: Sequence[ast.stmt]) -> tuple[int, int]:
    return (some[0].lineno, some[-1].end_lineno or some[-1].lineno) if some else (0, 0)


def _place(source: str, line: int) -> tuple[Sequence[ast.stmt], int]:
    """The block that holds the statement of that line, and its place there; empty for none."""
    try:
        body: Sequence[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError):
        return (), 0
    while True:
        at = next((n for n, s in enumerate(body) if _spans(s, line)), None)
        if at is None or isinstance(body[at], _DEFINITIONS):
            return (), 0
        inner = [part for part in _bodies(body[at]) if any(_spans(s, line) for s in part)]
        if not inner:
            return body, at
        body = inner[0]


def _spans(statement: ast.stmt, line: int) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)


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
    names = tuple(notebook_cell.arguments(plain, body, namespace, _GIVEN_ONCE))
    around = function_at("".join(lines), first)
    if around is None:
        results = _results(body, lines, last)
        _refuse_shared(body, results, namespace, f"{Path(file).name}, lines {first} to {last}")
    else:
        results = _results_in(around, body, first, last)
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
    """Names that the lines assign and that the rest of the module reads.

    Where it reads none they are the last of a script that somebody looks at afterwards.
    """
    assigned = _assigned(body)
    read = _read_later("".join(lines), last)
    return [name for name in assigned if name in read] or _kept(body, assigned)


def _assigned(body: Sequence[ast.AST]) -> dict[str, None]:
    return {
        each.id: None
        for statement in body
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _kept(body: list[ast.stmt], assigned: Mapping[str, None]) -> list[str]:
    """What they compute: what is assigned outside of loops or added to; without that, all."""
    loops = [each for s in body for each in ast.walk(s) if isinstance(each, ast.For)]
    counters = _assigned([each.target for each in loops])
    outside = [s for s in body if not isinstance(s, ast.For | ast.While)]
    added = [each for s in body for each in ast.walk(s) if isinstance(each, ast.AugAssign)]
    kept = [name for name in _assigned([*outside, *added]) if name not in counters]
    return kept or [name for name in assigned if name not in counters]


def _results_in(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    body: list[ast.stmt],
    first: int,
    last: int,
) -> list[str]:
    """Names that the lines assign and that the rest of the function reads, before or after."""
    assigned = _assigned(body)
    read = {
        each.id
        for each in ast.walk(function)
        if isinstance(each, ast.Name)
        and isinstance(each.ctx, ast.Load)
        and not first <= each.lineno <= last
    }
    return [name for name in assigned if name in read]


def _read_later(source: str, last: int) -> set[str]:
    """Names of the module that are read behind that line, or in any function."""
    try:
        rest = list(_behind(ast.parse(source).body, last))
        table = symtable.symtable(source, "<module>", "exec")
    except (SyntaxError, ValueError):
        return set()
    return reads.found_by(rest) | set(_globals_in(table))


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


def _refuse_shared(
    body: Sequence[ast.stmt],
    results: Sequence[str],
    namespace: Mapping[str, Any],
    where: str,
) -> None:
    """A function that reads what the lines assign would read the module's, not theirs."""
    for found in _reached(body, namespace):
        shared = set(results) & _globals_read(found.__code__)
        if shared:
            raise UsageError(
                f"{where}: they assign {min(shared)!r}, which {found.__name__}() reads as a "
                "global; hand it over as an argument"
            )


def _reached(body: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> Iterator[FunctionType]:
    """Functions of the module that the lines name, and those that these name."""
    nodes = (node for statement in body for node in ast.walk(statement))
    waiting = [node.id for node in nodes if isinstance(node, ast.Name)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for function in _functions_of(namespace.get(name)):
            if function.__globals__ is namespace:
                yield function
                waiting += _globals_read(function.__code__)


def _functions_of(value: Any) -> Iterator[FunctionType]:
    """A function, what a wrapper of one holds, or the methods of a class or of an object."""
    inner = [getattr(value, each, None) for each in ("__wrapped__", "func", "pyfunc")]
    for each in (value, *inner):
        if isinstance(each, FunctionType):
            yield each
    kind = value if isinstance(value, type) else type(value)
    yield from (each for each in vars(kind).values() if isinstance(each, FunctionType))


def _globals_read(code: CodeType) -> set[str]:
    read = {
        str(each.argval)
        for each in dis.get_instructions(code)
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return read.union(*map(_globals_read, inner))
