"""Curves through another row in every iteration, `interp1d(x, rows[i])(v)`, all at once."""

from __future__ import annotations

import ast
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Curve
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    By,
    Core,
    Index,
    Refusal,
    Slab,
    Term,
)


def is_curve(node: ast.AST) -> bool:
    """Whether a call makes an interpolating function."""
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "interp1d"
        and len(node.args) == 2
        and all(k.arg and isinstance(k.value, ast.Constant) for k in node.keywords)
        and all(k.arg not in ("axis", "copy", "assume_sorted") for k in node.keywords)
    )


def curve_of(reader: Reader, node: ast.Call) -> Curve:
    """The curve that a call makes."""
    places, row = (reader.read(each) for each in node.args)
    return Curve(node, places, row)


def on_curve(reader: Reader, made: Curve, node: ast.expr) -> Term:
    """What a curve is at some places, or at one."""
    curve, places, row = made.call, made.places, made.row
    wanted = reader.read(node)
    if len(places.own) != 1 or len(row.own) != 1 or places.loops or not row.loops:
        raise Refusal(f"{ast.unparse(curve)!r} is through other places in every iteration")
    if len(wanted.own) == 1 and not wanted.loops:
        options = "".join(f", {k.arg}={ast.unparse(k.value)}" for k in curve.keywords)
        form = f"{ast.unparse(curve.func)}({{1}}, {{2}}, axis=-1{options})({{0}})"
        return Core(form, (wanted, places, row), wanted.own)
    if curve.keywords:
        raise Refusal(f"{ast.unparse(curve)!r} is no straight line between places")
    reader.scope.assume("no place lies beyond a curve")
    return between(reader, places, row, wanted)


def between(reader: Reader, places: Term, row: Term, wanted: Term) -> Term:
    """The straight line between two neighbours of a row, another row for each place."""
    inner = row
    if not isinstance(inner, Access) or wanted.own or not wanted.loops or places.loops:
        raise Refusal("a curve through computed values is at other places in every iteration")
    reader.scope.assume("the places of a curve are sorted")
    last = reader.facts.text(places.own[0].count - 2)
    form = f"NP.clip(NP.searchsorted({{0}}, {{1}}, side='right') - 1, 0, {last})"
    left: Term = Apply("{0}", (Core(form, (places, wanted), ()),), "astype int64")
    right = ops.apply("({0}) + ({1})", "+", left, Index(Poly.number(1)))
    low, high = (Core("({0})[{1}]", (places, each), ()) for each in (left, right))
    first, second = (_element(inner, each) for each in (left, right))
    rise = ops.apply("({0}) - ({1})", "-", second, first)
    run = ops.apply("({0}) - ({1})", "-", high, low)
    slope = ops.apply("({0}) / ({1})", "/", rise, run)
    ahead = ops.apply("({0}) - ({1})", "-", wanted, low)
    return ops.apply("({0}) + ({1})", "+", ops.apply("({0}) * ({1})", "*", slope, ahead), first)


def _element(row: Access, place: Term) -> Access:
    subs = tuple(By(place) if isinstance(e, Slab) else e for e in row.subs)
    whole = [e for e in row.subs if isinstance(e, Slab)]
    if len(whole) != 1 or whole[0].text != ":":
        raise Refusal("a curve through part of a row is at other places in every iteration")
    return replace(row, subs=subs)
