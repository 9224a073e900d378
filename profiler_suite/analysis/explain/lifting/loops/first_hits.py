"""Loops that end at the first iteration for which a condition holds: argmax finds it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops.iteration import entered, neighbours
from profiler_suite.analysis.explain.lifting.normal_form import operations
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    CarriedValue,
    Index,
    Label,
    Reduce,
    Refusal,
    Term,
)

_PLACE = "@place"


class Walker(Protocol):
    """Who reads statements."""

    reader: Reader

    def block(self, nodes: Sequence[ast.stmt]) -> None:
        """Statements one after another."""

    @property
    def changes(self) -> int:
        """How many elements of arrays they have set so far."""


@dataclass(frozen=True)
class Hit:
    """What a loop does once, for the first iteration that its condition holds for."""

    found: Term
    """Whether there is one."""
    names: Mapping[str, Term]
    """What its variables are then."""
    before: tuple[ast.stmt, ...]
    action: tuple[ast.stmt, ...]
    after: Mapping[str, Term]
    """What its variables are when it has ended."""
    missed: Mapping[str, Term]
    """What the names that it sets on the way hold where it has come to its end."""


def first_hit(walker: Walker, node: ast.For) -> Hit | None:
    """`for j in …: if c(j): …; break`; None where the loop does anything else."""
    *before, last = node.body
    if not isinstance(last, ast.If) or last.orelse or not isinstance(last.body[-1], ast.Break):
        return None
    action = last.body[:-1]
    if not all(_is_plain(each) for each in before) or any(map(_jumps, action)):
        return None
    scope = walker.reader.scope
    kept, depth, changes = dict(scope.env), len(scope.loops), walker.changes
    try:
        labels, guards = entered(walker.reader, node.target, node.iter)
        (label,) = labels
        for name in _stored(node.body) & kept.keys():
            scope.env[name] = CarriedValue(name, label)
        walker.block(before)
        tests = [*guards, walker.reader.read_test(last.test)]
        bound = {name: scope.env.get(name) for name in _stored([node]) - _stored(node.body)}
        missed = {
            name: fixed(scope.env[name], label, label.count - 1) for name in _stored(before)
        }
    except (Refusal, ValueError):
        return None
    finally:
        del scope.loops[depth:]
        scope.env = kept
    test = operations.joined("&", tests)
    if operations.is_carried(test) or walker.changes != changes or label.name not in test.loops:
        return None
    names = _names(walker.reader, node, label, Reduce("argmax", test, (label,)), bound)
    if names is None or any(map(operations.is_carried, missed.values())):
        return None
    return Hit(
        found=Reduce("any", test, (label,)),
        names=names,
        before=tuple(before),
        action=tuple(action),
        after=_after(node, label, names, bound, Reduce("any", test, (label,))),
        missed=missed,
    )


def _is_plain(node: ast.stmt) -> bool:
    """A name set to a value."""
    return isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets)


def _jumps(node: ast.stmt) -> bool:
    return any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node))


def _stored(nodes: Sequence[ast.stmt]) -> set[str]:
    return {
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _names(
    reader: Reader, node: ast.For, label: Label, place: Term, bound: Mapping[str, Term | None]
) -> dict[str, Term] | None:
    """What the variables of its header are at the first hit."""
    found: dict[str, Term] = {_PLACE: place}
    for name, value in bound.items():
        if isinstance(value, Index):
            step = value.index.of(label.name)
            rest = value.index.without((label.name,))
            term = place
            if step.constant != 1:
                term = operations.apply("({0}) * ({1})", "*", term, Index(step, value.labels))
            if rest.monomials:
                term = operations.apply("({0}) + ({1})", "+", term, Index(rest, value.labels))
            found[name] = term
            continue
        source = element_source(node.target, node.iter, name)
        if source is None:
            return None
        kept = dict(reader.scope.env)
        reader.scope.env[_PLACE] = place
        try:
            whole = reader.read(source)
            found[name] = reader.subscripted(
                whole, [ast.Name(_PLACE, ast.Load())], ast.unparse(source)
            )
        except Refusal:
            return None
        finally:
            reader.scope.env = kept
    return found


def element_source(target: ast.expr, iterated: ast.expr, name: str) -> ast.expr | None:
    """The array whose elements a variable of the header runs through."""
    called = ast.unparse(iterated.func) if isinstance(iterated, ast.Call) else ""
    if isinstance(target, ast.Name):
        return iterated if target.id == name and not called else None
    if not isinstance(target, ast.Tuple) or not isinstance(iterated, ast.Call):
        return None
    if called in ("pairwise", "itertools.pairwise"):
        return element_source(target, neighbours(iterated), name)
    if called == "enumerate" and len(target.elts) == 2:
        return element_source(target.elts[1], iterated.args[0], name)
    if called == "zip" and len(target.elts) == len(iterated.args):
        pairs = zip(target.elts, iterated.args, strict=True)
        return next(
            (s for t, i in pairs if (s := element_source(t, i, name)) is not None), None
        )
    return None


def _after(
    node: ast.For,
    label: Label,
    names: Mapping[str, Term],
    bound: Mapping[str, Term | None],
    found: Term,
) -> dict[str, Term]:
    """The variables when the loop has ended: at the hit, or in its last iteration."""
    after: dict[str, Term] = {}
    for name, value in bound.items():
        after[name] = Gone()
        if isinstance(value, Index):
            last = value.index.put(label.name, label.count - 1)
            labels = tuple(each for each in value.labels if each != label)
            after[name] = operations.where(found, names[name], Index(last, labels))
    after[_PLACE] = Gone()
    return after
