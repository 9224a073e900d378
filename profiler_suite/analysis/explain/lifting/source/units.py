"""The pieces of a function that may be lifted: loops, and statements with comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Unit:
    """One statement and where it stands."""

    node: ast.stmt
    before: tuple[ast.stmt, ...]
    """Statements of the same block that lead to it."""
    around: tuple[ast.stmt, ...]
    """Compound statements that it stands in, from the outside."""

    @property
    def is_loop(self) -> bool:
        """A loop; else a statement with a comprehension."""
        return isinstance(self.node, ast.For | ast.While)

    @property
    def inside_loop(self) -> bool:
        """Whether a loop around it stays."""
        return any(isinstance(each, ast.For | ast.While) for each in self.around)

    @property
    def words(self) -> str:
        """What it runs over."""
        if isinstance(self.node, ast.For):
            names = [ast.unparse(self.node.target)]
            inner: ast.stmt = self.node
            while isinstance(inner, ast.For) and len(inner.body) == 1:
                inner = inner.body[0]
                if isinstance(inner, ast.For):
                    names.append(ast.unparse(inner.target))
            return " and ".join(names) if len(names) < 3 else ", ".join(names)
        if isinstance(self.node, ast.While):
            return ast.unparse(self.node.test).partition(" ")[0]
        return ""


@dataclass(frozen=True)
class Piece:
    """A unit's new text."""

    unit: Unit
    lines: tuple[str, ...]
    imports: tuple[str, ...]
    assumptions: tuple[str, ...]
    memory: Poly


_MAPPING = ("vectorize", "apply_along_axis", "map")
_PAIRED = {"cdist": 2, "pdist": 1}


def metric_of(node: ast.Call) -> ast.expr | None:
    """The function that cdist or pdist calls for each pair; None where it has a name."""
    place = _PAIRED[ast.unparse(node.func).rpartition(".")[2]]
    given = [each.value for each in node.keywords if each.arg == "metric"]
    given += node.args[place : place + 1]
    return None if not given or isinstance(given[0], ast.Constant) else given[0]


def is_mapping(node: ast.AST) -> bool:
    """Whether an expression calls something for each element."""
    if isinstance(node, ast.Call):
        last = ast.unparse(node.func).rpartition(".")[2]
        return last in _MAPPING or (last in _PAIRED and metric_of(node) is not None)
    return isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp)


def units(block: list[ast.stmt], around: tuple[ast.stmt, ...] = ()) -> Iterator[Unit]:
    """The outermost units of a block."""
    for place, node in enumerate(block):
        unit = Unit(node, tuple(block[:place]), around)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.For | ast.While):
            yield unit
        elif isinstance(node, _SIMPLE):
            if any(is_mapping(each) for each in ast.walk(node)):
                yield unit
        else:
            yield from within(node, around)


def within(node: ast.stmt, around: tuple[ast.stmt, ...]) -> Iterator[Unit]:
    """The outermost units inside a compound statement."""
    for name in _BLOCKS:
        yield from units(getattr(node, name, []), (*around, node))
    for handler in getattr(node, "handlers", []):
        yield from units(handler.body, (*around, node))
