"""Conditions on loop variables as shorter ranges: `for i in range(n): if i > 0:`."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Index, Refusal

_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}


def narrowed(reader: Reader, node: ast.For) -> ast.For:
    """The nest with conditions that only cut off its ends moved into its ranges."""
    loops = [node]
    while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], ast.For):
        loops.append(loops[-1].body[0])
    only = loops[-1].body[0]
    if len(loops[-1].body) != 1 or not isinstance(only, ast.If) or only.orelse:
        return node
    made = copy.deepcopy(node)
    copies = [made]
    while isinstance(copies[-1].body[0], ast.For):
        copies.append(copies[-1].body[0])
    tests = _parts(only.test)
    left = [test for test in tests if not _moved(reader, copies, test)]
    if len(left) == len(tests):
        return node
    body = only.body
    if left:
        test = left[0] if len(left) == 1 else ast.BoolOp(ast.And(), left)
        body = [ast.If(test, list(only.body), [])]
    copies[-1].body = list(body)
    return ast.fix_missing_locations(made)


def _parts(test: ast.expr) -> list[ast.expr]:
    """The conditions that must all hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in _parts(value)]
    if isinstance(test, ast.Compare) and len(test.ops) > 1:
        values = [test.left, *test.comparators]
        return [
            ast.Compare(a, [op], [b])
            for op, a, b in zip(test.ops, values, values[1:], strict=False)
        ]
    return [test]


def _moved(reader: Reader, loops: Sequence[ast.For], test: ast.expr) -> bool:
    """Whether a condition was moved into the range of a loop."""
    if not isinstance(test, ast.Compare) or type(test.ops[0]) not in _MIRRORED:
        return False
    left, right, op = test.left, test.comparators[0], type(test.ops[0])
    for loop in loops:
        name = loop.target.id if isinstance(loop.target, ast.Name) else ""
        for side, other, sign in ((left, right, op), (right, left, _MIRRORED[op])):
            if isinstance(side, ast.Name) and side.id == name:
                return _cut(reader, loop, sign, other)
    return False


def _cut(reader: Reader, loop: ast.For, sign: type[ast.cmpop], bound: ast.expr) -> bool:
    call = loop.iter
    if (
        not isinstance(call, ast.Call)
        or ast.unparse(call.func) != "range"
        or len(call.args) > 2
    ):
        return False
    start: ast.expr = call.args[0] if len(call.args) == 2 else ast.Constant(0)
    stop = call.args[-1]
    try:
        first, last, limit = (_number(reader, each) for each in (start, stop, bound))
    except Refusal:
        return False
    if sign in (ast.Gt, ast.GtE):
        new = limit + (1 if sign is ast.Gt else 0)
        gap = (new - first).constant
        if gap is None:
            return False
        if gap > 0:
            start = _written(bound, 1 if sign is ast.Gt else 0)
    else:
        new = limit + (1 if sign is ast.LtE else 0)
        gap = (last - new).constant
        if gap is None:
            return False
        if gap > 0:
            stop = _written(bound, 1 if sign is ast.LtE else 0)
    loop.iter = ast.Call(call.func, [start, stop], [])
    return True


def _written(bound: ast.expr, more: int) -> ast.expr:
    return ast.BinOp(bound, ast.Add(), ast.Constant(more)) if more else bound


def _number(reader: Reader, node: ast.expr) -> Poly:
    found = reader.read(node)
    if not isinstance(found, Index) or found.loops:
        raise Refusal("no fixed number")
    return found.index
