"""Looked-up elements that keep the extreme of what comes to them: `if v > m[k]: m[k] = v`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.normal_form import carried
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    By,
    CarriedValue,
    Refusal,
    Term,
    mapped,
)

_OPERATORS = {"max": "maximum", "min": "minimum", "sum": "+"}


def kept(stores: Sequence[Store], scope: Scope) -> list[Store]:
    """The same stores, with `m[k] = max(m[k], v)` as one that only takes v, by 'maximum'."""
    return [_kept(each, scope) for each in stores]


def _kept(store: Store, scope: Scope) -> Store:
    if store.op != "=" or not any(isinstance(each, By) for each in store.target.subs):
        return store
    asking, others = _conditions(store)
    if not asking and store.target not in store.term.walk():
        return store
    old = CarriedValue(f"{store.target.base}[…]", store.labels[-1], store.target.own)
    update = store.term
    if asking:
        update = ops.where(ops.joined("&", asking), update, store.target)
    update = mapped(update, lambda each: old if each == store.target else None)
    try:
        step = carried.step(update, old)
    except Refusal:
        return store
    op = _OPERATORS.get(step.op)
    if op is None or step.item.loops - _loops(store):
        return store
    if asking:
        scope.assume("no NaN is compared")
    guard = ops.joined("&", others) if others else None
    return replace(store, op=op, term=step.item, guard=guard)


def _conditions(store: Store) -> tuple[list[Term], list[Term]]:
    """The parts of its condition that ask for the element that it sets, and the others."""
    parts = [] if store.guard is None else [store.guard]
    asking: list[Term] = []
    others: list[Term] = []
    while parts:
        each = parts.pop(0)
        if isinstance(each, Apply) and each.name == "&":
            parts[:0] = each.args
        else:
            (asking if store.target in each.walk() else others).append(each)
    return asking, others


def _loops(store: Store) -> frozenset[str]:
    return frozenset(each.name for each in store.labels)
