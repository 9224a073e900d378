"""What stands in a piece of source: its blocks of statements, and the uses of a name."""

import ast
from collections.abc import Iterator

_BLOCKS = ("body", "orelse", "finalbody")


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements in it, those of inner functions and classes included."""
    for each in ast.walk(node):
        for field in _BLOCKS:
            block = getattr(each, field, None)
            if isinstance(block, list) and block:
                yield block


def uses(node: ast.AST, name: str) -> list[ast.Name]:
    """Every place in it at which the name is read, set or deleted."""
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]


def bound_names(target: ast.AST) -> set[str]:
    """Names that a target of a loop or an assignment gives values to."""
    return {
        n.id
        for n in ast.walk(target)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def free_names(node: ast.AST) -> set[str]:
    """Names that an expression reads and does not bind itself, as comprehensions do."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.Lambda):
        return free_names(node.body) - {
            each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)
        }
    inside = [free_names(each) for each in ast.iter_child_nodes(node)]
    found: set[str] = set().union(*inside)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        own = set().union(*(bound_names(each.target) for each in node.generators))
        return (found - own) | free_names(node.generators[0].iter)
    return found
