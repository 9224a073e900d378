"""Elements that an iteration sets and reads again, held by a name until it ends.

`x[i] += v[i]; if x[i] > top: x[i] = top` is one value for each i: the name takes it from
condition to condition, and the array gets it once.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names
from profiler_suite.analysis.explain.lifting.source import leaving
from profiler_suite.analysis.explain.lifting.source.unrolling import unrolled

_EXACT = ("float64", "complex128")
"""Dtypes that round nothing which an element gets."""
_FEW = 4
"""Up to how many iterations of an inner loop are written out."""
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def named_elements(nest: ast.For, facts: Facts, function: ast.AST) -> ast.For | None:
    """The nest with names for such elements; None where there are none."""
    made = copy.deepcopy(nest)
    _Short().generic_visit(made)
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
            elements = _elements(loop, base, facts)
            for element in elements:
                _hold(loop, element, len(elements) > 1)
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


def _elements(loop: ast.For, base: str, facts: Facts) -> list[ast.Subscript]:
    """The elements of an array that an iteration names, where they are its own all over it."""
    nodes = [each for node in loop.body for each in ast.walk(node)]
    places = [
        each
        for each in nodes
        if isinstance(each, ast.Subscript)
        and isinstance(each.value, ast.Name)
        and each.value.id == base
    ]
    named = [each for each in nodes if isinstance(each, ast.Name) and each.id == base]
    found = list({ast.unparse(each): each for each in places}.values())
    own = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
    if len(named) != len(places) or not _are_apart(found):
        return []
    for each in found:
        used = {one.id for one in ast.walk(each.slice) if isinstance(one, ast.Name)}
        scalar = all(isinstance(e, ast.Name | ast.BinOp | ast.Constant) for e in _indices(each))
        if not scalar or used & stored_names(loop.body) or not used & own:
            return []
    if base not in facts.names or len(_indices(found[0])) != facts.rank(base):
        return []
    dtype = facts.dtype(base)
    whole = dtype == "int64" and _stays_whole(nodes, base, facts)
    return found if dtype in _EXACT or whole else []


def _indices(place: ast.Subscript) -> list[ast.expr]:
    return place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]


def _are_apart(places: list[ast.Subscript]) -> bool:
    """Whether no two are the same element: they differ by numbers that are written out."""
    for axis in zip(*map(_indices, places), strict=False):
        texts = {ast.unparse(each) for each in axis}
        fixed = all(isinstance(e, ast.Constant) and type(e.value) is int for e in axis)
        if len(texts) > 1 and not fixed:
            return False
    return len({len(_indices(each)) for each in places}) == 1


class _Short(ast.NodeTransformer):
    """Loops over a few numbers, written out."""

    def visit_For(self, node: ast.For) -> ast.stmt | list[ast.stmt]:
        """`for d in range(2)` as its body for 0 and for 1."""
        self.generic_visit(node)
        match node.iter:
            case ast.Call(ast.Name("range"), [ast.Constant(int(count))], []) if count <= _FEW:
                numbers: list[ast.expr] = [ast.Constant(k) for k in range(count)]
                short = copy.copy(node)
                short.iter = ast.List(numbers, ast.Load())
                return unrolled(short) or node
        return node


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


def _hold(loop: ast.For, element: ast.Subscript, several: bool) -> None:
    """Takes the element at the begin of an iteration, and puts it back at its end."""
    wanted = ast.unparse(element)
    name = f"@new_{ast.unparse(element.value)}"
    if several:
        numbers = [e.value for e in _indices(element) if isinstance(e, ast.Constant)]
        name = "_".join([name, *map(str, numbers)])

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
