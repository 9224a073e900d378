"""Parts of a row with bounds of any kind, `x[begin[i]:end[i]]`: their sums and extremes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.shapes import ends_of, length_of
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Core,
    Index,
    Part,
    Refusal,
    Term,
)

_UFUNCS = {"max": "maximum", "min": "minimum", "prod": "multiply"}
_OF_TRUTH = {"any": "logical_or", "all": "logical_and"}


def of_bounds(
    reader: Reader, node: ast.Call, name: str, part: Part, rest: Sequence[ast.expr]
) -> Term:
    """x[begin[i]:end[i]].sum() and its relatives."""
    if rest or node.keywords:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if isinstance(part.arg, Part):
        return _of_block(reader, node, name, part, part.arg)
    kind = dtype_of(part.arg)
    if name in ("sum", "mean") and str(kind) in ("float64", "int64"):
        return _from_sums(reader, name, part)
    table = _OF_TRUTH if kind is not None and kind.kind == "b" else _UFUNCS
    ufunc = table.get(name)
    if ufunc is None or kind is None or kind.kind not in "biuf":
        raise Refusal(f"{ast.unparse(node)!r} is of parts that are not equally long")
    if ufunc == "multiply" and kind.itemsize < 8:
        raise Refusal(f"{ast.unparse(node)!r} is of a wider dtype than what it multiplies")
    if part.low.loops != part.high.loops or len(part.low.loops) != 1:
        raise Refusal("the bounds of a part follow several loops, or one of them none")
    reader.scope.assume("no part is empty")
    more = reader.scope.label(part.arg.own[0].count + 1)
    longer = Core("NP.concatenate(({0}, ({0})[-1:]))", (part.arg,), (more,))
    form = f"NP.{ufunc}.reduceat({{0}}, NP.stack(({{1}}, {{2}}), axis=1).ravel())[::2]"
    return Core(form, (longer, part.low, part.high), ())


def _from_sums(reader: Reader, name: str, part: Part) -> Term:
    reader.scope.assume("running sums may be rounded otherwise")
    more = reader.scope.label(part.arg.own[0].count + 1)
    sums = Core("NP.concatenate(([0], NP.cumsum({0})))", (part.arg,), (more,))
    low, high = ends_of(part, part.arg.own[0].count)
    total: Term = Core("({0})[{1}]", (sums, high), ())
    if low != Index(Poly()):
        before = Core("({0})[{1}]", (sums, low), ())
        total = ops.apply("({0}) - ({1})", "-", total, before)
    if name == "sum":
        return total
    return ops.apply("({0}) / ({1})", "/", total, length_of(part))


def _of_block(reader: Reader, node: ast.Call, name: str, rows: Part, columns: Part) -> Term:
    """`image[y0[i]:y1[i], x0[i]:x1[i]].sum()`: four corners of the sums of all blocks."""
    image = columns.arg
    kind = dtype_of(image)
    if name not in ("sum", "mean") or str(kind) not in ("float64", "int64") or image.loops:
        raise Refusal(f"{ast.unparse(node)!r} is of blocks that are not equally large")
    reader.scope.assume("running sums may be rounded otherwise")
    axes = tuple(reader.scope.label(each.count + 1) for each in image.own)
    sums = Core("NP.pad({0}.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))", (image,), axes)
    top, bottom = ends_of(rows, image.own[0].count)
    left, right = ends_of(columns, image.own[1].count)
    corners = [
        Core("({0})[{1}, {2}]", (sums, row, column), ())
        for row, column in ((bottom, right), (top, right), (bottom, left), (top, left))
    ]
    total: Term = corners[0]
    for sign, each in zip("--+", corners[1:], strict=True):
        total = ops.apply(f"({{0}}) {sign} ({{1}})", sign, total, each)
    if name == "sum":
        return total
    height = ops.apply("({0}) - ({1})", "-", bottom, top)
    width = ops.apply("({0}) - ({1})", "-", right, left)
    return ops.apply(
        "({0}) / ({1})", "/", total, ops.apply("({0}) * ({1})", "*", height, width)
    )
