"""The expressions of a function in the order of its source, found by what they are."""

import ast
from collections.abc import Callable, Sequence

Label = tuple[object, ...]
"""What an expression is at least: its kind, its operators, or the name that it calls."""
ANY: Label = (ast.expr,)
"""The label of every expression."""
_WITH_OPERATOR = (ast.BinOp, ast.UnaryOp, ast.BoolOp)


def labels(node: ast.expr, name_of: Callable[[ast.expr], str]) -> list[Label]:
    """Everything that the expression is.

    `name_of` says what a dotted name stands for, and nothing where that is not known.
    """
    found = [ANY, (type(node),)]
    if isinstance(node, ast.Call):
        name = name_of(node.func)
        if name:
            found.append(calling(name))
        if isinstance(node.func, ast.Attribute):
            found.append(method(node.func.attr))
    elif isinstance(node, (*_WITH_OPERATOR, ast.Compare)):
        found.append(operated(node))
    return found


def calling(name: str) -> Label:
    """The label of calls of a function by its full name: 'numpy.linalg.inv'."""
    return ast.Call, "of", name


def method(name: str) -> Label:
    """The label of calls of what is an attribute of this name."""
    return ast.Call, "method", name


def operated(node: ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare) -> Label:
    """The label of expressions with the operators of this one."""
    operators = node.ops if isinstance(node, ast.Compare) else [node.op]
    return type(node), *map(type, operators)


class ExpressionIndex:
    """The expressions below a node, outer ones before those inside of them."""

    def __init__(self, root: ast.AST, name_of: Callable[[ast.expr], str]) -> None:
        """`name_of` as for `labels`."""
        self._nodes: list[ast.expr] = []
        self._ends: list[int] = []
        self._places: dict[Label, list[int]] = {}
        self._labels: dict[ast.expr, list[Label]] = {}
        self._name_of = name_of
        self._visit(root)

    def _visit(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr):
                self._visit(child)
                continue
            place = len(self._nodes)
            self._nodes.append(child)
            self._ends.append(place)
            self._labels[child] = labels(child, self._name_of)
            for label in self._labels[child]:
                self._places.setdefault(label, []).append(place)
            self._visit(child)
            self._ends[place] = len(self._nodes)

    def __getitem__(self, place: int) -> ast.expr:
        return self._nodes[place]

    def end(self, place: int) -> int:
        """The place of the first expression that is not inside of this one."""
        return self._ends[place]

    def places(self, label: Label) -> Sequence[int]:
        """Where expressions with this label stand, in ascending order."""
        return self._places.get(label, ())

    def has(self, node: ast.expr, label: Label) -> bool:
        """Whether an expression, also one from elsewhere, has this label."""
        known = self._labels.get(node)
        return label in (labels(node, self._name_of) if known is None else known)
