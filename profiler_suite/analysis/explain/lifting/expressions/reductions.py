"""np.sum, np.max, np.percentile and the like of what an iteration has."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.left_out import all_but_one
from profiler_suite.analysis.explain.lifting.expressions.parts import of_bounds
from profiler_suite.analysis.explain.lifting.expressions.selected import of_selected
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Index,
    Label,
    Leaf,
    Part,
    Reduce,
    Refusal,
    Select,
    Stack,
    Term,
)

REDUCTIONS = frozenset(
    (
        *("sum", "prod", "max", "min", "amax", "amin", "mean", "std", "var", "any", "all"),
        *("median", "ptp", "count_nonzero", "argmax", "argmin", "nansum", "nanmean", "nanmax"),
        *("nanmin", "nanstd", "nanvar", "nanmedian", "percentile", "quantile", "average"),
    )
)


def reduction(
    reader: Reader, node: ast.Call, name: str, inner: Term, rest: list[ast.expr]
) -> Term:
    """Of everything, or along axes that are written out."""
    name = {"amax": "max", "amin": "min"}.get(name, name)
    extra, axis = "", None
    if isinstance(inner, Part):
        return of_bounds(reader, node, name, inner, rest)
    if isinstance(inner, Select):
        given = [*rest, *(each.value for each in node.keywords if each.arg == "axis")]
        plain = len(given) < 2 and all(each.arg == "axis" for each in node.keywords)
        but_one = (
            all_but_one(reader, name, inner, given[0] if given else None) if plain else None
        )
        if but_one is not None:
            return but_one
        return of_selected(reader, node, name, inner, rest)
    if name in ("percentile", "quantile"):
        if len(rest) != 1 or node.keywords:
            raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
        share = reader.read(rest[0])
        if isinstance(share, Stack) and inner.own:
            parts = [ast.unparse(e) for e in getattr(rest[0], "elts", ())]
            every = tuple(Reduce(name, inner, inner.own, None, f", {e}") for e in parts)
            return Stack(every, share.axis)
        if share.loops or share.own or not isinstance(share, Leaf | Index):
            raise Refusal(f"the share of {ast.unparse(node)!r} is no fixed number")
        extra, rest = f", {ast.unparse(rest[0])}", []
    for each in node.keywords:
        if each.arg == "axis":
            axis = each.value
        elif each.arg == "ddof" and isinstance(each.value, ast.Constant):
            extra += f", ddof={ast.unparse(each.value)}"
        else:
            raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if rest:
        axis, *more = rest
        if more:
            raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    over = inner.own
    if axis is not None:
        over = tuple(_axis(reader, node, each, over) for each in _axes(axis))
    if not over:
        if name in ("sum", "prod", "max", "min", "mean", "median") and not extra:
            return inner
        raise Refusal(f"{ast.unparse(node)!r} is of a single number")
    if name in ("argmax", "argmin") and len(over) != 1:
        raise Refusal(f"{ast.unparse(node)!r} counts through several axes")
    return Reduce(name, inner, over, None, extra)


def _axes(axis: ast.expr) -> list[ast.expr]:
    return list(axis.elts) if isinstance(axis, ast.Tuple) else [axis]


def _axis(reader: Reader, node: ast.Call, axis: ast.expr, own: tuple[Label, ...]) -> Label:
    place = reader.facts.integer(axis)
    number = None if place is None else place.constant
    if number is None or not -len(own) <= number < len(own):
        raise Refusal(f"the axis of {ast.unparse(node)!r} is not known")
    return own[number]
