"""Elements that an iteration sets and reads again, held by a name until it ends.

`x[i] += v[i]; if x[i] > top: x[i] = top` is one value for each i: the name takes it from
condition to condition, and the array gets it once.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain.lifting import leaving
from profiler_suite.analysis.explain.lifting.facts import Facts
from profiler_suite.analysis.explain.lifting.stores import stored_names

_EXACT = ("float64", "complex128")
"""Dtypes that round nothing which an element gets."""
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def named_elements(nest: ast.For, facts: Facts, function: ast.AST) -> ast.For | None:
    """The nest with names for such elements; None where there are none."""
    made = copy.deepcopy(nest)
    inner = {
        each.id
        for node in ast.walk(function)
        if isinstance(node, ast.FunctionDef | ast.Lambda) and node is not function
        for each in ast.walk(node)
        if isinstance(each, ast.Name)
    }
    changed = False
    for loop in _loops(made):
        if not _runs_through(loop):
            continue
        for base in sorted(_bases(loop) - inner):
            element = _only_element(loop, base, facts)
            if element is not None:
                _hold(loop, element)
                changed = True
    return ast.fix_missing_locations(made) if changed else None


def _loops(nest: ast.For) -> Iterator[ast.For]:
    """Loops from the outside: an element is named for as long as it can be."""
    yield nest
    for node in nest.body:
        for each in ast.walk(node):
            if isinstance(each, ast.For):
                yield each


def _runs_through(loop: ast.For) -> bool:
    """Whether every iteration comes to its end."""
    if leaving.breaks(loop) or any(leaving.returns(each) for each in loop.body):
        return False
    return not any(_continues(each) for each in loop.body)


def _continues(node: ast.AST) -> bool:
    if isinstance(node, ast.For | ast.While):
        return False
    children = ast.iter_child_nodes(node)
    return isinstance(node, ast.Continue) or any(_continues(each) for each in children)


def _bases(loop: ast.For) -> set[str]:
    """Names of arrays of which a loop sets elements."""
    return {
        each.value.id
        for node in loop.body
        for each in ast.walk(node)
        if isinstance(each, ast.Subscript)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
    }


def _only_element(loop: ast.For, base: str, facts: Facts) -> ast.Subscript | None:
    """The one element of an array that an iteration names, all over its body."""
    nodes = [each for node in loop.body for each in ast.walk(node)]
    places = [
        each
        for each in nodes
        if isinstance(each, ast.Subscript)
        and isinstance(each.value, ast.Name)
        and each.value.id == base
    ]
    named = [each for each in nodes if isinstance(each, ast.Name) and each.id == base]
    if len({ast.unparse(each.slice) for each in places}) != 1 or len(named) != len(places):
        return None
    first = places[0]
    indices = first.slice.elts if isinstance(first.slice, ast.Tuple) else [first.slice]
    used = {each.id for each in ast.walk(first.slice) if isinstance(each, ast.Name)}
    own = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
    scalar = all(isinstance(each, ast.Name | ast.BinOp | ast.Constant) for each in indices)
    known = facts.names.get(base)
    if not scalar or len(indices) != facts.rank(base) or known is None:
        return None
    if used & stored_names(loop.body) or not used & own:
        return None
    dtype = facts.dtype(base)
    if dtype in _EXACT or (dtype == "int64" and _stays_whole(nodes, base, facts)):
        return first
    return None


def _stays_whole(nodes: list[ast.AST], base: str, facts: Facts) -> bool:
    """Whether all that elements of an array of whole numbers get is whole as well."""

    def is_place(node: ast.AST) -> bool:
        held = node.value if isinstance(node, ast.Subscript) else None
        return isinstance(held, ast.Name) and held.id == base

    def whole(node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, _WHOLE) and whole(node.left) and whole(node.right)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return is_place(node) or facts.dtype(node.value.id) == "int64"
        if isinstance(node, ast.Name):
            return facts.kind(node.id) == "int"
        return isinstance(node, ast.Constant) and type(node.value) is int

    for node in nodes:
        if isinstance(node, ast.AugAssign) and is_place(node.target):
            if not isinstance(node.op, _WHOLE) or not whole(node.value):
                return False
        elif isinstance(node, ast.Assign) and any(is_place(each) for each in node.targets):
            if not whole(node.value):
                return False
        elif is_place(node) and isinstance(getattr(node, "ctx", None), ast.Del):
            return False
    return not any(
        is_place(each)
        for node in nodes
        if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Store)
        for each in node.elts
    )


def _hold(loop: ast.For, element: ast.Subscript) -> None:
    """Takes the element at the begin of an iteration, and puts it back at its end."""
    wanted = ast.unparse(element)
    name = f"@new_{ast.unparse(element.value)}"

    class Named(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            if ast.unparse(node) == wanted:
                return ast.Name(name, node.ctx)
            self.generic_visit(node)
            return node

    body = [Named().visit(each) for each in loop.body]
    place = copy.deepcopy(element)
    read, written = copy.deepcopy(place), copy.deepcopy(place)
    read.ctx, written.ctx = ast.Load(), ast.Store()
    loop.body = [
        ast.Assign([ast.Name(name, ast.Store())], read),
        *body,
        ast.Assign([written], ast.Name(name, ast.Load())),
    ]
