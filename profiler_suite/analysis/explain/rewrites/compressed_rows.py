"""Rows of a compressed sparse matrix that a loop takes one by one, as parts of its arrays.

`row = m.getrow(i)`, `row.data` and `row.indices` are `m.data[begin:end]` and
`m.indices[begin:end]`: no matrix has to be made of a row to look at it.
"""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_ROWS = {"csr": ("A.getrow(I)", "A[I]", "A[I, :]"), "csc": ("A.getcol(I)", "A[:, I]")}
_PARTS = ("data", "indices", "nnz")


def of_rows(function: Function, loop: ast.For | ast.While) -> Iterator[list[Edit]]:
    """For each name of a row of which only these parts are used, what is changed."""
    for node in ast.walk(loop):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        matrix, index = _row(function, node.value)
        row = node.targets[0].id
        uses = [n for n in function.nodes if isinstance(n, ast.Name) and n.id == row]
        parts = [function.parents[n] for n in uses if n is not node.targets[0]]
        only = all(
            isinstance(p, ast.Attribute) and p.attr in _PARTS and isinstance(p.ctx, ast.Load)
            for p in parts
        )
        if not matrix or not parts or not only or len(node.targets) > 1:
            continue
        begin, end = (rewriting.new_name(function, f"{row}_{e}") for e in ("begin", "end"))
        start, stop = function.span(node)
        places = rewriting.new_name(function, f"{matrix}_places")
        head = f"{begin}, {end} = {places}[{index}], {places}[{index} + 1]"
        yield [
            Edit(start=start, end=stop, text=head),
            *rewriting.inserted(
                function, {loop.lineno: [f"{places} = {matrix}.indptr.tolist()"]}
            ),
            *(
                rewriting.edit(
                    function,
                    part,
                    f"({end} - {begin})"
                    if part.attr == "nnz"
                    else f"{matrix}.{part.attr}[{begin}:{end}]",
                )
                for part in parts
                if isinstance(part, ast.Attribute)
            ),
        ]


def _row(function: Function, node: ast.expr) -> tuple[str, str]:
    """The matrix and the place of which an expression is the row; empty where it is none."""
    for kind, table in _ROWS.items():
        for pattern in table:
            one = patterns.match(function, node, pattern)
            if one is None or not isinstance(one["A"], ast.Name):
                continue
            form = forms.of(function, one["A"])
            whole = isinstance(one["I"], ast.Slice | ast.Tuple | ast.List | ast.Compare)
            if form is None or form.dtype[:3] != kind or whole or not patterns.pure(one["I"]):
                continue
            return one["A"].id, rewriting.written(function, one["I"])
    return "", ""
