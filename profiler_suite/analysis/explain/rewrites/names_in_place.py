"""What a loop gives a name to, written wherever the name is read.

`row = m.getrow(i)`, `out[i] = row.sum()` says what `out[i] = m.getrow(i).sum()` says: what is
known of the one is known of the other.
"""

import ast
from collections.abc import Callable

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit


def in_place(function: Function, wanted: Callable[[ast.expr], bool]) -> Function | None:
    """The function with wanted values in place of the names that its loops give them."""
    edits: list[Edit] = []
    for loop in (n for n in function.nodes if isinstance(n, ast.For)):
        for statement in loop.body:
            if isinstance(statement, ast.Assign) and wanted(statement.value):
                edits += _without_name(function, loop, statement)
    return rewriting.changed(function, edits)


def _without_name(function: Function, loop: ast.For, statement: ast.Assign) -> list[Edit]:
    """Edits that put the value where its name is read; [] where that could be another one."""
    target = statement.targets[0]
    if len(statement.targets) > 1 or not isinstance(target, ast.Name):
        return []
    if any(n.id in _set_in_body(loop) for n in _names(statement.value)):
        return []
    uses = function.uses(target.id)
    reads = [use for use in uses if isinstance(use.ctx, ast.Load)]
    after = {n for each in loop.body[loop.body.index(statement) + 1 :] for n in ast.walk(each)}
    if len(uses) != len(reads) + 1 or not after.issuperset(reads):
        return []
    text = rewriting.written(function, statement.value)
    first = function.line_start(statement.lineno)
    last = function.line_start((statement.end_lineno or statement.lineno) + 1)
    return [
        *(rewriting.edit(function, use, text) for use in reads),
        Edit(start=first, end=last, text=""),
    ]


def _names(node: ast.AST) -> list[ast.Name]:
    return [n for n in ast.walk(node) if isinstance(n, ast.Name)]


def _set_in_body(loop: ast.For) -> set[str]:
    return {n.id for each in loop.body for n in _names(each) if not isinstance(n.ctx, ast.Load)}
