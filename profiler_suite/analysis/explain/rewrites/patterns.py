"""Expressions found by a pattern and written another way by a template.

In a pattern and its template a name in capitals stands for any expression:
`np.linalg.inv(A) @ B` and `np.linalg.solve(A, B)`. `**KW` stands for the keywords of a
call that are left, `*REST` for its arguments that are left.
"""

import ast
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from profiler_suite.analysis.explain import expressions
from profiler_suite.analysis.explain.expressions import Label
from profiler_suite.analysis.explain.function_names import usual_name
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.forms import Form
from profiler_suite.analysis.explain.rewriting import (
    Function,
    edit,
    number,
    written,
)
from profiler_suite.measure.explain.records import Edit

_ENVIRONMENT = {
    **{"np": "numpy", "scipy": "scipy", "pd": "pandas", "math": "math"},
    **{"datetime": "datetime", "copy": "copy", "json": "json"},
    **{"pickle": "pickle"},
}
_CAPITAL = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_IGNORED = frozenset(["ctx", "type_comment", "kind", "type_ignores"])
_BUILTINS = frozenset(
    [
        *("abs", "all", "any", "bool", "complex", "enumerate", "float", "int", "len", "list"),
        *("map", "max", "min", "range", "round", "set", "sorted", "sum", "tuple", "zip"),
    ]
)

Captures = dict[str, Any]


class Match:
    """An expression of a function that a pattern describes."""

    def __init__(self, function: Function, node: ast.expr, captures: Captures) -> None:
        self.function = function
        self.node = node
        self._captures = captures

    def __getitem__(self, name: str) -> ast.expr:
        found: ast.expr = self._captures[name]
        return found

    @property
    def captures(self) -> Captures:
        """Expressions by the names of the pattern."""
        return self._captures

    @property
    def line(self) -> int:
        """Line of the file on which it begins."""
        return self.node.lineno + self.function.shift

    def form(self, name: str) -> Form | None:
        """What a captured expression holds, as far as that is known."""
        return forms.of(self.function, self[name])

    def number(self, name: str) -> float | None:
        """The value of a captured number that is written out."""
        return number(self[name])


@functools.cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@functools.cache
def _label(text: str) -> Label:
    """What an instance of the pattern is at least."""
    pattern = _parsed(text)
    if isinstance(pattern, ast.Call):
        name = _public_name(pattern.func)
        if name:
            return expressions.calling(name)
        if isinstance(pattern.func, ast.Attribute):
            return expressions.method(pattern.func.attr)
    if isinstance(pattern, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare):
        return expressions.operated(pattern)
    loose = (ast.Name, ast.Attribute, ast.Constant)
    return expressions.ANY if isinstance(pattern, loose) else (type(pattern),)


_WORD = re.compile(r"\b[a-z_]\w*")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


@functools.cache
def _words(text: str) -> frozenset[str]:
    """What a function must mention to hold an instance: found without parsing."""
    # What a lambda does, another function may do elsewhere.
    head = _TEXT.sub("", text.partition("lambda")[0])
    return frozenset(_WORD.findall(head)).difference(_ENVIRONMENT)


def match(function: Function, node: ast.expr, pattern: str) -> Match | None:
    """The expression as an instance of the pattern, or None."""
    if not function.expressions.has(node, _label(pattern)):
        return None
    captures: Captures = {}
    if _matches(function, node, _parsed(pattern), captures):
        return Match(function, node, captures)
    return None


def _matches(function: Function, node: Any, pattern: Any, captures: Captures) -> bool:
    if isinstance(pattern, ast.Name) and _CAPITAL.match(pattern.id):
        if not isinstance(node, ast.expr) or isinstance(node, ast.Starred):
            return False
        return _captured(captures, pattern.id, node)
    if isinstance(node, ast.NamedExpr):
        node = function.unmarked(node)
    if isinstance(pattern, ast.arg) and _CAPITAL.match(pattern.arg):
        return isinstance(node, ast.arg) and _captured(
            captures, pattern.arg, ast.Name(node.arg, ast.Load())
        )
    if isinstance(pattern, ast.Name | ast.Attribute):
        name = _public_name(pattern)
        if name:
            return function.qualified(node) == name
    if isinstance(pattern, ast.Lambda) and isinstance(node, ast.Name):
        # A function that is called by its name does what a lambda would.
        node = function.as_lambda(node.id) or node
    if isinstance(pattern, ast.Call):
        return isinstance(node, ast.Call) and _matches_call(function, node, pattern, captures)
    if isinstance(pattern, ast.Constant):
        if pattern.value is None and isinstance(node, ast.Attribute | ast.Name):
            return function.qualified(node) == "numpy.newaxis"
        return isinstance(node, ast.Constant) and _same_constant(node.value, pattern.value)
    if isinstance(pattern, ast.Subscript) and isinstance(node, ast.Subscript):
        index = _without_whole_axes(node.slice, pattern.slice)
        return _matches(function, index, pattern.slice, captures) and _matches(
            function, node.value, pattern.value, captures
        )
    if isinstance(pattern, list):
        return (
            isinstance(node, list)
            and len(node) == len(pattern)
            and all(
                _matches(function, n, p, captures) for n, p in zip(node, pattern, strict=True)
            )
        )
    if not isinstance(pattern, ast.AST):
        return bool(node == pattern)
    return type(node) is type(pattern) and all(
        _matches(function, getattr(node, field), getattr(pattern, field), captures)
        for field in pattern._fields
        if field not in _IGNORED
    )


def _without_whole_axes(node: ast.expr, pattern: ast.expr) -> ast.expr:
    """An index without `:` at its end, which says nothing, unless the pattern has it too."""
    if not isinstance(node, ast.Tuple) or not isinstance(pattern, ast.Tuple | ast.Constant):
        return node
    wanted = len(pattern.elts) if isinstance(pattern, ast.Tuple) else 1
    parts = list(node.elts)
    while len(parts) > max(wanted, 1) and _is_whole(parts[-1]):
        parts.pop()
    return parts[0] if len(parts) == 1 else ast.Tuple(parts, node.ctx)


def _is_whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and not (node.lower or node.upper or node.step)


def _captured(captures: Captures, name: str, node: ast.expr) -> bool:
    """Whether a name may stand for this: it is new, or stood for the same before."""
    held = captures.setdefault(name, node)
    if isinstance(held, ast.Name) and isinstance(node, ast.Name):
        return held.id == node.id
    return held is node or (ast.dump(held) == ast.dump(node) and pure(node))


def _same_constant(one: Any, other: Any) -> bool:
    # 2 and 2.0 say the same of an exponent, but True is no number here.
    booleans = isinstance(one, bool) == isinstance(other, bool)
    return bool(one == other) and booleans


def _public_name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    if node.id in _BUILTINS and not parts:
        return f"builtins.{node.id}"
    base = _ENVIRONMENT.get(node.id, "")
    name = ".".join([base, *reversed(parts)]) if base else ""
    return usual_name(name)


def _matches_call(
    function: Function, node: ast.Call, pattern: ast.Call, captures: Captures
) -> bool:
    if any(isinstance(each, ast.Starred) for each in node.args):
        return False
    wanted = list(pattern.args)
    given = list(node.args)
    if wanted and isinstance(wanted[-1], ast.Starred):
        rest = wanted.pop()
        assert isinstance(rest, ast.Starred)
        assert isinstance(rest.value, ast.Name)
        captures[rest.value.id] = given[len(wanted) :]
        given = given[: len(wanted)]
    keywords = {each.arg: each.value for each in node.keywords}
    if None in keywords or not _matches(function, node.func, pattern.func, captures):
        return False
    for each in pattern.keywords:
        if each.arg is None:
            assert isinstance(each.value, ast.Name)
            named = {k.arg for k in pattern.keywords}
            captures[each.value.id] = [k for k in node.keywords if k.arg not in named]
            keywords = {k: v for k, v in keywords.items() if k in named}
    if set(keywords) != {each.arg for each in pattern.keywords if each.arg}:
        return False
    return _matches(function, given, wanted, captures) and all(
        _matches(function, keywords[each.arg], each.value, captures)
        for each in pattern.keywords
        if each.arg
    )


def pure(node: ast.AST) -> bool:
    """Whether an expression may be evaluated twice: names, numbers, indices, arithmetic."""
    allowed = (ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.Slice, ast.Tuple)
    arithmetic = (ast.BinOp, ast.UnaryOp, ast.Compare)
    signs = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context)
    return all(isinstance(each, (*allowed, *arithmetic, *signs)) for each in ast.walk(node))


def cheap(node: ast.AST) -> bool:
    """Whether an expression costs next to nothing: a name, an attribute or a number."""
    allowed = (ast.Name, ast.Attribute, ast.Constant, ast.UnaryOp, ast.unaryop)
    return all(isinstance(each, (*allowed, ast.expr_context)) for each in ast.walk(node))


# -------------------------------------------------------------------- templates

Table = Sequence[tuple[str, str]]
Where = Callable[[Match], bool]


def found(function: Function, table: Iterable[str], where: Where) -> list[Match]:
    """Every expression that one of the patterns describes, the outermost of nested ones."""
    every = function.expressions
    patterns: dict[int, list[str]] = {}
    for pattern in table:
        if not _words(pattern) <= function.words:
            continue
        for place in every.places(_label(pattern)):
            patterns.setdefault(place, []).append(pattern)
    result: list[Match] = []
    behind = 0
    for place in sorted(patterns):
        own = None if place < behind else _first(function, every[place], patterns[place], where)
        if own is not None:
            result.append(own)
            behind = every.end(place)
    return result


def _first(
    function: Function, node: ast.expr, table: Iterable[str], where: Where
) -> Match | None:
    for pattern in table:
        one = match(function, node, pattern)
        if one is not None and where(one):
            return one
    return None


def edits(
    function: Function, table: Table, where: Where = lambda _: True
) -> list[tuple[Match, Edit]]:
    """Each expression that has a pattern, with what its template makes of it."""
    made = []
    for one in found(function, [pattern for pattern, _ in table], where):
        text = _text(function, one.node, table, where)
        if text is not None and text != function.text_of(one.node):
            made.append((one, edit(function, one.node, text)))
    return made


def _text(function: Function, node: ast.expr, table: Table, where: Where) -> str | None:
    for pattern, template in table:
        one = match(function, node, pattern)
        if one is not None and where(one):
            return rendered(one, template, lambda n: _inside(function, n, table, where))
    return None


def _inside(function: Function, node: ast.expr, table: Table, where: Where) -> str:
    """A captured expression as it is written, with what matches inside of it replaced."""
    own = _text(function, node, table, where)
    if own is not None:
        return own
    if node not in function.parents:  # the parameter of a lambda
        return function.text_of(node)
    text = function.text_of(node)
    start = function.span(node)[0] - (text.startswith("(") and isinstance(node, ast.NamedExpr))
    inner: list[Edit] = []

    def visit(parent: ast.AST) -> None:
        for child in ast.iter_child_nodes(parent):
            new = _text(function, child, table, where) if isinstance(child, ast.expr) else None
            if new is not None and isinstance(child, ast.expr):
                inner.append(edit(function, child, new))
            else:
                visit(child)

    visit(node)
    for each in sorted(inner, key=lambda e: -e.start):
        text = text[: each.start - start] + each.text + text[each.end - start :]
    return text


def rendered(
    one: Match, template: str, inside: Callable[[ast.expr], str] | None = None
) -> str | None:
    """The template with the captured expressions as they are written.

    An expression that would be evaluated twice is named where it is first needed; None
    where that would change what it means.
    """
    function = one.function
    tree = ast.parse(template, mode="eval").body
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    parents = {c: p for p in ast.walk(tree) for c in ast.iter_child_nodes(p)}
    names.sort(key=lambda n: n.col_offset)
    uses: dict[str, int] = {}
    pieces: list[tuple[int, int, str]] = []
    for name in names:
        if name.id in ("np", "pd"):
            own = function.numpy if name.id == "np" else function.pandas
            pieces.append((name.col_offset, name.end_col_offset or 0, own))
        if not _CAPITAL.match(name.id) or name.id not in one.captures:
            continue
        uses[name.id] = uses.get(name.id, 0) + 1
    seen: set[str] = set()
    for name in names:
        if name.id not in uses:
            continue
        held = one.captures[name.id]
        if isinstance(held, list):
            pieces.append(_rest(function, name, parents, held, template))
            continue
        text = inside(held) if inside else function.text_of(held)
        repeated = uses[name.id] > 1 and not cheap(held)
        if repeated:
            own = f"{name.id.lower()}_once"
            text = own if name.id in seen else f"({own} := {text})"
            seen.add(name.id)
        elif _tight(parents.get(name), name) and written(function, held).startswith("("):
            text = f"({text})"
        pieces.append((name.col_offset, name.end_col_offset or 0, text))
    text = template
    later = len(template)
    for start, end, new in sorted(pieces, reverse=True):
        # Of two that are empty side by side each takes the comma between them.
        text = text[:start] + new + text[min(end, later) :]
        later = start
    return re.sub(r",\s*(?=\))", "", text) if ", )" in text else text


def _tight(parent: ast.AST | None, name: ast.Name) -> bool:
    if isinstance(parent, ast.Call):
        return parent.func is name
    if isinstance(parent, ast.Subscript):
        return parent.value is name
    return isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Attribute | ast.Compare)


def _rest(
    function: Function,
    name: ast.Name,
    parents: dict[ast.AST, ast.AST],
    held: list[Any],
    template: str,
) -> tuple[int, int, str]:
    """What stands for the arguments or keywords that were left."""
    around = parents[name]
    stars = 1 if isinstance(around, ast.Starred) else 2
    start, end = name.col_offset - stars, name.end_col_offset or 0
    if held and isinstance(held[0], ast.keyword):
        text = ", ".join(f"{k.arg}={function.text_of(k.value)}" for k in held)
    else:
        text = ", ".join(function.text_of(each) for each in held)
    if not text and template[:start].endswith(", "):
        start -= 2
    elif not text and template[end:].startswith(", "):
        end += 2
    return start, end, text
