"""What a condition selects of a row: its sum, its extremes, its first element."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting import operations as ops
from profiler_suite.analysis.explain.lifting.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.expressions import Reader
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.terms import (
    Apply,
    Contract,
    Core,
    Index,
    Leaf,
    Reduce,
    Refusal,
    Select,
    Stack,
    Term,
)


def places_of(reader: Reader, mask: Term) -> Stack:
    """np.where(mask): the places along each axis where it holds."""
    if not mask.own or not ops.is_truth(mask):
        raise Refusal("np.where of one argument is of no condition")
    found = []
    for place, axis in enumerate(mask.own):
        text = f"NP.arange({reader.facts.text(axis.count)})"
        more = ", None" * (len(mask.own) - 1 - place)
        counter = Core(f"{text}[:{more}]" if more else text, (), mask.own)
        found.append(Select(counter, mask, flat=len(mask.own) > 1))
    return Stack(tuple(found), reader.scope.label(Poly.number(len(found))))


def of_selected(
    reader: Reader, node: ast.Call, name: str, inner: Select, rest: list[ast.expr]
) -> Term:
    """x[mask].sum() and its relatives."""
    zero: Term = Index(Poly())
    if len(inner.own) > 1 and not inner.flat:
        return _of_selected_rows(reader, node, name, inner, rest)
    if node.keywords or rest:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    over = inner.mask.own
    chosen = ops.where(inner.mask, inner.arg, zero)
    if name == "sum":
        return Reduce("sum", chosen, over)
    if name == "mean":
        count = Reduce("sum", inner.mask, over)
        return ops.apply("({0}) / ({1})", "/", Reduce("sum", chosen, over), count)
    dtype = dtype_of(inner.arg)
    if name in ("max", "min") and dtype is not None and dtype.kind in "iuf":
        reader.scope.assume("the condition selects something")
        end = "max" if name == "min" else "min"
        edge = f"NP.iinfo(NP.{dtype}).{end}"
        if dtype.kind == "f":
            edge = "NP.inf" if name == "min" else "-NP.inf"
        worst = Leaf(edge, dtype=str(dtype))
        return Reduce(name, ops.where(inner.mask, inner.arg, worst), over)
    raise Refusal(f"the {name} of what a condition selects")


def _of_selected_rows(
    reader: Reader, node: ast.Call, name: str, inner: Select, rest: list[ast.expr]
) -> Term:
    """x[mask].sum(axis=0) and mean: the mask as weights of a product."""
    given = [*rest, *(each.value for each in node.keywords if each.arg == "axis")]
    if len(given) != len(rest) + len(node.keywords) or len(given) != 1:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    axis = reader.facts.integer(given[0])
    if axis is None or axis.constant != 0 or name not in ("sum", "mean"):
        raise Refusal(f"the {name} of rows that a condition selects")
    rows, *columns = inner.own
    dtype = dtype_of(inner.arg)
    if len(columns) != 1 or dtype is None or dtype.kind not in "fc":
        raise Refusal(f"the {name} of rows that a condition selects")
    reader.scope.assume("what is not selected is finite, too")
    weights = Apply(f"({{0}}).astype(NP.{dtype})", (inner.mask,), f"astype {dtype}")
    total = Contract((weights, inner.arg), (rows,), tuple(columns))
    if name == "sum":
        return total
    return ops.apply("({0}) / ({1})", "/", total, Reduce("sum", inner.mask, (rows,)))
