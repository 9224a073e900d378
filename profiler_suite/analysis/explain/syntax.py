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
