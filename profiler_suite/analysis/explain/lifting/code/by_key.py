"""Extremes, medians and deviations of what belongs to each key, after one sort."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.code.arrays import Array
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import is_truth
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Index,
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
    low: str = ""
    """The first of keys that a loop counts through: others may occur, and some may not."""


def reduced_by_key(writer: Writer, term: Reduce) -> Array | None:
    """`x[keys == k].max()` and the like for all keys; None for other terms."""
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
        if isinstance(key, Index):
            return _of_range(writer, (keys, key, value), term.over)
        label = _of_unique(writer, keys, key, term.over[0])
        if label is None:
            continue
        made, held = writer.any_order(value), writer.any_order(keys)
        if made.dims == held.dims == term.over and isinstance(key, Access):
            return Groups(made.text, held.text, key.base, label)
    return None


def _of_range(
    writer: Writer, parts: tuple[Term, Index, Term], over: tuple[Label, ...]
) -> Groups | None:
    """Keys that a loop counts through: `for k in range(n): x[keys == k]`."""
    keys, key, value = parts
    labels = [each for each in key.labels if each.name in key.index.atoms]
    kind = dtype_of(keys)
    if len(labels) != 1 or labels[0] in over or kind is None or kind.kind not in "iu":
        return None
    if key.index.of(labels[0].name) != Poly.number(1) or not isinstance(keys, Access):
        return None
    made, held, every = writer.any_order(value), writer.any_order(keys), writer.lower(key)
    if not made.dims == held.dims == over or every.dims != (labels[0],):
        return None
    low = writer.facts.text(key.index.without((labels[0].name,)))
    return Groups(made.text, held.text, every.text, labels[0], low)


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
    taken = order
    if groups.low:
        last = f"{np}.searchsorted({groups.keys}, {groups.different}[-1], 'right', {order})"
        taken = f"{order}[:{last}]"
    return Array(f"{np}.{ufunc}.reduceat(({groups.values})[{taken}], {first})", (groups.label,))


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
    if not groups.low:
        return Array(f"({line}[{low}] + {line}[{high}]) / 2", (groups.label,))
    high = f"{np}.minimum({high}, len({line}) - 1)"
    middle = f"({line}[{low}] + {line}[{high}]) / 2"
    return Array(f"{np}.where({last} < {first}, {np}.nan, {middle})", (groups.label,))


def _deviation(writer: Writer, groups: Groups, term: Reduce) -> Array | None:
    """Of the distances from the mean of the own key."""
    np = writer.np
    less = term.form.removeprefix(", ddof=")
    if str(dtype_of(term.arg)) != "float64" or (less and not less.isdecimal()):
        return None
    found, cut = f"{np}.searchsorted({groups.different}, {groups.keys})", ""
    if groups.low:
        # The others come behind all that count.
        size = writer.facts.text(groups.label.count)
        shifted = groups.keys if groups.low == "0" else f"{groups.keys} - ({groups.low})"
        inside = f"({shifted} >= 0) & ({shifted} < {size})"
        found, cut = f"{np}.where({inside}, {shifted}, {size})", f", minlength={size} + 1"
    places = _named(writer, "places", found)
    number = _named(writer, "number", f"{np}.bincount({places}{cut})")
    mean = _named(
        writer, "mean", f"{np}.bincount({places}, weights={groups.values}{cut}) / {number}"
    )
    apart = _named(writer, "apart", f"({groups.values}) - {mean}[{places}]")
    count = f"({number} - {less})" if less not in ("", "0") else number
    spread = f"{np}.bincount({places}, weights={apart} * {apart}{cut}) / {count}"
    if groups.low:
        spread = f"({spread})[:-1]"
    text = f"{np}.sqrt({spread})" if term.op == "nanstd" else spread
    return Array(text, (groups.label,))
