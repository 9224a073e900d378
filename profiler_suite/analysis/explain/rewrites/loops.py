"""Which loops around a line could run as one call: those of independent iterations."""

import ast
from collections.abc import Collection
from typing import Any, TypeGuard

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewriting import Function


class Loop:
    """The loops around a line, from the inside out, as far as iterations are independent."""

    def __init__(self, independent: list[int], stopped_by: int) -> None:
        self.independent = independent
        """Lines of the file where such loops begin."""
        self.stopped_by = stopped_by
        """First line inside the loop whose iterations depend on each other; 0 if none."""


def loops_around(function: Function, line: int) -> Loop:
    """Which loops around a line of the file could run as one call."""
    around = [
        node
        for node in function.nodes
        if isinstance(node, ast.For | ast.While)
        and node.body[0].lineno <= line - function.shift <= (node.end_lineno or 0)
    ]
    around.sort(key=lambda node: -node.lineno)
    free: list[int] = []
    for node in around:
        counting = node if isinstance(node, ast.For) else as_for(node)
        if counting is None or carries(counting):
            return Loop(free, node.body[0].lineno + function.shift)
        free.append(node.lineno + function.shift)
    return Loop(free, 0)


_LIMITS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.NotEq)


def as_for(loop: ast.While) -> ast.For | None:
    """A loop that counts, `while d < end: …; d += step`, as one over what it counts.

    None for any other: where the step or the end may change from iteration to iteration.
    """
    test = loop.test
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], _LIMITS):
        return None
    if any(isinstance(each, ast.Continue) for each in ast.walk(loop)):
        return None
    left, *others = test.left, *test.comparators
    for counter, limit in ((left, others[0]), (others[0], left)):
        if len(others) > 1 or not isinstance(counter, ast.Name):
            continue
        steps = [each for each in loop.body if _is_step(each, counter.id)]
        rest = [each for each in loop.body if each not in steps]
        if len(steps) != 1 or not rest:
            continue
        changed = set[str]().union(*map(syntax.changed_in, rest))
        fixed = syntax.free_names(limit) | syntax.free_names(steps[0].value)
        if not changed & (fixed | {counter.id}):
            return ast.copy_location(ast.For(counter, limit, rest, []), loop)
    return None


def _is_step(statement: ast.stmt, name: str) -> TypeGuard[ast.AugAssign]:
    return (
        isinstance(statement, ast.AugAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id == name
        and isinstance(statement.op, ast.Add | ast.Sub)
    )


def carries(loop: ast.For, but: Collection[str] = ()) -> bool:
    """Whether an iteration of the loop needs what an earlier one made, but for these names."""
    if any(isinstance(n, ast.Break | ast.Return | ast.Yield) for n in ast.walk(loop)):
        return True
    events: list[tuple[str, str]] = []
    for statement in loop.body:
        _events(statement, events)
    own = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    loaded: set[str] = set()
    stored: set[str] = set()
    new: set[str] = set()
    every_load = {name for what, name in events if what == "load"}
    for what, name in events:
        if what == "load" and name not in stored:
            loaded.add(name)
        elif what in ("store", "new"):
            stored.add(name)
            new = new | {name} if what == "new" else new - {name}
        elif what in ("element", "sum") and name in every_load - new and name not in but:
            return True
    written = {name for what, name in events if what in ("store", "new")}
    return bool((loaded & written) - own - {*but})


_NEW = (ast.List, ast.Dict, ast.ListComp, ast.BinOp, ast.Compare, ast.Constant)
_MAKERS = frozenset(("zeros", "ones", "empty", "full", "eye", "array", "copy", "list", "dict"))


def _is_new(value: ast.expr) -> bool:
    """Whether a value is the iteration's own, and no part of what was there before."""
    if not isinstance(value, ast.Call):
        return isinstance(value, _NEW)
    return ast.unparse(value.func).rpartition(".")[2].removesuffix("_like") in _MAKERS


def _events(node: ast.AST, events: list[tuple[str, str]]) -> None:
    """Loads and stores of names in the order of execution."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        if node.value is not None:
            _events(node.value, events)
        targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [node.target]
        if isinstance(node, ast.Assign) and _is_new(node.value):
            events += [("new", each.id) for each in targets if isinstance(each, ast.Name)]
            targets = [each for each in targets if not isinstance(each, ast.Name)]
        for target in targets:
            _stored(target, events, isinstance(node, ast.AugAssign))
        return
    if isinstance(node, ast.Name):
        events.append(("load" if isinstance(node.ctx, ast.Load) else "store", node.id))
        return
    for child in ast.iter_child_nodes(node):
        _events(child, events)


def _stored(target: Any, events: list[tuple[str, str]], adding: bool) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            _stored(each, events, adding)
    elif isinstance(target, ast.Name):
        events.append(("sum" if adding else "store", target.id))
    elif isinstance(target, ast.Subscript | ast.Attribute):
        base = target.value
        while isinstance(base, ast.Subscript | ast.Attribute):
            base = base.value
        if isinstance(target, ast.Subscript):
            _events(target.slice, events)
        if isinstance(base, ast.Name):
            events.append(("element", base.id))
