"""Assignments to elements as calls that give a new array: for arrays that cannot be changed."""

import ast
import copy
from collections.abc import Callable
from types import FunctionType
from typing import Any

from profiler_suite.measure.explain.ways.port import line_of
from profiler_suite.measure.explain.ways.records import StoppingLine

SET, KEEP, KEY = "_what_if_set", "_what_if_keep", "_what_if_key"
"""Names in the changed functions: another array, the dtype that it had, what is in brackets."""


class _Key:
    """Gives back what stands between square brackets."""

    def __getitem__(self, key: Any) -> Any:
        return key


def names(array: type, put: Callable[[Any, Any, Any], Any]) -> dict[str, Any]:
    """What the changed functions call; `put` gives a new array with other elements.

    What is no array of that type, a list, say, is changed as it is.
    """

    def set_(value: Any, key: Any, element: Any) -> Any:
        if isinstance(value, array):
            return put(value, key, element)
        value[key] = element
        return value

    def keep(before: Any, after: Any) -> Any:
        if isinstance(before, array) and isinstance(after, array):
            return after.astype(before.dtype)  # type: ignore[attr-defined]
        return after

    return {SET: set_, KEEP: keep, KEY: _Key()}


def functional(node: ast.FunctionDef, function: FunctionType) -> ast.FunctionDef:
    """The function with `a[i] = v` as `a = set(a, i, v)`, where `a` is a name of its own."""
    code = function.__code__
    own = frozenset((*code.co_varnames, *code.co_cellvars))
    changed = _Functional(own, node).visit(node)
    assert isinstance(changed, ast.FunctionDef)
    return changed


def writing_line(node: ast.FunctionDef | None, file: str) -> StoppingLine | None:
    """The first line that writes into a parameter; None where none is seen to."""
    if node is None:
        return None
    given = node.args
    parameters = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    lines = [
        each.lineno
        for each in ast.walk(node)
        if isinstance(each, ast.Assign | ast.AugAssign)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        if _written(target, isinstance(each, ast.AugAssign)) in parameters
    ]
    return line_of(file, min(lines)) if lines else None


def _written(target: ast.expr, in_place: bool) -> str:
    """The name whose elements are written; of a name alone, where that is done in place."""
    alone = isinstance(target, ast.Name)
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) and (in_place or not alone) else ""


class _Functional(ast.NodeTransformer):
    def __init__(self, own: frozenset[str], outer: ast.FunctionDef) -> None:
        self._own = own
        self._outer = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """An inner function has names of its own."""
        return self.generic_visit(node) if node is self._outer else node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0] if len(node.targets) == 1 else None
        if not self._is_element(target):
            return node
        assert isinstance(target, ast.Subscript)
        return self._set(node, target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        target = node.target
        if isinstance(target, ast.Name) and target.id in self._own:
            value = ast.BinOp(_load(target), node.op, node.value)
            return self._named(node, target.id, _call(KEEP, [_load(target), value]))
        if not self._is_element(target):
            return node
        assert isinstance(target, ast.Subscript)
        return self._set(node, target, ast.BinOp(_load(target), node.op, node.value))

    def _is_element(self, target: ast.AST | None) -> bool:
        return (
            isinstance(target, ast.Subscript)
            and isinstance(target.value, ast.Name)
            and target.value.id in self._own
        )

    def _set(self, node: ast.stmt, target: ast.Subscript, value: ast.expr) -> ast.AST:
        assert isinstance(target.value, ast.Name)
        key = ast.Subscript(ast.Name(KEY, ast.Load()), target.slice, ast.Load())
        given = [_load(target.value), key, value]
        return self._named(node, target.value.id, _call(SET, given))

    def _named(self, node: ast.stmt, name: str, value: ast.expr) -> ast.AST:
        made = ast.Assign([ast.Name(name, ast.Store())], value)
        for each in ast.walk(made):
            if not hasattr(each, "lineno"):
                ast.copy_location(each, node)
        return made


def _call(name: str, given: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), given, [])


def _load(target: ast.expr) -> ast.expr:
    made = copy.deepcopy(target)
    assert isinstance(made, ast.Name | ast.Subscript)
    made.ctx = ast.Load()
    return made
