"""Places of extremes, as plain Python asks for them: `d.index(min(d))`, `min(…, key=…)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce, Term

if TYPE_CHECKING:
    from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader

_PLACES = {"min": "argmin", "max": "argmax"}


def place_of_extreme(reader: Reader, node: ast.Call) -> Term | None:
    """The first place of the least or largest value of a row; None for other calls."""
    found = _of_list(node) or _of_range(node)
    if found is None:
        return None
    name, values = found
    inner = reader.read(values)
    if len(inner.own) != 1:
        return None
    reader.scope.assume_extremes()
    return Reduce(_PLACES[name], inner, inner.own, weak="int")


def _of_list(node: ast.Call) -> tuple[str, ast.expr] | None:
    """`d.index(min(d))`, of a name: what is computed anew may be something else."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="index"),
            args=[
                ast.Call(
                    func=ast.Name(id="min" | "max" as which),
                    args=[ast.Name(id=other) as values],
                    keywords=[],
                )
            ],
            keywords=[],
        ) if name == other:
            return which, values
    return None


def _of_range(node: ast.Call) -> tuple[str, ast.expr] | None:
    """`min(range(n), key=lambda j: d[j])`, of a range that begins at 0."""
    match node:
        case ast.Call(
            func=ast.Name(id="min" | "max" as which),
            args=[ast.Call(func=ast.Name(id="range"), args=[_], keywords=[]) as places],
            keywords=[ast.keyword(arg="key", value=key)],
        ):
            values = _each(key, places)
            return None if values is None else (which, values)
    return None


def _each(key: ast.expr, places: ast.expr) -> ast.expr | None:
    """The key of every place, as a list."""
    match key:
        case ast.Lambda(
            args=ast.arguments(
                posonlyargs=[], args=[ast.arg(arg=name)], kwonlyargs=[], vararg=None, kwarg=None
            ),
            body=body,
        ):
            counted = ast.comprehension(ast.Name(name, ast.Store()), places, [], 0)
        case ast.Attribute(value=ast.Name() as row, attr="__getitem__"):
            counted = ast.comprehension(ast.Name("@place", ast.Store()), places, [], 0)
            body = ast.Subscript(row, ast.Name("@place", ast.Load()), ast.Load())
        case _:
            return None
    found = ast.copy_location(ast.ListComp(body, [counted]), key)
    return ast.fix_missing_locations(found)
