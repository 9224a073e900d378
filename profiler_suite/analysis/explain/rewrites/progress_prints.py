"""Loops that print how far they are, with the printing in a loop of its own behind them.

`if i % 1000 == 0: print(i)` keeps a loop from being written as array expressions, although
what it prints is known without what the loop computes.
"""

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewriting import Function


def loops_apart(function: Function) -> Iterator[tuple[ast.For, str]]:
    """Each loop that prints what it does not compute, and the function with two for it."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For) or loop.orelse or not _is_repeatable(loop.iter):
            continue
        printing = [each for each in loop.body if _only_prints(function, each)]
        rest = [each for each in loop.body if each not in printing]
        if not printing or not rest or _has_other_effects(function, rest):
            continue
        read = set().union(*(_named(each, ast.Load) for each in printing))
        target = _named(loop.target, ast.Store)
        changed = set().union(*(_changed(each) for each in rest))
        if read & changed or target & changed:
            continue
        start, end = function.span(loop)
        indent = f"\n{function.indent_of(loop.lineno)}"
        texts = [_written(loop, part) for part in (rest, printing)]
        text = indent.join(line for each in texts for line in each.splitlines())
        yield loop, f"{function.text[:start]}{text}{function.text[end:]}"


def _written(loop: ast.For, body: list[ast.stmt]) -> str:
    made = copy.copy(loop)
    made.body = body
    return ast.unparse(made)


def _is_repeatable(node: ast.expr) -> bool:
    """Whether it can be gone through twice: a name, a range, or these counted."""
    if isinstance(node, ast.Name | ast.Attribute):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    if node.func.id in ("enumerate", "zip"):
        return all(map(_is_repeatable, node.args))
    return node.func.id == "range"


def _only_prints(function: Function, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return not statement.orelse and all(
            _only_prints(function, each) for each in statement.body
        )
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and function.qualified(call.func) == "builtins.print"


def _has_other_effects(function: Function, body: list[ast.stmt]) -> bool:
    """Whether the rest prints as well, or leaves the loop or an iteration."""
    return any(
        isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Yield | ast.YieldFrom)
        or (isinstance(node, ast.Call) and function.qualified(node.func) == "builtins.print")
        for statement in body
        for node in ast.walk(statement)
    )


def _named(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    }


def _changed(statement: ast.stmt) -> set[str]:
    """Names that it sets, fills, or calls a method of."""
    found = _named(statement, ast.Store)
    for node in ast.walk(statement):
        owner: ast.AST | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            owner = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
        while isinstance(owner, ast.Subscript | ast.Attribute):
            owner = owner.value
        if isinstance(owner, ast.Name):
            found.add(owner.id)
    return found
