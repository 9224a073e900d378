"""What the statements of a nest store."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from profiler_suite.analysis.explain.lifting.normal_form.facts import dotted
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed, picked
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Label,
    Reduce,
    Refusal,
    Term,
)

EXTREMES = ("maximum", "minimum")
"""Operators of stores that keep the larger or smaller of the element and a value."""
_REDUCTION = {"+": "sum", "-": "sum", "*": "prod", "/": "prod"}


@dataclass(frozen=True)
class Store:
    """One statement that writes elements of an array."""

    target: Access
    op: str
    """'=', the operator of an augmented assignment, or one of EXTREMES."""
    term: Term
    labels: tuple[Label, ...]
    """Loops around it."""
    time: int
    guard: Term | None = None
    """Condition under which it writes."""


def stored_names(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    """Names that these statements assign or let grow."""
    found = set()
    for statement in nodes:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(dotted(node) or ast.unparse(node))
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and isinstance(node.func.value, ast.Name)
            ):
                found.add(node.func.value.id)
    return frozenset(found)


def own_loops(store: Store) -> list[Label]:
    """Loops that decide where it writes."""
    return [each for each in store.labels if each.name in store.target.loops]


def gone(store: Store) -> tuple[Label, ...]:
    """Loops that write the same elements again and again."""
    return tuple(each for each in store.labels if each.name not in store.target.loops)


def summed(store: Store) -> Term:
    """What all of its loops together add to an element."""
    over = gone(store)
    if not over or store.op == "=":
        return store.term
    reduction = _REDUCTION.get(store.op)
    if reduction is None:
        raise Refusal(f"{store.target.base} is changed by {store.op}= in every iteration")
    return Reduce(reduction, store.term, over)


def are_mirrored(store: Store, other: Store) -> bool:
    """Whether the other does the same to the elements across the diagonal."""
    turned = replace(other.target, subs=other.target.subs[::-1])
    return (
        len(store.target.subs) == 2
        and turned == store.target != other.target
        and store.op in ("+", "-")
        and (store.op, store.term, store.guard) == (other.op, other.term, other.guard)
        and store.labels == other.labels
    )


def at_iteration(store: Store, label: Label, number: Poly) -> Store:
    """The statement in one iteration of a loop."""
    target = fixed(store.target, label, number)
    assert isinstance(target, Access)
    return replace(
        store,
        target=target,
        term=fixed(store.term, label, number),
        guard=fixed(store.guard, label, number) if store.guard is not None else None,
        labels=tuple(each for each in store.labels if each != label),
    )


def at_place(store: Store, axis: Label, number: Poly) -> Store:
    """The statement for one place along an axis of the blocks that it writes."""
    target = picked(store.target, axis, number, store.target.labels)
    assert isinstance(target, Access)
    return replace(store, target=target, term=picked(store.term, axis, number, store.labels))
