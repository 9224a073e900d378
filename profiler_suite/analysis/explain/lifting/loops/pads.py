"""Neighbours beyond the border that a condition rules out: the array with zeros around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.loops.iteration import extreme
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.held import Held
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Pad, Scope
from profiler_suite.analysis.explain.lifting.normal_form.states import COMPARED
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Index,
    Leaf,
    Refusal,
    Slab,
    Sub,
    Term,
    mapped,
)
from profiler_suite.analysis.explain.own_names import unused

_ZERO = Index(Poly())


def padded(
    stores: Sequence[Store], results: Mapping[str, Term], scope: Scope
) -> tuple[list[Store], dict[str, Term]]:
    """The same with arrays that have zeros around them, where they are read beyond it."""
    written = {store.target.base for store in stores}
    terms = [*(store.term for store in stores), *results.values()]
    terms += [store.guard for store in stores if store.guard is not None]
    for term in terms:
        for each in term.walk():
            if isinstance(each, Access) and each.base not in written:
                _widen(each, scope)
    return (
        [_padded(store, scope, written) for store in stores],
        {name: _wide(term, scope, written) for name, term in results.items()},
    )


def _padded(store: Store, scope: Scope, written: set[str]) -> Store:
    guard = store.guard
    if guard is not None and store.op in ("+", "-"):
        left = _left(guard, store.term, scope.facts)
        guard = ops.both(*left) if left else None
    return replace(
        store,
        term=_wide(store.term, scope, written),
        guard=None if guard is None else _wide(guard, scope, written),
    )


def _wide(term: Term, scope: Scope, written: set[str]) -> Term:
    """A value without the conditions that zeros stand for."""

    def plain(each: Term) -> Term | None:
        if isinstance(each, Apply) and each.name == "where" and each.args[2] == _ZERO:
            test, yes, no = each.args
            left = _left(test, yes, scope.facts)
            inner = mapped(yes, plain)
            tests = [mapped(one, plain) for one in left]
            return ops.where(ops.both(*tests), inner, no) if left else inner
        if isinstance(each, Apply) and each.name == "&" and ops.is_truth(each):
            tests = list(_all(each))
            left = _left(each, _ZERO, scope.facts)
            if left and len(left) < len(tests):
                return ops.both(*(mapped(one, plain) for one in left))
        return None

    def wide(each: Term) -> Term | None:
        if isinstance(each, Access) and each.base not in written:
            return _of_wide(each, scope)
        return None

    return mapped(mapped(term, plain), wide)


def _left(test: Term, value: Term, facts: Facts) -> list[Term]:
    """The conditions that zeros beyond the border do not stand for."""
    tests = list(_all(test))
    zeros = [each for each in _factors(value) if isinstance(each, Access)]
    for each in tests:
        access = _not_zero(each)
        if access is not None:
            zeros.append(access)
    inside: set[Poly] = set()
    for access in zeros:
        if _beyond(access, facts) is not None:
            inside |= set(_within(access, facts))
    return [each for each in tests if _least(each) not in inside and not _is_sure(each)]


def _is_sure(test: Term) -> bool:
    """Whether a comparison of counters holds in every iteration."""
    least = _least(test)
    if least is None or not isinstance(test, Apply):
        return False
    labels = [label for each in test.args if isinstance(each, Index) for label in each.labels]
    try:
        lowest = extreme(least, tuple(dict.fromkeys(labels)), True).constant
    except Refusal:
        return False
    return bool(labels) and lowest is not None and lowest >= 0


def _all(test: Term) -> Iterator[Term]:
    if isinstance(test, Apply) and test.name == "&":
        for each in test.args:
            yield from _all(each)
    else:
        yield test


def _factors(term: Term) -> Iterator[Term]:
    if isinstance(term, Apply) and term.name == "*":
        for each in term.args:
            yield from _factors(each)
    elif isinstance(term, Apply) and term.name.startswith("astype "):
        yield from _factors(term.args[0])
    elif isinstance(term, Apply) and term.name == "where" and term.args[2] == _ZERO:
        yield from (e for test in _all(term.args[0]) if (e := _not_zero(test)) is not None)
        yield from _factors(term.args[1])
    else:
        yield term


def _not_zero(test: Term) -> Access | None:
    """The element that is not zero where this condition holds."""
    if isinstance(test, Access) and ops.is_truth(test):
        return test
    if not isinstance(test, Apply) or test.name not in COMPARED or len(test.args) != 2:
        return None
    left, right = test.args
    mirrored = isinstance(right, Access)
    element, other = (right, left) if mirrored else (left, right)
    number = other.index.constant if isinstance(other, Index) else None
    if isinstance(other, Leaf) and other.weak == "float":
        try:
            return _checked(test.name, element, float(other.text), mirrored=mirrored)
        except ValueError:
            return None
    if number is None:
        return None
    return _checked(test.name, element, number, mirrored=mirrored)


def _checked(sign: str, element: Term, number: float, *, mirrored: bool) -> Access | None:
    if not isinstance(element, Access):
        return None
    holds = COMPARED[sign](number, 0) if mirrored else COMPARED[sign](0, number)
    return None if holds else element


def _least(test: Term) -> Poly | None:
    """What must not be negative for a comparison of whole numbers to hold."""
    if not isinstance(test, Apply) or len(test.args) != 2:
        return None
    a, b = test.args
    if not isinstance(a, Index) or not isinstance(b, Index):
        return None
    gap = a.index - b.index
    return {">=": gap, ">": gap - 1, "<=": -gap, "<": -gap - 1}.get(test.name)


def _within(access: Access, facts: Facts) -> Iterator[Poly]:
    """What must not be negative for the element to lie in the array."""
    names = {each.name for each in access.labels}
    for place, sub in enumerate(access.subs):
        if isinstance(sub, At) and sub.index.atoms & names:
            yield sub.index
            yield facts.extent(access.base, place) - 1 - sub.index


def _beyond(access: Access, facts: Facts) -> list[tuple[Poly, Poly]] | None:
    """How far it reads before and after the array in each axis; None where it does not."""
    if not access.guards or not all(isinstance(each, At | Slab) for each in access.subs):
        return None
    asked = {_least(each) for test in access.guards for each in _all(test)}
    widths: list[tuple[Poly, Poly]] = []
    for place, sub in enumerate(access.subs):
        before = after = Poly()
        if isinstance(sub, At) and sub.index.atoms & facts.counters:
            limits = {sub.index, facts.extent(access.base, place) - 1 - sub.index}
            if limits & asked:
                raise Refusal("how far it reads beyond the border changes in a loop that stays")
        if isinstance(sub, At) and sub.index.atoms & {e.name for e in access.labels}:
            extent = facts.extent(access.base, place)
            try:
                low = -extreme(sub.index, access.labels, True)
                high = extreme(sub.index, access.labels, False) - (extent - 1)
            except Refusal:
                return None
            before = low if _is_positive(low, facts) else before
            after = high if _is_positive(high, facts) else after
            if (before.monomials and sub.index not in asked) or (
                after.monomials and not _is_asked(extent - 1 - sub.index, asked, facts)
            ):
                return None
        widths.append((before, after))
    return widths if any(each.monomials for pair in widths for each in pair) else None


def _is_asked(least: Poly, asked: set[Poly | None], facts: Facts) -> bool:
    """Whether a condition asks for it, by the length or by a number that is as long here."""
    gaps = (each - least for each in asked if each is not None)
    return any(_at_hand(gap, facts) == 0 for gap in gaps)


def _is_positive(number: Poly, facts: Facts) -> bool:
    known = _at_hand(number, facts)
    return known is not None and known > 0


def _at_hand(number: Poly, facts: Facts) -> int | None:
    known = number.constant
    return number.value(facts.at_hand) if known is None else known


def _widen(access: Access, scope: Scope) -> None:
    """Notes how many zeros an access needs around its array."""
    widths = _beyond(access, scope.facts)
    if widths is None:
        return
    for width in (each for pair in widths for each in pair if each.constant is None):
        scope.assume(f"{scope.facts.text(width)} is not negative")
    known = scope.pads.get(access.base)
    if known is None:
        known = Pad(_name(access.base, scope), access.base, tuple(widths))
    most = tuple(
        (_larger(a, c, scope.facts), _larger(b, d, scope.facts))
        for (a, b), (c, d) in zip(known.widths, widths, strict=True)
    )
    scope.pads[access.base] = replace(known, widths=most)
    held = scope.facts.names.get(access.base)
    shape: list[int] = []
    if held is not None and len(held.shape) == len(most):
        for n, (before, after) in zip(held.shape, most, strict=True):
            shape.append(n + ((before + after).value(scope.facts.at_hand) or 0))
    scope.facts.names[known.name] = Held("array", access.dtype, tuple(shape))


def _larger(one: Poly, other: Poly, facts: Facts) -> Poly:
    a, b = (each.value(facts.at_hand) or 0 for each in (one, other))
    return one if a >= b else other


def _of_wide(access: Access, scope: Scope) -> Access | None:
    """The same element of the array with zeros around it."""
    pad = scope.pads.get(access.base)
    if pad is None or _beyond(access, scope.facts) is None:
        return None
    subs: list[Sub] = []
    for sub, (before, _) in zip(access.subs, pad.widths, strict=True):
        if isinstance(sub, At):
            subs.append(At(sub.index + before))
        else:
            assert isinstance(sub, Slab)
            start = sub.start + before
            text = sub.text if not before.monomials else ""
            subs.append(replace(sub, start=start, text=text))
    return replace(access, base=pad.name, subs=tuple(subs), guards=())


def _name(base: str, scope: Scope) -> str:
    facts = scope.facts
    name = f"{base.rpartition('.')[2]}_padded"
    taken = {*facts.definitions, *facts.parameters, *(e.name for e in scope.pads.values())}
    return unused(name, taken)
