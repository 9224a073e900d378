"""Sums over long windows as differences of running sums."""

from __future__ import annotations

from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.truth_sums import test_of
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Index,
    Label,
    Leaf,
    Reduce,
    Slab,
    Term,
    mapped,
)

LEAST_WINDOW = 24
"""Shorter windows are summed as fast as running sums are taken."""


def running(writer: Writer, term: Reduce) -> Array | None:
    """Sums of windows that move by one element; None where it is anything else."""
    access = term.arg
    if not isinstance(access, Access):
        return _of_elements(writer, term)
    if len(access.subs) != 1 or len(term.over) != 1:
        return None
    if writer.style.product != "tensordot" or term.form or term.initial is not None:
        return None
    (sub,) = access.subs
    if not isinstance(sub, Slab) or sub.step != 1 or sub.own != term.over[0]:
        return None
    loops = [each for each in access.labels if each.name in sub.start.atoms]
    width = sub.own.count.value(writer.facts.at_hand)
    dtype = dtype_of(access)
    if len(loops) != 1 or width is None or width < LEAST_WINDOW or weak_of(access):
        return None
    (label,) = loops
    if sub.start.of(label.name) != Poly.number(1) or str(dtype) not in ("float64", "int64"):
        return None
    np, text = writer.np, writer.facts.text
    zero = "0.0" if str(dtype) == "float64" else "0"
    name = writer.free_name("sums")
    writer.before.append(f"{name} = {np}.concatenate(([{zero}], {np}.cumsum({access.base})))")
    low = sub.start.without((label.name,))
    high = low + sub.own.count
    first = f"{name}[{text(high)}:{text(high + label.count)}]"
    writer.scope.assume("running sums may be rounded otherwise")
    return Array(f"{first} - {name}[{text(low)}:{text(low + label.count)}]", (label,))


def _of_elements(writer: Writer, term: Reduce) -> Array | None:
    """Sums of what is computed of the elements of windows: once for each, then running sums.

    `for k in range(w): s += f(x[h * i + k])` for all i.
    """
    if writer.style.product != "tensordot" or term.form or term.initial is not None:
        return None
    inside = test_of(term.arg)
    if len(term.over) != 1 or len(inside.loops) != 2 or inside.own:
        return None
    (axis,) = term.over
    names = [each for each in inside.loops if each != axis.name]
    kind = str(dtype_of(inside))
    if len(names) != 1 or kind not in ("float64", "int64", "bool"):
        return None
    label = writer.scope.labels[names[0]]
    hop = _hop(inside, label, axis)
    width = axis.count.value(writer.facts.at_hand)
    if hop is None or width is None or width < LEAST_WINDOW:
        return None
    step = hop.value(writer.facts.at_hand)
    if step is None or not 0 < 2 * step <= width:
        return None  # windows that hardly overlap are summed as fast
    whole = writer.scope.label((label.count - 1) * hop + axis.count, "place", axis.depth)
    line = _along(ops.fixed(inside, label, Poly()), axis, whole)
    values = writer.lower(line)
    if values.dims != (whole,):
        return None
    if kind == "float64":
        writer.scope.assume("running sums may be rounded otherwise")
    zero = "0.0" if kind == "float64" else "0"
    sums, np, text = writer.free_name("sums"), writer.np, writer.facts.text
    writer.before.append(f"{sums} = {np}.concatenate(([{zero}], {np}.cumsum({values.text})))")
    skip = "" if hop == Poly.number(1) else f":{text(hop)}"
    count = f"max({text(label.count)}, 0)"
    first = f"{sums}[{text(axis.count)}:{skip}][:{count}]"
    return Array(f"{first} - {sums}[:{skip}][:{count}]", (label,))


def _hop(term: Term, label: Label, axis: Label) -> Poly | None:
    """How far windows are apart; None where anything but elements asks for the counters."""
    hops: set[Poly] = set()
    for each in term.walk():
        if isinstance(each, Index) and each.index.atoms & {label.name, axis.name}:
            return None
        if not isinstance(each, Access):
            if not isinstance(each, Apply | Index | Leaf):
                return None
            continue
        for sub in each.subs:
            moving = sub.index.atoms if isinstance(sub, At) else each.loops
            if not moving & {label.name, axis.name}:
                continue
            if not isinstance(sub, At) or sub.index.of(axis.name) != Poly.number(1):
                return None
            hops.add(sub.index.of(label.name))
    hop = hops.pop() if len(hops) == 1 else None
    return None if hop is None or not hop.monomials else hop


def _along(term: Term, axis: Label, whole: Label) -> Term:
    """What is computed of the elements of one window, of all elements."""

    def change(each: Term) -> Term | None:
        if isinstance(each, Access) and axis.name in each.loops:
            subs = tuple(
                At(sub.index.put(axis.name, whole.index)) if isinstance(sub, At) else sub
                for sub in each.subs
            )
            labels = tuple(whole if e == axis else e for e in each.labels)
            return replace(each, subs=subs, labels=labels)
        return None

    return mapped(term, change)
