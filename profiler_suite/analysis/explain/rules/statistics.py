"""Slow paths of statistics: of what is not NaN, and fits and correlations one by one."""

import ast
from collections.abc import Iterator, Mapping

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns, window_sums
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

NAN_MEDIAN = '''
def nan_median(x, axis):
    """The median along an axis of what is not NaN, by one sort: NaN come last."""
    ordered = np.sort(x, axis=axis)
    count = np.maximum(np.count_nonzero(x == x, axis=axis, keepdims=True), 1)
    low = np.take_along_axis(ordered, (count - 1) // 2, axis)
    high = np.take_along_axis(ordered, count // 2, axis)
    return np.where(low == high, low, (low + high) / 2).squeeze(axis)
'''.strip()
NAN_QUANTILES = '''
def nan_quantiles(x, q, axis):
    """Quantiles along an axis of what is not NaN, by one sort; q is one or several."""
    ordered = np.sort(x, axis=axis)
    last = np.count_nonzero(x == x, axis=axis, keepdims=True) - 1
    last = np.maximum(last, 0)
    found = []
    for each in np.ravel(q):
        below = np.floor(each * last).astype(np.intp)
        low = np.take_along_axis(ordered, below, axis)
        high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis)
        apart = high - low
        step = (each * last - below).astype(x.dtype)
        between = np.where(step < 0.5, low + apart * step, high - apart * (1 - step))
        found.append(between.squeeze(axis))
    return found[0] if np.ndim(q) == 0 else np.array(found)
'''.strip()
NAN_MEAN = '''
def nan_mean(x, axis):
    """The mean along an axis of what is not NaN."""
    numbers = x == x
    return np.where(numbers, x, 0).sum(axis=axis) / np.count_nonzero(numbers, axis=axis)
'''.strip()


@rule(
    "statistics",
    looks_for="np.nanmedian, np.nanpercentile or np.nanquantile along an axis: row by row",
    rewrite="np.nanmedian(x, axis=1) → one sort of all rows, their middle by how many count",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/60437460/fast-way-to-compute-nanpercentile-of-a-"
    "large-array",
)
def nan_quantiles(seen: Observation) -> Iterator[Finding]:
    """Quantiles of what is not NaN."""
    for helper, table in (
        (
            NAN_MEDIAN,
            (
                ("np.nanmedian(X, axis=K)", "nan_median(X, K)"),
                ("np.nanmedian(X, K)", "nan_median(X, K)"),
            ),
        ),
        (
            NAN_QUANTILES,
            (
                ("np.nanquantile(X, Q, axis=K)", "nan_quantiles(X, Q, K)"),
                ("np.nanpercentile(X, Q, axis=K)", "nan_quantiles(X, np.asarray(Q) / 100, K)"),
            ),
        ),
    ):
        yield from seen.rewrites(
            *table,
            where=lambda one: seen.holds(one, "f", "X", kinds="array") and _one_axis(one),
            title="sort along the axis once: NaN come last",
            helpers=(helper,),
            evidence="NumPy takes the NaN out of every row by itself, in Python",
        )


@rule(
    "statistics",
    looks_for="np.nanmean, nanstd and the like: copies and masks of the whole array",
    rewrite="np.nanmean(x, axis=0) → the plain mean, and the other only if that has a NaN",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/15798",
)
def nan_statistics(seen: Observation) -> Iterator[Finding]:
    """Means and the like of what is not NaN."""

    def suits(one: Match) -> bool:
        return seen.holds(one, "f", "X", kinds="array")

    evidence = "it copies the array, marks its NaN and puts others in their place"
    yield from seen.rewrites(
        ("np.nanmean(X, axis=K)", "nan_mean(X, K)"),
        where=lambda one: suits(one) and _one_axis(one),
        title="add up what is not NaN, and count it",
        helpers=(NAN_MEAN,),
        evidence=evidence,
    )
    table = []
    for name in ("mean", "sum", "std", "var"):
        for given in ("", ", axis=K"):
            plain = f"(plain_once := np.{name}(X{given}))"
            table.append(
                (
                    f"np.nan{name}(X{given})",
                    f"(np.nan{name}(X{given}) if np.isnan({plain}).any() else plain_once)",
                )
            )
    yield from seen.rewrites(
        *table,
        where=lambda one: suits(one) and patterns.cheap(one["X"]),
        title="look for NaN in the plain result first",
        evidence=evidence,
    )


def _one_axis(one: Match) -> bool:
    return patterns.cheap(one["K"]) and not (
        isinstance(one["K"], ast.Constant) and one["K"].value is None
    )


# --------------------------------------------------- ranks among many

RANKS = '''
def percentile_ranks(values, scores):
    """The share of the values below each score, half of those equal to it, in percent."""
    ordered, scores = np.sort(np.ravel(values)), np.asarray(scores)
    below = np.searchsorted(ordered, scores)
    up_to = np.searchsorted(ordered, scores, side="right")
    ranks = (below + up_to + (below < up_to)) * (50.0 / len(ordered))
    missing = (scores != scores) | (ordered[-1] != ordered[-1])
    return np.where(missing, np.nan, ranks)
'''.strip()


@rule(
    "statistics",
    looks_for="scipy.stats.percentileofscore for many scores: every one looks at all values",
    rewrite="[percentileofscore(x, v) for v in scores] → one sort, two binary searches",
    exact="always; NaN among the values makes every rank NaN, as SciPy does",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.percentileofscore.html",
)
def ranks_among_values(seen: Observation) -> Iterator[Finding]:
    """Percentiles of scores, one by one."""
    one = "scipy.stats.percentileofscore(A, V)"
    ranks = "percentile_ranks(A, S)"
    return seen.rewrites(
        (f"np.array([{one} for V in S])", ranks),
        (f"[{one} for V in S]", f"list({ranks})"),
        ("scipy.stats.percentileofscore(A, S)", ranks),
        where=_for_all,
        title="sort the values once and look the scores up",
        helpers=(RANKS,),
        evidence="every score is compared with every value",
    )


def _for_all(one: Match) -> bool:
    """Whether the values are the same for all scores, and these are not one by one."""
    if "V" in one.captures:
        element = ast.unparse(one["V"])
        return element not in {n.id for n in ast.walk(one["A"]) if isinstance(n, ast.Name)}
    form = one.form("S")
    repeated = any(isinstance(each, syntax.REPEATING) for each in one.function.around(one.node))
    return not repeated and form is not None and form.kind == "array"


# --------------------------------------------------- a fit for each row or pixel

_SLOPE = (
    "np.sum(({x} - np.mean({x})) * ({y} - np.mean({y}))) / np.sum(({x} - np.mean({x})) ** 2)"
)
_INTERCEPT = "np.mean({y}) - {slope} * np.mean({x})"
_CORRELATION = (
    "np.sum(({x} - np.mean({x})) * ({y} - np.mean({y}))) / np.sqrt("
    "np.sum(({x} - np.mean({x})) ** 2) * np.sum(({y} - np.mean({y})) ** 2))"
)


@rule(
    "statistics",
    looks_for="scipy.stats.linregress or pearsonr of which only the slope, or r, is used",
    rewrite="stats.linregress(x, y)[0] → sums of products of deviations",
    exact="up to rounding, where x and y are arrays and vary",
    thread="https://stackoverflow.com/questions/52094533/fast-linear-regression-over-pixels-of-"
    "an-xarray",
)
def fit_formula(seen: Observation) -> Iterator[Finding]:
    """Fits and correlations whose tests of significance nobody uses."""
    words = {
        "title": "the formula itself: no test of significance, no p-value",
        "evidence": "it computes p-values and errors that nobody uses, and an object of them",
    }
    formulas = {
        **dict.fromkeys((f"{_FIT}{part}" for part in ("[0]", ".slope")), _SLOPE),
        **dict.fromkeys((f"{_FIT}{part}" for part in ("[2]", ".rvalue")), _CORRELATION),
        **dict.fromkeys((f"{_PAIR}{part}" for part in ("[0]", ".statistic")), _CORRELATION),
    }
    yield from seen.rewrites(
        *((pattern, f"({text.format(x='X', y='Y')})") for pattern, text in formulas.items()),
        where=lambda one: all(patterns.cheap(one[name]) for name in "XY"),
        **words,
    )
    for function in seen.functions:
        edits = {**dict(_unpacked(function)), **dict(_of_elements(function, formulas))}
        if edits:
            yield from seen.edited(
                function,
                list(edits.values()),
                lines={line + function.shift for line in edits},
                **words,
            )


_FIT, _PAIR = "scipy.stats.linregress(X, Y)", "scipy.stats.pearsonr(X, Y)"


def _of_elements(function: Function, formulas: Mapping[str, str]) -> Iterator[tuple[int, Edit]]:
    """Formulas of rows such as y[i], written as often as they stand there: loops of them are
    known, names within an expression are not.
    """

    def suits(one: Match) -> bool:
        given = [one[name] for name in "XY"]
        return all(map(patterns.pure, given)) and not all(map(patterns.cheap, given))

    for pattern, formula in formulas.items():
        for one in patterns.found(function, [pattern], suits):
            x, y = (rewriting.written(function, one[name]) for name in "XY")
            text = formula.format(x=x, y=y).replace("np.", f"{function.numpy}.")
            yield one.node.lineno, rewriting.edit(function, one.node, f"({text})")


def _unpacked(function: Function) -> Iterator[tuple[int, Edit]]:
    """`slope, intercept, r, p, se = linregress(x, y)` of which only the first are used."""
    for node in function.nodes:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
            continue
        names = [each.id for each in node.targets[0].elts if isinstance(each, ast.Name)]
        for pattern, formulas in (
            (_FIT, (_SLOPE, _INTERCEPT, _CORRELATION)),
            (_PAIR, (_CORRELATION,)),
        ):
            one = patterns.match(function, node.value, pattern)
            if one is None or len(names) != len(node.targets[0].elts):
                continue
            lines = _formulas(function, one, names, formulas)
            if lines:
                start, end = function.span(node)
                text = f"\n{function.indent_of(node.lineno)}".join(lines)
                yield node.lineno, Edit(start=start, end=end, text=text)


def _formulas(
    function: Function, one: Match, names: list[str], formulas: tuple[str, ...]
) -> list[str]:
    """A statement for each result that is used; [] where another one is."""
    used = {
        n.id for n in function.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    if used & set(names[len(formulas) :]) or not all(patterns.pure(one[n]) for n in "XY"):
        return []
    x, y = (rewriting.written(function, one[name]) for name in "XY")
    needed = {names[0]} if len(names) > 1 and names[1] in used else set()
    return [
        f"{name} = {formula.format(x=x, y=y, slope=names[0])}".replace(
            "np.", f"{function.numpy}."
        )
        for name, formula in zip(names, formulas, strict=False)
        if name in used | needed
    ]


@rule(
    "statistics",
    looks_for="the sum of a window that slides, added up anew for every value",
    rewrite="window.append(x); sum(window) → total += x, total -= what leaves the window",
    exact="for integers; else up to rounding, which adds up over the steps",
    thread="https://stackoverflow.com/questions/13728392/moving-average-or-running-mean",
)
def window_sum(seen: Observation) -> Iterator[Finding]:
    """Sums of sliding windows in Python."""
    for function in seen.functions:
        for each in window_sums.kept_sums(function):
            yield from seen.edited(
                function,
                each.edits,
                title=f"keep the sum of {each.name}: add what comes, take away what goes",
                lines=syntax.span_of(function, each.loop),
                evidence=f"every iteration adds up all of {each.name}",
            )


QUANTILES_BY_SORT = '''
def quantiles_by_sort(x, q, axis):
    """np.quantile(x, q, axis=axis), by one sort along the axis; q is one or several."""
    ordered = np.moveaxis(np.sort(x, axis=axis), axis, 0)
    last = len(ordered) - 1
    missing = np.isnan(ordered[-1])
    found = []
    for each in np.ravel(q).astype(float):
        below = min(int(each * last), max(last - 1, 0))
        low, high = ordered[below], ordered[min(below + 1, last)]
        between = low + (high - low) * x.dtype.type(each * last - below)
        between[missing] = np.nan
        found.append(between)
    return found[0] if np.ndim(q) == 0 else np.array(found)
'''.strip()


@rule(
    "statistics",
    looks_for="quantiles along an axis: copies, and a partition in several places for each",
    rewrite="np.percentile(x, 90, axis=0) → one sort along the axis, and two of its places",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/32187",
)
def quantiles_along_axis(seen: Observation) -> Iterator[Finding]:
    """Quantiles of each row or column."""
    template = "quantiles_by_sort(X, {}, K)"

    def numbers(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array"
        return (
            known
            and form is not None
            and form.dtype in ("float32", "float64")
            and len(form.shape) > 1
            and one.number("K") is not None
        )

    return seen.rewrites(
        ("np.quantile(X, Q, axis=K)", template.format("Q")),
        ("np.percentile(X, Q, axis=K)", template.format("np.asarray(Q) / 100")),
        ("np.median(X, axis=K)", template.format("0.5")),
        where=numbers,
        title="sort along the axis once",
        helpers=(QUANTILES_BY_SORT,),
    )
