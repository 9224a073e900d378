"""Functions of one or two rows that are written for all rows at once."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.expressions.curves import between
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.matrices import (
    along,
    matrix_product,
)
from profiler_suite.analysis.explain.lifting.expressions.shapes import flattened
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    By,
    Core,
    Index,
    Leaf,
    Reduce,
    Refusal,
    Slab,
    Stack,
    Sub,
    Term,
    View,
)

# Along the last axis, whose length they keep.
_SAME_LENGTH = {
    "flip": "NP.flip({0}, axis=-1)",
    "nancumsum": "NP.nancumsum({0}, axis=-1)",
    "gradient": "NP.gradient({0}, axis=-1)",
}
_INTEGRALS = ("trapezoid", "trapz")


def row_function(reader: Reader, node: ast.Call, name: str) -> Term | None:
    """np.corrcoef, np.polyfit, np.roll and others of rows; None for all else."""
    if name in ("corrcoef", "cov") and len(node.args) == 2 and not node.keywords:
        return _table_of_two(reader, node, name)
    if name == "polyfit" and len(node.args) == 3 and not node.keywords:
        return _fitted(reader, node)
    if name == "roll" and len(node.args) == 2 and not node.keywords:
        return _rolled(reader, node)
    if name == "convolve" and 1 < len(node.args) + len(node.keywords) < 4:
        return _convolved(reader, node)
    if name == "bincount" and len(node.args) == 1:
        return _counted(reader, node)
    if name == "kron" and len(node.args) == 2 and not node.keywords:
        one, other = (reader.read(each) for each in node.args)
        if len(one.own) == len(other.own) == 1:
            return flattened(reader.scope, matrix_product(reader, "outer", one, other))
    if name in _SAME_LENGTH and len(node.args) == 1 and not node.keywords:
        return along(reader.read(node.args[0]), _SAME_LENGTH[name])
    if name in _INTEGRALS and 0 < len(node.args) < 3:
        return _integrated(reader, node, name)
    if name == "full" and len(node.args) == 2 and not node.keywords:
        return _filled(reader, node)
    return None


def _centred(term: Term) -> Term:
    return ops.apply("({0}) - ({1})", "-", term, Reduce("mean", term, term.own))


def _product_sum(one: Term, other: Term) -> Term:
    product = ops.apply("({0}) * ({1})", "*", one, other)
    return Reduce("sum", product, product.own)


def _two_rows(reader: Reader, node: ast.Call) -> tuple[Term, Term]:
    first, second = (reader.read(each) for each in node.args)
    if len(first.own) != 1 or len(second.own) != 1:
        raise Refusal(f"{ast.unparse(node)!r} is not of two rows")
    one, other = ops.agreed([_centred(first), _centred(second)])
    return one, other


def _correlation(one: Term, other: Term) -> Term:
    sizes = ops.apply("({0}) * ({1})", "*", _product_sum(one, one), _product_sum(other, other))
    return ops.apply(
        "({0}) / ({1})", "/", _product_sum(one, other), Apply("NP.sqrt({0})", (sizes,), "sqrt")
    )


def _table_of_two(reader: Reader, node: ast.Call, name: str) -> Term:
    """np.corrcoef(a, b), np.cov(a, b): two rows and two columns."""
    one, other = _two_rows(reader, node)
    if name == "corrcoef":
        both = _correlation(one, other)
        itself: Term = Leaf("1.0", weak="float")
        rows = ((itself, both), (both, itself))
    else:
        less = Index(one.own[0].count - 1)
        shared, mine, his = (
            ops.apply("({0}) / ({1})", "/", _product_sum(*pair), less)
            for pair in ((one, other), (one, one), (other, other))
        )
        rows = ((mine, shared), (shared, his))
    columns = reader.scope.label(Poly.number(2))
    lines = tuple(Stack(row, columns) for row in rows)
    return Stack(lines, reader.scope.label(Poly.number(2)))


def pearson(reader: Reader, node: ast.Call) -> Term:
    """scipy.stats.pearsonr(a, b), of which only the first value is written."""
    if len(node.args) != 2 or node.keywords:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    both = _correlation(*_two_rows(reader, node))
    return Stack((both, Gone()), reader.scope.label(Poly.number(2)))


def _fitted(reader: Reader, node: ast.Call) -> Term:
    """np.polyfit(t, y, 1) takes as many y as there are, beside one another."""
    places, values = (reader.read(each) for each in node.args[:2])
    degree = reader.facts.integer(node.args[2])
    if degree is None or degree.constant is None:
        raise Refusal(f"the degree of {ast.unparse(node)!r} is not known")
    if len(places.own) != 1 or len(values.own) != 1 or places.loops or len(values.loops) != 1:
        raise Refusal("np.polyfit is of another place in every iteration")
    found = reader.scope.label(degree + 1)
    powers = f"NP.vander({{0}}, {degree.constant + 1})"
    form = f"({{1}}) @ NP.linalg.pinv({powers}).T"
    return Core(form, (places, values), (found,))


def interpolated(reader: Reader, node: ast.Call) -> Term:
    """np.interp of a row at the same places in every iteration."""
    wanted, places, row = (reader.read(each) for each in node.args)
    if not wanted.own and wanted.loops and len(places.own) == len(row.own) == 1:
        ends = [Core(f"({{0}})[{k}]", (places,), ()) for k in (0, -1)]
        inside = Apply("NP.clip({0}, {1}, {2})", (wanted, *ends), "clip")
        return between(reader, places, row, inside)
    if any(len(each.own) != 1 for each in (wanted, places, row)) or wanted.loops | places.loops:
        raise Refusal("np.interp is at other places in every iteration")
    made = "scipy.interpolate.interp1d({1}, {2}, axis=-1, assume_sorted=True)"
    form = f"{made}(NP.clip({{0}}, ({{1}})[0], ({{1}})[-1]))"
    return Core(form, (wanted, places, row), wanted.own)


def _rolled(reader: Reader, node: ast.Call) -> Term:
    inner, step = reader.read(node.args[0]), reader.read(node.args[1])
    if not isinstance(step, Index) or step.loops:
        return _rolled_each(reader, inner, step)
    return along(inner, f"NP.roll({{0}}, {reader.facts.text(step.index)}, axis=-1)")


def _rolled_each(reader: Reader, inner: Term, step: Term) -> Term:
    """Every row by a step of its own: its elements are looked up."""
    if not isinstance(inner, Access) or len(inner.own) != 1 or step.own:
        raise Refusal("np.roll of a computed row is by another step in every iteration")
    (axis,) = inner.own
    scope = reader.scope
    label = scope.label(axis.count, "", len(scope.loops))
    loops = (*scope.loops, label)
    place = ops.apply("({0}) - ({1})", "-", Index(label.index, loops), step)
    place = ops.apply("({0}) % ({1})", "%", place, Index(axis.count))
    subs: list[Sub] = []
    for each in inner.subs:
        own = isinstance(each, Slab) and each.own == axis
        if own and isinstance(each, Slab) and (each.start.monomials or each.step != 1):
            raise Refusal("np.roll of part of a row is by another step in every iteration")
        subs.append(By(place) if own else each)
    return View(replace(inner, subs=tuple(subs), labels=loops), (label,))


def _convolved(reader: Reader, node: ast.Call) -> Term:
    """np.convolve of a row with the same kernel in every iteration, as a sum over it."""
    modes = [each.value for each in node.keywords if each.arg == "mode"] + node.args[2:]
    mode = ast.literal_eval(modes[0]) if modes and isinstance(modes[0], ast.Constant) else ""
    mode = mode if modes else "full"
    row, kernel = (reader.read(each) for each in node.args[:2])
    if mode not in ("valid", "same", "full") or len(node.keywords) > len(modes):
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if len(row.own) != 1 or len(kernel.own) != 1 or kernel.loops:
        raise Refusal("np.convolve is with another kernel in every iteration")
    scope = reader.scope
    size, width = row.own[0].count, kernel.own[0].count
    scope.assume(f"no row is shorter than {ast.unparse(node.args[1])}")
    if mode != "valid":
        return _beyond_the_rim(reader, row, kernel, mode)
    place = scope.label(size - width + 1, "", len(scope.loops))
    shift = scope.label(width, "", len(scope.loops) + 1)
    loops = (*scope.loops, place, shift)
    index = place.index + width - 1 - shift.index
    factor = ops.picked(kernel, kernel.own[0], shift.index, loops)
    item = ops.apply("({0}) * ({1})", "*", ops.picked(row, row.own[0], index, loops), factor)
    return View(Reduce("sum", item, (shift,)), (place,))


def _beyond_the_rim(reader: Reader, row: Term, kernel: Term, mode: str) -> Term:
    """np.convolve in the modes 'same' and 'full': windows of rows with zeros around them."""
    text = reader.facts.text
    size, width = row.own[0].count, kernel.own[0].count
    if mode == "same" and _filters_alike(dtype_of(row), dtype_of(kernel)):
        moved = f"origin={text(width)} % 2 - 1, mode='constant'"
        form = f"scipy.ndimage.convolve1d({{0}}, {{1}}, axis=-1, {moved})"
        return Core(form, (row, kernel), (reader.scope.label(size),))
    around = f"{text(width)} - 1, {text(width)} - 1"
    length = size + width - 1
    if mode == "same":
        around, length = f"{text(width)} // 2, ({text(width)} - 1) // 2", size
    rest = f"[(0, 0)] * {len(row.loops)} + " if row.loops else ""
    padded = f"NP.pad({{0}}, {rest}[({around})])"
    windows = f"NP.lib.stride_tricks.sliding_window_view({padded}, {text(width)}, axis=-1)"
    found = reader.scope.label(length)
    return Core(f"{windows} @ ({{1}})[::-1]", (row, kernel), (found,))


def _filters_alike(row: np.dtype[Any] | None, kernel: np.dtype[Any] | None) -> bool:
    """Whether SciPy's filter, which keeps the dtype of the rows, computes as NumPy does."""
    if row is None or kernel is None:
        return False
    return row == np.float64 and kernel.kind in "fiu" and kernel.itemsize <= row.itemsize


def _counts(reader: Reader, row: Term, size: Poly) -> Term:
    """How often each of 0, 1, … size - 1 occurs in a row."""
    if len(row.own) != 1:
        raise Refusal("np.bincount is not of a row")
    scope = reader.scope
    if isinstance(row, Access) and len(row.loops) == 1:
        value = scope.label(size)
        number = reader.facts.text(size)
        shifted = f"({{0}}) + ({number}) * NP.arange(len({{0}}))[:, None]"
        sizes = f"minlength=({number}) * len({{0}})"
        form = f"NP.bincount(({shifted}).ravel(), {sizes}).reshape(-1, {number})"
        return Core(form, (row,), (value,))
    value = scope.label(size, "", len(scope.loops))
    (axis,) = row.own
    loops = (*scope.loops, value)
    equal = ops.apply("({0}) == ({1})", "==", row, Index(value.index, loops))
    return View(Reduce("sum", equal, (axis,)), (value,))


def _counted(reader: Reader, node: ast.Call) -> Term:
    """np.bincount(row, minlength=k)."""
    sizes = [each.value for each in node.keywords if each.arg == "minlength"]
    size = reader.facts.integer(sizes[0]) if len(sizes) == len(node.keywords) == 1 else None
    if size is None:
        raise Refusal(f"how long {ast.unparse(node)!r} becomes is not known")
    reader.scope.assume(f"no element that is counted is {reader.facts.text(size)} or more")
    return _counts(reader, reader.read(node.args[0]), size)


def most_frequent(reader: Reader, node: ast.expr) -> Term | None:
    """np.bincount(row).argmax(): as long for all rows as for the one of the largest."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return None
    if ast.unparse(node.func) not in ("np.bincount", "numpy.bincount"):
        return None
    row = reader.read(node.args[0])
    if not isinstance(row, Access) or not row.base.isidentifier():
        return None
    counts = _counts(reader, row, Poly.atom(f"{row.base}.max()") + 1)
    return Reduce("argmax", counts, counts.own)


def _integrated(reader: Reader, node: ast.Call, name: str) -> Term:
    inner = reader.read(node.args[0])
    others = [*node.args[1:], *(each.value for each in node.keywords)]
    words = [each.arg for each in node.keywords]
    if len(inner.own) != 1 or len(others) > 1 or not set(words) <= {"x", "dx"}:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if not others:
        return Core(f"NP.{name}({{0}}, axis=-1)", (inner,), ())
    other = reader.read(others[0])
    word = words[0] if words else "x"
    if other.loops:
        raise Refusal(f"np.{name} is over other places in every iteration")
    return Core(f"NP.{name}({{0}}, {word}={{1}}, axis=-1)", (inner, other), ())


def _filled(reader: Reader, node: ast.Call) -> Term | None:
    """np.full(n, v): a value along a new axis."""
    size, value = reader.facts.integer(node.args[0]), reader.read(node.args[1])
    varying = {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)}
    if size is None or varying & reader.scope.varying or value.own:
        return None
    label = reader.scope.label(size)
    if isinstance(value, Leaf) and (value.weak == "float" or value.dtype == "float64"):
        return Core(f"NP.full({reader.facts.text(size)}, {value.text})", (), (label,))
    ones = Core(f"NP.ones({reader.facts.text(size)}, dtype=int)", (), (label,))
    return ops.apply("({0}) * ({1})", "*", value, ones)


def bit_count(reader: Reader, node: ast.Call, function: ast.Attribute) -> Term | None:
    """bin(n).count('1') and n.bit_count(); None for anything else, or an old NumPy."""
    if not hasattr(np, "bitwise_count"):
        return None
    given = function.value
    if function.attr == "count" and isinstance(given, ast.Call) and len(node.args) == 1:
        one = isinstance(node.args[0], ast.Constant) and node.args[0].value == "1"
        if ast.unparse(given.func) != "bin" or len(given.args) != 1 or not one:
            return None
        given = given.args[0]
    elif function.attr != "bit_count" or node.args:
        return None
    return Apply("NP.bitwise_count({0}).astype(int)", (reader.read(given),), "astype int64")


def occurrences(reader: Reader, node: ast.Call, function: ast.Attribute) -> Term | None:
    """`list(x).count(v)`, `x.tolist().count(v)`; None for anything else."""
    given = function.value
    if function.attr != "count" or len(node.args) != 1 or node.keywords:
        return None
    if isinstance(given, ast.Call):
        listed = ast.unparse(given.func) == "list" and len(given.args) == 1
        method = isinstance(given.func, ast.Attribute) and given.func.attr == "tolist"
        if listed:
            given = given.args[0]
        elif method and not given.args:
            assert isinstance(given.func, ast.Attribute)
            given = given.func.value
        else:
            return None
    elif not isinstance(given, ast.Name) or reader.facts.kind(given.id) != "list":
        return None
    row, value = reader.read(given), reader.read(node.args[0])
    kinds = [dtype_of(each) for each in (row, value)]
    if len(row.own) != 1 or value.own or any(k is None or k.kind not in "biuf" for k in kinds):
        return None
    return Reduce("sum", ops.apply("({0}) == ({1})", "==", row, value), row.own)
