"""Names that count iterations: `cols[:, c] = …; c += 1`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.carried import Step
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store, stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    CarriedValue,
    Index,
    Label,
    Sub,
    Term,
    mapped,
)


def first_number(name: str, leading: Sequence[ast.stmt]) -> Index | None:
    """The number that a name is set to before a nest; None where it may be another."""
    for statement in reversed(leading):
        stored = name in stored_names([statement])
        if stored and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            value = statement.value
            if isinstance(value, ast.Constant) and type(value.value) is int:
                return Index(Poly.number(value.value))
        if stored:
            return None
    return None


def number_of(found: Step, before: Term, label: Label) -> tuple[Term, Term] | None:
    """What a counter holds in an iteration, and after the loop; None for other names."""
    step = found.item
    if found.op != "sum" or not isinstance(step, Index) or step.loops or step.own:
        return None
    if not isinstance(before, Index | CarriedValue) and not _follows(before):
        return None
    inside = Index(label.index * step.index, (label,))
    return _plus(before, inside), _plus(before, Index(label.count * step.index))


def _follows(term: Term) -> bool:
    """Whether it is a counter of a loop around it, and what was added since."""
    return (
        isinstance(term, Apply)
        and term.name == "+"
        and isinstance(term.args[0], CarriedValue)
        and isinstance(term.args[1], Index)
    )


def _plus(left: Term, right: Term) -> Term:
    if isinstance(left, Index) and isinstance(right, Index):
        found = ops.whole_number(left, "+", right)
        assert found is not None
        return found
    if isinstance(left, Apply) and isinstance(right, Index) and _follows(left):
        return _plus(left.args[0], _plus(left.args[1], right))
    return ops.apply("({0}) + ({1})", "+", left, right)


def counted(term: Term, old: CarriedValue, number: Term) -> Term:
    """A term with the number in place of what the name held; sums of numbers are numbers."""

    def change(each: Term) -> Term | None:
        if each == old:
            return number
        if isinstance(each, Access):
            subs = tuple(_sub(sub, old, number) for sub in each.subs)
            return replace(each, subs=subs) if subs != each.subs else None
        if isinstance(each, Apply) and len(each.args) == 2 and each.name in ("+", "-", "*"):
            left, right = (counted(one, old, number) for one in each.args)
            if isinstance(left, Index) and isinstance(right, Index):
                return ops.whole_number(left, each.name, right)
            if each.name == "+" and isinstance(right, Index):
                return _plus(left, right)
            return replace(each, args=(left, right))
        return None

    return mapped(term, change)


def _sub(sub: Sub, old: CarriedValue, number: Term) -> Sub:
    if not isinstance(sub, By):
        return sub
    found = counted(sub.index, old, number)
    return At(found.index) if isinstance(found, Index) else By(found)


def in_store(store: Store, old: CarriedValue, number: Term) -> Store:
    """A statement with the number in place of what the name held."""
    target = counted(store.target, old, number)
    assert isinstance(target, Access)
    guard = None if store.guard is None else counted(store.guard, old, number)
    return replace(store, target=target, term=counted(store.term, old, number), guard=guard)
