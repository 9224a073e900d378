"""Loops that return or break at the first hit: all conditions at once, then what was done."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from profiler_suite.analysis.explain.lifting.loops.iteration import entered
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form import operations
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Index,
    Label,
    Refusal,
    Term,
)


@dataclass
class Exit:
    """A nest that does something once, at its first hit, and ends."""

    labels: list[Label] = field(default_factory=list)
    tests: list[Term] = field(default_factory=list)
    headers: list[tuple[ast.expr, ast.expr, Label]] = field(default_factory=list)
    """Variable and range or array of each loop."""
    counters: dict[str, Index] = field(default_factory=dict)
    before: list[ast.stmt] = field(default_factory=list)
    """What names are set to on the way."""
    action: list[ast.stmt] = field(default_factory=list)
    """What is done at the hit, with the `return` that ends it."""

    @property
    def hit(self) -> Term:
        """Where its conditions hold."""
        return operations.both(*self.tests)


def exit_of(walk: Walk, node: ast.For) -> Exit:
    """The nest in this form; refused where it is anything else."""
    found = Exit()
    _loop(walk, node, found)
    if not found.action:
        raise Refusal("it may end before its last iteration")
    return found


def _loop(walk: Walk, node: ast.For, found: Exit) -> None:
    if node.orelse and found.labels:
        raise Refusal("the loop has an else part")
    labels, guards = entered(walk.reader, node.target, node.iter)
    if len(labels) == 1:
        found.headers.append((node.target, node.iter, labels[0]))
    found.labels += labels
    found.tests += guards
    for each in ast.walk(node.target):
        if isinstance(each, ast.Name):
            value = walk.scope.env.get(each.id)
            if isinstance(value, Index):
                found.counters[each.id] = value
    _block(walk, node.body, found)


def _block(walk: Walk, block: Sequence[ast.stmt], found: Exit) -> None:
    *before, last = block
    for each in before:
        if isinstance(each, ast.If) and _only_continues(each):
            found.tests.append(operations.negated(walk.reader.read_test(each.test)))
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            walk.block([each])
            found.before.append(each)
        elif not isinstance(each, ast.Pass):
            raise Refusal("it may end before its last iteration")
    if isinstance(last, ast.For):
        _loop(walk, last, found)
        return
    if not isinstance(last, ast.If) or last.orelse:
        raise Refusal("it may end before its last iteration")
    found.tests.append(walk.reader.read_test(last.test))
    ends = last.body[-1]
    if isinstance(ends, ast.Return):
        found.action = list(last.body)
    elif isinstance(ends, ast.Break) and len(found.headers) == len(found.labels) == 1:
        found.action = list(last.body[:-1]) or [ast.Pass()]
    else:
        _block(walk, last.body, found)
    jumps = (ast.Break, ast.Continue)
    if any(isinstance(n, jumps) for each in found.action for n in ast.walk(each)):
        raise Refusal("it may end before its last iteration")


def _only_continues(node: ast.If) -> bool:
    return len(node.body) == 1 and isinstance(node.body[0], ast.Continue) and not node.orelse


def read_in(nodes: Sequence[ast.stmt]) -> set[str]:
    """Names that statements read."""
    return {
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }


def needed(found: Exit, names: set[str]) -> tuple[list[ast.stmt], set[str]]:
    """The statements that set what these names are at the hit, and the variables they need."""
    kept: list[ast.stmt] = []
    wanted = set(names)
    for each in reversed(found.before):
        assert isinstance(each, ast.Assign)
        if any(isinstance(t, ast.Name) and t.id in wanted for t in each.targets):
            kept.insert(0, each)
            wanted |= read_in([each])
    return kept, wanted
