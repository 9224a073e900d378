"""Sums over elements of each key: `x[labels == k].sum()` for all k as one bincount."""

from __future__ import annotations

import ast
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, ordered
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    conjuncts,
    is_truth,
    joined,
    negated,
    where,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Contract,
    Index,
    Label,
    Reduce,
    Term,
)


def counted_by_key(writer: Writer, term: Reduce) -> Array | None:
    """A sum of what belongs to each key; None where it is something else."""
    if len(term.over) != 1 or term.op not in ("sum", "count_nonzero"):
        return None
    axis = term.over[0]
    test, value = _on_equal(*_weighted(term.arg))
    if not isinstance(test, Apply) or test.name != "==" or not is_truth(test):
        return None
    for keys, key in (test.args, test.args[::-1]):
        found = _by_unique(writer, keys, key, value, axis)
        if found is not None:
            return found
        label = _key(writer, key)
        if label is None:
            continue
        made = writer.any_order(keys)
        kind = dtype_of(keys)
        if made.dims == (axis,) and kind is not None and kind.kind in "iu":
            return _bincount(writer, made, key, label, value, axis)
    return None


def ranked(writer: Writer, term: Reduce) -> Array | None:
    """How many of an array are smaller, or larger, than each number; None for anything else."""
    inside = term.arg
    if isinstance(inside, Apply) and inside.name == "where" and len(term.over) == 1:
        test, yes, no = inside.args
        inside = test if (yes, no) == (_ONE, _ZERO) else inside
    inside = _without_detours(inside)
    if isinstance(inside, Apply) and inside.name == "&" and len(inside.args) == 2:
        return _between(writer, term, inside) or _of_chosen(writer, term, inside)
    if isinstance(inside, Apply) and inside.name == "==":
        return _equal(writer, term, inside)
    return _compared(writer, term, inside, "")


def _of_chosen(writer: Writer, term: Reduce, both: Apply) -> Array | None:
    """The same of those elements only for which conditions of their own hold."""
    if len(term.over) != 1:
        return None
    (axis,) = term.over
    parts = [_without_detours(each) for each in conjuncts(both)]
    rest = [each for each in parts if {e.name for e in each.own} | each.loops == {axis.name}]
    limits = [each for each in parts if each not in rest]
    if len(limits) != 1 or not rest or not isinstance(limits[0], Apply):
        return None
    mask = writer.any_order(joined("&", rest))
    return _compared(writer, term, limits[0], mask.text) if mask.dims == (axis,) else None


def _without_detours(test: Term) -> Term:
    """A comparison that is turned round, or asked as a number, as what it asks: ~(x >= t)."""
    match test:
        case Apply(
            name="==" | "!=" as sign,
            args=(Apply() as number, Index() as answer)
            | (Index() as answer, Apply() as number),
        ):
            inner, *rest = number.args
            plain = number.name.startswith("astype") or rest == [_ONE, _ZERO]
            if not plain or not is_truth(inner) or answer not in (_ONE, _ZERO):
                return test
            holds = (answer == _ONE) == (sign == "==")
            return _without_detours(inner if holds else negated(inner))
        case Apply(name="~", args=(Apply() as inner,)) if inner.name in _OPPOSITE:
            opposite = _OPPOSITE[inner.name]
            return Apply(f"({{0}}) {opposite} ({{1}})", inner.args, opposite)
    return test


def _compared(writer: Writer, term: Reduce, inside: Term, mask: str) -> Array | None:
    """How many of an array, or of those under a mask, are on one side of each number."""
    if not isinstance(inside, Apply) or inside.name not in _SIDES or len(term.over) != 1:
        return None
    (axis,) = term.over
    for (values, limit), sign in (
        (inside.args, inside.name),
        (inside.args[::-1], _MIRRORED[inside.name]),
    ):
        if not isinstance(values, Access) or limit.own or axis.name in limit.loops:
            continue
        made, limits = writer.any_order(values), writer.lower(limit)
        if made.dims != (axis,) or not limits.dims:
            continue
        kinds = [dtype_of(values), dtype_of(limit)]
        if any(each is None or each.kind not in "iuf" for each in kinds):
            return None
        writer.scope.assume("no NaN is compared")
        side, from_above = _SIDES[sign]
        line, count = f"{writer.np}.sort({made.text})", writer.facts.text(axis.count)
        if mask:
            line = f"{writer.np}.sort({closed(made.text)}[{mask}])"
            if line not in writer.places:
                writer.places[line] = writer.free_name("in_order")
                writer.before.append(f"{writer.places[line]} = {line}")
            line = writer.places[line]
            count = f"len({line})"
        found = f"{writer.np}.searchsorted({line}, {limits.text}{side})"
        if from_above:
            found = f"{count} - {found}"
        return Array(found, limits.dims)
    return None


def _equal(writer: Writer, term: Reduce, equal: Apply) -> Array | None:
    """How many are equal to each number: those up to it, less those below it."""
    sides, over = equal.args, {each.name for each in term.over}
    if over & sides[1].loops:
        sides = sides[::-1]
    counts = [
        ranked(writer, replace(term, arg=Apply(f"({{0}}) {sign} ({{1}})", sides, sign)))
        for sign in ("<=", "<")
    ]
    first, second = counts
    if first is None or second is None or first.dims != second.dims:
        return None
    shorter, longer = sorted((first, second), key=lambda each: "side=" in each.text)
    return Array(f"{longer.text} - {shorter.atom}", longer.dims)


def nearest(writer: Writer, term: Reduce) -> Array | None:
    """`np.abs(grid - v).argmin()` for many v, or that distance: by one sort of the grid."""
    inside = term.arg
    if not isinstance(inside, Apply) or inside.name not in ("abs", "absolute", "fabs"):
        return None
    (gap,) = inside.args
    if not isinstance(gap, Apply) or gap.name != "-" or len(term.over) != 1:
        return None
    (axis,) = term.over
    for grid, value in (gap.args, gap.args[::-1]):
        if not isinstance(grid, Access) or value.own or axis.name in value.loops:
            continue
        made, values = writer.any_order(grid), writer.lower(value)
        kinds = [dtype_of(grid), dtype_of(value)]
        if made.dims != (axis,) or not values.dims or grid.loops - {axis.name}:
            continue
        if any(each is None or each.kind not in "if" for each in kinds):
            return None
        order, line, place = map(writer.free_name, ("order", "in_order", "place"))
        wanted, np = writer.free_name("wanted"), writer.np
        writer.before += [
            f"{wanted} = {values.text}",
            f"{order} = {np}.argsort({made.text}, kind='stable')",
            f"{line} = {made.atom}[{order}]",
            f"{place} = {np}.searchsorted({line}, {wanted}).clip(1, len({line}) - 1)",
            f"{place} -= {wanted} - {line}[{place} - 1] <= {line}[{place}] - {wanted}",
        ]
        writer.scope.assume("of two that are equally near the smaller one counts")
        if term.op == "argmin":
            return Array(f"{order}[{place}]", values.dims)
        return Array(f"{np}.abs({line}[{place}] - {wanted})", values.dims)
    return None


_ZERO, _ONE = Index(Poly()), Index(Poly.number(1))
_RIGHT = ", side='right'"


def _between(writer: Writer, term: Reduce, both: Apply) -> Array | None:
    """How many lie between two limits: those below one, less those below the other."""
    upper: Term | None = None
    lower: Term | None = None
    (axis,) = term.over if len(term.over) == 1 else (None,)
    for each in both.args:
        if not isinstance(each, Apply) or each.name not in _SIDES or axis is None:
            return None
        left, right = each.args
        sign = each.name
        if isinstance(right, Access) and axis.name in right.loops | {e.name for e in right.own}:
            left, right, sign = right, left, _MIRRORED[sign]
        if sign in ("<", "<="):
            upper = Apply(f"({{0}}) {sign} ({{1}})", (left, right), sign)
        else:
            opposite = "<" if sign == ">=" else "<="
            lower = Apply(f"({{0}}) {opposite} ({{1}})", (left, right), opposite)
    if upper is None or lower is None or upper.children[0] != lower.children[0]:
        return None
    counts = [ranked(writer, replace(term, arg=each)) for each in (upper, lower)]
    if counts[0] is None or counts[1] is None or counts[0].dims != counts[1].dims:
        return None
    text = f"{writer.np}.maximum({counts[0].text} - {counts[1].atom}, 0)"
    return Array(text, counts[0].dims)


_SIDES = {"<": ("", False), "<=": (_RIGHT, False), ">": (_RIGHT, True), ">=": ("", True)}
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def first_edge(writer: Writer, term: Reduce) -> Array | None:
    """The place of the first of sorted numbers above a limit, or whether there is one."""
    test = term.arg
    ends = isinstance(test, Apply) and test.name == "~"
    if ends:
        (test,) = test.children
    if not isinstance(test, Apply) or test.name not in _SIDES or len(term.over) != 1:
        return None
    (axis,) = term.over
    limit, edges = test.args
    sign = test.name
    if ends:
        sign = _OPPOSITE[sign]
    if isinstance(limit, Access) and axis.name in limit.loops:
        limit, edges, sign = edges, limit, _MIRRORED[sign]
    if not isinstance(edges, Access) or axis.name in limit.loops or limit.own:
        return None
    if sign not in ("<", "<="):
        return None
    made, limits = writer.any_order(edges), writer.lower(limit)
    if made.dims != (axis,) or not limits.dims:
        return None
    if any(kind is None or kind.kind not in "iuf" for kind in map(dtype_of, (edges, limit))):
        return None
    writer.scope.assume(f"{made.text} is sorted")
    if ends:
        writer.scope.assume("no NaN is compared")
    if term.op == "any":
        return Array(f"({limits.text}) {sign} {made.atom}[-1]", limits.dims)
    side = _RIGHT if sign == "<" else ""
    return Array(f"{writer.np}.searchsorted({made.text}, {limits.text}{side})", limits.dims)


def _on_equal(test: Term, value: Term | None) -> tuple[Term, Term | None]:
    """`keys == k` alone, of a condition on more: elsewhere nothing counts."""
    parts = list(test.args) if isinstance(test, Apply) and test.name == "&" else []
    same = [each for each in parts if isinstance(each, Apply) and each.name == "=="]
    if len(parts) != 2 or len(same) != 1:
        return test, value
    (rest,) = (each for each in parts if each != same[0])
    return same[0], where(rest, _ONE if value is None else value, _ZERO)


def rows_by_key(writer: Writer, term: Contract) -> Array | None:
    """The sum of rows for each key: x[labels == k].sum(axis=0) for all k, by columns."""
    if writer.style.scatter != "bincount" or writer.style.product == "broadcast":
        return None
    if len(term.args) != 2 or len(term.over) != 1 or len(term.axes) != 1:
        return None
    weights, rows = term.args
    if not isinstance(weights, Apply) or not weights.name.startswith("astype "):
        return None
    (axis,), (column,) = term.over, term.axes
    test, kind = weights.args[0], dtype_of(rows)
    if not isinstance(test, Apply) or test.name != "==" or str(kind) != "float64":
        return None
    for keys, key in (test.args, test.args[::-1]):
        made = _by_unique(writer, keys, key, rows, axis)
        if made is not None:
            return made
        label = _key(writer, key)
        if label is None or not isinstance(key, Index) or key.index != label.index:
            continue
        places, values = writer.any_order(keys), writer.any_order(rows)
        held = dtype_of(keys)
        if places.dims != (axis,) or held is None or held.kind not in "iu":
            continue
        if set(values.dims) != {axis, column}:
            continue
        size = writer.facts.text(label.count)
        writer.scope.assume(f"{places.text} holds no negative numbers")
        return _of_columns(writer, places.text, values, axis, label, (size, f"[:{size}]"))
    return None


def _of_columns(
    writer: Writer,
    places: str,
    values: Array,
    axis: Label,
    label: Label,
    size: tuple[str, str],
) -> Array | None:
    """The sums of each column of a matrix; `size` is how many keys, and what is cut out."""
    others = [each for each in values.dims if each != axis]
    if axis not in values.dims or len(others) != 1 or label in others:
        return None
    lines, name = ordered(values, (*others, axis)), writer.free_name("column")
    call = f"{writer.np}.bincount({places}, {name}, {size[0]}){size[1]}"
    many = f"[{call} for {name} in {closed(lines.text)}]"
    writer.memory.add((label, *others))
    return Array(f"{writer.np}.stack({many}, axis=1)", (label, *others))


def _by_unique(
    writer: Writer, keys: Term, key: Term, value: Term | None, axis: Label
) -> Array | None:
    """Sums for each of the different keys that np.unique found."""
    if not isinstance(key, Access) or not isinstance(keys, Access) or len(key.subs) != 1:
        return None
    made = writer.any_order(keys)
    label = next((e for e in key.labels if key.subs[0] == At(e.index)), None)
    if label is None or made.dims != (axis,):
        return None
    source = writer.facts.single(key.base)
    if source is None or ast.unparse(source) != f"{writer.np}.unique({made.text})":
        return None
    weights, weight = "", None
    if value is not None:
        weight = writer.any_order(value)
        if str(dtype_of(value)) != "float64" or axis not in weight.dims:
            return None
        weights = f", weights={weight.text}"
    together = key.base in writer.scope.values and not writer.style.sorted
    if together and value is None:
        return Array(_beside(writer, key.base, "return_counts", "counts"), (label,))
    places = f"{writer.np}.unique({made.text}, return_inverse=True)[1]"
    if writer.style.sorted:
        places = f"{writer.np}.searchsorted({key.base}, {made.text})"
    if together:
        writer.places[places] = _beside(writer, key.base, "return_inverse", "places")
    if places not in writer.places:
        writer.places[places] = writer.free_name("places")
        writer.before.append(f"{writer.places[places]} = {places}")
    size = writer.facts.text(label.count)
    if weight is not None and len(weight.dims) > 1:
        return _of_columns(writer, writer.places[places], weight, axis, label, (size, ""))
    text = f"{writer.np}.bincount({writer.places[places]}{weights}, minlength={size})"
    return Array(text, (label,))


def _beside(writer: Writer, values: str, option: str, hint: str) -> str:
    """A name for what np.unique finds beside the different values."""
    found = writer.found_with.setdefault(values, {})
    if option not in found:
        found[option] = writer.free_name(hint)
    return found[option]


def _weighted(term: Term) -> tuple[Term, Term | None]:
    """A condition, and what counts where it holds; None for 1."""
    if isinstance(term, Apply) and term.name == "where" and term.args[2] == Index(Poly()):
        return term.args[0], term.args[1]
    return term, None


def _key(writer: Writer, key: Term) -> Label | None:
    """The loop that a key runs through one by one."""
    if not isinstance(key, Index) or len(key.loops) != 1:
        return None
    (name,) = key.loops
    return writer.scope.labels[name] if key.index.of(name).constant == 1 else None


def _bincount(
    writer: Writer, keys: Array, key: Term, label: Label, value: Term | None, axis: Label
) -> Array | None:
    assert isinstance(key, Index)
    offset = key.index.without((label.name,))
    text = writer.facts.text
    places = keys.text if not offset.monomials else f"{closed(keys.text)} - ({text(offset)})"
    size = text(label.count)
    begin = max(offset.constant or 0, 0)
    stop = text(label.count + begin)
    if begin:  # numbers below it, which would be negative, are counted and left out
        places, size = keys.text, stop
    weights, after = "", ""
    if value is not None:
        made = writer.any_order(value)
        kind = dtype_of(value)
        if kind is None or kind.kind not in "iuf":
            return None
        if str(kind) != "float64":
            after = f".astype({writer.np}.{kind if kind.kind == 'f' else 'int64'})"
        if len(made.dims) > 1:
            writer.scope.assume(f"{keys.text} holds no negative numbers")
            cut = (size, f"[{begin or ''}:{stop}]{after}")
            return _of_columns(writer, places, made, axis, label, cut)
        if made.dims != (axis,):
            return None
        weights = f", weights={made.text}"
    writer.scope.assume(f"{keys.text} holds no negative numbers")
    writer.memory.add((label,))
    counted = f"{writer.np}.bincount({places}{weights}, minlength={size})"
    return Array(f"{counted}[{begin or ''}:{stop}]{after}", (label,))
