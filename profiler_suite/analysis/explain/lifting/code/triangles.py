"""Sums whose length is a counter, `for i in range(t): s += x[i]`: for all t by one cumsum."""

from __future__ import annotations

from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Index,
    Label,
    Reduce,
    Term,
)

_ZERO = Index(Poly())
_KINDS = ("float64", "int64")


@dataclass(frozen=True)
class Bound:
    """Which of the elements count: those below a number of them, or from it on."""

    number: Poly
    below: bool


def sums_of_triangles(writer: Writer, term: Reduce) -> Array | None:
    """A sum of elements below, or from, a place that other loops count; None for others."""
    inside = term.arg
    if term.op != "sum" or len(term.over) != 1 or term.initial is not None:
        return None
    if not isinstance(inside, Apply) or inside.name != "where" or inside.args[2] != _ZERO:
        return None
    (axis,) = term.over
    test, value, _ = inside.args
    bounds = [(each, bound_of(each, axis)) for each in ops.conjuncts(test)]
    asking = [(each, bound) for each, bound in bounds if bound is not None]
    rest = [each for each, bound in bounds if bound is None]
    if len(asking) != 1 or rest:
        return None
    (limit, bound) = asking[0]
    if value.loops != {axis.name} or value.own or str(dtype_of(value)) not in _KINDS:
        return None
    assert bound is not None
    labels = tuple(each for part in limit.children for each in getattr(part, "labels", ()))
    number = Index(bound.number, tuple(dict.fromkeys(e for e in labels if e != axis)))
    if number.own or not number.loops:
        return None
    made = writer.any_order(value)
    if made.dims != (axis,):
        return None
    sums = _sums(writer, made, bound.below)
    counted = [one for one in number.labels if number.index == one.index + _low(number)]
    label = counted[0] if counted else None
    if label is not None and _is_within(number, label, axis):
        low, end = (writer.facts.text(_low(number) + more) for more in (Poly(), label.count))
        return Array(f"{sums}[{'' if low == '0' else low}:{end}]", (label,))
    places = writer.lower(number)
    clipped = f"{writer.np}.clip({places.text}, 0, {writer.facts.text(axis.count)})"
    return Array(f"{sums}[{clipped}]", places.dims)


def _low(number: Index) -> Poly:
    """What is left of a number without the loops."""
    return number.index.without([each.name for each in number.labels])


def _is_within(number: Index, label: Label, axis: Label) -> bool:
    """Whether a number that a loop counts up is surely a place along the axis, or its end."""
    first = _low(number).constant
    left = (axis.count - _low(number) - label.count + 1).constant
    return first is not None and first >= 0 and left is not None and left >= 0


def bound_of(test: Term, axis: Label) -> Bound | None:
    """The place along an axis that a condition compares with; None for other conditions."""
    if not isinstance(test, Apply) or test.name not in ("<", "<=", ">", ">="):
        return None
    left, right = test.args
    if not isinstance(left, Index) or not isinstance(right, Index):
        return None
    gap = left.index - right.index
    step, other = gap.of(axis.name).constant, gap.without((axis.name,))
    if step not in (1, -1) or axis.name in other.atoms:
        return None
    below = (step == 1) == test.name.startswith("<")
    number = -other if step == 1 else other
    # Of `i <= m` the element m counts as well, of `i > m` it does not.
    beside = test.name in (("<=", ">") if step == 1 else (">=", "<"))
    return Bound(number + 1 if beside else number, below)


def _sums(writer: Writer, values: Array, below: bool) -> str:
    """A name for the sums below each place, or from it on; the last place is the end."""
    np = writer.np
    if below:
        text = f"{np}.concatenate(([0], {np}.cumsum({values.text})))"
    else:
        backwards = f"{np}.cumsum({closed(values.text)}[::-1])[::-1]"
        text = f"{np}.concatenate(({backwards}, [0]))"
    if text not in writer.places:
        writer.places[text] = writer.free_name("sums_below" if below else "sums_from")
        writer.before.append(f"{writer.places[text]} = {text}")
    return writer.places[text]
