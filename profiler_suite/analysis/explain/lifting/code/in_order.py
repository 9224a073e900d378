"""Elements of a triangle that are set from a row in turn: `m[i, j] = v[k]; k += 1`.

A condition on the counters says which elements; a mask takes them in the order of the loops.
"""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    Index,
    Label,
    Leaf,
    Outside,
    Reduce,
    Scan,
    Slab,
    Term,
)

MASK = "mask"
"""What the mask is called, where that name is free."""
_NUMBERS = Index | Leaf | Outside


class InOrder:
    """Writes such statements."""

    def __init__(self, out: Statements, lowering: ArrayWriter) -> None:
        self.out = out
        self.lowering = lowering
        self._masks: dict[Term, str] = {}

    def write(self, store: Store) -> bool:
        """Whether it was one."""
        term, guard = store.term, store.guard
        if guard is None or store.op != "=" or len(store.labels) != 2:
            return False
        if not isinstance(term, Access) or len(term.subs) != 1 or not _of_counters(guard):
            return False
        (place,) = term.subs
        first = _first(place.index, guard, store.labels) if isinstance(place, By) else None
        names = {each.name for each in store.labels}
        if first is None or guard.loops != names or term.base == store.target.base:
            return False
        target = self._target(store)
        if target is None or set(target.dims) != set(store.labels):
            return False
        text = closed(target.text) if target.dims == store.labels else f"{target.atom}.T"
        mask = self._mask(guard, store.labels)
        start = self.lowering.lower(first).text
        count = f"{self.lowering.np}.count_nonzero({mask})"
        end = count if start == "0" else f"{closed(start)} + {count}"
        begin = "" if start == "0" else start
        self.out.line(f"{text}[{mask}] = {term.base}[{begin}:{end}]")
        return True

    def _target(self, store: Store) -> Array | None:
        if not all(isinstance(each, At | Slab) for each in store.target.subs):
            return None
        accesses = self.lowering.accesses
        axes = accesses.settled(accesses.axes(store.target))
        if any(each.kind in ("gather", "window") for each in axes):
            return None
        return accesses.basic(store.target.base, axes)

    def _mask(self, guard: Term, labels: tuple[Label, ...]) -> str:
        if guard not in self._masks:
            made = self.lowering.lower(guard)
            name = self.lowering.free_name(MASK)
            self.out.line(f"{name} = {expanded(made, labels).text}")
            self._masks[guard] = name
        return self._masks[guard]


def _of_counters(guard: Term) -> bool:
    """Whether a condition compares counters: no array that changes decides."""
    return all(isinstance(each, Apply | Index) for each in guard.walk())


def _first(number: Term, guard: Term, labels: tuple[Label, ...]) -> Term | None:
    """What a counter of the iterations with a condition begins with; None for other numbers."""
    outer, inner = labels
    if not isinstance(number, Scan) or not number.before or number.along != inner:
        return None
    around, each = number.initial, number.arg
    one = Apply(
        "NP.where({0}, {1}, {2})", (guard, Index(Poly.number(1)), Index(Poly())), "where"
    )
    if number.op != "sum" or each not in (one, guard):
        return None
    if not isinstance(around, Scan) or not around.before or around.along != outer:
        return None
    counted = around.arg
    if around.op != "sum" or not isinstance(counted, Reduce) or counted.over != (inner,):
        return None
    if counted.arg != each or counted.op != "sum" or counted.initial is not None:
        return None
    return around.initial if isinstance(around.initial, _NUMBERS) else None
