"""Loops that divide each row or column of a sparse matrix by a number of that row.

`s = m[i].sum()`, `m[i] = m[i] / s` for every i is one division of the matrix's numbers, each
by what its row has: `m.data / np.repeat(s, np.diff(m.indptr))`.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from profiler_suite.analysis.explain.rewrites import forms, patterns, sparse_elements
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError, inlined
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

# The row that is set, and the format in which such rows lie together.
_PLACES = {"A[I]": "csr", "A[I, :]": "csr", "A[:, I]": "csc"}
_SCALED = {"R / S": "/", "R * S": "*", "R.multiply(S)": "*", "R.multiply(1 / S)": "/"}
_NOT_ZERO = ("S > 0", "S != 0", "S", "S > 0.0", "S != 0.0", "0 < S", "0 != S")


def of_loop(
    function: Function, loop: ast.For, of_rows: Mapping[str, tuple[str, str]]
) -> Iterator[list[Edit]]:
    """The loop as one operation on all numbers of the matrix.

    `of_rows` has patterns of what is computed of a row, with the same of all rows.
    """
    body = loop.body
    guard: ast.expr | None = None
    if isinstance(body[-1], ast.If) and not body[-1].orelse:
        guard, body = body[-1].test, [*body[:-1], *body[-1].body]
    try:
        before = [*loop.body[:-1], ast.Expr(guard)] if guard is not None else []
        asked = inlined(before) if before else None
        last = inlined(body)
    except NotOneCallError:
        return
    if not isinstance(last, ast.Assign) or not isinstance(loop.target, ast.Name):
        return
    for pattern, kind in _PLACES.items():
        place = patterns.match(function, last.targets[0], pattern)
        if place is None or ast.unparse(place["I"]) != loop.target.id:
            continue
        held = forms.of(function, place["A"])
        if held is None or held.kind != "other":
            return
        found = _scaled(function, last.value, place)
        if found is None:
            return
        sign, factor = found
        whole = _of_all(function, factor, place, of_rows)
        if whole is None or (asked is not None and not _asks(function, asked, factor)):
            return
        yield _edits(
            function, loop, (ast.unparse(place["A"]), held.dtype[:3], kind), sign, whole, guard
        )


def _scaled(function: Function, value: ast.expr, place: Match) -> tuple[str, ast.expr] | None:
    """The sign and the number by which a row is scaled."""
    for pattern, sign in _SCALED.items():
        one = patterns.match(function, value, pattern)
        if one is not None and ast.unparse(one["R"]) == ast.unparse(place.node):
            return sign, one["S"]
    return None


def _asks(function: Function, asked: ast.stmt, factor: ast.expr) -> bool:
    """Whether what is asked before is that the number is not zero."""
    assert isinstance(asked, ast.Expr)
    matches = (patterns.match(function, asked.value, each) for each in _NOT_ZERO)
    return any(m is not None and ast.unparse(m["S"]) == ast.unparse(factor) for m in matches)


def _of_all(
    function: Function, factor: ast.expr, place: Match, of_rows: Mapping[str, tuple[str, str]]
) -> str | None:
    """The number of one row, of all rows."""
    row = ast.unparse(place.node)
    text = ast.unparse(factor)
    matrix = ast.unparse(place["A"])
    for node in ast.walk(factor):
        if not isinstance(node, ast.Call | ast.Attribute):
            continue
        for pattern, (made, element) in of_rows.items():
            one = patterns.match(function, node, pattern)
            of_all = element == "{name}[{i}]" and "toarray" not in made and "{x}" not in made
            if one is None or not of_all:
                continue
            if row in ast.unparse(node) and ast.unparse(one["I"]) == ast.unparse(place["I"]):
                text = text.replace(ast.unparse(node), made.format(a=matrix))
    left = re.sub(rf"\b{matrix}\.(sum|multiply|max|min|mean|getnnz|toarray)\b", "", text)
    counter = ast.unparse(place["I"])
    return None if re.search(rf"\b{counter}\b", text) or f"{matrix}[" in left else text


def _edits(
    function: Function,
    loop: ast.For,
    matrix: tuple[str, str, str],
    sign: str,
    whole: str,
    guard: ast.expr | None,
) -> list[Edit]:
    name, held, kind = matrix
    np = function.numpy
    factors = f"{name}_factors"
    lines = [f"{name} = {name}.to{kind}(copy=True)", f"{factors} = {whole}"]
    if guard is not None:
        lines.append(f"{factors} = {np}.where({factors} > 0, {factors}, 1)")
        if "> 0" not in ast.unparse(guard) and "0 <" not in ast.unparse(guard):
            lines[-1] = f"{factors} = {np}.where({factors} != 0, {factors}, 1)"
    lines.append(
        f"{name}.data = {name}.data {sign} {np}.repeat({factors}, {np}.diff({name}.indptr))"
    )
    asked = list(sparse_elements.formats_after(function, loop, name, held))
    if held not in (kind, "") and held in asked:
        lines.append(f"{name} = {name}.to{held}()")
    start, end = function.span(loop)
    indent = function.indent_of(loop.lineno)
    return [Edit(start=start, end=end, text=f"\n{indent}".join(lines))]
