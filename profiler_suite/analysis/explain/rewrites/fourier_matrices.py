"""Matrices of waves, made in full to be multiplied with a vector: a discrete Fourier transform.

As with loops, which wave stands in the matrix is found out by computing a few of its elements.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, fourier_loops, patterns
from profiler_suite.analysis.explain.rewrites.evaluation import value_of
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_PRODUCTS = ("M @ X", "np.dot(M, X)", "M.dot(X)", "np.matmul(M, X)")
_ROWS = (
    *("[[E for T in range(N)] for K in range(N)]", "[[E for T in K0] for K in K0]"),
    "[[E for T in np.arange(N)] for K in np.arange(N)]",
)
_COLUMNS = (
    *("A[:, None]", "A[:, np.newaxis]", "A.reshape(-1, 1)", "A.reshape((-1, 1))"),
    *("A.reshape(N, 1)", "A.reshape((N, 1))", "np.expand_dims(A, 1)"),
)
_ROW_AGAIN = ("A[None, :]", "A[np.newaxis, :]", "A[None]", "A[np.newaxis]", "A.reshape(1, -1)")
_DEEPEST = 4


class FourierProduct(NamedTuple):
    """A product of a matrix of waves and a vector, and what to write instead."""

    lines: list[int]
    edits: list[Edit]


def fourier_products(function: Function) -> Iterator[FourierProduct]:
    """Each product of a matrix of waves and a vector of as many elements."""
    for one in patterns.found(function, _PRODUCTS, lambda _: True):
        form, vector = one.form("X"), one["X"]
        known = form is not None and form.kind == "array" and form.letter in "iufc"
        if not known or form is None or len(form.shape) != 1 or not patterns.pure(vector):
            continue
        made = syntax.set_for_one_use(function, one["M"])
        matrix = made.value if made is not None else _value(function, one["M"])
        wave = _wave(function, matrix, function.text_of(vector))
        if not wave:
            continue
        given = f"{function.text_of(vector)}{', inverse=True' if wave == '-exp' else ''}"
        edits = [rewriting.edit(function, one.node, f"fourier({given})")]
        lines = [one.line]
        if made is not None:
            edits.append(syntax.without(function, made))
            lines += syntax.span_of(function, made)
        yield FourierProduct(sorted(lines), edits)


def _value(function: Function, node: ast.expr) -> ast.expr:
    """What a name that is set once stands for; anything else as it is."""
    if not isinstance(node, ast.Name):
        return node
    stores = [n for n in function.uses(node.id) if isinstance(n.ctx, ast.Store)]
    statement = function.statement_of(stores[0]) if len(stores) == 1 else None
    alone = isinstance(statement, ast.Assign) and statement.targets == stores
    return statement.value if alone and isinstance(statement, ast.Assign) else node


def _wave(function: Function, matrix: ast.expr, vector: str) -> str:
    """'exp' for exp(-2j pi k t / n), '-exp' for exp(2j pi k t / n); '' for any other."""
    counted = _listed(function, matrix) or _broadcast(function, matrix)
    if counted is None:
        return ""
    element, frequency, place, outer, length = counted
    if not syntax.is_length(function, length, vector):
        return ""
    names = {ast.unparse(length), f"len({vector})", f"{vector}.size", f"{vector}.shape[0]"}
    weights = []
    for k, t, n in fourier_loops.PLACES:
        known = dict.fromkeys(names, n)
        known |= dict.fromkeys(frequency, k) | dict.fromkeys(place, t)
        known |= dict.fromkeys(outer, k * t)
        weight = value_of(function, element, known)
        if weight is None:
            return ""
        weights.append(complex(weight))
    return next((w for w in ("exp", "-exp") if fourier_loops.is_wave(w, weights)), "")


class _WaveMatrix(NamedTuple):
    element: ast.expr
    frequency: set[str]
    place: set[str]
    outer: set[str]
    """Texts of both multiplied with each other."""
    length: ast.expr


def _listed(function: Function, matrix: ast.expr) -> _WaveMatrix | None:
    """Of lists in a list, by two counters."""
    for name in ("array", "asarray"):
        for rows in _ROWS:
            one = patterns.match(function, matrix, f"np.{name}({rows})")
            if one is None or "N" not in one.captures:
                continue
            counters = [ast.unparse(one[each]) for each in "KT"]
            element = _plain(function, one["E"], set(counters))
            return _WaveMatrix(element, {counters[0]}, {counters[1]}, set(), one["N"])
    return None


def _broadcast(function: Function, matrix: ast.expr) -> _WaveMatrix | None:
    """Of numbers that count up, in a column and in a row."""
    texts: dict[str, set[str]] = {"row": set(), "column": set(), "outer": set()}
    lengths: dict[str, ast.expr] = {}
    plain = _plain(function, matrix, set())
    for node in ast.walk(plain):
        found = _counts(function, node) if isinstance(node, ast.expr) else None
        if found is not None:
            texts[found[0]].add(ast.unparse(node))
            lengths[ast.unparse(found[1])] = found[1]
    if len(lengths) != 1:
        return None
    (length,) = lengths.values()
    return _WaveMatrix(plain, texts["column"], texts["row"], texts["outer"], length)


def _counts(function: Function, node: ast.expr, depth: int = 0) -> tuple[str, ast.expr] | None:
    """'row', 'column' or 'outer' for numbers that count up to a length, and the length."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Name):
        value = _value(function, node)
        return None if value is node else _counts(function, value, depth + 1)
    one = patterns.match(function, node, "np.arange(N)")
    if one is not None:
        return "row", one["N"]
    one = patterns.match(function, node, "np.outer(A, B)")
    if one is not None:
        sides = [_counts(function, one[each], depth + 1) for each in "AB"]
        rows = all(side is not None and side[0] == "row" for side in sides)
        return ("outer", sides[0][1]) if rows and sides[0] is not None else None
    for kind, table in (("column", _COLUMNS), ("row", _ROW_AGAIN)):
        for pattern in table:
            one = patterns.match(function, node, pattern)
            inner = _counts(function, one["A"], depth + 1) if one is not None else None
            if inner is not None and inner[0] == "row":
                return kind, inner[1]
    return None


def _plain(function: Function, node: ast.expr, but: set[str]) -> ast.expr:
    """The expression with the values of the numbers that it names."""
    for _ in range(_DEEPEST):
        values = {}
        for name in syntax.names_in(node) - but:
            held = forms.in_form(function.source.names.get(name, ""))
            value = _value(function, ast.Name(name, ast.Load()))
            number = (
                held is not None and held.kind in ("python", "number") and held.letter in "fc"
            )
            if number and not isinstance(value, ast.Name):
                values[name] = value
        if not values:
            break
        node = syntax.substituted(node, values)
    return node
