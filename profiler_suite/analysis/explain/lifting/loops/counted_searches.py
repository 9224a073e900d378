"""`while i < n and x[i] < v: i += 1` counts up to the first place where its condition fails."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops.iteration import counted
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Index,
    Reduce,
    Term,
)


@dataclass(frozen=True)
class Search:
    """What such a loop counts."""

    name: str
    limits: tuple[ast.Compare, ...]
    """Comparisons of the counter with what does not change."""
    tests: tuple[ast.expr, ...]


def search_of(node: ast.While) -> Search | None:
    """A loop that only counts; None for others."""
    name = _counts(node.body[0]) if len(node.body) == 1 and not node.orelse else ""
    parts = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
    if not name or (
        isinstance(node.test, ast.BoolOp) and not isinstance(node.test.op, ast.And)
    ):
        return None
    limits = tuple(e for e in parts if isinstance(e, ast.Compare) and _is_limit(e, name))
    tests = tuple(each for each in parts if each not in limits)
    return Search(name, limits, tests) if tests and len(limits) < 2 else None


def place_of(reader: Reader, search: Search) -> Term | None:
    """What the counter holds in the end; None where that is not known before."""
    scope = reader.scope
    start = scope.env.get(search.name)
    if not isinstance(start, Index) or start.loops:
        return None
    kept, depth = dict(scope.env), len(scope.loops)
    try:
        stop = _stop(reader, search)
        if stop is None:
            return None
        counter = ast.Name(search.name, ast.Store())
        (label,), guards = counted(reader, counter, start.index, stop, Poly.number(1))
        if guards:
            return None
        holds = ops.joined("&", [reader.read_test(each) for each in search.tests])
    finally:
        scope.env = kept
        del scope.loops[depth:]
    if ops.is_carried(holds) or label.name not in holds.loops or holds.own:
        return None
    scope.assume("there is at least one iteration")
    first: Term = Reduce("first", ops.negated(holds), (label,))
    if start.index.monomials:
        first = ops.apply("({0}) + ({1})", "+", first, start)
    return first


def _counts(node: ast.stmt) -> str:
    """The name that a statement adds one to; '' for others."""
    shown = ast.unparse(node)
    target = node.target if isinstance(node, ast.AugAssign) else None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        (target,) = node.targets  # type: ignore[assignment]
    if not isinstance(target, ast.Name):
        return ""
    name = target.id
    return name if shown in (f"{name} += 1", f"{name} = {name} + 1") else ""


def _is_limit(test: ast.Compare, name: str) -> bool:
    """`i < n`, `i + 1 <= n`: whether a counter is compared with what does not change."""
    (limit, *more) = test.comparators
    names = {e.id for e in ast.walk(limit) if isinstance(e, ast.Name)}
    plain = not any(isinstance(e, ast.Subscript | ast.Call) for e in ast.walk(test.left))
    ours = {e.id for e in ast.walk(test.left) if isinstance(e, ast.Name)}
    upwards = isinstance(test.ops[0], ast.Lt | ast.LtE)
    return not more and upwards and plain and name in ours and name not in names


def _stop(reader: Reader, search: Search) -> Poly | None:
    """The first number that the counter does not go beyond."""
    if search.limits:
        (test,) = search.limits
        end = reader.read(test.comparators[0])
        reader.scope.env[search.name] = Index(Poly())
        ahead = reader.read(test.left)
        if not isinstance(end, Index) or not isinstance(ahead, Index):
            return None
        if end.loops or ahead.index.constant is None or not _is_shifted(test.left, search.name):
            return None
        return end.index - ahead.index + (1 if isinstance(test.ops[0], ast.LtE) else 0)
    return _end_of_row(reader, search)


def _end_of_row(reader: Reader, search: Search) -> Poly | None:
    """Where the row ends that is searched: `while x[i + 1] < v`."""
    (test, *more) = search.tests
    if more or not isinstance(test, ast.Compare) or len(test.comparators) > 1:
        return None
    for each in (test.left, *test.comparators):
        if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name):
            if not _is_shifted(each.slice, search.name):
                continue
            reader.scope.env[search.name] = Index(Poly())
            ahead, row = reader.read(each.slice), reader.read(each.value)
            if isinstance(ahead, Index) and ahead.index.constant in (0, 1) and row.own:
                reader.scope.assume(f"every search ends within {each.value.id}")
                return row.own[0].count - ahead.index
    return None


def _is_shifted(node: ast.expr, name: str) -> bool:
    """`i`, `i + 1`, `i - 1`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return isinstance(node.left, ast.Name) and node.left.id == name
    return isinstance(node, ast.Name)
