"""Lists and arrays that grow in a loop."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Core,
    Extend,
    Label,
    Leaf,
    Refusal,
    Stack,
    Term,
    View,
)

_KINDS = {"append": "append", "vstack": "rows", "hstack": "columns", "row_stack": "rows"}
_KINDS |= {"concatenate": "concatenate", "column_stack": "stack", "r_": "append"}


def as_array(term: Extend) -> Term:
    """A list that a loop filled, as an array."""
    if (
        term.mask is not None
        or term.pieces is not None
        or not isinstance(term.base, Stack | Leaf)
    ):
        raise Refusal("a list whose length is not known is used in the loop")
    whole = View(term.item, (*term.labels, *term.item.own))
    if len(term.labels) < 2:
        return whole
    if term.item.own:
        raise Refusal("rows that several loops append are used in the loop")
    size = Poly.number(1)
    for each in term.labels:
        size = size * each.count
    name = "+".join(each.name for each in term.labels)
    return Core("FLAT", (whole,), (Label(name, size, size, Poly.number(1)),))


def grows(reader: Reader, name: str, value: ast.expr) -> Extend | None:
    """`out = np.append(out, item)` and its relatives; None for anything else."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    function = value.func
    if not isinstance(function.value, ast.Name) or function.value.id not in ("np", "numpy"):
        return None
    kind = _KINDS.get(function.attr)
    if kind is None or not value.args:
        return None
    parts = list(value.args)
    if kind != "append":
        if not isinstance(parts[0], ast.Tuple | ast.List):
            return None
        parts = parts[0].elts
    if len(parts) != 2 or not (isinstance(parts[0], ast.Name) and parts[0].id == name):
        return None
    base = reader.read(parts[0])
    rank = len(base.own)
    axis = _axis(value, kind)
    item = parts[1]
    # np.append(out, [[a, b]], axis=0), np.concatenate([out, [a]]): one row in a list.
    inner = item.elts[0] if isinstance(item, ast.List) and len(item.elts) == 1 else None
    if kind == "append" and axis is None:
        return Extend(base, reader.read(inner or item), kind="append")
    if axis not in (0, None):
        raise Refusal(f"{name} grows along another axis than the first")
    if kind == "rows" and rank == 2:
        row = reader.read(inner or item)
        if len(row.own) == 1:
            return Extend(base, row, kind="rows")
    if kind in ("columns", "concatenate", "append"):
        row = reader.read(inner if inner is not None else item)
        if rank == 1 and len(row.own) <= 1:
            return Extend(base, row, kind="append")
        if rank == 2 and kind != "columns" and inner is not None and len(row.own) == 1:
            return Extend(base, row, kind="rows")
    raise Refusal(f"{name} grows in a way that is not followed")


def _axis(value: ast.Call, kind: str) -> int | None:
    given = [each.value for each in value.keywords if each.arg == "axis"]
    if not given and kind == "append" and len(value.args) == 3:
        given = [value.args[2]]
    if not given and kind == "concatenate" and len(value.args) == 2:
        given = [value.args[1]]
    if not given:
        return None
    if isinstance(given[0], ast.Constant) and isinstance(given[0].value, int):
        return given[0].value
    return -1
