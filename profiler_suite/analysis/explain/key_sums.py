"""Loops over arrays that add up by key in a dictionary."""

import ast

from profiler_suite.analysis.explain import forms
from profiler_suite.analysis.explain.rewriting import Function


def summed_by_key(function: Function, loop: ast.For) -> str:
    """The loop as one update of its dictionary; empty where it does anything else."""
    header = _keys_and_values(function, loop)
    if header is None:
        return ""
    key, value, keys, values = header
    last = loop.body[-1]
    name = _updated(last, key, value)
    if not name or not _begins_empty(function, loop, name):
        return ""
    for each in loop.body[:-1]:
        if not _is_first_zero(each, name, key):
            return ""
    if len(loop.body) == 1 and isinstance(last, ast.AugAssign):
        made = _definition(function, name)
        if made is None or not ast.unparse(made).endswith(("defaultdict(int)", "(float)")):
            return ""
    given = f"{keys}, {values}" if value else keys
    return f"{name}.update(sums_by_key({given}))"


def _keys_and_values(function: Function, loop: ast.For) -> tuple[str, str, str, str] | None:
    """Names of the key and the value, and the arrays that they come from."""
    target, given = loop.target, loop.iter
    if isinstance(target, ast.Name) and _holds(function, given, "iu"):
        return target.id, "", function.text_of(given), ""
    if not (
        isinstance(target, ast.Tuple)
        and len(target.elts) == 2
        and isinstance(given, ast.Call)
        and function.qualified(given.func) == "builtins.zip"
        and len(given.args) == 2
        and all(isinstance(each, ast.Name) for each in target.elts)
    ):
        return None
    keys, values = given.args
    if not _holds(function, keys, "iu") or not _holds(function, values, "f"):
        return None
    key, value = (ast.unparse(each) for each in target.elts)
    return key, value, function.text_of(keys), function.text_of(values)


def _holds(function: Function, node: ast.expr, letters: str) -> bool:
    form = forms.of(function, node)
    whole = form is not None and form.kind == "array" and len(form.shape) == 1
    return whole and form is not None and form.letter in letters


def _updated(node: ast.stmt, key: str, value: str) -> str:
    """The dictionary that `d[k] += v` or `d[k] = d.get(k, 0) + v` changes."""
    more = value or "1"
    place: ast.expr
    if isinstance(node, ast.AugAssign):
        place, added = node.target, ast.unparse(node.value)
        fits = isinstance(node.op, ast.Add) and added == more
    elif isinstance(node, ast.Assign):
        place, added = node.targets[0], ast.unparse(node.value)
        name = ast.unparse(place).partition("[")[0]
        fits = added in [f"{name}.get({key}, {zero}) + {more}" for zero in ("0", "0.0")]
    else:
        return ""
    if not fits or not isinstance(place, ast.Subscript):
        return ""
    named = isinstance(place.value, ast.Name) and ast.unparse(place.slice) == key
    return ast.unparse(place.value) if named else ""


def _is_first_zero(node: ast.stmt, name: str, key: str) -> bool:
    """`if k not in d: d[k] = 0`."""
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and ast.unparse(node.test) == f"{key} not in {name}"
        and len(node.body) == 1
        and ast.unparse(node.body[0]) in (f"{name}[{key}] = 0", f"{name}[{key}] = 0.0")
    )


def _definition(function: Function, name: str) -> ast.expr | None:
    """What a name is set to, where that is done once."""
    found = [
        node.value
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return found[0] if len(found) == 1 else None


def _begins_empty(function: Function, loop: ast.For, name: str) -> bool:
    """Whether a dictionary is empty when the loop begins: made in the statement before it."""
    made = _definition(function, name)
    if made is None:
        return False
    empty = ("{}", "dict()", "defaultdict(int)", "defaultdict(float)")
    body = function.node.body
    if loop not in body or not ast.unparse(made).endswith(empty):
        return False
    before = body[: body.index(loop)]
    uses = [
        node
        for statement in before
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == name
    ]
    return len(uses) == 1
