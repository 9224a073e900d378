"""Columns of DataFrames at the row of a loop."""

from __future__ import annotations

import ast
from collections.abc import Callable

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    At,
    Index,
    Refusal,
    Row,
    Term,
)


def column(scope: Scope, row: Row, key: ast.expr) -> Access:
    """A column of a DataFrame at the row of a loop."""
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        raise Refusal(f"which column of {row.frame} is read is not written out")
    return _of_column(scope, row.frame, key, row.label.index)


def _of_column(scope: Scope, frame: str, key: ast.expr, index: Poly) -> Access:
    base = f"{frame}[{ast.unparse(key)}].to_numpy()"
    return Access(base, (At(index),), tuple(scope.loops), "", scope.time)


def column_element(
    scope: Scope, node: ast.Subscript, read: Callable[[ast.expr], Term]
) -> Access | None:
    """df['a'][i], df['a'].iloc[i], df.iloc[i]['a'], df.loc[i, 'a']; None for others."""
    inner, key, place = node.value, node.slice, ""
    if isinstance(inner, ast.Attribute) and inner.attr in ("iloc", "iat", "loc", "at"):
        place, inner = inner.attr, inner.value
    if place in ("loc", "at") and isinstance(key, ast.Tuple) and len(key.elts) == 2:
        frame, (row, name) = inner, key.elts
    elif isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Attribute):
        # df.iloc[i]['a']
        frame, row, name = inner.value.value, inner.slice, key
        place = inner.value.attr
    elif isinstance(inner, ast.Subscript):
        frame, row, name = inner.value, key, inner.slice
    else:
        return None
    if not isinstance(frame, ast.Name) or scope.facts.kind(frame.id) != "DataFrame":
        return None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    index = read(row)
    if not isinstance(index, Index):
        return None
    if place not in ("iloc", "iat"):
        scope.assume(f"the index of {frame.id} counts 0, 1, 2, …")
    return _of_column(scope, frame.id, name, index.index)
