"""Lists that hold each element as often as another array says: `[v] * c` for each v and c."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import forms, patterns, whole_calls
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError, Span
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_JOINED = ("np.concatenate(X)", "np.hstack(X)")


@dataclass(frozen=True)
class RepeatedElements:
    """What makes such a list, and the edit that lets np.repeat make it."""

    node: ast.stmt | ast.expr
    edit: Edit


def at_once(function: Function) -> Iterator[RepeatedElements]:
    """Every loop that only extends a list so, and every array of such lists."""
    for node in function.nodes:
        if isinstance(node, ast.For) and len(node.body) == 1 and not node.orelse:
            out, repeated = _extended(function, node.body[0])
            text = _repeat(function, node.target, node.iter, repeated) if out else ""
            if text:
                start, end = function.span(node)
                kept = f"{out} = {text}" if _becomes_array(function, out) else ""
                more = kept or f"{out}.extend({text}.tolist())"
                made = Edit(start=start, end=end, text=more)
                yield RepeatedElements(node, made)
        elif isinstance(node, ast.Call):
            for pattern in _JOINED:
                one = patterns.match(function, node, pattern)
                parts = one["X"] if one is not None else None
                if not isinstance(parts, ast.ListComp) or len(parts.generators) > 1:
                    continue
                head = parts.generators[0]
                text = "" if head.ifs else _repeat(function, head.target, head.iter, parts.elt)
                if text:
                    yield RepeatedElements(node, rewriting.edit(function, node, text))


def _extended(function: Function, statement: ast.stmt) -> tuple[str, ast.expr]:
    """The list that a statement makes longer, and what it adds to it."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        begun = isinstance(statement.target, ast.Name) and _is_list(function, statement.target)
        return ast.unparse(statement.target) if begun else "", statement.value
    if isinstance(statement, ast.Expr):
        one = patterns.match(function, statement.value, "OUT.extend(X)")
        if one is not None and isinstance(one["OUT"], ast.Name):
            return one["OUT"].id, one["X"]
    return "", ast.Constant(None)


def _becomes_array(function: Function, name: str) -> bool:
    """Whether a list that begins empty is only made an array, after it is filled."""
    uses = function.uses(name)
    arrays = [
        one["X"]
        for node in function.nodes
        if isinstance(node, ast.Call)
        for pattern in ("np.array(X)", "np.asarray(X)")
        if (one := patterns.match(function, node, pattern)) is not None
    ]
    begun = [n for n in function.node.body if ast.unparse(n) == f"{name} = []"]
    return len(uses) == 3 and len(begun) == 1 and any(each in arrays for each in uses)


def _is_list(function: Function, name: ast.Name) -> bool:
    set_to = [
        ast.unparse(node.value)
        for node in function.nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name.id
    ]
    return bool(set_to) and all(each in ("[]", "list()") for each in set_to)


def _repeat(
    function: Function, target: ast.expr, iterated: ast.expr, repeated: ast.expr
) -> str:
    """The elements of all `[v] * c` as one array; empty where it is anything else."""
    match repeated:
        case ast.BinOp(ast.List([value]), ast.Mult(), count):
            pass
        case ast.BinOp(count, ast.Mult(), ast.List([value])):
            pass
        case _:
            return ""
    try:
        span = whole_calls.span_of(function, target, iterated)
    except NotOneCallError:
        return ""
    values, counts = (_whole(function, each, span) for each in (value, count))
    held = forms.of(function, ast.parse(counts, mode="eval").body) if counts else None
    if not values or held is None or held.kind != "array" or held.letter not in "iu":
        return ""
    np = function.numpy
    some = counts if held.letter == "u" else f"{np}.maximum({counts}, 0)"
    return f"{np}.repeat({values}, {some})"


def _whole(function: Function, node: ast.expr, span: Span) -> str:
    """The array whose elements these are, one in each iteration; empty for others."""
    text = ""
    if isinstance(node, ast.Name) and node.id in span.bound:
        text = span.bound[node.id]
    elif isinstance(node, ast.Name) and node.id == span.counter:
        return f"{function.numpy}.arange({span.count})"
    elif isinstance(node, ast.Subscript) and ast.unparse(node.slice) == span.counter:
        text = f"{ast.unparse(node.value)}[:{span.count}]"
        if span.count == f"len({ast.unparse(node.value)})":
            text = ast.unparse(node.value)
    form = forms.of(function, ast.parse(text, mode="eval").body) if text else None
    known = form is not None and form.kind == "array" and len(form.shape) == 1
    return text if known and form is not None and form.letter in "biufc" else ""
