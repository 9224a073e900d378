"""Sums of differences times weights: Σⱼ wᵢⱼ (pⱼ - pᵢ) as W @ P - W.sum(axis=1)[:, None] * P."""

from __future__ import annotations

from collections.abc import Iterator

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Current,
    Index,
    Label,
    Reduce,
    Term,
)

_ZERO = Index(Poly())


def weighted_differences(writer: Writer, term: Reduce) -> Array | None:
    """Forces of all pairs, and the like, as one product; None for other sums."""
    if writer.style.product != "matmul" or not writer.style.distance or len(term.over) != 1:
        return None
    if term.op != "sum" or term.form or term.initial is not None or term.narrow:
        return None
    (label,) = term.over
    mask, inside = _chosen(term.arg)
    parts = list(_factors(inside))
    found = [each for each, up in parts if up and _is_difference(each, label)]
    difference = found[0] if len(found) == 1 else None
    if not isinstance(difference, Apply):
        return None
    rest = [(each, up) for each, up in parts if each is not difference]
    weight = _product(rest, mask)
    if weight is None or weight.own or label.name not in weight.loops or len(weight.loops) < 2:
        return None
    made = writer.lower(weight)
    name = writer.free_name("weights")
    writer.before.append(f"{name} = {made.text}")
    weights = Current(name, made.dims, dtype=str(dtype_of(weight) or ""))
    writer.scope.assume("differences of almost equal numbers may lose digits")
    return writer.lower(_sums(weights, difference, label))


def _chosen(term: Term) -> tuple[Term | None, Term]:
    """The condition of what is added under one, and that; no condition for anything else."""
    if isinstance(term, Apply) and term.name == "where" and term.args[2] == _ZERO:
        return term.args[0], term.args[1]
    return None, term


def _factors(term: Term, up: bool = True) -> Iterator[tuple[Term, bool]]:
    """Factors and divisors, each with whether it is a factor."""
    if isinstance(term, Apply) and term.name in ("*", "/"):
        left, right = term.args
        yield from _factors(left, up)
        yield from _factors(right, up == (term.name == "*"))
    else:
        yield term, up


def _is_difference(term: Term, label: Label) -> bool:
    """Whether it is one of rows, of which the loop changes one."""
    if not isinstance(term, Apply) or term.name != "-" or not term.own:
        return False
    moving = [label.name in each.loops for each in term.args]
    return str(dtype_of(term)) == "float64" and moving.count(True) == 1


def _product(parts: list[tuple[Term, bool]], mask: Term | None) -> Term | None:
    """All factors but the difference; None where there are none."""
    above = [each for each, up in parts if up]
    found: Term | None = above[0] if above else None
    for each in above[1:]:
        found = ops.apply("({0}) * ({1})", "*", found or each, each)
    for each, up in parts:
        if not up:
            one = found or Index(Poly.number(1))
            found = ops.apply("({0}) / ({1})", "/", one, each)
    if found is None or mask is None:
        return found
    return ops.where(mask, found, _ZERO)


def _sums(weights: Term, difference: Apply, label: Label) -> Term:
    """The sum of both sides, one of which is the same for all."""

    def weighted(side: Term) -> Term:
        if label.name in side.loops:
            product = ops.apply("({0}) * ({1})", "*", weights, side)
            return Reduce("sum", product, (label,))
        total = Reduce("sum", weights, (label,))
        return ops.apply("({0}) * ({1})", "*", total, side)

    left, right = difference.args
    return ops.apply("({0}) - ({1})", "-", weighted(left), weighted(right))
