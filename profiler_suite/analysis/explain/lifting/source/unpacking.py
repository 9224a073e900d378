"""Statements written in a simpler form that means the same."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from profiler_suite.analysis.explain import syntax


def spread(value: ast.expr, number: int) -> list[ast.expr] | None:
    """The parts of `map(f, (a, b))` and `(f(v) for v in (a, b))`; None for anything else."""
    if (
        isinstance(value, ast.Call)
        and ast.unparse(value.func) == "map"
        and len(value.args) == 2
    ):
        function, given = value.args
        parts = _written_out(given, number)
        if parts is None:
            return None
        if isinstance(function, ast.Lambda):
            names = [each.arg for each in function.args.args]
            if len(names) != 1:
                return None
            return [syntax.substituted(function.body, {names[0]: each}) for each in parts]
        return [ast.Call(copy.deepcopy(function), [each], []) for each in parts]
    if isinstance(value, ast.ListComp | ast.GeneratorExp) and len(value.generators) == 1:
        (only,) = value.generators
        parts = _written_out(only.iter, number)
        if parts is None or only.ifs or not isinstance(only.target, ast.Name):
            return None
        return [syntax.substituted(value.elt, {only.target.id: each}) for each in parts]
    return None


def _written_out(node: ast.expr, number: int) -> list[ast.expr] | None:
    if not isinstance(node, ast.Tuple | ast.List) or len(node.elts) != number:
        return None
    return None if any(isinstance(each, ast.Starred) for each in node.elts) else list(node.elts)


def written(node: ast.For, literal: Callable[[str], ast.expr | None]) -> ast.For:
    """`for k, (a, b) in enumerate(offsets)` over what the names stand for."""
    made = _pairs(node.iter, literal)
    return node if made is None else ast.For(node.target, made, node.body, node.orelse)


def _pairs(node: ast.expr, literal: Callable[[str], ast.expr | None]) -> ast.expr | None:
    if isinstance(node, ast.Name):
        node = literal(node.id) or node
    if isinstance(node, ast.Tuple | ast.List):
        return node
    if not isinstance(node, ast.Call) or node.keywords:
        return None
    name = ast.unparse(node.func)
    if name not in ("enumerate", "zip") or (name == "enumerate") != (len(node.args) == 1):
        return None
    lists = [_pairs(each, literal) for each in node.args]
    known = [each.elts for each in lists if isinstance(each, ast.Tuple | ast.List)]
    if len(known) != len(lists):
        return None
    if name == "enumerate":
        known.insert(0, [ast.Constant(k) for k in range(len(known[0]))])
    rows = zip(*known, strict=False)
    return ast.List([ast.Tuple(list(row), ast.Load()) for row in rows], ast.Load())


def with_rows(node: ast.For) -> ast.For:
    """`out.append([])` and `out[-1].append(v)` as a row that is appended when it is filled."""
    for place, each in enumerate(node.body):
        name = _begins_row(each)
        if not name:
            continue
        rest = node.body[place + 1 :]
        row = f"@{name}"
        changer = _Rows(name, _counter(node), row)
        changed = [changer.visit(copy.deepcopy(one)) for one in rest]
        if changer.found and not any(syntax.uses(one, name) for one in changed):
            begin = ast.Assign([ast.Name(row, ast.Store())], ast.List([], ast.Load()))
            end = _appended(ast.Name(name, ast.Load()), ast.Name(row, ast.Load()))
            body = [*node.body[:place], begin, *changed, end]
            made = ast.For(node.target, node.iter, body, node.orelse)
            return ast.copy_location(ast.fix_missing_locations(made), node)
    return node


def _begins_row(node: ast.stmt) -> str:
    """The list that an empty one is appended to; '' where a statement does anything else."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ""
    empty = len(call.args) == 1 and ast.unparse(call.args[0]) == "[]"
    if call.func.attr != "append" or not empty or not isinstance(call.func.value, ast.Name):
        return ""
    return call.func.value.id


def _counter(node: ast.For) -> str:
    """The variable of `for i in range(n)`: the place of the row that was appended last."""
    if isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Call):
        counts = ast.unparse(node.iter.func) == "range" and len(node.iter.args) == 1
        return node.target.id if counts else ""
    return ""


def _appended(to: ast.expr, item: ast.expr) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Attribute(to, "append", ast.Load()), [item], []))


class _Rows(ast.NodeTransformer):
    """out[-1] and out[i] as the row of this iteration."""

    def __init__(self, name: str, counter: str, row: str) -> None:
        self.name = name
        self.counter = counter
        self.row = row
        self.found = False

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """The row that is filled."""
        last = ast.unparse(node.slice)
        whole = isinstance(node.value, ast.Name) and node.value.id == self.name
        if whole and last in ("-1", self.counter):
            self.found = True
            return ast.Name(self.row, ast.Load())
        self.generic_visit(node)
        return node
