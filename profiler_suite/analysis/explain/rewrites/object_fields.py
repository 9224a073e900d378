"""Loops over lists of objects, with arrays of their fields in the objects' place.

`for p in particles: p.x += dt * p.vx` gathers `particles_x = np.array([each.x for each in
particles])`, goes over places, and gives the objects their new values after the loop. What
loops do with the arrays can then be written as array expressions.
"""

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.line_breaks import broken
from profiler_suite.analysis.explain.rewrites.object_places import NotFieldsError, ObjectLoop
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.fields_in_words import FIELD

_REPEATED = (ast.For, ast.GeneratorExp, ast.ListComp)
_LOOKING_ONLY = ("len", "enumerate", "zip", "min")
_WRITTEN = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
_LEAVING = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Break)


@dataclass(frozen=True)
class FieldArrays:
    """A function with one loop over arrays of fields, and what those hold, in words."""

    node: ast.stmt
    text: str
    held: dict[str, str]
    objects: tuple[str, ...]
    """The lists, as they are written."""


def whole_arrays(made: FieldArrays, text: str) -> str:
    """A text with an array of all objects as it is, not up to how many objects there are."""
    lines = text.splitlines()
    body = ast.parse(textwrap.dedent(text)).body[0]
    statements = [each for each in ast.walk(body) if isinstance(each, _WRITTEN)]
    for node in sorted(statements, key=lambda each: -each.lineno):
        plain = ast.unparse(node)
        short = _without_ends(made, plain)
        if short == plain:
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first:last] = broken(f"{indent}{short}")
    return "\n".join(lines) + "\n"


def _without_ends(made: FieldArrays, text: str) -> str:
    for array in (each for each in made.held if each.isidentifier()):
        for objects in made.objects:
            end = rf"len\({re.escape(objects)}\)"
            text = re.sub(rf"^{array}\[:{end}\] = ", f"{array}[:] = ", text)
            text = re.sub(rf"\b{array}\[:{end}\]", array, text)
            text = re.sub(rf"\b({array}\[[^][]*:){end}", r"\1", text)
    return text


def loops_over_fields(function: Function) -> Iterator[FieldArrays]:
    """Each statement that goes over objects, the outermost that can be written so."""
    lists = _lists(function)
    if lists:
        yield from _in_block(function, function.node.body, lists)


def _lists(function: Function) -> dict[str, dict[str, str]]:
    """What is known of the fields of the objects of each list, by how it is written."""
    found: dict[str, dict[str, str]] = {}
    for key, words in function.source.names.items():
        name, between, attribute = key.partition(FIELD)
        if between:
            found.setdefault(name, {})[attribute] = words
    return found


def _in_block(
    function: Function, block: list[ast.stmt], lists: Mapping[str, dict[str, str]]
) -> Iterator[FieldArrays]:
    for node in block:
        made = _made(function, node, lists) if _repeats(node) else None
        if made is not None:
            yield made
        if made is not None and _is_over_objects(node, lists):
            continue
        for part in ("body", "orelse"):
            inner = getattr(node, part, [])
            if isinstance(inner, list) and not isinstance(node, ast.FunctionDef):
                yield from _in_block(function, inner, lists)


def _is_over_objects(node: ast.stmt, lists: Mapping[str, dict[str, str]]) -> bool:
    """Whether it goes over objects itself, and not a loop inside of it alone."""
    parts = ast.walk(node.iter) if isinstance(node, ast.For) else ()
    return not isinstance(node, ast.For) or any(
        isinstance(each, ast.Name | ast.Attribute) and ast.unparse(each) in lists
        for each in parts
    )


def _repeats(node: ast.stmt) -> bool:
    if isinstance(node, ast.For):
        return True
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.AnnAssign):
        return any(isinstance(each, _REPEATED) for each in ast.walk(node))
    return False


def _made(
    function: Function, node: ast.stmt, lists: Mapping[str, dict[str, str]]
) -> FieldArrays | None:
    walk = ObjectLoop(function, lists)
    try:
        statements = walk.placed(node)
    except NotFieldsError:
        return None
    if not walk.gathered or not _stays(function, node, walk):
        return None
    before = [walk.gathering(each, statements) for each in walk.gathered.values()]
    counts = [f"{name} = {text}" for name, text in walk.counts.items()]
    lines = [*counts, *before, *walk.nothing_chosen(), *_lines(statements)]
    lines += [*walk.given_back(), *walk.chosen_objects()]
    start, end = function.span(node)
    text = f"\n{function.indent_of(node.lineno)}".join(lines)
    return FieldArrays(
        node=node,
        text=f"{function.text[:start]}{text}{function.text[end:]}",
        held={k: words for each in walk.gathered.values() for k, words in each.held()}
        | {place: "int -1" for place, _ in walk.chosen.values()}
        | dict.fromkeys(walk.counts, "int"),
        objects=tuple(dict.fromkeys(each.objects for each in walk.gathered.values())),
    )


def _stays(function: Function, node: ast.stmt, walk: ObjectLoop) -> bool:
    """Whether the lists stay what they are, and nobody asks for an object later on."""
    if walk.stored and any(
        isinstance(each, _LEAVING) or _may_look(each, walk.used) for each in ast.walk(node)
    ):
        return False
    changed = syntax.changed_in(node) - walk.names
    for objects in walk.used:
        base, _, attribute = objects.partition(".")
        if base in syntax.bound_names(node) or (not attribute and base in changed):
            return False
    inside = set(ast.walk(node))
    if any(
        isinstance(use.ctx, ast.Load) and use in inside
        for name in walk.chosen
        for use in function.uses(name)
    ):
        return False
    return not any(
        use not in inside and use.lineno > node.lineno
        for name in walk.names
        for use in function.uses(name)
        if isinstance(use.ctx, ast.Load) and not _bound_again(function, use, name)
    )


def _may_look(node: ast.AST, lists: set[str]) -> bool:
    """Whether a call may look at the objects of a list: of what holds it, or given that."""
    if not isinstance(node, ast.Call):
        return False
    holders = {each.partition(".")[0] for each in lists}
    given = [*node.args, *(each.value for each in node.keywords)]
    names = [each.id for each in given if isinstance(each, ast.Name)]
    called = node.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        names.append(called.value.id)
    return bool(holders & set(names)) and ast.unparse(called) not in _LOOKING_ONLY


def _bound_again(function: Function, use: ast.Name, name: str) -> bool:
    """Whether a loop around a use gives the name something of its own."""
    heads = [
        each
        for p in function.around(use)
        for each in ([p] if isinstance(p, ast.For) else getattr(p, "generators", ()))
    ]
    return any(name in syntax.bound_names(each.target) for each in heads)


def _lines(statements: list[ast.stmt]) -> list[str]:
    return [line for each in statements for line in ast.unparse(each).splitlines()]
