"""Loops that keep what they made of the element before: `prev = None`, then `prev = k`.

What is made of each element is kept in an array, in a loop of its own; another loop goes over
neighbours in it, and nothing is carried from one iteration to the next.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

# By the type of what is kept: the dtype of an array of them, as it is written and in words.
_KEPT = {
    "int": ("int", "int64"),
    "int64": ("int", "int64"),
    "float": ("float", "float64"),
    "float64": ("float", "float64"),
}
_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.FunctionDef, ast.Lambda, ast.Yield)


@dataclass(frozen=True)
class Neighbours:
    """A function with loops over neighbours, and what the new array holds, in words."""

    loop: ast.For
    text: str
    held: dict[str, str]


def over_neighbours(function: Function) -> Neighbours | None:
    """The first loop that keeps the one before, as loops that do not."""
    for loop in function.nodes:
        if isinstance(loop, ast.For) and not loop.orelse and len(loop.body) > 1:
            found = _from_second(function, loop) or _in_two_loops(function, loop)
            if found is not None:
                return found
    return None


def _from_second(function: Function, loop: ast.For) -> Neighbours | None:
    """`last = x[0]`, then `for v in x[1:]: …; last = v`, over places from the second."""
    match loop:
        case ast.For(
            ast.Name(value),
            ast.Subscript(ast.Name(array), ast.Slice(ast.Constant(1), None, None)),
            [*body, ast.Assign([ast.Name(previous)], ast.Name(last))],
        ) if last == value:
            pass
        case _:
            return None
    changed = {name for each in body for name in syntax.changed_in(each)}
    leaves = any(isinstance(n, _LEAVING) for each in body for n in ast.walk(each))
    if leaves or changed & {value, array, previous}:
        return None
    form = forms.in_form(function.source.names.get(array, ""))
    if form is None or form.kind != "array" or len(form.shape) != 1:
        return None
    if not _begins_as(function, loop, previous, f"{array}[0]"):
        return None
    place = rewriting.new_name(function, "place")
    lines = [
        f"for {place} in range(1, len({array})):",
        *_indented(
            [f"{previous} = {array}[{place} - 1]", f"{value} = {array}[{place}]", *_lines(body)]
        ),
    ]
    start, end = function.span(loop)
    text = f"\n{function.indent_of(loop.lineno)}".join(lines)
    made = rewriting.spliced(function, [Edit(start=start, end=end, text=text)])
    return Neighbours(loop, made.source, {}) if made else None


@dataclass(frozen=True)
class _Kept:
    """What a loop does before it asks for the one before, and what it does then."""

    previous: str
    kept: str
    before: list[ast.stmt]
    then: list[ast.stmt]


def _in_two_loops(function: Function, loop: ast.For) -> Neighbours | None:
    over = _over(loop)
    kept = _kept(loop)
    if over is None or kept is None or not _is_apart(function, loop, kept, over[0]):
        return None
    array, counter = over
    form = forms.in_form(function.source.names.get(kept.kept, ""))
    written, dtype = _KEPT.get(form.dtype if form is not None else "", ("", ""))
    if not written:
        return None
    values = rewriting.new_name(function, f"{kept.kept}_values")
    place = counter or rewriting.new_name(function, "place")
    first = [] if counter else [f"{ast.unparse(loop.target)} = {array}[{place}]"]
    lines = [
        f"{values} = {function.numpy}.empty(len({array}), {written})",
        f"for {place} in range(len({array})):",
        *_indented([*first, *_lines(kept.before), f"{values}[{place}] = {kept.kept}"]),
        f"for {place} in range(1, len({array})):",
        *_indented(
            [
                f"{kept.previous} = {values}[{place} - 1]",
                f"{kept.kept} = {values}[{place}]",
                *_lines(kept.then),
            ]
        ),
    ]
    start, end = function.span(loop)
    text = f"\n{function.indent_of(loop.lineno)}".join(lines)
    made = rewriting.spliced(function, [Edit(start=start, end=end, text=text)])
    return Neighbours(loop, made.source, {values: f"{dtype} (1000,)"}) if made else None


def _over(loop: ast.For) -> tuple[str, str] | None:
    """The array and the counter of a loop over all of it; no counter where it has none."""
    match loop:
        case ast.For(ast.Name(), ast.Name(array)):
            return array, ""
        case ast.For(
            ast.Name(counter),
            ast.Call(ast.Name("range"), [ast.Call(ast.Name("len"), [ast.Name(array)], [])], []),
        ):
            return array, counter
    return None


def _kept(loop: ast.For) -> _Kept | None:
    """Its parts, where it ends with `if prev is not None: …` and `prev = k`."""
    *before, asked, last = loop.body
    match last:
        case ast.Assign([ast.Name(previous)], ast.Name(kept)):
            pass
        case _:
            return None
    match asked:
        case ast.If(test, body, []):
            tests = test.values if isinstance(test, ast.BoolOp) else [test]
        case _:
            return None
    if isinstance(test, ast.BoolOp) and not isinstance(test.op, ast.And):
        return None
    if ast.unparse(tests[0]) != f"{previous} is not None":
        return None
    then: list[ast.stmt] = body
    if len(tests) > 1:
        rest = tests[1] if len(tests) == 2 else ast.BoolOp(ast.And(), tests[1:])
        then = [ast.If(rest, body, [])]
    return _Kept(previous, kept, before, then)


def _is_apart(function: Function, loop: ast.For, kept: _Kept, array: str) -> bool:
    """Whether nothing but the one before goes from one part, or iteration, to the other."""
    inside = [*kept.before, *kept.then]
    if any(isinstance(n, _LEAVING) for each in inside for n in ast.walk(each)):
        return False
    if any(_does_more(n) for each in kept.before for n in ast.walk(each)):
        return False
    set_first = {name for each in kept.before for name in syntax.changed_in(each)}
    set_first |= syntax.bound_names(loop.target)
    read_first = {name for each in kept.before for name in syntax.names_in(each)}
    set_then = {name for each in kept.then for name in syntax.changed_in(each)}
    read_then = {name for each in kept.then for name in syntax.names_in(each)}
    fixed = {kept.previous, kept.kept, array}
    counter = syntax.bound_names(loop.target) if isinstance(loop.iter, ast.Call) else set()
    if set_then & (read_first | set_first | fixed) or {kept.previous, array} & set_first:
        return False
    if kept.previous in read_first or (read_then & set_first) - {kept.kept} - counter:
        return False
    return _begins_as(function, loop, kept.previous, "None")


def _does_more(node: ast.AST) -> bool:
    """Whether a node does more than to set names: it may store, call or raise."""
    if isinstance(node, ast.Subscript | ast.Attribute):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.stmt) and not isinstance(
        node, ast.Assign | ast.AugAssign | ast.If | ast.Pass
    )


def _begins_as(function: Function, loop: ast.For, name: str, value: str) -> bool:
    """Whether it is set to that before the loop, and not asked for elsewhere."""
    inside = set(ast.walk(loop))
    uses = [each for each in function.uses(name) if each not in inside]
    statements = [function.parents[each] for each in uses]
    texts = [ast.unparse(each) for each in statements]
    blocks = [function.parents.get(each) for each in statements]
    before = all(each.lineno < loop.lineno for each in uses)
    return texts == [f"{name} = {value}"] and before and blocks == [function.parents.get(loop)]


def _lines(statements: list[ast.stmt]) -> list[str]:
    return [
        line
        for each in statements
        for line in ast.unparse(ast.fix_missing_locations(each)).splitlines()
    ]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
