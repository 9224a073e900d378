"""Extremes, medians and deviations of what belongs to each key, after one sort."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import is_truth
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Label,
    Reduce,
    Term,
)

_EXTREMES = {"max": "maximum", "min": "minimum"}


@dataclass(frozen=True)
class Groups:
    """Values, the key of each of them, and the different keys in ascending order."""

    values: str
    keys: str
    different: str
    label: Label


def reduced_by_key(writer: Writer, term: Reduce) -> Array | None:
    """`x[keys == k].max()` and the like for all keys of np.unique; None for other terms."""
    if term.op not in (*_EXTREMES, "nanmedian", "nanstd", "nanvar") or term.initial is not None:
        return None
    groups = _groups(writer, term)
    if groups is None:
        return None
    if term.op in _EXTREMES:
        return _extreme(writer, groups, _EXTREMES[term.op])
    if term.op == "nanmedian":
        return _median(writer, groups)
    return _deviation(writer, groups, term)


def _groups(writer: Writer, term: Reduce) -> Groups | None:
    chosen = term.arg
    if len(term.over) != 1 or not isinstance(chosen, Apply) or chosen.name != "where":
        return None
    test, value, _ = chosen.args
    if not isinstance(test, Apply) or test.name != "==" or not is_truth(test):
        return None
    kind = dtype_of(value)
    if kind is None or kind.kind not in "iuf":
        return None
    for keys, key in (test.args, test.args[::-1]):
        label = _of_unique(writer, keys, key, term.over[0])
        if label is None:
            continue
        made, held = writer.any_order(value), writer.any_order(keys)
        if made.dims == held.dims == term.over and isinstance(key, Access):
            return Groups(made.text, held.text, key.base, label)
    return None


def _of_unique(writer: Writer, keys: Term, key: Term, axis: Label) -> Label | None:
    """The loop over the different values of an array; None for other keys."""
    if not isinstance(key, Access) or not isinstance(keys, Access) or len(key.subs) != 1:
        return None
    source = writer.facts.single(key.base)
    made = writer.any_order(keys)
    if source is None or ast.unparse(source) != f"{writer.np}.unique({made.text})":
        return None
    label = next((each for each in key.labels if key.subs[0] == At(each.index)), None)
    return label if made.dims == (axis,) else None


def _named(writer: Writer, hint: str, text: str) -> str:
    """A name for an expression that stands before the rest, once."""
    if text not in writer.places:
        writer.places[text] = writer.free_name(hint)
        writer.before.append(f"{writer.places[text]} = {text}")
    return writer.places[text]


def _extreme(writer: Writer, groups: Groups, ufunc: str) -> Array:
    np = writer.np
    order = _named(writer, "order", f"{np}.argsort({groups.keys}, kind='stable')")
    found = f"{np}.searchsorted({groups.keys}, {groups.different}, sorter={order})"
    first = _named(writer, "first", found)
    return Array(f"{np}.{ufunc}.reduceat(({groups.values})[{order}], {first})", (groups.label,))


def _median(writer: Writer, groups: Groups) -> Array:
    """The middle of what is sorted by key, and by value within each key."""
    np = writer.np
    writer.scope.assume("no NaN is compared")
    order = _named(writer, "order", f"{np}.lexsort(({groups.values}, {groups.keys}))")
    search = f"{np}.searchsorted({groups.keys}, {groups.different}, sorter={order}"
    first = _named(writer, "first", f"{search})")
    last = _named(writer, "last", f"{search}, side='right') - 1")
    line = _named(writer, "in_order", f"({groups.values})[{order}]")
    low, high = f"({first} + {last}) // 2", f"({first} + {last} + 1) // 2"
    return Array(f"({line}[{low}] + {line}[{high}]) / 2", (groups.label,))


def _deviation(writer: Writer, groups: Groups, term: Reduce) -> Array | None:
    """Of the distances from the mean of the own key."""
    np = writer.np
    less = term.form.removeprefix(", ddof=")
    if str(dtype_of(term.arg)) != "float64" or (less and not less.isdecimal()):
        return None
    places = _named(writer, "places", f"{np}.searchsorted({groups.different}, {groups.keys})")
    number = _named(writer, "number", f"{np}.bincount({places})")
    mean = _named(
        writer, "mean", f"{np}.bincount({places}, weights={groups.values}) / {number}"
    )
    apart = _named(writer, "apart", f"({groups.values}) - {mean}[{places}]")
    count = f"({number} - {less})" if less not in ("", "0") else number
    spread = f"{np}.bincount({places}, weights={apart} * {apart}) / {count}"
    text = f"{np}.sqrt({spread})" if term.op == "nanstd" else spread
    return Array(text, (groups.label,))
