"""Looked-up elements that keep the extreme of what comes to them: `if v > m[k]: m[k] = v`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.normal_form import carried
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store, gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    By,
    CarriedValue,
    Label,
    Reduce,
    Refusal,
    Term,
    mapped,
)

_OPERATORS = {"max": "maximum", "min": "minimum", "sum": "+"}


def kept(stores: Sequence[Store], scope: Scope) -> list[Store]:
    """The same stores, with `m[k] = max(m[k], v)` as one that only takes v, by 'maximum'.

    Elements that are not looked up, `m[i] = max(m[i], v[j])`, take the extreme of all j.
    """
    found: list[Store] = []
    for store in stores:
        beside = [] if store.op != "=" else _companions(store, stores, scope)
        if beside:
            with_places = _with_places(store, beside, scope)
            rest = [each for each in stores if each is not store and each not in beside]
            return [*with_places, *kept(rest, scope)] if with_places else list(stores)
        if store.op != "=":
            found.append(store)
        elif any(isinstance(each, By) for each in store.target.subs):
            found.append(_looked_up(store, scope))
        else:
            found.append(_of_all(store, stores, scope))
    return found


def _looked_up(store: Store, scope: Scope) -> Store:
    asking, others = _conditions(store)
    step = _step(store, asking)
    op = _OPERATORS.get(step.op) if step is not None else None
    if step is None or op is None or step.item.loops - _names(store.labels):
        return store
    if asking:
        scope.assume("no NaN is compared")
    guard = ops.joined("&", others) if others else None
    return replace(store, op=op, term=step.item, guard=guard)


def _of_all(store: Store, stores: Sequence[Store], scope: Scope) -> Store:
    again = gone(store)
    asking, others = _conditions(store)
    step = _step(store, [*others, *asking]) if again else None
    if step is None or step.op not in ("max", "min") or _is_read(store, stores, scope):
        return store
    if step.item.loops - _names(store.labels) or step.item.own != store.target.own:
        return store
    try:
        start = carried.neutral_of(step, store.target.base)
    except Refusal:
        return store
    if asking:
        scope.assume("no NaN is compared")
    name = _OPERATORS[step.op]
    best = Reduce(step.op, step.item, again, start)
    term = ops.apply(f"NP.{name}({{0}}, {{1}})", name, store.target, best)
    labels = tuple(each for each in store.labels if each not in again)
    target = replace(store.target, labels=labels)
    return replace(store, target=target, term=term, guard=None, labels=labels)


def _companions(store: Store, stores: Sequence[Store], scope: Scope) -> list[Store]:
    """Statements under the same condition on an element: `if v < m[i]: m[i] = v; p[i] = j`."""
    asking, _ = _conditions(store)
    again = gone(store)
    if not asking or len(again) != 1:
        return []
    beside = [
        each
        for each in stores
        if each is not store
        and each.op == "="
        and (each.guard, each.labels) == (store.guard, store.labels)
        and gone(each) == again
    ]
    parts = [part for each in beside for part in (each.term, each.target)]
    inside = [each for part in parts for each in part.walk()]
    own = any(isinstance(e, Access) and e.base == store.target.base for e in inside)
    others = [each for each in stores if each not in beside]
    read = _is_read(store, others, scope) or any(_is_read(e, stores, scope) for e in beside)
    return [] if own or read else beside


def _with_places(store: Store, beside: Sequence[Store], scope: Scope) -> list[Store]:
    """Where the extremes are, and then what they are; empty where that is not known."""
    best = _of_all(store, [store], scope)
    (label,) = gone(store)
    labels = tuple(each for each in store.labels if each != label)
    old = CarriedValue(f"{store.target.base}[…]", label, store.target.own)

    def carry(term: Term) -> Term:
        return mapped(term, lambda each: old if each == store.target else None)

    if best is store or store.guard is None:
        return []
    test, extreme = carry(store.guard), carry(store.term)
    first = replace(store.target, labels=labels)
    found = []
    for each in beside:
        mine = CarriedValue(f"{each.target.base}[…]", label, each.target.own)
        before = replace(each.target, labels=labels)
        place = carried.place_of_extreme(
            ops.where(test, each.term, mine),
            ops.where(test, extreme, old),
            mine,
            before,
            first,
            label,
        )
        if place is None:
            return []
        found.append(replace(each, target=before, term=place, guard=None, labels=labels))
    scope.assume_extremes()
    return [*found, best]


def _is_read(store: Store, stores: Sequence[Store], scope: Scope) -> bool:
    """Whether anything else asks for its array, or sets it, while the loops run."""
    others = [each for each in stores if each is not store]
    terms: list[Term] = [*scope.env.values()]
    for each in others:
        terms += [each.term, each.target, *([] if each.guard is None else [each.guard])]
    return any(
        isinstance(each, Access) and each.base == store.target.base
        for term in terms
        for each in term.walk()
    )


def _step(store: Store, conditions: Sequence[Term]) -> carried.Step | None:
    """What the statement makes of the element that it sets; None where it does not ask."""
    update = store.term
    if conditions:
        update = ops.where(ops.joined("&", conditions), update, store.target)
    if store.target not in (part for term in (store.term, *conditions) for part in term.walk()):
        return None
    old = CarriedValue(f"{store.target.base}[…]", store.labels[-1], store.target.own)
    update = mapped(update, lambda each: old if each == store.target else None)
    try:
        return carried.step(update, old)
    except Refusal:
        return None


def _conditions(store: Store) -> tuple[list[Term], list[Term]]:
    """The parts of its condition that ask for the element that it sets, and the others."""
    parts = [] if store.guard is None else ops.conjuncts(store.guard)
    asking = [each for each in parts if store.target in each.walk()]
    return asking, [each for each in parts if each not in asking]


def _names(labels: Sequence[Label]) -> frozenset[str]:
    return frozenset(each.name for each in labels)
