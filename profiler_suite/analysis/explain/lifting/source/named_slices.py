"""Slices under names, `rows = slice(i, i + 3)`, where they are used: `image[i:i + 3]`."""

from __future__ import annotations

import ast
import copy
from collections import Counter

from profiler_suite.analysis.explain import syntax


def with_slices_in_place(node: ast.FunctionDef) -> bool:
    """Put them where they are used, in this very tree; whether there were any.

    That is done for names that are set once and used in brackets only, by statements of the
    same block or below it, before anything that the slice is made of is set again.
    """
    stored = Counter(
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )
    changed = False
    for block in list(syntax.blocks(node)):
        for statement in list(block):
            match statement:
                case ast.Assign([ast.Name(name)], value) if stored[name] == 1:
                    index = _index(value)
                    after = block[block.index(statement) + 1 :]
                    if index is not None and _may_move(node, name, index, after):
                        for each in after:
                            _InBrackets(name, index).visit(each)
                        block.remove(statement)
                        block[:] = block or [ast.copy_location(ast.Pass(), statement)]
                        changed = True
    if changed:
        ast.fix_missing_locations(node)
    return changed


def _index(value: ast.expr) -> ast.expr | None:
    """`slice(a, b)`, a tuple of such, `np.s_[a:b]` as what stands in brackets."""
    match value:
        case ast.Call(ast.Name("slice"), [_, *_] as given, []) if len(given) <= 3:
            bounds = [None if _is_none(each) else each for each in given]
            first = [None, *bounds] if len(bounds) == 1 else bounds
            return ast.Slice(*first)
        case ast.Subscript(ast.Attribute(_, "s_" | "index_exp"), index):
            return index
        case ast.Tuple(parts) if parts:
            found = [_index(each) for each in parts]
            inner = [each for each in found if isinstance(each, ast.Slice)]
            return ast.Tuple(list(inner), ast.Load()) if len(inner) == len(parts) else None
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _may_move(
    function: ast.FunctionDef, name: str, index: ast.expr, after: list[ast.stmt]
) -> bool:
    reads = [
        each for each in syntax.uses(function, name) if not isinstance(each.ctx, ast.Store)
    ]
    bracketed = [each for node in after for each in _in_brackets(node, name)]
    made_of = syntax.names_in(index)
    set_again = set().union(*(syntax.stored_in(each) for each in after))
    simple = not any(isinstance(each, ast.Call) for each in _called(index))
    return bool(reads) and len(reads) == len(bracketed) and simple and not made_of & set_again


def _called(index: ast.expr) -> list[ast.Call]:
    """What it calls but `max` and `min`, which give the same however often they run."""
    return [
        each
        for each in ast.walk(index)
        if isinstance(each, ast.Call)
        and not (isinstance(each.func, ast.Name) and each.func.id in ("max", "min", "len"))
    ]


def _in_brackets(node: ast.AST, name: str) -> list[ast.Name]:
    found: list[ast.Name] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript):
            parts = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
            found += [p for p in parts if isinstance(p, ast.Name) and p.id == name]
    return found


class _InBrackets(ast.NodeTransformer):
    """The index itself where its name stands in brackets."""

    def __init__(self, name: str, index: ast.expr) -> None:
        self._name, self._index = name, index

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """The same with the index in place."""
        self.generic_visit(node)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        made: list[ast.expr] = []
        for each in parts:
            if isinstance(each, ast.Name) and each.id == self._name:
                index = copy.deepcopy(self._index)
                made += index.elts if isinstance(index, ast.Tuple) else [index]
            else:
                made.append(each)
        node.slice = made[0] if len(made) == 1 else ast.Tuple(made, ast.Load())
        return node
