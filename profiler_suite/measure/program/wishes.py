"""Which function a target names, before the program has run."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from profiler_suite.errors import UsageError, unknown_name
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.workloads import module_lines
from profiler_suite.workloads.user_function import identifier

_HOW = "give path/to/file.py:function, file.py:Class.method, file.py:LINE or MODULE:FUNCTION"

_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Each is a copy of the program that waits.
_MOST_STATEMENTS = 12


def wish_for(target: str) -> CallWish:
    """The function, method or lines of a module that 'file.py:Class.method' names."""
    where, _, name = target.rpartition(":")
    if not where or not name:
        raise UsageError(f"{target!r} names no function; {_HOW}")
    path = Path(where).expanduser()
    if not (where.endswith(".py") or path.is_file()):
        return CallWish(module=where, qualname=_plain(name))
    if not path.is_file():
        raise UsageError(f"the file {where!r} does not exist; {_HOW}")
    file = str(path.resolve())
    try:
        source = module_lines.source_of(path)
        tree = ast.parse(source)
    except (OSError, ValueError, SyntaxError) as error:
        raise UsageError(f"{where} cannot be read as Python: {error}") from error
    if name.isdecimal():
        return _wish_for_line(where, file, source, int(name))
    known = dict(functions_in(tree.body))
    if _plain(name) not in known:
        raise unknown_name(f"function in {where}:", name, known)
    if isinstance(known[_plain(name)], ast.AsyncFunctionDef):
        raise UsageError(
            f"{target} is a coroutine function, which runs in turns with others; explain a "
            f"function that it calls, or a loop of it: {where}:LINE"
        )
    return CallWish(file=file, qualname=_plain(name))


def _wish_for_line(where: str, file: str, source: str, line: int) -> CallWish:
    first, last = module_lines.group_at(source, line)
    if first:
        return CallWish(file=file, first=first, last=last)
    first, last = module_lines.loop_in_function(source, line)
    around = [
        name
        for name, node in functions_in(ast.parse(source).body)
        if node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if not first:
        raise UsageError(
            f"{where}, line {line}, is empty, or in a function and in no loop that can be "
            "called alone; name the function"
        )
    return CallWish(file=file, qualname=around[-1], first=first, last=last)


def _plain(name: str) -> str:
    return identifier(name.replace(".<locals>", ""))


def functions_in(body: Sequence[ast.stmt], around: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Every function of the module by its name, those inside others included."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{around}{statement.name}"
            if not isinstance(statement, ast.ClassDef):
                yield name, statement
            yield from functions_in(statement.body, f"{name}.")
        else:
            for part in ("body", "orelse", "finalbody"):
                yield from functions_in(getattr(statement, part, []), around)
            for handler in getattr(statement, "handlers", []):
                yield from functions_in(handler.body, around)


def loops_outside_functions(file: str) -> list[CallWish]:
    """Statements of a script with a loop that stand in no function, the first few."""
    try:
        source = module_lines.source_of(file)
        tree = ast.parse(source)
    except (OSError, ValueError, SyntaxError):
        return []
    path = str(Path(file).resolve())
    found: dict[tuple[int, int], CallWish] = {}
    for node in ast.walk(tree):
        if isinstance(node, _LOOPS):
            first, last = module_lines.group_at(source, node.lineno)
            if first:
                found[first, last] = CallWish(file=path, first=first, last=last)
    return [found[each] for each in sorted(found)][:_MOST_STATEMENTS]
