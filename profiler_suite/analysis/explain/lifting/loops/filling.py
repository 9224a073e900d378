"""Arrays that a loop fills from the front: `out[n] = v; n += 1` where a condition holds."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.lifting.loops.counters import first_number


@dataclass(frozen=True)
class Filling:
    """A nest with what it puts into the array appended to a list instead."""

    node: ast.For
    array: str
    counter: str
    start: int

    @property
    def gathered(self) -> str:
        """The name of the list."""
        return f"@{self.array}"

    def end(self, kept: str) -> str:
        """Where the array is filled to by the elements of that name."""
        return f"{self.start} + len({kept})" if self.start else f"len({kept})"


def filling(node: ast.For, leading: Sequence[ast.stmt]) -> Filling | None:
    """The only array that a nest fills by a counter; None where it does anything else."""
    for block in syntax.blocks(node):
        for step in block:
            counter = _counted(step)
            start = first_number(counter, leading) if counter else None
            store = next((each for each in block if _store(each, counter)), None)
            if start is None or store is None or block.index(store) > block.index(step):
                continue
            array = _store(store, counter)
            alone = len(syntax.uses(node, counter)) == 2 and len(syntax.uses(node, array)) == 1
            number = start.index.constant
            if alone and number is not None and number >= 0:
                made = _Appending(store, step, array).visit(copy.deepcopy(node))
                return Filling(ast.fix_missing_locations(made), array, counter, number)
    return None


def _counted(node: ast.stmt) -> str:
    """The name of `n += 1`; '' for other statements."""
    text = ast.unparse(node)
    plain = isinstance(node, ast.AugAssign) and text.endswith(" += 1")
    name = text.removesuffix(" += 1")
    return name if plain and name.isidentifier() else ""


def _store(node: ast.stmt, counter: str) -> str:
    """The array of `out[n] = v`; '' for other statements."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return ""
    array = ast.unparse(node.targets[0]).removesuffix(f"[{counter}]")
    return array if array.isidentifier() and isinstance(node.targets[0], ast.Subscript) else ""


class _Appending(ast.NodeTransformer):
    """The store as an append to a list, without the counter."""

    def __init__(self, store: ast.stmt, step: ast.stmt, array: str) -> None:
        self._store = ast.unparse(store)
        self._step = ast.unparse(step)
        self._array = array

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """`out[n] = v`."""
        if ast.unparse(node) != self._store:
            return node
        append = ast.Attribute(ast.Name(f"@{self._array}", ast.Load()), "append", ast.Load())
        return ast.copy_location(ast.Expr(ast.Call(append, [node.value], [])), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """`n += 1`."""
        same = ast.unparse(node) == self._step
        return ast.copy_location(ast.Pass(), node) if same else node
