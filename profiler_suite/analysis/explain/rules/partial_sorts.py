"""Slow paths of sorts of which a few elements are used."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "partial_sorts",
    looks_for="a whole sort of which a few elements are used",
    rewrite="np.sort(x)[:k] → np.sort(np.partition(x, k − 1)[:k])",
    exact="where no two elements are equal, for indices; always for values",
    thread="https://github.com/onnx/onnx/issues/2280",
)
def partition(seen: Observation) -> Iterator[Finding]:
    """Sorts for a few."""
    yield from _few_of_rows(seen)
    yield from seen.rewrites(
        ("np.sort(X)[0]", "np.min(X)"),
        ("np.sort(X)[-1]", "np.max(X)"),
        ("np.argsort(X)[0]", "np.argmin(X)"),
        ("np.argsort(X)[-1]", "np.argmax(X)"),
        ("X.argsort()[0]", "X.argmin()"),
        ("X.argsort()[-1]", "X.argmax()"),
        ("sorted(X)[0]", "min(X)"),
        ("sorted(X)[-1]", "max(X)"),
        ("np.sort(X)[-K:]", "np.sort(np.partition(X, -K)[-K:])"),
        ("np.sort(X)[::-1][:K]", "np.sort(np.partition(X, -K)[-K:])[::-1]"),
        ("np.sort(X)[:K]", "np.sort(np.partition(X, K - 1)[:K])"),
        ("np.sort(X)[K]", "np.partition(X, K)[K]"),
        ("np.argsort(X)[::-1][:K]", "largest_first(X, K)"),
        ("X.argsort()[::-1][:K]", "largest_first(X, K)"),
        ("np.argsort(-X)[:K]", "largest_first(X, K)"),
        ("np.argsort(X)[-K:]", "largest_first(X, K)[::-1]"),
        ("X.argsort()[-K:]", "largest_first(X, K)[::-1]"),
        ("X.argsort()[-K:][::-1]", "largest_first(X, K)"),
        ("np.argsort(X)[:K]", "smallest_first(X, K)"),
        ("X.argsort()[:K]", "smallest_first(X, K)"),
        where=_is_of_a_series,
        title="find the few without sorting the rest",
        helpers=(LARGEST_FIRST,),
    )


def _is_of_a_series(one: Match) -> bool:
    """Whether a place, or a number of places, is taken of something with one axis."""
    form = one.form("X")
    turned = isinstance(one.captures.get("K"), ast.Slice)
    return (form is None or len(form.shape) == 1) and not turned


SMALLEST_OF_ROWS = '''
def smallest_of_rows(x, count):
    """np.argsort(x, axis=1)[:, :count], without sorting the rest."""
    if not 0 < count < x.shape[1]:
        return np.argsort(x, axis=1)[:, :count]
    few = np.argpartition(x, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(x, few, axis=1), axis=1)
    return np.take_along_axis(few, order, axis=1)
'''.strip()


def _few_of_rows(seen: Observation) -> Iterator[Finding]:
    """The few smallest or largest of each row."""
    smallest, largest = "smallest_of_rows(X, K)", "smallest_of_rows(-X, K)"
    table = []
    for places in ("np.argsort(X, axis=N)", "X.argsort(axis=N)"):
        table += [
            (f"{places}[:, ::-1][:, :K]", largest),
            (f"{places}[:, -K:][:, ::-1]", largest),
            (f"{places}[:, :-K - 1:-1]", largest),
            (f"{places}[:, -K:]", f"{largest}[:, ::-1]"),
            (f"{places}[:, :K]", smallest),
        ]

    def rows(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array" and form.letter == "f"
        return (
            known and form is not None and len(form.shape) == 2 and one.number("N") in (1, -1)
        )

    yield from seen.rewrites(
        *table,
        where=rows,
        title="find the few of each row without sorting the rest",
        helpers=(SMALLEST_OF_ROWS,),
    )
    values = "np.sort(X, axis=N)"
    yield from seen.rewrites(
        (f"{values}[:, -K:]", "np.sort(np.partition(X, -K, axis=1)[:, -K:], axis=1)"),
        (f"{values}[:, :K]", "np.sort(np.partition(X, K - 1, axis=1)[:, :K], axis=1)"),
        (f"{values}[:, K]", "np.partition(X, K, axis=1)[:, K]"),
        where=lambda one: rows(one) and "K" in one.captures,
        title="find the few of each row without sorting the rest",
    )


LARGEST_FIRST = '''
def largest_first(x, count):
    """Indices of the largest elements, the largest first."""
    few = np.argpartition(x, -count)[-count:]
    return few[np.argsort(x[few])[::-1]]


def smallest_first(x, count):
    """Indices of the smallest elements, the smallest first."""
    few = np.argpartition(x, count - 1)[:count]
    return few[np.argsort(x[few])]
'''.strip()
