"""Sums over long windows as differences of running sums."""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access, Reduce, Slab

LEAST_WINDOW = 24
"""Shorter windows are summed as fast as running sums are taken."""


def running(writer: Writer, term: Reduce) -> Array | None:
    """Sums of windows that move by one element; None where it is anything else."""
    access = term.arg
    if not isinstance(access, Access) or len(access.subs) != 1 or len(term.over) != 1:
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
