"""Values in another shape: all elements in one row, rows of a fixed length, new axes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.facts import OtherShape
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    ORDER,
    Access,
    Apply,
    Core,
    Index,
    Label,
    Part,
    Refusal,
    Slab,
    Stack,
    Term,
    View,
    relabelled,
)


def flattened(scope: Scope, inner: Term) -> Term:
    """A value's own axes made one; of a whole array, all of its elements in one row."""
    if len(inner.own) == 1:
        return inner
    return _in_shape(scope, inner, (size_of(inner),), "ravel()")


def size_of(term: Term) -> Poly:
    """How many elements there are in an iteration."""
    size = Poly.number(1)
    for each in term.own:
        size = size * each.count
    return size


def reshaped(scope: Scope, inner: Term, lengths: Sequence[Poly], words: str) -> Term:
    """`x.reshape(…)`, with at most one length of -1."""
    unknown = [k for k, each in enumerate(lengths) if each == Poly.number(-1)]
    others = [each for k, each in enumerate(lengths) if k not in unknown]
    if len(lengths) == 1:
        return flattened(scope, inner)
    if len(inner.own) == 1 and len(lengths) == 2 and Poly.number(1) in others:
        (axis,) = inner.own
        if unknown or axis.count in others:
            return lengthened(scope, inner, first=lengths[0] == Poly.number(1))
    if len(unknown) > 1:
        raise Refusal(f"the shape of {words!r} is not known")
    known = Poly.number(1)
    for each in others:
        known = known * each
    size = size_of(inner)
    rest = _divided(scope, size, known) if unknown else None
    shape = tuple(
        each if rest is None or k not in unknown else rest for k, each in enumerate(lengths)
    )
    texts = ["-1" if k in unknown else scope.facts.text(e) for k, e in enumerate(lengths)]
    return _in_shape(scope, inner, shape, f"reshape({', '.join(texts)})")


def _divided(scope: Scope, size: Poly, known: Poly) -> Poly:
    if size.constant is not None and known.constant:
        return Poly.number(size.constant // known.constant)
    return Poly.atom(f"({scope.facts.text(size)}) // ({scope.facts.text(known)})")


def lengthened(scope: Scope, inner: Term, *, first: bool) -> Term:
    """A row as a matrix of one row, or of one column."""
    made = Stack((inner,), scope.label(Poly.number(1)))
    return made if first else View(made, (*inner.own, made.axis))


def _in_shape(scope: Scope, inner: Term, shape: tuple[Poly, ...], how: str) -> Term:
    whole = isinstance(inner, Access) and inner.base.isidentifier()
    if isinstance(inner, Access) and whole and all(map(_is_all, inner.subs)):
        base = f"{inner.base}.{how}"
        scope.facts.reshaped[base] = OtherShape(inner.base, shape)
        return replace(inner, base=base, subs=tuple(scope.whole(each) for each in shape))
    return Core("FLAT", (inner,), tuple(scope.label(each) for each in shape))


def _is_all(sub: object) -> bool:
    return isinstance(sub, Slab) and sub.text == ":"


def with_element(scope: Scope, old: Term, places: Sequence[Term], op: str, value: Term) -> Term:
    """An array of which one element is another: `v[k] = 1`, or `v[k] += 1` with an `op`."""
    dtype = dtype_of(old)
    if len(places) != len(old.own) or value.own or any(each.own for each in places):
        raise Refusal("several elements are set of an array that the loop makes")
    if dtype is None or dtype.kind not in "biufc" or any(map(ops.is_truth, places)):
        raise Refusal("an element is set of an array whose dtype is not known")
    tests = []
    for number, (axis, place) in enumerate(zip(old.own, places, strict=True)):
        more = ", None" * (len(places) - 1 - number)
        counter = f"NP.arange({scope.facts.text(axis.count)})" + (f"[:{more}]" if more else "")
        line = Core(counter, (), old.own[number:])
        index = _not_from_the_end(scope, axis, place)
        tests.append(ops.apply("({0}) == ({1})", "==", line, index))
    new = ops.apply(f"({{0}}) {op} ({{1}})", op, old, value) if op else value
    found = ops.where(ops.joined("&", tests), new, old)
    if dtype_of(found) != dtype:
        found = Apply(f"({{0}}).astype(NP.{dtype})", (found,), f"astype {dtype}")
    return found


def put_in_order(old: Term, order: Term, value: Term) -> Term | None:
    """`v[order] = values` with `order = np.argsort(x)`: all of its elements; else None."""
    sorts = isinstance(order, Core) and order.form == ORDER
    if not sorts or len(old.own) != 1 or len(value.own) != 1 or len(order.own) != 1:
        return None
    if not old.own[0].count == order.own[0].count == value.own[0].count:
        return None
    dtype, given = dtype_of(old), dtype_of(value)
    if dtype is None or given is None or not np.can_cast(given, dtype, "same_kind"):
        return None
    places: Term = Core(ORDER, (order,), order.own)
    if not ops.is_counter(value):
        form = "NP.take_along_axis({0}, {1}, axis=-1)" if value.loops else "({0})[{1}]"
        places = Core(form, (value, places), order.own)
    places = relabelled(places, {order.own[0]: old.own[0]})
    if dtype != given:
        places = Apply(f"({{0}}).astype(NP.{dtype})", (places,), f"astype {dtype}")
    return places


def _not_from_the_end(scope: Scope, axis: Label, place: Term) -> Term:
    """A place that is counted from the beginning; what is computed is taken for one."""
    if isinstance(place, Index):
        known = place.index.constant
        return Index(axis.count + known) if known is not None and known < 0 else place
    scope.assume("no index is negative")
    return place


def lengths_of(node: ast.Call, given: Sequence[ast.expr]) -> list[ast.expr]:
    """The lengths that a call of reshape gets, one by one or as a tuple."""
    if node.keywords or not given:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    first = given[0]
    return list(first.elts) if isinstance(first, ast.Tuple | ast.List) else list(given)


def length_of(part: Part) -> Term:
    """How many elements it has."""
    if isinstance(part.arg, Part):
        raise Refusal("how large a block is is not asked for")
    low, high = ends_of(part, part.arg.own[0].count)
    return high if low == Index(Poly()) else ops.apply("({0}) - ({1})", "-", high, low)


def ends_of(part: Part, count: Poly) -> tuple[Term, Term]:
    """Its first place and the one after its last, within the row and in this order."""
    if part.low == Index(Poly()):
        return part.low, part.high
    low = ops.apply("NP.minimum({0}, {1})", "minimum", part.low, Index(count))
    return low, ops.apply("NP.maximum({0}, {1})", "maximum", part.high, low)
