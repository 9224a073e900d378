"""Loops over np.nditer that write, or ask for the place, as loops over all places."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

_PLACE = "@place"


def over_places(
    node: ast.For | ast.While, single: Callable[[str], ast.expr | None]
) -> ast.For | None:
    """`for v in np.nditer(x, op_flags=…): v[...] = 2 * v` and `while not it.finished`.

    As `for place in np.ndindex(x.shape): x[place] = 2 * x[place]`; None for other loops.
    `single` gives what a name was set to, where that is done once.
    """
    found = _of_for(node) if isinstance(node, ast.For) else _of_while(node, single)
    if found is None:
        return None
    array, changer, body = found
    changed = [changer.visit(copy.deepcopy(each)) for each in body]
    if not changer.done:
        return None
    places = ast.parse(f"np.ndindex({array}.shape)", mode="eval").body
    made = ast.For(ast.Name(_PLACE, ast.Store()), places, changed, [])
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _of_for(node: ast.For) -> tuple[str, _Changer, list[ast.stmt]] | None:
    array = _iterated(node.iter)
    if not array or not isinstance(node.target, ast.Name) or node.orelse:
        return None
    writes = any(
        isinstance(each, ast.Subscript)
        and isinstance(each.ctx, ast.Store)
        and ast.unparse(each) == f"{node.target.id}[...]"
        for statement in node.body
        for each in ast.walk(statement)
    )
    return (array, _Changer(array, node.target.id, ""), node.body) if writes else None


def _of_while(
    node: ast.While, single: Callable[[str], ast.expr | None]
) -> tuple[str, _Changer, list[ast.stmt]] | None:
    name = ast.unparse(node.test).removeprefix("not ").removesuffix(".finished")
    made = single(name) if name.isidentifier() else None
    array = _iterated(made) if made is not None else ""
    last = ast.unparse(node.body[-1])
    if not array or last not in (f"{name}.iternext()", f"next({name})") or node.orelse:
        return None
    if any(isinstance(each, ast.Continue) for each in ast.walk(node)):
        return None
    return array, _Changer(array, "", name), node.body[:-1]


def _iterated(node: ast.expr) -> str:
    """The one array that np.nditer goes through; '' for anything else."""
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return ""
    if ast.unparse(node.func) not in ("np.nditer", "numpy.nditer"):
        return ""
    plain = all(each.arg in ("flags", "op_flags") for each in node.keywords)
    only = node.args[0]
    return only.id if plain and isinstance(only, ast.Name) else ""


class _Changer(ast.NodeTransformer):
    """What an iterator gives as elements of its array."""

    def __init__(self, array: str, value: str, iterator: str) -> None:
        self._array = array
        self._value = value
        self._iterator = iterator
        self.done = False

    def _element(self, context: ast.expr_context) -> ast.expr:
        self.done = True
        place = ast.Name(_PLACE, ast.Load())
        return ast.Subscript(ast.Name(self._array, ast.Load()), place, context)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`v[...]` and `it[0]`."""
        text = ast.unparse(node)
        if self._value and text == f"{self._value}[...]":
            return self._element(node.ctx)
        if self._iterator and text in (f"{self._iterator}[0]", f"{self._iterator}[0][...]"):
            return self._element(node.ctx)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The element itself."""
        return self._element(node.ctx) if self._value and node.id == self._value else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`it.multi_index` and `it.value`."""
        text = ast.unparse(node)
        if self._iterator and text == f"{self._iterator}.multi_index":
            self.done = True
            return ast.Name(_PLACE, ast.Load())
        if self._iterator and text == f"{self._iterator}.value":
            return self._element(node.ctx)
        self.generic_visit(node)
        return node
