"""All but one element or row, `np.delete(x, i)`, and its sum or mean without a second pass."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Core,
    Index,
    Reduce,
    Refusal,
    Select,
    Term,
)


def left_out(reader: Reader, node: ast.Call) -> Select:
    """np.delete(x, i), np.delete(rows, i, axis=0): what a condition on places selects."""
    along = [each.value for each in node.keywords if each.arg == "axis"] + node.args[2:]
    if len(node.args) < 2 or len(along) > 1 or len(along) != len(node.keywords + node.args[2:]):
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    whole, place = reader.read(node.args[0]), reader.read(node.args[1])
    rows = len(whole.own) == 2 and [ast.unparse(each) for each in along] == ["0"]
    if whole.loops or not (rows or len(whole.own) == 1) or not isinstance(place, Index):
        raise Refusal(f"{ast.unparse(node)!r} is not followed")
    if (place.index.constant or 0) < 0:
        raise Refusal(f"{ast.unparse(node)!r} counts from the end")
    axis = whole.own[0]
    counter = Core(f"NP.arange({reader.facts.text(axis.count)})", (), (axis,))
    return Select(whole, Apply("({0}) != ({1})", (counter, place), "!="))


def all_but_one(
    reader: Reader, name: str, chosen: Select, axis: ast.expr | None
) -> Term | None:
    """The sum or mean of all but one, from the sum of all; None for anything else."""
    mask, whole = chosen.mask, chosen.arg
    if name not in ("sum", "mean") or not isinstance(mask, Apply) or mask.name != "!=":
        return None
    counter, place = mask.args
    if not ops.is_counter(counter) or not isinstance(place, Index) or not place.loops:
        return None
    first = axis is not None and ast.unparse(axis) == "0"
    if not (first or (axis is None and len(whole.own) == 1)) or counter.own != whole.own[:1]:
        return None
    kind = dtype_of(whole)
    if kind is None or kind.kind not in "iuf" or kind.itemsize < 8:
        return None
    reader.scope.assume("what is left out is a finite number, taken from the sum of all")
    one = ops.picked(whole, whole.own[0], place.index, tuple(reader.scope.loops))
    total = ops.apply("({0}) - ({1})", "-", Reduce("sum", whole, whole.own[:1]), one)
    if name == "sum":
        return total
    return ops.apply("({0}) / ({1})", "/", total, Index(whole.own[0].count - 1))
