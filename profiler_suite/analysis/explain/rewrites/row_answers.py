"""Answers of a model for one row at a time in a loop that does more, asked for before it.

`for x in rows: s = model.predict([x])[0]; …` is `for x, answer in zip(rows,
model.predict(rows)): s = answer; …`: the rest of the loop stays as it is.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_ONE_ROW = ("[V]", "V.reshape(1, -1)", "V[None]", "V[None, :]", "np.array([V])")
_PLACES = {"M(ROW)[0]": "", "M(ROW)[0, K]": "[K]", "M(ROW)[0][K]": "[K]"}
_PATTERNS = {
    each.replace("ROW", row): part for each, part in _PLACES.items() for row in _ONE_ROW
}


@dataclass(frozen=True)
class AnswersBefore:
    """A loop, the model that it asks, and the edits with which it asks once."""

    loop: ast.For
    asked: str
    edits: tuple[Edit, ...]


def asked_before(function: Function) -> AnswersBefore | None:
    """The first loop that asks a model for the answer to each of its rows."""
    for loop in syntax.loops_of(function):
        if not isinstance(loop, ast.For) or loop.orelse:
            continue
        rows, row = _rows(function, loop)
        found = patterns.found(function, tuple(_PATTERNS), lambda _: True)
        own = [each for each in found if _is_of(each, loop, row)] if row else []
        if not own:
            continue
        one = own[0]
        asked = function.text_of(one["M"])
        if syntax.names_in(one["M"]) & syntax.changed_in(loop):
            continue
        if any(function.text_of(each["M"]) != asked for each in own):
            continue
        name = rewriting.new_name(function, "row_answer")
        edits = [
            rewriting.edit(function, each.node, f"{name}{_part(function, each)}")
            for each in own
        ]
        target, values = function.text_of(loop.target), function.text_of(loop.iter)
        target = f"({target})" if isinstance(loop.target, ast.Tuple) else target
        (start, _), (_, end) = function.span(loop.target), function.span(loop.iter)
        head = f"{target}, {name} in zip({values}, {name}s)"
        edits.append(Edit(start=start, end=end, text=head))
        before = f"{name}s = {asked}({rows}) if len({rows}) else []"
        edits += rewriting.inserted(function, {loop.lineno: [before]})
        return AnswersBefore(loop, asked, tuple(edits))
    return None


def _rows(function: Function, loop: ast.For) -> tuple[str, str]:
    """What the loop goes over, and the name of one row; empty where that is not known."""
    one = patterns.match(function, loop.iter, "enumerate(X)")
    rows, target = (one["X"], loop.target) if one is not None else (loop.iter, loop.target)
    if one is not None:
        pair = target.elts if isinstance(target, ast.Tuple) and len(target.elts) == 2 else []
        target = pair[1] if pair else ast.Constant(None)
    if not isinstance(rows, ast.Name | ast.Attribute) or not isinstance(target, ast.Name):
        return "", ""
    if syntax.names_in(rows) & syntax.bound_names(loop):
        return "", ""
    return function.text_of(rows), target.id


def _is_of(one: patterns.Match, loop: ast.For, row: str) -> bool:
    """Whether it asks a method for this row, in the loop."""
    value = one["V"]
    inside = any(node is one.node for statement in loop.body for node in ast.walk(statement))
    own = isinstance(value, ast.Name) and value.id == row
    return inside and own and isinstance(one["M"], ast.Attribute)


def _part(function: Function, one: patterns.Match) -> str:
    return f"[{function.text_of(one['K'])}]" if "K" in one.captures else ""
