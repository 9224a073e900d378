"""Windows of few elements axis by axis: shifted slices, written out and added up.

The sum of 3 × 3 neighbours is that of three rows, and of three columns of these: 4 additions
of whole arrays instead of 8. So is a kernel that is an outer product; of any other that the
function writes out, zeros are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, ordered
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.held import Held
from profiler_suite.analysis.explain.lifting.normal_form.literals import Numbers, written_out
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    Contract,
    Label,
    Reduce,
    Slab,
    Sub,
    Term,
)

_WRITTEN_OUT = 5
"""So many slices are written one by one; more of them as a sum over a counter."""
_MOST_TERMS = 9
_LONGEST = 64
_PLAIN = ("float64", "int64", "complex128", "float32")


def box_sum(writer: Writer, term: Reduce | Contract) -> Array | None:
    """The sum or mean of a window, weighted or not; None where nothing is gained by it."""
    window = _window(writer, term)
    if window is None:
        return None
    made = window.summed()
    if made is None or not isinstance(term, Reduce) or term.op == "sum":
        return made
    count = math.prod((each.count for each in term.over), start=Poly.number(1))
    return Array(f"{closed(made.text)} / {closed(writer.facts.text(count))}", made.dims)


def box_deviation(writer: Writer, term: Reduce) -> Array | None:
    """The variance of a window of two axes or more, from sums of numbers and of squares."""
    if term.op not in ("std", "var") or term.form or len(term.over) < 2:
        return None
    window = _window(writer, replace(term, op="mean"))
    if window is None or window.weights is not None or str(window.dtype) != "float64":
        return None
    base = window.access.base
    shifted, squares = (writer.free_name(each) for each in ("shifted", "squares"))
    writer.before.append(f"{shifted} = {base} - {base}.mean()")
    writer.before.append(f"{squares} = {shifted} * {shifted}")
    sums = [window.of(each).summed() for each in (shifted, squares)]
    if any(each is None for each in sums):
        return None
    writer.scope.assume("where elements are almost equal their deviation may lose digits")
    count = closed(
        writer.facts.text(math.prod((e.count for e in term.over), start=Poly.number(1)))
    )
    first, second = (f"{closed(each.text)} / {count}" for each in sums if each is not None)
    text = f"{writer.np}.maximum({second} - ({first}) ** 2, 0)"
    dims = writer.dims(term)
    return Array(f"{writer.np}.sqrt({text})" if term.op == "std" else text, dims)


@dataclass(frozen=True)
class _Window:
    """A window of an array, and what its elements are multiplied by before they are added."""

    writer: Writer
    access: Access
    over: tuple[Label, ...]
    weights: Numbers | None
    dtype: Any

    def of(self, base: str) -> _Window:
        """The same window of another array of that shape."""
        facts = self.writer.facts
        shape = [facts.extent(self.access.base, k) for k in range(len(self.access.subs))]
        _remember(self.writer, base, shape, "float64")
        return replace(self, access=replace(self.access, base=base))

    def summed(self) -> Array | None:
        """The sum over all axes of the window."""
        if self.weights is None:
            return self._by_axes([None] * len(self.over))
        if self.weights.ndim == 1:
            return self._by_axes([self.weights])
        factors = _outer_product(self.weights)
        if factors is not None:
            return self._by_axes(factors)
        return self._element_by_element()

    def _by_axes(self, weights: Sequence[Numbers | None]) -> Array | None:
        access, places = self.access, [_place(self.access, each) for each in self.over]
        if None in places or len(set(places)) < len(places):
            return None
        for label, given in zip(self.over[:-1], weights, strict=False):
            found = self._along(access, label, given)
            if found is None:
                return None
            access = found
        return _added(self.writer, access, self.over[-1], weights[-1])

    def _along(self, access: Access, label: Label, weights: Numbers | None) -> Access | None:
        """The window without one of its axes, in an array that has been added up along it."""
        rest = [each for each in self.over if each != label and _has(access, each)]
        whole, back = access, {}
        for each in rest:
            place = _place(access, each)
            assert place is not None
            wide = _wide(self.writer, access, place, each)
            if wide is None:
                return None
            subs = list(whole.subs)
            subs[place] = wide
            whole = replace(whole, subs=tuple(subs))
            start, sub = wide.start, access.subs[place]
            back[wide.own] = (
                At(sub.index - start)
                if isinstance(sub, At)
                else replace(sub, start=sub.start - start, text="")
                if isinstance(sub, Slab)
                else sub
            )
        made = _added(self.writer, whole, label, weights)
        if made is None:
            return None
        name = self.writer.free_name("sums")
        self.writer.before.append(f"{name} = {made.text}")
        _remember(self.writer, name, [each.count for each in made.dims], str(self.dtype))
        subs = [back.get(each, _whole(each)) for each in made.dims]
        return replace(access, base=name, subs=tuple(subs), guards=())

    def _element_by_element(self) -> Array | None:
        assert self.weights is not None
        if np.count_nonzero(self.weights) > _MOST_TERMS:
            return None
        parts = []
        for place in zip(*np.nonzero(self.weights), strict=True):
            term: Term = self.access
            for label, number in zip(self.over, place, strict=True):
                term = fixed(term, label, Poly.number(int(number)))
            parts.append((self.weights[place].item(), term))
        return _combined(self.writer, parts)


def _window(writer: Writer, term: Reduce | Contract) -> _Window | None:
    if isinstance(term, Reduce) and (
        term.op not in ("sum", "mean") or term.initial is not None or term.form
    ):
        return None
    args = list(term.args) if isinstance(term, Contract) else [term.arg]
    if len(args) == 1 and isinstance(args[0], Apply) and args[0].name == "*":
        args = list(args[0].args)
    counts = [each.count.value(writer.facts.at_hand) for each in term.over]
    if any(each is None or not 1 < each <= _LONGEST for each in counts):
        return None
    if len(args) == 1 and isinstance(args[0], Access):
        return _checked(writer, args[0], term.over, None, len(term.over) > 1)
    if len(args) != 2 or len(term.over) > 2:
        return None
    for one, other in (args, args[::-1]):
        if isinstance(one, Access) and isinstance(other, Access):
            weights = _weights(writer, other, term.over)
            if weights is not None:
                return _checked(writer, one, term.over, weights, True)
    return None


def _checked(
    writer: Writer,
    access: Access,
    over: tuple[Label, ...],
    weights: Numbers | None,
    worth: bool,
) -> _Window | None:
    """The window, where it moves by ones over numbers that are added up as they are."""
    count = over[0].count.constant if len(over) == 1 else None
    worth |= count is not None and count <= _WRITTEN_OUT
    dtype = dtype_of(access)
    if not worth or access.weak or str(dtype) not in _PLAIN or _is_counted(writer, access):
        return None
    if weights is not None and np.result_type(weights.dtype, str(dtype)) != dtype:
        return None
    if any(_place(access, each) is None for each in over):
        return None
    return _Window(writer, access, over, weights, dtype)


def _is_counted(writer: Writer, access: Access) -> bool:
    """Whether a counter of what is written around it stands in its subscripts."""
    labels = {each.name for each in access.labels} | {each.name for each in access.own}
    starts = [each.index for each in access.subs if isinstance(each, At)]
    starts += [each.start for each in access.subs if isinstance(each, Slab)]
    names = {atom for each in starts for atom in each.atoms} - labels
    facts = writer.facts
    plain = {each for each in names if each.isidentifier()}
    return bool(plain & writer.scope.varying) or not plain <= facts.used | set(
        facts.definitions
    )


def _weights(writer: Writer, access: Access, over: Sequence[Label]) -> Numbers | None:
    """The numbers of a kernel that is written out, its axes in the order of those labels."""
    found = written_out(writer.facts, access.base)
    if found is None or not found.ndim == len(over) == len(access.subs):
        return None
    labels: list[Label] = []
    for sub, length in zip(access.subs, found.shape, strict=True):
        own = [e for e in over if _is_all(sub, e) and e.count.constant == length]
        if len(own) != 1:
            return None
        labels += own
    if len(set(labels)) < len(labels):
        return None
    return found.transpose([labels.index(each) for each in over])


def _is_all(sub: Sub, label: Label) -> bool:
    """Whether a subscript goes through an axis from its first element on."""
    if isinstance(sub, At):
        return sub.index == label.index
    return isinstance(sub, Slab) and sub.own == label and sub.start == Poly() and sub.step == 1


def _outer_product(weights: Numbers) -> list[Numbers] | None:
    """A column and a row of which a kernel is the outer product; None where it is none."""
    places = np.argwhere(weights)
    if not len(places):
        return None
    rows, columns = weights[:, places[0][1]], weights[places[0][0]]
    column = rows / columns[places[0][1]]
    if not all(np.any(each > 0) for each in (column, columns)):
        column, columns = -column, -columns
    if weights.dtype.kind == "i":
        column = np.rint(column).astype(weights.dtype)
    same = np.array_equal(np.outer(column, columns), weights)
    terms = np.count_nonzero(column) + np.count_nonzero(columns)
    return [column, columns] if same and terms < np.count_nonzero(weights) else None


def _place(access: Access, label: Label) -> int | None:
    """The axis along which a window extends, where it does so by ones in that one only."""
    found = [k for k, each in enumerate(access.subs) if _reads(each, label)]
    if len(found) != 1:
        return None
    sub = access.subs[found[0]]
    if isinstance(sub, At):
        return found[0] if sub.index.of(label.name).constant == 1 else None
    return found[0] if isinstance(sub, Slab) and sub.step == 1 else None


def _has(access: Access, label: Label) -> bool:
    return any(_reads(each, label) for each in access.subs)


def _reads(sub: Sub, label: Label) -> bool:
    if isinstance(sub, At):
        return label.name in sub.index.atoms
    if isinstance(sub, Slab):
        return sub.own == label or label.name in sub.start.atoms
    return isinstance(sub, By) and (label in sub.index.own or label.name in sub.index.loops)


def _wide(writer: Writer, access: Access, place: int, label: Label) -> Slab | None:
    """All elements of an axis that some window reads: one loop moves it, by ones."""
    sub = access.subs[place]
    start = sub.index if isinstance(sub, At) else sub.start if isinstance(sub, Slab) else Poly()
    start = start.without([label.name])
    loops = [each for each in access.labels if each.name in start.atoms]
    if len(loops) != 1 or start.of(loops[0].name).constant != 1:
        return None
    if loops[0].step.constant != 1:
        return None
    own = writer.scope.label(loops[0].count + label.count - 1)
    return Slab(start.without([loops[0].name]), 1, own, "")


def _whole(label: Label) -> Sub:
    """A loop's own axis, or one of the array's own."""
    return At(label.index) if label.depth >= 0 else Slab(Poly(), 1, label, ":")


def _remember(writer: Writer, name: str, shape: Sequence[Poly], dtype: str) -> None:
    facts = writer.facts
    sizes = tuple(each.value(facts.at_hand) or 1 for each in shape)
    facts.names[name] = Held("array", dtype, sizes)
    facts.made[name] = tuple(shape)


def _added(
    writer: Writer, access: Access, label: Label, weights: Numbers | None
) -> Array | None:
    """The sum along one axis of a window."""
    count = label.count.constant
    if weights is not None or (count is not None and count <= _WRITTEN_OUT):
        given = [1] * (count or 0) if weights is None else [each.item() for each in weights]
        parts = [
            (number, fixed(access, label, Poly.number(k)))
            for k, number in enumerate(given)
            if number
        ]
        return _combined(writer, parts)
    name = writer.counter(label)
    with writer.nothing_named():
        inner = writer.lower(fixed(access, label, Poly.atom(name)))
    return Array(
        f"sum({inner.text} for {name} in range({writer.facts.text(label.count)}))", inner.dims
    )


def _combined(writer: Writer, parts: Sequence[tuple[Any, Term]]) -> Array | None:
    """Terms times numbers, added up."""
    if not parts:
        return None
    made = [(number, writer.lower(term)) for number, term in parts]
    dims = made[0][1].dims
    made.sort(key=lambda each: each[0] < 0)
    text = ""
    for number, array in made:
        turned = ordered(array, dims)
        shown = turned.text if abs(number) == 1 else f"{_shown(abs(number))} * {turned.text}"
        if text:
            text += f" - {shown}" if number < 0 else f" + {shown}"
        else:
            text = f"-{shown}" if number < 0 else shown
    return Array(text, dims)


def _shown(number: float) -> str:
    return repr(int(number) if number == int(number) else number)
