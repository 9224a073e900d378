"""Live variables: whether a name's value is read after a nest."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def live_after(function: ast.AST, nest: ast.AST, around: list[ast.AST], name: str) -> bool:
    """Whether a name's value is read once a nest has ended."""
    events: list[tuple[str, bool, ast.AST]] = []
    inside = {id(node) for node in ast.walk(nest)}
    _Events(name, events, _around(function, nest)).visit(function, False)
    places = [k for k, each in enumerate(events) if id(each[2]) in inside]
    end = _end(nest)
    later = [
        each
        for k, each in enumerate(events)
        if id(each[2]) not in inside and (k > places[-1] if places else _end(each[2]) > end)
    ]
    if _first(later) == "load":
        return True
    for loop in around:
        if isinstance(loop, ast.For | ast.While):
            within = {id(node) for node in ast.walk(loop)}
            again = [
                each for each in events if id(each[2]) in within and id(each[2]) not in inside
            ]
            if _first(again) == "load":
                return True
    return False


def _around(function: ast.AST, nest: ast.AST) -> frozenset[int]:
    """The nodes in which a nest stands, itself included, by their ids."""
    parents = {
        id(child): node for node in ast.walk(function) for child in ast.iter_child_nodes(node)
    }
    found, node = [id(nest)], parents.get(id(nest))
    while node is not None:
        found.append(id(node))
        node = parents.get(id(node))
    return frozenset(found)


def _end(node: ast.AST) -> tuple[int, int]:
    return (getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0)


def _first(events: list[tuple[str, bool, ast.AST]]) -> str:
    for what, conditional, _ in events:
        if what == "load":
            return "load"
        if not conditional:
            return "store"
    return ""


class _Events:
    """Loads and stores of a name in the order of execution.

    In a block that sets the name first, what is read afterwards is the block's own: such
    loads are left out, unless the nest stands in the block.
    """

    def __init__(
        self, name: str, events: list[tuple[str, bool, ast.AST]], around: frozenset[int]
    ) -> None:
        self.name = name
        self.events = events
        self.around = around
        """The ids of the nodes in which the nest stands, and its own."""

    def visit(self, node: ast.AST, conditional: bool) -> None:
        """The events of a node and of all below it."""
        if isinstance(node, ast.Assign):
            self._each((node.value, *node.targets), conditional)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and node.target.id == self.name:
                self.events.append(("load", conditional, node.target))
            self._each((node.value, node.target), conditional)
        elif isinstance(node, ast.For):
            self.visit(node.iter, conditional)
            self._block((node.target, *node.body))  # over nothing it sets nothing
            self._block(node.orelse)
        elif isinstance(node, ast.If | ast.While):
            self._each((node.test,), conditional)
            self._block(node.body)
            self._block(node.orelse)
        elif isinstance(node, ast.Name) and node.id == self.name:
            what = "load" if isinstance(node.ctx, ast.Load) else "store"
            self.events.append((what, conditional, node))
        else:
            inner = conditional or isinstance(node, ast.Try)
            self._each(tuple(ast.iter_child_nodes(node)), inner)

    def _each(self, nodes: Sequence[ast.AST], conditional: bool) -> None:
        for node in nodes:
            self.visit(node, conditional)

    def _block(self, nodes: Sequence[ast.AST]) -> None:
        """What may not be executed at all."""
        own: list[tuple[str, bool, ast.AST]] = []
        _Events(self.name, own, self.around)._each(nodes, False)
        around = any(id(node) in self.around for node in nodes)
        is_set = False
        for what, conditional, node in own:
            if what == "load" and is_set and not around:
                continue
            is_set = is_set or (what == "store" and not conditional)
            self.events.append((what, True, node))
