"""What the statements of a nest store."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.facts import dotted
from profiler_suite.analysis.explain.lifting.terms import Access, Label, Term


@dataclass(frozen=True)
class Store:
    """One statement that writes elements of an array."""

    target: Access
    op: str
    """'=' or the operator of an augmented assignment."""
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
