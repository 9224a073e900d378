"""Slow paths of calls for one row against all: what they set up serves for every row."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_PAIRWISE = (
    *("cosine_similarity", "cosine_distances", "euclidean_distances", "manhattan_distances"),
    *("linear_kernel", "rbf_kernel", "polynomial_kernel", "pairwise_distances"),
)
_FUNCTIONS = (
    *(f"sklearn.metrics.pairwise.{name}" for name in _PAIRWISE),
    *("sklearn.metrics.pairwise_distances", "scipy.spatial.distance.cdist"),
)
# One row of a matrix, as a matrix of one row.
_ROWS = (
    *("X[I:I + 1]", "X[[I]]", "[X[I]]", "X[I].reshape(1, -1)", "X[I, :].reshape(1, -1)"),
    *("X[I]", "X.getrow(I)", "X[I:I + 1, :]", "X[[I], :]", "X[None, I]", "X[I][None, :]"),
    *("np.atleast_2d(X[I])", "np.array([X[I]])", "X[I][np.newaxis, :]"),
)
_PARTS = ("{0}[0]", "{0}.ravel()", "{0}.flatten()", "{0}[0, :]", "{0}")
# Arrays that are larger are not kept for all rows.
_MOST_BYTES = 4e8


@dataclass(frozen=True)
class _OneRow:
    """A call for one row in a loop."""

    node: ast.expr
    call: ast.Call
    rows: str
    """All rows, as they are written."""
    index: str
    flat: bool
    """Whether the row itself is used, not a matrix of it."""


@rule(
    "against_all",
    looks_for="distances or similarities of one row to all others, row by row in a loop",
    rewrite="cosine_similarity(x[i:i + 1], x)[0] in a loop → all of them before it",
    exact="up to rounding; memory for a number of every pair of rows",
    thread="https://stackoverflow.com/questions/17627219/whats-the-fastest-way-in-python-to-"
    "calculate-cosine-similarity-given-sparse-mat",
)
def one_row_against_all(seen: Observation) -> Iterator[Finding]:
    """Matrices of one row each, handed to what takes matrices."""
    for function in seen.functions:
        for node in function.nodes:
            index = _counter(function, node)
            if not index:
                continue
            calls = list(_calls_of_rows(function, node, index))
            if calls and _fits_in_memory(function, calls):
                yield from _all_before(seen, function, node, calls)


def _counter(function: Function, loop: ast.AST) -> str:
    """The name that counts through range(…) in a loop or comprehension; else nothing."""
    if isinstance(loop, ast.For):
        target, source = loop.target, loop.iter
    elif isinstance(loop, ast.ListComp) and len(loop.generators) == 1:
        target, source = loop.generators[0].target, loop.generators[0].iter
    else:
        return ""
    counted = isinstance(source, ast.Call) and function.qualified(source.func) in (
        "builtins.range",
        "builtins.enumerate",
    )
    if isinstance(target, ast.Tuple):
        target = target.elts[0]
    return target.id if counted and isinstance(target, ast.Name) else ""


def _calls_of_rows(function: Function, loop: ast.AST, index: str) -> Iterator[_OneRow]:
    changed = syntax.changed_in(loop)
    seen: set[ast.expr] = set()
    for node in ast.walk(loop):
        if not isinstance(node, ast.expr) or node in seen:
            continue
        for part in _PARTS:
            one = _match(function, node, part)
            if one is None:
                continue
            held, call = one
            seen |= {n for n in ast.walk(node) if isinstance(n, ast.expr)}
            moving = {index} | changed
            fixed = [held["X"], *call.args[1:], *(k.value for k in call.keywords)]
            named = isinstance(held["I"], ast.Name) and held["I"].id == index
            if named and not any(syntax.names_in(each) & moving for each in fixed):
                rows = function.text_of(held["X"])
                yield _OneRow(node, call, rows, index, part != "{0}")
            break


def _match(function: Function, node: ast.expr, part: str) -> tuple[Match, ast.Call] | None:
    """The row that is taken, and the call that gets it."""
    for value in ("F(R, Y)", "F(R, Y, M)", "F(R, Y, **KW)"):
        one = patterns.match(function, node, part.format(value))
        if one is None or function.qualified(one["F"]) not in _FUNCTIONS:
            continue
        call = next(n for n in ast.walk(node) if isinstance(n, ast.Call) and n.func is one["F"])
        for row in _ROWS:
            held = patterns.match(function, one["R"], row)
            if held is not None:
                return held, call
    return None


def _fits_in_memory(function: Function, calls: list[_OneRow]) -> bool:
    total = 0.0
    for each in calls:
        sizes = [
            forms.in_form(function.source.names.get(name, ""))
            for name in (each.rows, ast.unparse(each.call.args[1]))
        ]
        known = [form.shape[0] for form in sizes if form is not None and form.shape]
        total += 8.0 * known[0] * known[1] if len(known) == 2 else 0.0
    return total <= _MOST_BYTES


def _all_before(
    seen: Observation, function: Function, loop: ast.AST, calls: list[_OneRow]
) -> Iterator[Finding]:
    assert isinstance(loop, ast.For | ast.ListComp)
    statement = function.statement_of(loop)
    stores = any(
        isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) for n in ast.walk(loop)
    )
    taken = {n.id for n in function.nodes if isinstance(n, ast.Name)}
    lines: dict[str, str] = {}
    edits: list[Edit] = []
    for each in calls:
        called = function.text_of(each.call.func)
        rest = [function.text_of(a) for a in each.call.args[1:]]
        rest += [f"{k.arg}={function.text_of(k.value)}" for k in each.call.keywords]
        whole = f"{called}({', '.join([each.rows, *rest])})"
        base = f"{called.rpartition('.')[2]}_of_all"
        name = lines.get(whole) or base
        while name in taken:
            name += "_rows"
        lines[whole] = name
        text = (
            f"{name}[{each.index}]" if each.flat else f"{name}[{each.index}:{each.index} + 1]"
        )
        edits.append(rewriting.edit(function, each.node, f"{text}.copy()" if stores else text))
    before = [f"{name} = {whole}" for whole, name in lines.items()]
    edits += rewriting.inserted(function, {statement.lineno: before})
    yield from seen.edited(
        function,
        edits,
        title="compute all rows at once, before the loop",
        lines=syntax.span_of(function, statement),
        evidence="every call checks, converts and prepares all rows for one of them",
    )


# -------------------------------------------------------------------- the nearest few


@rule(
    "against_all",
    looks_for="all distances computed and sorted for the few nearest points of each point",
    rewrite="cdist(x, y).argsort(axis=1)[:, :k] → scipy.spatial.cKDTree(y).query(x, k)[1]",
    exact="where no two points are equally far; in few dimensions it is faster",
    thread="https://stackoverflow.com/questions/10818546/finding-index-of-nearest-point-in-numpy-"
    "arrays-of-x-and-y-coordinates",
)
def nearest_few(seen: Observation) -> Iterator[Finding]:
    """The nearest few of many points."""
    table = []
    for distances in (
        "scipy.spatial.distance.cdist(X, Y)",
        "scipy.spatial.distance.cdist(X, Y, 'euclidean')",
        "scipy.spatial.distance_matrix(X, Y)",
        "sklearn.metrics.pairwise.euclidean_distances(X, Y)",
    ):
        for first, part in (("", ""), ("A", "[:, A:]")):
            for ordered, place in (("argsort", "[1]"), ("sort", "[0]")):
                few = f"[:, {first}:N]"
                made = f"scipy.spatial.cKDTree(Y).query(X, N){place}{part}"
                table.append((f"np.{ordered}({distances}, axis=1){few}", made))
                if ordered == "argsort":
                    table.append((f"{distances}.argsort(axis=1){few}", made))
                    table.append((f"{distances}.argsort(1){few}", made))
    return seen.rewrites(
        *table,
        where=_are_few,
        title="search a k-d tree for the nearest few",
        helpers=("import scipy.spatial",),
        evidence="a distance of every pair is computed and sorted",
    )


def _are_few(one: Match) -> bool:
    """Whether it is more than one, which is no array of one column to a tree."""
    number = one.number("N")
    return (number is None or number > 1) and all(patterns.pure(one[each]) for each in "XY")


# ------------------------------------------------------------- column by column

_SCALERS = ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler")
_ONE_COLUMN = ("X[:, [J]]", "X[:, J].reshape(-1, 1)", "X[:, J:J + 1]", "X[:, J][:, None]")


@rule(
    "against_all",
    looks_for="a scaler of scikit-learn made and fitted for every column by itself",
    rewrite="out[:, j] = StandardScaler().fit_transform(x[:, [j]]).ravel() for every j → "
    "StandardScaler().fit_transform(x)",
    exact="up to rounding: a scaler treats every column by itself",
    thread="https://stackoverflow.com/questions/24645153/pandas-dataframe-columns-scaling-with-"
    "sklearn",
)
def scaled_by_column(seen: Observation) -> Iterator[Finding]:
    """Scalers that take all columns."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            text = _scaled(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="scale all columns at once",
                    lines=syntax.span_of(function, loop),
                    evidence="every column is checked, copied and fitted by itself",
                )


def _scaled(function: Function, loop: ast.For) -> str:
    """All columns by one scaler; empty where the loop does something else."""
    span = patterns.match(function, loop.iter, "range(X.shape[1])")
    statement = loop.body[0]
    if span is None or len(loop.body) != 1 or not isinstance(statement, ast.Assign):
        return ""
    place = patterns.match(function, statement.targets[0], "OUT[:, J]")
    counter = ast.unparse(loop.target)
    if place is None or ast.unparse(place["J"]) != counter:
        return ""
    for part in ("[:, 0]", ".ravel()", ".flatten()", ".squeeze()"):
        one = patterns.match(function, statement.value, f"S.fit_transform(R){part}")
        scaler = one["S"] if one is not None else None
        if one is None or not isinstance(scaler, ast.Call):
            continue
        name = function.qualified(scaler.func)
        known = name.startswith("sklearn.preprocessing.") and name.endswith(_SCALERS)
        rows = [patterns.match(function, one["R"], row) for row in _ONE_COLUMN]
        taken = [
            held
            for held in rows
            if held is not None
            and ast.unparse(held["J"]) == counter
            and ast.dump(held["X"]) == ast.dump(span["X"])
        ]
        if known and taken and counter not in syntax.names_in(scaler):
            out, matrix = (function.text_of(each) for each in (place["OUT"], span["X"]))
            return f"{out}[:] = {function.text_of(scaler)}.fit_transform({matrix})"
    return ""


# ------------------------------------------------------------- points of a grid


@rule(
    "against_all",
    looks_for="an interpolator called for every point of a grid, in two loops",
    rewrite="out[i, j] = f([x[i], y[j]])[0] for all i, j → f of all points at once",
    exact="always: an interpolator treats points alike",
    thread="https://stackoverflow.com/questions/30056577/correct-usage-of-scipy-interpolate-"
    "regulargridinterpolator",
)
def points_of_grid(seen: Observation) -> Iterator[Finding]:
    """Interpolators over grids."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            text = _over_grid(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="call it once for all points of the grid",
                    lines=syntax.span_of(function, loop),
                    helpers=("import numpy as np",),
                    evidence="every call checks and searches for one point",
                )


_OF_POINT = (
    *("F([P[I], Q[J]])[0]", "F([[P[I], Q[J]]])[0]", "F((P[I], Q[J]))", "F([P[I], Q[J]])"),
    *("F((P[I], Q[J]))[0]", "F(np.array([P[I], Q[J]]))[0]", "F(np.array([[P[I], Q[J]]]))[0]"),
)


def _over_grid(function: Function, loop: ast.For) -> str:
    """All values of the grid; empty where the loops do something else."""
    inner = loop.body[0]
    if len(loop.body) != 1 or not isinstance(inner, ast.For) or len(inner.body) != 1:
        return ""
    statement = inner.body[0]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ""
    place = patterns.match(function, statement.targets[0], "OUT[I, J]")
    counters = [ast.unparse(each.target) for each in (loop, inner)]
    if place is None or [ast.unparse(place[each]) for each in "IJ"] != counters:
        return ""
    lengths = [
        patterns.match(function, each.iter, "range(len(P))")
        or patterns.match(function, each.iter, "range(P.size)")
        or patterns.match(function, each.iter, "range(P.shape[0])")
        for each in (loop, inner)
    ]
    for pattern in _OF_POINT:
        one = patterns.match(function, statement.value, pattern)
        if one is None or [ast.unparse(one[each]) for each in "IJ"] != counters:
            continue
        axes = [ast.unparse(one[each]) for each in "PQ"]
        spans = [ast.unparse(each["P"]) if each is not None else "" for each in lengths]
        if axes != spans or {*counters} & syntax.names_in(one["F"]):
            return ""
        np, out = function.numpy, function.text_of(place["OUT"])
        points = f"{np}.stack({np}.meshgrid({', '.join(axes)}, indexing='ij'), axis=-1)"
        return f"{out}[:] = {function.text_of(one['F'])}({points})"
    return ""


# ---------------------------------------------------------------- triangulations

_INTERPOLATORS = {
    "": "LinearNDInterpolator",
    ", method='linear'": "LinearNDInterpolator",
    ", 'linear'": "LinearNDInterpolator",
    ", method='cubic'": "CloughTocher2DInterpolator",
    ", 'cubic'": "CloughTocher2DInterpolator",
}


@rule(
    "against_all",
    looks_for="griddata in a loop: the same points are triangulated for every set of values",
    rewrite="griddata(points, values, targets) in a loop → triangles = Delaunay(points) before "
    "it, LinearNDInterpolator(triangles, values)(targets)",
    exact="always: the same triangles; the points do not change in the loop",
    thread="https://stackoverflow.com/questions/20915502/speedup-scipy-griddata-for-multiple-"
    "interpolations-between-two-irregular-grids",
)
def triangulated_again(seen: Observation) -> Iterator[Finding]:
    """One triangulation for many sets of values."""
    for function in seen.functions:
        for given, interpolator in _INTERPOLATORS.items():
            pattern = f"scipy.interpolate.griddata(P, V, T{given})"
            for one in patterns.found(function, [pattern], lambda m: True):
                yield from _triangulated(seen, function, one, interpolator)


def _triangulated(
    seen: Observation, function: Function, one: Match, interpolator: str
) -> Iterator[Finding]:
    loops = [p for p in function.around(one.node) if isinstance(p, syntax.REPEATING)]
    fixed = syntax.names_in(one["P"])
    outer = [each for each in loops if not fixed & syntax.changed_in(each)]
    if not outer:
        return
    statement = function.statement_of(outer[-1])
    points, values, targets = (function.text_of(one[each]) for each in "PVT")
    made = f"scipy.interpolate.{interpolator}(triangles, {values})({targets})"
    before = f"triangles = scipy.spatial.Delaunay({points})"
    yield from seen.edited(
        function,
        [
            rewriting.edit(function, one.node, made),
            *rewriting.inserted(function, {statement.lineno: [before]}),
        ],
        title="triangulate the points once, before the loop",
        lines=syntax.span_of(function, statement),
        helpers=("import scipy.interpolate", "import scipy.spatial"),
        evidence="griddata triangulates the points anew at every call",
    )
