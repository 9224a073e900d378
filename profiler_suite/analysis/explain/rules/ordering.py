"""Slow paths of sorting: short integers in no stable order, rows compared as wholes."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_SHORT = ("int8", "uint8", "int16", "uint16")


@rule(
    "ordering",
    looks_for="np.argsort of integers of 8 or 16 bits: compared, where a stable sort counts",
    rewrite="np.argsort(x) → np.argsort(x, kind='stable')",
    exact="where the order of equal elements does not matter, which the default leaves open",
    thread="https://github.com/numpy/numpy/issues/17362",
)
def stable_order(seen: Observation) -> Iterator[Finding]:
    """Orders of short integers, and of what is put in order by itself."""

    def short(one: Match) -> bool:
        form = one.form("X")
        return form is not None and form.kind == "array" and form.dtype in _SHORT

    yield from seen.rewrites(
        ("np.argsort(X)", "np.argsort(X, kind='stable')"),
        ("X.argsort()", "X.argsort(kind='stable')"),
        where=short,
        title="ask for a stable order, which NumPy finds by counting",
    )
    yield from seen.rewrites(
        ("X[np.argsort(X)]", "np.sort(X)"),
        ("X[X.argsort()]", "np.sort(X)"),
        where=_is_vector,
        title=_SORTED,
    )
    for function in seen.functions:
        yield from _sorted_by_name(seen, function)


_SORTED = "sort the values themselves, without their order"


def _sorted_by_name(seen: Observation, function: Function) -> Iterator[Finding]:
    """order = np.argsort(x) of which only x[order] is used."""
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
            continue
        made = syntax.set_for_one_use(function, node.slice)
        if made is None or not isinstance(node.value, ast.Name):
            continue
        order = _first_match(function, made.value, ("np.argsort(X)", "X.argsort()"))
        name = node.value.id
        if order is None or function.text_of(order["X"]) != name or not _is_vector(order):
            continue
        if name in syntax.changed_in(function.node):
            continue
        sort = rewriting.edit(function, node, f"{function.numpy}.sort({name})")
        yield from seen.edited(
            function,
            [syntax.without(function, made), sort],
            title=_SORTED,
            lines=[made.lineno + function.shift, node.lineno + function.shift],
        )


def _first_match(function: Function, node: ast.expr, table: tuple[str, ...]) -> Match | None:
    found = (patterns.match(function, node, pattern) for pattern in table)
    return next((one for one in found if one is not None), None)


def _is_vector(one: Match) -> bool:
    form = one.form("X")
    return form is not None and form.kind == "array" and len(form.shape) == 1


UNIQUE_ROWS = '''
def unique_rows(rows, **returns):
    """np.unique(rows, axis=0, **returns) of integers, by one number for each row."""
    low = [int(column.min()) for column in rows.T] if len(rows) else []
    spans = [int(column.max()) - least + 1 for column, least in zip(rows.T, low)]
    if not low or math.prod(spans) > 2**62:
        return np.unique(rows, axis=0, **returns)
    keys = np.zeros(len(rows), np.int64)
    for column, least, span in zip(rows.T, low, spans):
        keys = keys * span + (column.astype(np.int64) - least)
    found = np.unique(keys, **returns)
    keys = found[0] if returns else found
    unique = np.empty((len(keys), len(spans)), rows.dtype)
    for k, (least, span) in reversed(list(enumerate(zip(low, spans)))):
        keys, unique[:, k] = keys // span, keys % span + least
    return (unique, *found[1:]) if returns else unique
'''.strip()


@rule(
    "ordering",
    looks_for="np.unique of rows: each comparison takes a row of an array of records apart",
    rewrite="np.unique(rows, axis=0) → one number for each row, and np.unique of these",
    exact="always for integers; rows that no number of 64 bits can stand for go the old way",
    thread="https://github.com/numpy/numpy/issues/15713",
)
def unique_rows(seen: Observation) -> Iterator[Finding]:
    """Different rows of integers."""

    def integers(one: Match) -> bool:
        form = one.form("X")
        return (
            form is not None
            and form.kind == "array"
            and form.letter in "iu"
            and form.dtype != "uint64"
            and len(form.shape) == 2
        )

    asked = ("return_counts", "return_inverse", "return_index")
    table = [("np.unique(X, axis=0)", "unique_rows(X)")]
    for one in asked:
        table.append((f"np.unique(X, axis=0, {one}=True)", f"unique_rows(X, {one}=True)"))
        table += [
            (
                f"np.unique(X, axis=0, {one}=True, {other}=True)",
                f"unique_rows(X, {one}=True, {other}=True)",
            )
            for other in asked
            if other != one
        ]
    return seen.rewrites(
        *table,
        where=integers,
        title="sort one number for each row",
        helpers=("import math", UNIQUE_ROWS),
    )
