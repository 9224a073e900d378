"""Branches that each append a value to the same list, as one append of a conditional value."""

import ast

import msgspec

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit


def merged(function: Function) -> Function:
    """The function with such branches merged; itself where there are none."""
    edits = []
    for node in function.nodes:
        parent = function.parents.get(node)
        outermost = not (isinstance(parent, ast.If) and node in parent.orelse)
        if not isinstance(node, ast.If) or not (outermost or len(_body(parent)) > 1):
            continue
        found = _appended(function, node)
        if found is not None:
            name, value = found
            start, end = function.span(node)
            edits.append(Edit(start=start, end=end, text=f"{name}.append({value})"))
    made = rewriting.spliced(function, edits) if edits else None
    if made is None:
        return function
    changed = rewriting.parsed(msgspec.structs.replace(function.source, text=made.source))
    return changed or function


def _body(node: ast.AST | None) -> list[ast.stmt]:
    return node.orelse if isinstance(node, ast.If) else []


def _appended(function: Function, node: ast.If) -> tuple[str, str] | None:
    """The list, and the value that is appended to it in one way or the other."""
    yes = _of_branch(function, node.body)
    no = _of_branch(function, node.orelse)
    if yes is None or no is None or yes[0] != no[0]:
        return None
    return yes[0], f"({yes[1]} if {function.text_of(node.test)} else {no[1]})"


def _of_branch(function: Function, body: list[ast.stmt]) -> tuple[str, str] | None:
    if len(body) != 1:
        return None
    (only,) = body
    if isinstance(only, ast.If):
        return _appended(function, only)
    call = only.value if isinstance(only, ast.Expr) else None
    if (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and isinstance(call.func.value, ast.Name)
        and len(call.args) == 1
    ):
        return call.func.value.id, rewriting.written(function, call.args[0])
    return None
