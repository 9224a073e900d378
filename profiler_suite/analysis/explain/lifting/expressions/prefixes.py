"""Sums and extremes of parts of a row that begin or end elsewhere in every iteration."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Index, Refusal, Term

_EXTREMES = {"max": "maximum", "min": "minimum"}


def of_part(reader: Reader, node: ast.expr, name: str) -> Term | None:
    """`x[a:b].sum()` with bounds that follow the loops, from running sums; None for others."""
    if name not in ("sum", "mean", *_EXTREMES) or not isinstance(node, ast.Subscript):
        return None
    part = node.slice
    if not isinstance(part, ast.Slice) or part.step is not None:
        return None
    try:
        bounds = [_bound(reader, each) for each in (part.lower, part.upper)]
    except Refusal:
        if reader.scope.summed:
            return None
        raise
    if not any(each is not None and each.loops for each in bounds):
        return None
    whole = reader.read(node.value)
    if len(whole.own) != 1 or whole.loops:
        return None
    (axis,) = whole.own
    low = bounds[0] or Index(Poly())
    high = bounds[1] or Index(axis.count)
    length = high.index - low.index
    if not length.atoms & {each.name for each in reader.scope.loops}:
        return None  # a window: all of them at once
    low, high = (_from_end(each, axis.count) for each in (low, high))
    if name in _EXTREMES:
        return _extreme(reader, whole, name, low, high)
    more = reader.scope.label(axis.count + 1)
    sums = Core("NP.concatenate(([0], NP.cumsum({0})))", (whole,), (more,))
    last, first = (_element(reader, sums, each, axis.count) for each in (high, low))
    total = ops.apply("({0}) - ({1})", "-", last, first) if low.index.monomials else last
    if name == "sum":
        return total
    size = ops.apply("({0}) - ({1})", "-", high, low)
    return ops.apply("({0}) / ({1})", "/", total, size)


def _bound(reader: Reader, node: ast.expr | None) -> Index | None:
    if node is None:
        return None
    found = reader.read(node)
    if not isinstance(found, Index):
        raise Refusal(f"a bound {ast.unparse(node)!r} is no sum of loop variables and numbers")
    return found


def _from_end(bound: Index, count: Poly) -> Index:
    constant = bound.index.constant
    return Index(count + bound.index) if constant is not None and constant < 0 else bound


def _element(reader: Reader, sums: Core, place: Index, count: Poly) -> Term:
    if not place.index.monomials:
        return Index(Poly())
    last = reader.facts.text(count)
    return Core(f"({{0}})[NP.clip({{1}}, 0, {last})]", (sums, place), ())


def _extreme(reader: Reader, whole: Term, name: str, low: Index, high: Index) -> Term | None:
    """Of everything up to a place, or from it on."""
    ufunc = f"NP.{_EXTREMES[name]}.accumulate"
    reader.scope.assume("no part is empty")
    if not low.index.monomials:
        running = Core(f"{ufunc}({{0}})", (whole,), whole.own)
        return Core("({0})[{1} - 1]", (running, high), ())
    if high.index == whole.own[0].count:
        running = Core(f"{ufunc}(({{0}})[::-1])[::-1]", (whole,), whole.own)
        return Core("({0})[{1}]", (running, low), ())
    return None
