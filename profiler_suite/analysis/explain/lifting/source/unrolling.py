"""Loops over a few written-out numbers, written out themselves."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from profiler_suite.analysis.explain.syntax import substituted

_MOST = 12
_CONSTANTS = (ast.Constant, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.BinOp, ast.Tuple)


def unrolled(node: ast.For) -> list[ast.stmt] | None:
    """Its body for one element after the other; None where that is not known or too long."""
    if not isinstance(node.iter, ast.Tuple | ast.List) or node.orelse:
        return None
    values = node.iter.elts
    if not 0 < len(values) <= _MOST or not all(_is_written(each) for each in values):
        return None
    names = _names(node.target)
    if not names or any(
        isinstance(each, ast.Break)
        or (isinstance(each, ast.Name) and each.id in names and not _reads(each))
        for statement in node.body
        for each in ast.walk(statement)
    ):
        return None
    found: list[ast.stmt] = []
    for value in values:
        known = _known(node.target, value)
        if known is None:
            return None
        body = [substituted(each, known) for each in node.body]
        found += _folded([_Choices().visit(each) for each in body])
    return None if any(map(_continues, found)) else found


def _reads(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _names(target: ast.expr) -> frozenset[str]:
    return frozenset(each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _is_written(node: ast.expr) -> bool:
    """A number, or a tuple of numbers, as it stands in the source."""
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_written(each) for each in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _known(target: ast.expr, value: ast.expr) -> dict[str, ast.expr] | None:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple | ast.List):
        if len(target.elts) != len(value.elts):
            return None
        found: dict[str, ast.expr] = {}
        for one, other in zip(target.elts, value.elts, strict=True):
            part = _known(one, other)
            if part is None:
                return None
            found |= part
        return found
    return None


class _Choices(ast.NodeTransformer):
    """`a if 1 == 0 else b` as the one of both that it is."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """One of them, where the condition is decided."""
        self.generic_visit(node)
        decided = decision(reduced(node.test))
        if decided is None:
            return node
        return node.body if decided else node.orelse


def _folded(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Without conditions that are decided, and without what stands after `continue`."""
    found: list[ast.stmt] = []
    for place, node in enumerate(body):
        if isinstance(node, ast.Continue):
            return found
        if isinstance(node, ast.If):
            node.test = reduced(node.test)
            decided = decision(node.test)
            if decided is None and _only_continues(node):
                # Of this element only: what follows for the others is not skipped.
                rest = _folded(body[place + 1 :])
                if rest:
                    found.append(ast.If(ast.UnaryOp(ast.Not(), node.test), rest, []))
                return found
            if decided is not None:
                chosen = node.body if decided else node.orelse
                found += _folded(chosen)
                if any(isinstance(each, ast.Continue) for each in chosen):
                    return found
                continue
        if isinstance(node, ast.For):
            inner = unrolled(node)
            if inner is not None:
                found += inner
                continue
        found.append(node)
    return found


def reduced(test: ast.expr) -> ast.expr:
    """A condition without the parts of it that are decided."""
    if not isinstance(test, ast.BoolOp):
        return test
    values = [reduced(each) for each in test.values]
    known = [decision(each) for each in values]
    ends = isinstance(test.op, ast.Or)
    if ends in known:
        return ast.Constant(ends)
    left = [each for each, value in zip(values, known, strict=True) if value is None]
    if len(left) < 2:
        return left[0] if left else ast.Constant(not ends)
    return ast.BoolOp(test.op, left)


def _only_continues(node: ast.If) -> bool:
    return len(node.body) == 1 and isinstance(node.body[0], ast.Continue) and not node.orelse


def _continues(node: ast.stmt) -> bool:
    """Whether a statement goes on with the next element of the loop that it stands in."""
    if isinstance(node, ast.Continue):
        return True
    inside = [*getattr(node, "body", []), *getattr(node, "orelse", [])]
    return not isinstance(node, ast.For | ast.While) and any(map(_continues, inside))


def decision(test: ast.expr) -> bool | None:
    """Whether a condition on written-out numbers holds; None where it is of anything else."""
    allowed = (*_CONSTANTS, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Load)
    if not all(isinstance(each, allowed) for each in ast.walk(test)):
        return None
    if any(isinstance(each, ast.Pow | ast.LShift) for each in ast.walk(test)):
        return None
    try:
        return bool(eval(compile(ast.fix_missing_locations(ast.Expression(test)), "", "eval")))
    except (ArithmeticError, TypeError, ValueError):
        return None
