"""Pairwise distances: scipy's cdist, or one product."""

from __future__ import annotations

import re

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, ordered
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    ORDER,
    Apply,
    Contract,
    Core,
    Index,
    Label,
    Reduce,
    Term,
    View,
)

_UNEQUAL = ("sum", "count_nonzero", "mean")
_ABSOLUTE = ("abs", "absolute", "fabs")


def _squared(term: Term) -> Term | None:
    """x, where the term is x²."""
    if isinstance(term, Apply):
        if term.name in ("square", "**"):
            power = term.args[1] if len(term.args) == 2 else Index(Poly.number(2))
            if isinstance(power, Index) and power.index == Poly.number(2):
                return term.args[0]
        if term.name == "*" and term.args[0] == term.args[1]:
            return term.args[0]
    return None


def _difference(term: Term) -> tuple[str, Term] | None:
    """The metric and the difference under a sum or norm."""
    if isinstance(term, Contract) and len(term.args) == 2 and len(term.over) == 1:
        one, other = term.args
        return ("sqeuclidean", one) if one == other and not term.axes else None
    if not isinstance(term, Reduce) or len(term.over) != 1 or term.form:
        return None
    if term.op == "norm":
        return "euclidean", term.arg
    inner: Term | None = None
    if isinstance(term.arg, Apply) and term.arg.name == "!=" and term.op in _UNEQUAL:
        kinds = [dtype_of(each) for each in term.arg.args]
        known = all(each is not None and each.kind in "biuf" for each in kinds)
        return ("hamming", term.arg) if known else None
    if term.op == "max" and isinstance(term.arg, Apply) and term.arg.name in _ABSOLUTE:
        return "chebyshev", term.arg.args[0]
    if term.op == "sum":
        inner = _squared(term.arg)
        if inner is not None:
            return "sqeuclidean", inner
        if isinstance(term.arg, Apply) and term.arg.name in _ABSOLUTE:
            return "cityblock", term.arg.args[0]
    return None


def distances(writer: Writer, term: Term) -> Array | None:
    """Distances between all rows of two arrays; None where it is something else."""
    found = _difference(term)
    if found is None or not isinstance(term, Reduce | Contract):
        return None
    metric, difference = found
    while isinstance(difference, View):
        difference = difference.arg
    if not isinstance(difference, Apply) or difference.name not in ("-", "!="):
        return None
    axis = term.over[0]
    left, right = (writer.lower(each) for each in difference.args)
    rows = [label for label in left.dims if label != axis]
    columns = [label for label in right.dims if label != axis]
    if len(rows) != 1 or len(columns) != 1 or rows == columns:
        return None
    if axis not in left.dims or axis not in right.dims:
        return None
    left, right = ordered(left, (*rows, axis)), ordered(right, (*columns, axis))
    dims = (*rows, *columns)
    writer.memory.add(dims)
    if writer.style.distance == "cdist":
        writer.imports["from scipy.spatial.distance import cdist"] = None
        option = "" if metric == "euclidean" else f", '{metric}'"
        text = f"cdist({left.text}, {right.text}{option})"
        if metric == "hamming" and isinstance(term, Reduce) and term.op != "mean":
            size = closed(writer.facts.text(axis.count))
            text = f"{writer.np}.rint({text} * {size}).astype(int)"
        made = Array(text, dims)
        return ordered(made, writer.dims(term, [made]))
    if metric not in ("euclidean", "sqeuclidean"):
        return None
    np = writer.np
    a, b = closed(left.text), closed(right.text)
    writer.scope.assume(
        "distances that are small against the coordinates lose digits: to within "
        "the root of the rounding error"
    )
    text = (
        f"{np}.maximum({np}.sum({a} ** 2, axis=1)[:, None] + {np}.sum({b} ** 2, axis=1)"
        f" - 2 * ({a} @ {b}.T), 0)"
    )
    if metric == "euclidean":
        text = f"{np}.sqrt({text})"
    made = Array(text, dims)
    return ordered(made, writer.dims(term, [made]))


def counted_near(writer: Writer, term: Reduce) -> Array | None:
    """How many points are within a distance of each, by a k-d tree; None for anything else."""
    if term.op not in ("sum", "count_nonzero") or len(term.over) != 1:
        return None
    test = _test(term.arg)
    if not isinstance(test, Apply) or test.name not in _WITHIN:
        return None
    distance, limit = test.args
    strict, mirrored = _WITHIN[test.name]
    if mirrored:
        distance, limit = limit, distance
    if limit.loops or limit.own:
        return None
    (counted,) = term.over
    sides = _tree_and_points(writer, distance, counted)
    if sides is None:
        return None
    tree, point, label = sides
    radius = writer.lower(limit).text
    if strict:
        radius = f"{writer.np}.nextafter({radius}, 0)"
    writer.imports["from scipy.spatial import cKDTree"] = None
    writer.scope.assume("no two points are that far apart to within rounding")
    call = f"cKDTree({tree.text}).query_ball_point({point.text}, {radius}, return_length=True)"
    return Array(f"{writer.np}.asarray({call})", (label,))


def nearest_few(writer: Writer, term: Core) -> Array | None:
    """`np.argsort(distances)[:k]` for many points, by a k-d tree; None for anything else."""
    part = re.fullmatch(r"\(\{0\}\)\[\.\.\., ([^:,]+):([^:,]+)\]", term.form)
    order = term.args[0] if part is not None and len(term.args) == 1 else None
    if part is None or not isinstance(order, Core) or order.form != ORDER:
        return None
    sides = _tree_and_points(writer, order.args[0], order.own[0])
    if sides is None:
        return None
    tree, point, label = sides
    np, (first, last) = writer.np, part.groups()
    which = f"{np}.arange({first}, {last}) + 1"
    writer.imports["from scipy.spatial import cKDTree"] = None
    writer.scope.assume("no two distances are equal to within rounding")
    writer.scope.assume(f"the number of points is {last} or more")
    return Array(f"cKDTree({tree.text}).query({point.text}, {which})[1]", (label, *term.axes))


def _tree_and_points(
    writer: Writer, distance: Term, counted: Label
) -> tuple[Array, Array, Label] | None:
    """The points along `counted`, others that each is far from, and the loop over these."""
    while isinstance(distance, View):
        distance = distance.arg
    root = isinstance(distance, Apply) and distance.name == "sqrt"
    inner = distance.args[0] if isinstance(distance, Apply) and root else distance
    found = _difference(inner)
    if found is None or not isinstance(inner, Reduce | Contract):
        return None
    metric, difference = found
    if metric != ("sqeuclidean" if root else "euclidean"):
        return None
    while isinstance(difference, View):
        difference = difference.arg
    if not isinstance(difference, Apply) or difference.name != "-":
        return None
    axis = inner.over[0]
    sides = [writer.lower(each) for each in difference.args]
    trees = [each for each in sides if set(each.dims) == {counted, axis}]
    points = [each for each in sides if counted not in each.dims and axis in each.dims]
    if len(trees) != 1 or len(points) != 1 or len(points[0].dims) != 2:
        return None
    (label,) = set(points[0].dims) - {axis}
    return ordered(trees[0], (counted, axis)), ordered(points[0], (label, axis)), label


# A comparison → whether equal ones are left out, and whether the limit stands on the left.
_WITHIN = {"<": (True, False), "<=": (False, False), ">": (True, True), ">=": (False, True)}


def _test(term: Term) -> Term:
    """What `where(test, 1, 0)` asks; other terms as they are."""
    if isinstance(term, Apply) and term.name == "where" and len(term.args) == 3:
        chosen = (Index(Poly.number(1)), Index(Poly()))
        return term.args[0] if term.args[1:] == chosen else term
    return term
