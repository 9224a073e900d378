"""Loops that shuffle an array anew in every iteration, with all permutations drawn before them.

Each permutation becomes a row of one array; what a loop then does with its row may be an
array expression over all of them. The permutations are others, of the same distribution.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_LEGACY = "numpy.random"
_SHUFFLES = ("R.shuffle(X)",)
# Of a count that is known when it runs.
_AS_MANY = 1000
_PERMUTES = ("R.permutation(X)",)


class ShuffledLoop(NamedTuple):
    """The function with the permutations before a loop."""

    lines: range
    text: str
    names: dict[str, str]
    """What the names hold that it has more."""


def shuffled_loops(function: Function) -> Iterator[ShuffledLoop]:
    """Each loop or comprehension over a count that permutes one array once in an iteration."""
    for node in function.nodes:
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and not node.orelse:
            yield from _of_loop(function, node)
        elif isinstance(node, ast.ListComp) and len(node.generators) == 1:
            yield from _of_comprehension(function, node)


def _of_loop(function: Function, loop: ast.For) -> Iterator[ShuffledLoop]:
    counted = patterns.match(function, loop.iter, "range(N)")
    drawn = _only_draw(function, loop.body, (*_SHUFFLES, *_PERMUTES))
    if counted is None or drawn is None or not isinstance(loop.target, ast.Name):
        return
    statement = function.statement_of(drawn.node)
    if statement not in loop.body:
        return
    array = function.text_of(drawn["X"])
    if loop.target.id in syntax.names_in(drawn.node):
        return
    made = rewriting.new_name(function, f"{array}_shuffled")
    counter = loop.target.id
    if counter == "_":
        counter = rewriting.new_name(function, "k")
    row = f"{made}[{counter}]"
    if isinstance(statement, ast.Expr) and patterns.match(function, drawn.node, _SHUFFLES[0]):
        start, end = function.span(statement)
        edits = [Edit(start=start, end=end, text=f"{array} = {row}")]
    else:
        edits = [rewriting.edit(function, drawn.node, row)]
    if counter != loop.target.id:
        edits.append(rewriting.edit(function, loop.target, counter))
    line = f"{made} = {_every(function, drawn, function.text_of(counted['N']))}"
    edits += rewriting.inserted(function, {loop.lineno: [line]})
    yield from _changed(function, edits, syntax.span_of(function, loop), drawn, made)


def _of_comprehension(function: Function, made: ast.ListComp) -> Iterator[ShuffledLoop]:
    head = made.generators[0]
    counted = patterns.match(function, head.iter, "range(N)")
    drawn = _only_draw(function, [made.elt], _PERMUTES)
    if counted is None or drawn is None or not isinstance(head.target, ast.Name) or head.ifs:
        return
    if head.target.id in syntax.names_in(made.elt):
        return
    row = rewriting.new_name(function, "row")
    array = rewriting.new_name(function, f"{function.text_of(drawn['X'])}_shuffled")
    every = _every(function, drawn, function.text_of(counted["N"]))
    statement = function.statement_of(made)
    edits = [
        rewriting.edit(function, drawn.node, row),
        rewriting.edit(function, head.target, row),
        rewriting.edit(function, head.iter, array),
        *rewriting.inserted(function, {statement.lineno: [f"{array} = {every}"]}),
    ]
    yield from _changed(function, edits, syntax.span_of(function, statement), drawn, array)


def _only_draw(
    function: Function, body: list[ast.stmt] | list[ast.expr], table: tuple[str, ...]
) -> patterns.Match | None:
    """The one call that permutes a vector; None where more is drawn, or it is no vector."""
    inside = [node for each in body for node in ast.walk(each)]
    found = [
        one
        for node in inside
        if isinstance(node, ast.Call)
        for pattern in table
        if (one := patterns.match(function, node, pattern)) is not None
    ]
    if len(found) != 1 or not isinstance(found[0]["X"], ast.Name):
        return None
    form = found[0].form("X")
    vector = form is not None and form.kind == "array" and len(form.shape) == 1
    return found[0] if vector and _is_generator(function, found[0]["R"]) else None


def _is_generator(function: Function, node: ast.expr) -> bool:
    if function.qualified(node) == _LEGACY:
        return True
    form = forms.of(function, node)
    return form is not None and form.dtype in ("Generator", "RandomState")


def _every(function: Function, drawn: patterns.Match, count: str) -> str:
    """All permutations in one call, each a row."""
    form, array = forms.of(function, drawn["R"]), function.text_of(drawn["X"])
    own = form is not None and form.dtype == "Generator"
    np = function.numpy
    generator = function.text_of(drawn["R"]) if own else f"{np}.random.default_rng()"
    return f"{generator}.permuted({np}.broadcast_to({array}, ({count}, len({array}))), axis=1)"


def _changed(
    function: Function, edits: list[Edit], lines: range, drawn: patterns.Match, name: str
) -> Iterator[ShuffledLoop]:
    changed = rewriting.spliced(function, edits)
    form = drawn.form("X")
    if changed is not None and form is not None:
        held = f"{form.dtype} ({_AS_MANY}, {form.shape[0]})"
        yield ShuffledLoop(lines, changed.source, {name: held})
