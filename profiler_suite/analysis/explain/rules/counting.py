"""Slow paths of counting by all comparisons: elements below others, near pairs, cells."""

import ast
import itertools
from collections.abc import Iterator

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_SIDES = {"<=": "'right'", "<": "'left'"}


def _are_vectors(one: Match, names: str, letters: str = "iuf") -> bool:
    held = [one.form(name) for name in names]
    return all(
        f is not None and f.kind == "array" and f.letter in letters and len(f.shape) == 1
        for f in held
    )


@rule(
    "counting",
    looks_for="how many elements of one vector lie below each of another: all are compared "
    "with all",
    rewrite="[np.sum(x <= v) for v in y] → np.searchsorted(np.sort(x), y, 'right')",
    exact="always where nothing is NaN",
    thread="https://stackoverflow.com/questions/15792552/numpy-scipy-equivalent-of-r-ecdfxx-"
    "function",
)
def counts_below(seen: Observation) -> Iterator[Finding]:
    """Empirical distributions, ranks among others."""
    table = []
    for sign, side in _SIDES.items():
        found = f"np.searchsorted(np.sort(X), Y, {side})"
        turned = {"<=": ">=", "<": ">"}[sign]
        for compared in (f"X {sign} V", f"V {turned} X"):
            for count, template in _counts(compared, found, "X"):
                for listed in (f"[{count} for V in Y]",):
                    table += [
                        (f"np.array({listed})", template),
                        (listed, f"({template}).tolist()"),
                    ]
        for compared in (f"X {sign} Y[:, None]", f"X[None] {sign} Y[:, None]"):
            table += [(each, found) for each in _along(compared, "1")]
            table += [(each, f"{found} / len(X)") for each in _shares(compared, "1")]
        table += [(each, found) for each in _along(f"X[:, None] {sign} Y", "0")]
        table += [(each, f"{found} / len(X)") for each in _shares(f"X[:, None] {sign} Y", "0")]
    return seen.rewrites(
        *table,
        where=lambda one: _are_vectors(one, "XY"),
        title="sort once, and search",
    )


def _counts(compared: str, found: str, array: str) -> Iterator[tuple[str, str]]:
    """How truths are counted, and what that is of counts that are found otherwise."""
    for count in (
        f"np.sum({compared})",
        f"np.count_nonzero({compared})",
        f"({compared}).sum()",
    ):
        yield count, found
        yield f"{count} / len({array})", f"{found} / len({array})"
    for mean in (f"np.mean({compared})", f"({compared}).mean()"):
        yield mean, f"{found} / len({array})"


def _along(compared: str, axis: str) -> Iterator[str]:
    for which in (f"axis={axis}", axis):
        yield f"({compared}).sum({which})"
        yield f"np.sum({compared}, {which})"
    yield f"np.count_nonzero({compared}, axis={axis})"


FIRST_BEYOND = '''
def first_beyond(values, wanted, also=False):
    """[np.argmax(values > v) for v in wanted], or >= where also, by binary searches."""
    if not (values[1:] >= values[:-1]).all():
        columns = wanted[:, None]
        return np.argmax(values >= columns if also else values > columns, axis=1)
    places = np.searchsorted(values, wanted, "left" if also else "right")
    return np.where(places < len(values), places, 0)
'''.strip()


@rule(
    "counting",
    looks_for="the first element of a rising vector that is larger, for each of many values: "
    "each is compared with all",
    rewrite="[np.argmax(cdf > v) for v in u] → np.searchsorted(cdf, u, 'right')",
    exact="always; a vector that falls somewhere is compared as before",
    thread="https://stackoverflow.com/questions/16243955/numpy-first-occurrence-of-value-greater-"
    "than-existing-value",
)
def first_larger(seen: Observation) -> Iterator[Finding]:
    """Draws by a cumulative distribution, and crossings of levels."""
    table = []
    for sign, turned, given in ((">", "<", ""), (">=", "<=", ", also=True")):
        found = f"first_beyond(X, Y{given})"
        for compared in (f"X {sign} V", f"V {turned} X"):
            for first in (f"np.argmax({compared})", f"({compared}).argmax()"):
                listed = f"[{first} for V in Y]"
                table += [(f"np.array({listed})", found), (listed, f"{found}.tolist()")]
        for compared in (f"X {sign} Y[:, None]", f"X[None] {sign} Y[:, None]"):
            table += [(f"np.argmax({compared}, axis=1)", found)]
            table += [(f"({compared}).argmax({axis})", found) for axis in ("axis=1", "1")]
    return seen.rewrites(
        *table,
        where=lambda one: _are_vectors(one, "XY"),
        title="a binary search for each",
        helpers=(FIRST_BEYOND,),
    )


def _shares(compared: str, axis: str) -> Iterator[str]:
    for which in (f"axis={axis}", axis):
        yield f"({compared}).mean({which})"
        yield f"np.mean({compared}, {which})"


INTERVALS_AROUND = '''
def intervals_around(begins, ends, places, begin_side, end_side):
    """How many intervals each place lies in, by two binary searches."""
    both = begin_side == "right" and end_side == "left"
    some = begins <= ends if both else begins < ends
    begun = np.searchsorted(np.sort(begins[some]), places, begin_side)
    ended = np.searchsorted(np.sort(ends[some]), places, end_side)
    return np.where(places == places, begun - ended, 0)
'''.strip()


@rule(
    "counting",
    looks_for="how many intervals each of many places lies in: each is compared with all",
    rewrite="[np.sum((s <= t) & (t < e)) for t in times] → how many have begun, less how many "
    "have ended, by np.searchsorted",
    exact="always: what ends before it begins, or is NaN, has no place in it",
    thread="https://stackoverflow.com/questions/46525786/how-to-join-two-dataframes-for-which-"
    "column-values-are-within-a-certain-range",
)
def intervals_counted(seen: Observation) -> Iterator[Finding]:
    """Sessions that are open, rooms that are taken, at many times."""
    table = []
    for sign, end_sign in itertools.product(_SIDES, repeat=2):
        end_side = _SIDES["<" if end_sign == "<=" else "<="]
        found = f"intervals_around(S, E, Y, {_SIDES[sign]}, {end_side})"
        for place, begins, ends in (
            ("V", "S", "E"),
            ("Y[:, None]", "S", "E"),
            ("Y[:, None]", "S[None]", "E[None]"),
        ):
            for compared in _between(place, begins, ends, sign, end_sign):
                if place != "V":
                    table += [(each, found) for each in _along(compared, "1")]
                    continue
                for count in (f"np.sum({compared})", f"({compared}).sum()"):
                    listed = f"[{count} for V in Y]"
                    table += [(f"np.array({listed})", found), (listed, f"{found}.tolist()")]
                listed = f"[np.count_nonzero({compared}) for V in Y]"
                table += [(f"np.array({listed})", found), (listed, f"{found}.tolist()")]
        for compared in _between("Y", "S[:, None]", "E[:, None]", sign, end_sign):
            table += [(each, found) for each in _along(compared, "0")]
    return seen.rewrites(
        *table,
        where=lambda one: _are_vectors(one, "SEY") and _have_one_length(one, "SE"),
        title="sort begins and ends once, and search",
        helpers=("import numpy as np", INTERVALS_AROUND),
    )


def _between(place: str, begins: str, ends: str, sign: str, end_sign: str) -> Iterator[str]:
    """Ways to write that a place lies after the begins and before the ends."""
    turned = {"<=": ">=", "<": ">"}
    after = (f"({begins} {sign} {place})", f"({place} {turned[sign]} {begins})")
    before = (f"({place} {end_sign} {ends})", f"({ends} {turned[end_sign]} {place})")
    for one, other in itertools.product(after, before):
        yield f"{one} & {other}"
        yield f"{other} & {one}"


def _have_one_length(one: Match, names: str) -> bool:
    """As far as their lengths are known."""
    lengths = {form.shape for name in names if (form := one.form(name)) is not None}
    return len(lengths - {(-1,)}) <= 1


PAIRS_WITHIN = '''
def pairs_within(x, limit, also=False):
    """How many i, j have abs(x[i] - x[j]) < limit, or <= where also, by sorting."""
    ordered = np.sort(x)
    last = np.searchsorted(ordered, ordered + limit, "right" if also else "left")
    first = np.searchsorted(ordered, ordered - limit, "left" if also else "right")
    return np.maximum(last - first, 0).sum()
'''.strip()


@rule(
    "counting",
    looks_for="all differences of a vector's elements in one array, to count the small ones",
    rewrite="(np.abs(x[:, None] - x) < r).sum() → of sorted x, by two binary searches",
    exact="where no two elements are as far apart as the limit to within rounding, and no NaN",
    thread="https://github.com/lsst-sims/legacy_sims_maf/pull/148",
)
def pairs_near(seen: Observation) -> Iterator[Finding]:
    """Pairs within a distance of each other, on a line."""
    table = []
    for sign, given in (("<", ""), ("<=", ", also=True")):
        for difference in ("X[:, None] - X", "X[:, None] - X[None]", "np.subtract.outer(X, X)"):
            near = f"np.abs({difference}) {sign} R"
            for count in (f"({near}).sum()", f"np.sum({near})", f"np.count_nonzero({near})"):
                table.append((count, f"pairs_within(X, R{given})"))

    def floats(one: Match) -> bool:
        limit = one.form("R")
        number = limit is not None and limit.kind in ("python", "number")
        return number and isinstance(one["X"], ast.Name) and _are_vectors(one, "X", "f")

    return seen.rewrites(
        *table,
        where=floats,
        title="sort once, and search",
        helpers=(PAIRS_WITHIN,),
    )


CELLS = '''
def counts_of_pairs(first, second, shape):
    """How often first is i where second is j, for each i and j below the shape."""
    rows, columns = shape
    first, second = np.ravel(first), np.ravel(second)
    inside = (first >= 0) & (first < rows) & (second >= 0) & (second < columns)
    places = first[inside].astype(np.intp) * columns + second[inside].astype(np.intp)
    return np.bincount(places, minlength=rows * columns).reshape(rows, columns)
'''.strip()
_TOGETHER = ("(X == I) & (Y == J)", "np.logical_and(X == I, Y == J)", "(X == I) * (Y == J)")
_COUNTED = ("np.sum({})", "np.count_nonzero({})", "({}).sum()")


@rule(
    "counting",
    looks_for="a table of how often two values meet, cell by cell: each compares both arrays",
    rewrite="m[i, j] = np.sum((a == i) & (b == j)) for all i, j → np.bincount(a * n + b)",
    exact="always for integers",
    thread="https://github.com/open-mmlab/mmaction2/pull/465",
)
def cells_counted(seen: Observation) -> Iterator[Finding]:
    """Confusion matrices and co-occurrences by two loops."""
    for function in seen.functions:
        for outer in function.nodes:
            edits = _cells(function, outer) if isinstance(outer, ast.For) else None
            if edits and isinstance(outer, ast.For):
                yield from seen.edited(
                    function,
                    edits,
                    title="count all cells in one pass",
                    lines=syntax.span_of(function, outer),
                    helpers=(CELLS,),
                )


def _cells(function: Function, outer: ast.For) -> list[Edit]:
    match outer:
        case ast.For(
            ast.Name(i),
            rows,
            [
                ast.For(
                    ast.Name(j), columns, [ast.Assign([ast.Subscript() as target], value)], []
                )
            ],
            [],
        ):
            pass
        case _:
            return []
    ends = [patterns.match(function, each, "range(N)") for each in (rows, columns)]
    cell = patterns.match(function, target, "M[I, J]")
    counted = _counted_cell(function, value)
    if cell is None or counted is None or ends[0] is None or ends[1] is None:
        return []
    counters = [ast.unparse(one[each]) for one in (cell, counted) for each in "IJ"]
    held = [counted.form(each) for each in "XY"]
    integers = all(f is not None and f.kind == "array" and f.letter in "iu" for f in held)
    names = syntax.names_in(counted["X"]) | syntax.names_in(counted["Y"])
    whole = not names & {i, j, *syntax.names_in(cell["M"])}
    if counters != [i, j, i, j] or not integers or not whole or not patterns.pure(counted["X"]):
        return []
    matrix, n, m = (function.text_of(each) for each in (cell["M"], ends[0]["N"], ends[1]["N"]))
    x, y = (function.text_of(counted[each]) for each in "XY")
    start, end = function.span(outer)
    text = f"{matrix}[:{n}, :{m}] = counts_of_pairs({x}, {y}, ({n}, {m}))"
    return [Edit(start=start, end=end, text=text)]


def _counted_cell(function: Function, value: ast.expr) -> Match | None:
    for count in _COUNTED:
        for both in _TOGETHER:
            one = patterns.match(function, value, count.format(both))
            if one is not None:
                return one
    return None
