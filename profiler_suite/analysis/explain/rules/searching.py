"""Slow paths of sorting, searching, counting, filters and random numbers."""

import ast
import itertools
import re
from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import drawn_before, forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import HINT, rule
from profiler_suite.measure.explain.records import Edit, Trial
from profiler_suite.model.trial import TrialKind


@rule(
    "searching",
    looks_for="np.add.at: one addition at a time",
    rewrite="np.add.at(a, i, v) → a += np.bincount(i, weights=v, minlength=len(a))",
    exact="up to rounding, for indices that are not negative",
    thread="https://github.com/numpy/numpy/issues/5922",
)
def bincount(seen: Observation) -> Iterator[Finding]:
    """Sums by index."""

    def whole(m: Match) -> bool:
        form, index = m.form("A"), m.form("I")
        one_axis = form is None or len(form.shape) == 1
        integers = index is None or (len(index.shape) == 1 and index.letter in "iu")
        return one_axis and integers and isinstance(m["A"], ast.Name | ast.Attribute)

    yield from _by_two_indices(seen)
    yield from seen.rewrites(
        (
            "np.add.at(A, I, 1)",
            "np.add(A, np.bincount(I, minlength=len(A)), out=A, casting='unsafe')",
        ),
        (
            "np.add.at(A, I, V)",
            "np.add(A, np.bincount(I, weights=V, minlength=len(A)), out=A, casting='unsafe')",
        ),
        (
            "np.subtract.at(A, I, V)",
            "np.subtract(A, np.bincount(I, weights=V, minlength=len(A)), out=A, "
            "casting='unsafe')",
        ),
        where=whole,
        title="count or sum by index with bincount",
    )


def _by_two_indices(seen: Observation) -> Iterator[Finding]:
    """Sums into the elements of a matrix, by rows and columns."""
    places = "np.ravel_multi_index((I, J), A.shape)"
    counts = f"np.bincount({places}, {{}}minlength=A.size).reshape(A.shape)"

    def matrix(m: Match) -> bool:
        form, indices = m.form("A"), [m.form("I"), m.form("J")]
        return (
            (form is None or len(form.shape) == 2)
            and all(i is None or (len(i.shape) == 1 and i.letter in "iu") for i in indices)
            and isinstance(m["A"], ast.Name | ast.Attribute)
        )

    yield from seen.rewrites(
        ("np.add.at(A, (I, J), 1)", f"np.add(A, {counts.format('')}, out=A, casting='unsafe')"),
        (
            "np.add.at(A, (I, J), V)",
            f"np.add(A, {counts.format('weights=V, ')}, out=A, casting='unsafe')",
        ),
        where=matrix,
        title="count or sum by place with bincount",
    )


_LEVELS = 256


@rule(
    "searching",
    looks_for="np.histogram with bins of one width on values that could be indices",
    rewrite="np.histogram(x, np.arange(n + 1))[0] → np.bincount(x, minlength=n)",
    exact="for integers from 0 to n − 1",
    thread="https://github.com/numpy/numpy/pull/21843",
)
def integer_histogram(seen: Observation) -> Iterator[Finding]:
    """Histograms of integers."""

    def integers(m: Match) -> bool:
        return seen.holds(m, "iu", "X", kinds="array")

    yield from seen.rewrites(
        ("np.histogram(X, np.arange(N + 1))[0]", "np.bincount(X, minlength=N)[:N]"),
        ("np.histogram(X, bins=np.arange(N + 1))[0]", "np.bincount(X, minlength=N)[:N]"),
        (
            "np.histogram(X, bins=N, range=(0, N))[0]",
            "np.bincount(X, minlength=N)[:N]",
        ),
        where=integers,
        title="integers are their own bins: bincount",
    )

    def levels(m: Match) -> bool:
        form, count = m.form("X"), m.number("N")
        known = form is not None and form.kind == "array" and form.dtype == "uint8"
        return known and count is not None and count >= _LEVELS

    both = "(np.bincount(np.ravel(X), minlength=N), np.arange(N + 1.0))"
    given = ("N, {}", "bins=N, range={}", "N, range={}")
    yield from seen.rewrites(
        *(
            (f"np.histogram(X, {each.format(limits)})", both)
            for each in given
            for limits in ("(0, N)", "[0, N]")
        ),
        where=levels,
        title="bytes are their own bins: bincount",
    )


SEARCH_SORTED = '''
def searchsorted_in_order(values, wanted, side="left"):
    """np.searchsorted with the wanted values in order, which the caches thank."""
    order = np.argsort(wanted)
    found = np.empty(len(order), np.intp)
    found[order] = np.searchsorted(values, wanted[order], side)
    return found
'''.strip()


@rule(
    "searching",
    looks_for="np.searchsorted of many values in no order: a cache miss per step",
    rewrite="sort the wanted values first",
    exact="always",
    thread="https://github.com/numpy/numpy/issues/10937",
)
def unsorted_search(seen: Observation) -> Iterator[Finding]:
    """Binary searches all over memory."""

    def many(m: Match) -> bool:
        form, values = m.form("Q"), m.form("S")
        enough = form is None or (len(form.shape) == 1 and form.size >= 10_000)
        return enough and (values is None or values.size >= 10_000)

    return seen.rewrites(
        ("np.searchsorted(S, Q)", "searchsorted_in_order(S, Q)"),
        ("np.searchsorted(S, Q, side=K)", "searchsorted_in_order(S, Q, K)"),
        ("np.searchsorted(S, Q, K)", "searchsorted_in_order(S, Q, K)"),
        where=many,
        title="look the values up in order",
        helpers=(SEARCH_SORTED,),
    )


@rule(
    "searching",
    looks_for="isin, unique or membership of integers by sorting, or by a list",
    rewrite="np.isin(a, b) → np.isin(a, b, kind='table')",
    exact="for integers that do not span more than memory holds",
    thread="https://github.com/numpy/numpy/pull/12065",
)
def integer_sets(seen: Observation) -> Iterator[Finding]:
    """Sets of integers."""

    def integers(m: Match) -> bool:
        return seen.holds(m, "iu", "A", kinds="array")

    yield from seen.rewrites(
        ("np.isin(A, B)", "np.isin(A, B, kind='table')"),
        ("np.isin(A, B, kind='sort')", "np.isin(A, B, kind='table')"),
        ("np.array([V in B for V in A])", "np.isin(A, B)"),
        ("np.unique(A)", "np.flatnonzero(np.bincount(A))"),
        ("len(np.unique(A))", "np.count_nonzero(np.bincount(A))"),
        ("np.unique(A).size", "np.count_nonzero(np.bincount(A))"),
        where=integers,
        title="a table instead of sorting: they are integers",
    )
    yield from seen.rewrites(
        ("np.intersect1d(A, B)", "np.array(sorted(set(A.tolist()) & set(B.tolist())))"),
        ("np.setdiff1d(A, B)", "np.array(sorted(set(A.tolist()) - set(B.tolist())))"),
        where=integers,
        title="Python sets for few integers",
    )


@rule(
    "searching",
    looks_for="several quantiles of one array, sorted for each",
    rewrite="np.percentile(x, 25), np.percentile(x, 75) → np.percentile(x, [25, 75])",
    exact="always",
    thread="https://github.com/ageron/handson-ml/issues/591",
)
def quantiles_together(seen: Observation) -> Iterator[Finding]:
    """Quantiles one by one."""
    return seen.rewrites(
        ("np.percentile(X, P) - np.percentile(X, Q)", "-np.diff(np.percentile(X, [P, Q]))[0]"),
        ("np.quantile(X, P) - np.quantile(X, Q)", "-np.diff(np.quantile(X, [P, Q]))[0]"),
        ("(np.percentile(X, P), np.percentile(X, Q))", "tuple(np.percentile(X, [P, Q]))"),
        (
            "(np.percentile(X, P), np.percentile(X, Q), np.percentile(X, R))",
            "tuple(np.percentile(X, [P, Q, R]))",
        ),
        (
            "np.array([np.percentile(X, P) for P in Q])",
            "np.percentile(X, Q)",
        ),
        ("np.percentile(X, 50)", "np.median(X)"),
        title="sort once for all quantiles",
    )


@rule(
    "searching",
    looks_for="nested np.where, or one that a single ufunc does",
    rewrite="np.where(x > 0, x, 0) → np.fmax(x, 0)",
    exact="always, NaN included",
    thread="https://stackoverflow.com/questions/32109319/how-to-implement-the-relu-function-in-"
    "numpy",
)
def where_chain(seen: Observation) -> Iterator[Finding]:
    """Choices that are extremes."""

    def array(m: Match) -> bool:
        form = m.form("X")
        same = "LIMIT" not in m.captures or m.number("LIMIT") == m.number("Y") is not None
        return same and (form is None or form.kind == "array")

    return seen.rewrites(
        ("np.where(X < L, L, np.where(X > H, H, X))", "np.clip(X, L, H)"),
        ("np.where(X > H, H, np.where(X < L, L, X))", "np.clip(X, L, H)"),
        ("np.where(X > Y, X, Y)", "np.fmax(X, Y)"),
        ("np.where(X >= Y, X, Y)", "np.fmax(X, Y)"),
        ("np.where(X < Y, X, Y)", "np.fmin(X, Y)"),
        ("np.where(X <= Y, X, Y)", "np.fmin(X, Y)"),
        ("np.where(X > LIMIT, X, Y)", "np.fmax(X, Y)"),
        ("np.where(X >= LIMIT, X, Y)", "np.fmax(X, Y)"),
        ("np.where(X < LIMIT, X, Y)", "np.fmin(X, Y)"),
        ("np.where(X <= LIMIT, X, Y)", "np.fmin(X, Y)"),
        ("np.where(X > LIMIT, Y, X)", "np.minimum(X, Y)"),
        ("np.where(X >= LIMIT, Y, X)", "np.minimum(X, Y)"),
        ("np.where(X < LIMIT, Y, X)", "np.maximum(X, Y)"),
        ("np.where(X <= LIMIT, Y, X)", "np.maximum(X, Y)"),
        ("np.where(X < 0, -X, X)", "np.abs(X)"),
        ("np.where(X > 0, X, -X)", "np.abs(X)"),
        ("np.where(X > 0, 1, np.where(X < 0, -1, 0))", "np.sign(X).astype(int)"),
        ("(X > 0) * X", "np.fmax(X, 0)"),
        ("X * (X > 0)", "np.fmax(X, 0)"),
        where=array,
        title="one ufunc instead of a choice",
    )


# --------------------------------------------------- values replaced by a table

TRANSLATED = '''
def translated(values, table, otherwise):
    """What a dictionary holds for each value; for those that are no keys what is there."""
    if values.dtype.kind in "iu" and values.size and np.ptp(values) < values.size:
        low = int(values.min())
        places, keys = values - low, range(low, int(values.max()) + 1)
    else:
        found, places = np.unique(values, return_inverse=True)
        places, keys = places.reshape(values.shape), found.tolist()
    known = np.array([key in table for key in keys], dtype=bool)
    new = np.array([table.get(key, 0) for key in keys], dtype=otherwise.dtype)
    return np.where(known[places], new[places], otherwise)
'''.strip()


@rule(
    "searching",
    looks_for="values replaced one key after the other: every key compares the whole array",
    rewrite="for old, new in table.items(): out[x == old] = new → out[...] = translated(x, …)",
    exact="no new value is one of the keys, where the array is compared with itself",
    thread="https://stackoverflow.com/questions/16992713/translate-every-element-in-numpy-array-"
    "according-to-key",
)
def values_replaced(seen: Observation) -> Iterator[Finding]:
    """Loops over a dictionary that replace values of an array."""
    for function in seen.functions:
        for loop in function.nodes:
            if not isinstance(loop, ast.For):
                continue
            text = _replaced(function, loop)
            if text:
                start, end = function.span(loop)
                lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="ask the dictionary once for each different value",
                    lines=[line + function.shift for line in lines],
                    helpers=(TRANSLATED,),
                )


def _replaced(function: Function, loop: ast.For) -> str:
    """`for k, v in table.items(): out[x == k] = v` at once; empty for anything else."""
    head, body = ast.unparse(loop.iter), loop.body
    if not head.endswith(".items()") or loop.orelse or len(body) != 1:
        return ""
    names = [each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    only = body[0]
    if len(names) != 2 or not isinstance(only, ast.Assign) or len(only.targets) != 1:
        return ""
    place, value = only.targets[0], only.value
    if not isinstance(place, ast.Subscript) or not isinstance(place.slice, ast.Compare):
        return ""
    test = place.slice
    parts = [place.value, test.left, test.comparators[0], value]
    if len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return ""
    if not all(isinstance(each, ast.Name) for each in parts):
        return ""
    out, given, key, new = map(ast.unparse, parts)
    if key != names[0] or new != names[1]:
        return ""
    for each in (out, given):
        form = forms.of(function, ast.Name(each, ast.Load()))
        if form is None or form.kind != "array":
            return ""
    table = head.removesuffix(".items()")
    return f"{out}[...] = translated({given}, {table}, {out})"


@rule(
    "searching",
    looks_for="a list that is sorted again each time that a value is added to it",
    rewrite="values.append(x); values.sort() → bisect.insort(values, x)",
    exact="always: values that are equal stay in the order in which they came",
    thread="https://stackoverflow.com/questions/8024571/insert-an-item-into-sorted-list-in-python",
)
def sorted_again(seen: Observation) -> Iterator[Finding]:
    """Lists that are kept in order by sorting them."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            for name, edits in _inserted(function, loop):
                if not syntax.begins_empty(function, loop, name):
                    edits += rewriting.inserted(function, {loop.lineno: [f"{name}.sort()"]})
                yield from seen.edited(
                    function,
                    edits,
                    title=f"put each value into {name} where it belongs",
                    lines=syntax.span_of(function, loop),
                    helpers=("import bisect",),
                    evidence="all values are compared again for each one that is added",
                )


def _inserted(function: Function, loop: syntax.Loop) -> Iterator[tuple[str, list[Edit]]]:
    """Each 'values.append(x); values.sort()' of a loop that changes the list nowhere else."""
    for node in ast.walk(loop):
        block = getattr(node, "body", [])
        for first, second in itertools.pairwise(block if isinstance(block, list) else []):
            if not isinstance(first, ast.Expr):
                continue
            one = patterns.match(function, first.value, "L.append(X)")
            name = ast.unparse(one["L"]) if one is not None else ""
            again = ast.unparse(second)
            if again not in (f"{name}.sort()", f"{name} = sorted({name})"):
                continue
            changes = [
                n
                for n in ast.walk(loop)
                if isinstance(n, ast.Attribute)
                and n.attr in syntax.CHANGING
                and ast.unparse(n.value) == name
            ]
            if one is None or not name.isidentifier() or len(changes) > 2:
                continue
            text = f"bisect.insort({name}, {function.text_of(one['X'])})"
            (start, _), (_, end) = function.span(first), function.span(second)
            yield name, [Edit(start=start, end=end, text=text)]


@rule(
    "searching",
    looks_for="a random number drawn in every iteration of a loop that stays one",
    rewrite="for i in range(n): k = rng.choice(x, p=p) → draws = rng.choice(x, p=p, size=n)",
    exact="every iteration draws once, and nothing else draws: the same numbers, NumPy 2",
    thread="https://stackoverflow.com/questions/18622781/why-is-numpy-random-choice-so-slow",
)
def drawn_one_by_one(seen: Observation) -> Iterator[Finding]:
    """Random numbers, drawn before the loop."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            if not isinstance(loop, ast.For):
                continue
            for edits in drawn_before.of_loop(function, loop, syntax.changed_in(loop)):
                yield from seen.edited(
                    function,
                    edits,
                    title="draw all random numbers before the loop",
                    lines=syntax.span_of(function, loop),
                    evidence="every draw checks its arguments; a choice adds up probabilities",
                )


_NEAR = (
    ("scipy.spatial.distance.cdist(X, Y)", "Y", "X"),
    ("scipy.spatial.distance.cdist(X, Y, 'euclidean')", "Y", "X"),
    ("np.sqrt(scipy.spatial.distance.cdist(X, Y, 'sqeuclidean'))", "Y", "X"),
    ("np.sqrt(scipy.spatial.distance.cdist(X, Y, 'sqeuclidean').T)", "X", "Y"),
    ("scipy.spatial.distance.cdist(X, Y).T", "X", "Y"),
)
_FEW_DIMENSIONS = 8


@rule(
    "searching",
    looks_for="all distances computed to count the points that are near each point",
    rewrite="(cdist(x, y) < r).sum(axis=1) → cKDTree(y).query_ball_point(x, r, "
    "return_length=True)",
    exact="where no two points are as far apart as the radius to within rounding",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.spatial.cKDTree.query_ball_"
    "point.html",
)
def counted_near(seen: Observation) -> Iterator[Finding]:
    """Neighbours within a radius, by all distances."""
    table = []
    for distances, tree, points in _NEAR:
        for sign, radius in (("<", "np.nextafter(R, 0)"), ("<=", "R")):
            near = f"{distances} {sign} R"
            found = (
                f"np.asarray(scipy.spatial.cKDTree({tree}).query_ball_point({points}, "
                f"{radius}, return_length=True))"
            )
            for counted in (
                f"np.sum({near}, axis=1)",
                f"({near}).sum(axis=1)",
                f"np.count_nonzero({near}, axis=1)",
            ):
                table.append((counted, found))
    return seen.rewrites(
        *table,
        where=lambda one: all(
            (form := one.form(name)) is None or form.shape[-1:] <= (_FEW_DIMENSIONS,)
            for name in "XY"
        ),
        title="a k-d tree counts what is near without the distances to all others",
        helpers=("import scipy.spatial",),
        evidence="the distance of every pair is computed",
    )


_LIST = re.compile(r"list of (\d+)")
_LONG_LIST, _LARGE_SHARE = 64, 0.3
_MEMBERSHIP = (ast.In, ast.NotIn)
_OF_MANY_CALLS = "the list lives on from call to call, and what else uses it was not seen"


@rule(
    "searching",
    looks_for="a value looked for in a list that an object or a module keeps",
    rewrite="a set or a dict in place of the list, or beside it",
    exact="for values that can be hashed, where their order and number are kept otherwise",
    thread="https://stackoverflow.com/questions/7571635/fastest-way-to-check-if-a-value-exists-in-"
    "a-list",
    tried=HINT,
)
def kept_list_searched(seen: Observation) -> Iterator[Finding]:
    """Membership in a list that is no name of the function's own."""
    for function in seen.functions if seen.shares_are_known else ():
        for node in function.nodes:
            if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], _MEMBERSHIP):
                continue
            searched = ast.unparse(node.comparators[0])
            held = _LIST.match(function.source.names.get(searched, ""))
            own = isinstance(node.comparators[0], ast.Name) and searched in _own(function)
            line = node.lineno + function.shift
            share = seen.share(function, [line])
            if held is None or own or share < _LARGE_SHARE:
                continue
            length = int(held[1])
            if length < _LONG_LIST:
                continue
            yield Finding(
                title=f"line {line}: a set or a dict for {searched}, a list of {length:,}, "
                f"that is searched for {ast.unparse(node.left)[:40]}",
                evidence="a list is compared element by element, a set finds at once; this "
                f"line takes {units.percent(share)} of the time",
                trial=Trial(kind=TrialKind.FAILED, target=_OF_MANY_CALLS),
                share=share,
                hint=True,
                stands=True,
            )


def _own(function: Function) -> set[str]:
    """Parameters and names that the function sets."""
    given = {each.arg for each in function.nodes if isinstance(each, ast.arg)}
    return given | syntax.bound_names(function.node)
