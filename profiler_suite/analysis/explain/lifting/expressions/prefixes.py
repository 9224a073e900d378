"""Sums and extremes of parts of a row that begin or end elsewhere in every iteration."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
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
    if reader.scope.summed and name in ("sum", "mean"):
        return _between(reader, node, name, part)
    bounds = [_bound(reader, each) for each in (part.lower, part.upper)]
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


def _between(reader: Reader, node: ast.Subscript, name: str, part: ast.Slice) -> Term | None:
    """With bounds of any kind: `x[max(0, i - 2):i + 3]`, `x[begin[i]:end[i]]`."""
    whole = reader.read(node.value)
    kind = dtype_of(whole)
    if len(whole.own) != 1 or whole.loops or str(kind) not in ("float64", "int64"):
        return None
    (axis,) = whole.own
    low, high = Index(Poly()), Index(axis.count)
    ends = [
        reader.read(each) if each is not None else other
        for each, other in ((part.lower, low), (part.upper, high))
    ]
    for each in ends:
        found = dtype_of(each)
        if each.own or found is None or found.kind not in "iu":
            raise Refusal(f"a bound of {ast.unparse(node)!r} is no whole number")
    if all(isinstance(each, Index) for each in ends) or not any(each.loops for each in ends):
        raise Refusal(f"the bounds of {ast.unparse(node)!r} are sums of loop variables")
    reader.scope.assume(f"no bound of {ast.unparse(node)} is negative")
    reader.scope.assume("running sums may be rounded otherwise")
    more = reader.scope.label(axis.count + 1)
    sums = Core("NP.concatenate(([0], NP.cumsum({0})))", (whole,), (more,))
    first, last = (
        each if part_of is None else ops.apply("NP.minimum({0}, {1})", "minimum", each, high)
        for each, part_of in zip(ends, (part.lower, part.upper), strict=True)
    )
    if part.lower is not None:
        last = ops.apply("NP.maximum({0}, {1})", "maximum", last, first)
    upto, before = (Core("({0})[{1}]", (sums, each), ()) for each in (last, first))
    if part.lower is None:
        return upto if name == "sum" else ops.apply("({0}) / ({1})", "/", upto, last)
    total = ops.apply("({0}) - ({1})", "-", upto, before)
    if name == "sum":
        return total
    size = ops.apply("({0}) - ({1})", "-", last, first)
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
