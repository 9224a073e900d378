"""What a condition selects of a row: its sum, its extremes, its first element."""

from __future__ import annotations

import ast
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
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
    mapped,
    relabelled,
)


def selected_like(value: Term, chosen: Select) -> Term:
    """What is computed of selected elements, of all elements: the others do not count."""

    def change(each: Term) -> Term | None:
        if not isinstance(each, Select):
            return None
        names = dict(zip(each.own, chosen.own, strict=False))
        if relabelled(each.mask, names) != chosen.mask:
            raise Refusal("elements are set to what another condition selects")
        return relabelled(each.arg, names)

    found = mapped(value, change)
    if found == value and value.own:
        raise Refusal("as many values are set as a condition selects")
    return found


_DEVIATIONS = ("std", "var")
_OF_SORTED = ("median", "percentile", "quantile")


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
    extra = _options(reader, node, name, rest)
    over = inner.mask.own
    if name.startswith("nan"):
        name = name.removeprefix("nan")
        inner = replace(inner, mask=ops.both(inner.mask, _no_nan(inner.arg)))
    if name in _OF_SORTED or name in _DEVIATIONS:
        return _around_nan(reader, name, inner, extra)
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


def _no_nan(term: Term) -> Term:
    return ops.negated(Apply("NP.isnan({0})", (term,), "isnan"))


def _around_nan(reader: Reader, name: str, inner: Select, extra: str) -> Term:
    """A median or deviation of what is selected: of all, with NaN for what is not."""
    value, dtype = inner.arg, dtype_of(inner.arg)
    if dtype is None or dtype.kind not in "iuf":
        raise Refusal(f"the {name} of what a condition selects")
    if inner.mask != _no_nan(value):
        if dtype.kind == "f":
            reader.scope.assume("no NaN is selected")
        value = ops.where(inner.mask, value, Leaf("NP.nan", weak="float"))
    return Reduce(f"nan{name}", value, inner.mask.own, None, extra)


def _options(reader: Reader, node: ast.Call, name: str, rest: list[ast.expr]) -> str:
    """The degrees of freedom of a deviation, the share of a percentile, as written."""
    short, given = name.removeprefix("nan"), [*rest, *(each.value for each in node.keywords)]
    known = all(isinstance(each, ast.Constant) for each in given)
    words = [each.arg for each in node.keywords]
    if not given and short not in ("percentile", "quantile"):
        return ""
    if (
        short in ("percentile", "quantile")
        and len(given) == 1
        and known
        and words in ([], ["q"])
    ):
        return f", {ast.unparse(given[0])}"
    if short in _DEVIATIONS and known and words == ["ddof"] and not rest:
        return f", ddof={ast.unparse(given[0])}"
    raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")


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
