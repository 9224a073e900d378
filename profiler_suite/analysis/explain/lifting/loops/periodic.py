"""Neighbours beyond the border that are those of the other side: the array with these around.

`u[(i + 1) % n, j]` and `u[i - 1, j]` from i = 0 on are slices of `np.pad(u, 1, mode='wrap')`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from profiler_suite.analysis.explain.lifting.loops.iteration import extreme
from profiler_suite.analysis.explain.lifting.normal_form.held import Held
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Pad, Scope
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    Index,
    Refusal,
    Slab,
    Sub,
    Term,
    mapped,
)
from profiler_suite.analysis.explain.own_names import unused

_FARTHEST = 8
_FEWEST = 2
"""So many different neighbours beyond a border make a copy of the array pay."""


@dataclass(frozen=True)
class _WideAccess:
    """An access with plain indices, and how far each of them goes beyond the array."""

    subs: tuple[Sub, ...]
    widths: tuple[tuple[int, int], ...]


def wrapped(
    stores: Sequence[Store], results: Mapping[str, Term], scope: Scope
) -> tuple[list[Store], dict[str, Term]]:
    """The same with arrays that go on with their other side, where they are read beyond it."""
    written = {store.target.base for store in stores}
    terms = [*(store.term for store in stores), *results.values()]
    terms += [store.guard for store in stores if store.guard is not None]
    found: dict[str, dict[Access, _WideAccess]] = {}
    for each in (part for term in terms for part in term.walk()):
        if isinstance(each, Access) and each.base not in written and not each.guards:
            plain = _plain(each, scope)
            if plain is not None:
                found.setdefault(each.base, {})[each] = plain
    names = {
        base: _named(base, known, scope)
        for base, known in found.items()
        if sum(any(map(any, each.widths)) for each in known.values()) >= _FEWEST
    }

    def change(term: Term) -> Term | None:
        if not isinstance(term, Access) or term.base not in names or term.guards:
            return None
        known = found[term.base].get(term)
        return None if known is None else _moved(term, known, names[term.base])

    return (
        [
            replace(
                store,
                term=mapped(store.term, change),
                guard=None if store.guard is None else mapped(store.guard, change),
            )
            for store in stores
        ],
        {name: mapped(term, change) for name, term in results.items()},
    )


def _plain(access: Access, scope: Scope) -> _WideAccess | None:
    """The access without remainders; None where it cannot be read from a wider array."""
    subs: list[Sub] = []
    widths: list[tuple[int, int]] = []
    for place, sub in enumerate(access.subs):
        if isinstance(sub, Slab):
            subs.append(sub)
            widths.append((0, 0))
            continue
        extent = scope.facts.extent(access.base, place)
        found = _of_remainder(sub, extent, scope)
        if found is not None:
            index, length = found
            beyond = _beyond(index, access, length)
        elif isinstance(sub, At):
            index, beyond = sub.index, _below(sub.index, access)
        else:
            return None
        if beyond is None or max(beyond) > _FARTHEST:
            return None
        subs.append(At(index))
        widths.append(beyond)
    return _WideAccess(tuple(subs), tuple(widths))


def _of_remainder(sub: Sub, extent: Poly, scope: Scope) -> tuple[Poly, Poly] | None:
    """The number of which the remainder by the length is taken, and that; else None."""
    if not isinstance(sub, By) or not isinstance(sub.index, Apply) or sub.index.name != "%":
        return None
    number, length = sub.index.args
    if not isinstance(number, Index) or not isinstance(length, Index) or length.loops:
        return None
    facts = scope.facts
    if length.index != extent:
        if length.index.value(facts.at_hand) != extent.value(facts.at_hand):
            return None
        scope.assume(f"{facts.text(length.index)} is {facts.text(extent)}")
    return number.index, length.index


def _beyond(index: Poly, access: Access, length: Poly) -> tuple[int, int] | None:
    """How far it goes below the first and above the last; None where that is not known."""
    try:
        low = extreme(index, access.labels, True).constant
        over = (extreme(index, access.labels, False) - (length - 1)).constant
    except Refusal:
        return None
    return None if low is None or over is None else (max(0, -low), max(0, over))


def _below(index: Poly, access: Access) -> tuple[int, int] | None:
    """How far a plain index goes below the first element, as from the last one on."""
    if not index.atoms & {each.name for each in access.labels}:
        return (0, 0) if (index.constant or -1) >= 0 or index == Poly() else None
    try:
        low = extreme(index, access.labels, True).constant
    except Refusal:
        return None
    return None if low is None else (max(0, -low), 0)


def _named(base: str, known: Mapping[Access, _WideAccess], scope: Scope) -> Pad:
    """A wider array for all of these, made before the loops."""
    facts = scope.facts
    most = [
        (max(pair[0] for pair in along), max(pair[1] for pair in along))
        for along in zip(*(each.widths for each in known.values()), strict=True)
    ]
    taken = {*facts.definitions, *facts.parameters, *(e.name for e in scope.pads.values())}
    name = unused(f"{base.rpartition('.')[2]}_wrapped", taken)
    widths = tuple((Poly.number(a), Poly.number(b)) for a, b in most)
    pad = Pad(name, base, widths, "wrap")
    scope.pads[f"{base} wrapped"] = pad
    shape = [facts.extent(base, k) + a + b for k, (a, b) in enumerate(most)]
    facts.made[name] = tuple(shape)
    sizes = tuple(each.value(facts.at_hand) or 1 for each in shape)
    facts.names[name] = Held("array", facts.dtype(base), sizes)
    return pad


def _moved(access: Access, known: _WideAccess, pad: Pad) -> Access:
    subs: list[Sub] = []
    for sub, (before, after) in zip(known.subs, pad.widths, strict=True):
        if isinstance(sub, At):
            subs.append(At(sub.index + before))
        elif isinstance(sub, Slab):
            text = "" if before.monomials or after.monomials else sub.text
            subs.append(replace(sub, start=sub.start + before, text=text))
    return replace(access, base=pad.name, subs=tuple(subs))
