"""while loops with a counter as for loops over a range."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal


def counted(loop: ast.While, before: Sequence[ast.stmt]) -> ast.For:
    """The for loop that a while loop is; `before` are the statements that lead to it."""
    last = _augmented(loop.body[-1])
    counter = last.target if isinstance(last, ast.AugAssign) else None
    test = _solved(loop.test, counter.id) if isinstance(counter, ast.Name) else loop.test
    if (
        loop.orelse
        or not isinstance(test, ast.Compare)
        or len(test.ops) != 1
        or not isinstance(test.left, ast.Name)
        or not isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    ):
        raise Refusal("it is a while loop without a counter")
    name = test.left.id
    if (
        not isinstance(last, ast.AugAssign)
        or not isinstance(last.target, ast.Name)
        or last.target.id != name
        or not isinstance(last.op, ast.Add | ast.Sub)
        or any(isinstance(node, ast.Continue) for node in ast.walk(loop))
    ):
        raise Refusal(f"it is a while loop that does not end with {name} += 1")
    changed = {
        node.id
        for statement in loop.body[:-1]
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound = test.comparators[0]
    asked = {node.id for node in ast.walk(bound) if isinstance(node, ast.Name)}
    if name in changed or changed & asked:
        raise Refusal("it is a while loop whose end is found on the way")
    up = isinstance(last.op, ast.Add)
    if up != isinstance(test.ops[0], ast.Lt | ast.LtE):
        raise Refusal("it is a while loop that runs away from its end")
    if isinstance(test.ops[0], ast.LtE | ast.GtE):
        bound = ast.BinOp(bound, ast.Add() if up else ast.Sub(), ast.Constant(1))
    step: ast.expr = last.value if up else ast.UnaryOp(ast.USub(), last.value)
    one = isinstance(last.value, ast.Constant) and last.value.value == 1
    args: list[ast.expr] = [_start(name, before), bound]
    if not (up and one):
        args.append(step)
    made = ast.For(
        target=ast.Name(name, ast.Store()),
        iter=ast.Call(ast.Name("range", ast.Load()), args, []),
        body=[copy.copy(each) for each in loop.body[:-1]] or [ast.Pass()],
        orelse=[],
    )
    return ast.copy_location(made, loop)


_MIRRORED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def _solved(test: ast.expr, name: str) -> ast.expr:
    """`i + size <= len(x)` and `n > i` with the counter alone on the left."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return test
    left, sign, right = test.left, test.ops[0], test.comparators[0]
    if type(sign) not in _MIRRORED or _reads(left, name) == _reads(right, name):
        return test
    if _reads(right, name):
        left, sign, right = right, _MIRRORED[type(sign)](), left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
        adds, counter, other = isinstance(left.op, ast.Add), left.left, left.right
        if adds and not _reads(counter, name):
            counter, other = other, counter
        if _reads(other, name) or not _reads(counter, name):
            return test
        left = counter
        right = ast.BinOp(right, ast.Sub() if adds else ast.Add(), other)
    return ast.copy_location(ast.Compare(left, [sign], [right]), test)


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _augmented(node: ast.stmt) -> ast.stmt:
    """`i = i + 1` as `i += 1`; other statements as they are."""
    if (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.left, ast.Name)
        and node.value.left.id == node.targets[0].id
    ):
        return ast.AugAssign(node.targets[0], node.value.op, node.value.right)
    return node


def _start(name: str, before: Sequence[ast.stmt]) -> ast.expr:
    """What the counter holds at first: its value right before, or the name itself."""
    for statement in reversed(before):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and target.id == name:
                return statement.value
            if isinstance(target, ast.Name):
                continue
        break
    return ast.Name(name, ast.Load())
