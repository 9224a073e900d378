"""Searches that a function does for a loop, written in the loop that calls it.

`find(customers, key)` that returns the first customer of this key is
`next((c for c in customers if c["id"] == key), None)`: where it stands in a loop, one sees
that all searches go through the same list.
"""

import ast
from dataclasses import dataclass

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit


@dataclass(frozen=True)
class _HelperSearch:
    """`for c in rows: if test: return found`, then `return otherwise` or nothing."""

    parameters: tuple[str, ...]
    target: ast.expr
    rows: ast.expr
    test: ast.expr
    found: ast.expr
    otherwise: ast.expr


def in_place(function: Function) -> Function | None:
    """The function with such searches in its loops in place of calls; None without any."""
    edits: list[Edit] = []
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call) and _is_repeated(function, node):
            text = _written(function, node)
            if text:
                edits.append(rewriting.edit(function, node, text))
    made = rewriting.spliced(function, edits) if edits else None
    if made is None:
        return None
    changed = rewriting.parsed(msgspec.structs.replace(function.source, text=made.source))
    if changed is not None:
        changed.siblings = function.siblings
    return changed


def _is_repeated(function: Function, node: ast.AST) -> bool:
    return any(isinstance(each, syntax.REPEATING) for each in function.around(node))


def _written(function: Function, call: ast.Call) -> str:
    """The search that a call does, with what it is given; empty for other calls."""
    name, owner = "", None
    if isinstance(call.func, ast.Name):
        name = call.func.id
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        name, owner = call.func.attr, call.func.value
    other = function.siblings.get(name)
    search = _search(other) if other is not None else None
    given = [*([owner] if owner is not None else []), *call.args]
    if search is None or call.keywords or len(given) != len(search.parameters):
        return ""
    own = {n.id for n in ast.walk(search.target) if isinstance(n, ast.Name)}
    values = dict(zip(search.parameters, given, strict=True))
    if own & values.keys() or any(own & syntax.names_in(each) for each in given):
        return ""
    parts = [
        ast.unparse(syntax.substituted(each, values))
        for each in (search.found, search.target, search.rows, search.test, search.otherwise)
    ]
    found, target, rows, test, otherwise = parts
    return f"next(({found} for {target} in {rows} if {test}), {otherwise})"


def _search(other: Function) -> _HelperSearch | None:
    """What a function searches for, if it does nothing else."""
    arguments = other.node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        return None
    body = [s for s in other.node.body if not _is_docstring(s)]
    if other.node.decorator_list or not 0 < len(body) <= 2:
        return None
    loop = body[0]
    otherwise: ast.expr = ast.Constant(None)
    if len(body) == 2:
        last = body[1]
        if not isinstance(last, ast.Return) or last.value is None or not _is_plain(last.value):
            return None
        otherwise = last.value
    if not isinstance(loop, ast.For) or loop.orelse or len(loop.body) != 1:
        return None
    only = loop.body[0]
    if not isinstance(only, ast.If) or only.orelse or len(only.body) != 1:
        return None
    returned = only.body[0]
    if not isinstance(returned, ast.Return) or returned.value is None:
        return None
    parameters = tuple(each.arg for each in (*arguments.posonlyargs, *arguments.args))
    return _HelperSearch(
        parameters, loop.target, loop.iter, only.test, returned.value, otherwise
    )


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or rewriting.number(value) is not None


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
