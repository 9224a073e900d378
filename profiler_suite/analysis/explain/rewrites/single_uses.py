"""Names that are set for one use, with their values where they are read.

`d = cdist(x, y)`, `return d.argmin(axis=1)` says what `cdist(x, y).argmin(axis=1)` says, and a
pattern of the one finds the other: the function is parsed again with `(d := cdist(x, y))` in
the place of the name, which patterns see through. Lines keep their numbers.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

# What must not be moved, and what would be evaluated elsewhere or another number of times.
_STAYS = (ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_ELSEWHERE = (*syntax.REPEATING, ast.FunctionDef, ast.ClassDef, ast.Try)
_SIMPLE = (ast.Assign, ast.Return, ast.Expr, ast.AugAssign)
_PURE = ("numpy.", "scipy.", "math.", "builtins.len", "builtins.abs", "builtins.range")
_DRAWS = ("numpy.random.",)
_OPEN, _CLOSE = "(", ")"
_ATOMS = (ast.Call, ast.Name, ast.Subscript, ast.Attribute, ast.Constant)


class SingleUse(NamedTuple):
    """A statement that gives a name its value, and the one place where it is read."""

    statement: ast.Assign
    read: ast.Name


class InPlaceForm(NamedTuple):
    """A function with values in the place of such names."""

    function: Function
    lines: dict[str, range]
    """Lines of the file by name, of the statement that set it."""


class Rewritten(NamedTuple):
    """A function with such expressions written another way."""

    text: str
    lines: list[int]
    """Lines of the file on which they stand."""
    concerned: list[int]
    """The same, and those that set what they are made of."""


def single_uses(function: Function) -> list[SingleUse]:
    """Every name whose value may as well stand where it is read."""
    found = []
    for block in syntax.blocks(function.node):
        for place, statement in enumerate(block):
            if isinstance(statement, ast.Assign):
                read = _only_read(function, block, place, statement)
                if read is not None:
                    found.append(SingleUse(statement, read))
    return found


def _only_read(
    function: Function, block: list[ast.stmt], place: int, statement: ast.Assign
) -> ast.Name | None:
    target, value = statement.targets[0], statement.value
    if len(statement.targets) > 1 or not isinstance(target, ast.Name):
        return None
    if isinstance(value, ast.Name | ast.Constant):
        return None
    if any(isinstance(each, _STAYS) for each in ast.walk(value)):
        return None
    used = [n for n in function.uses(target.id) if n is not target]
    if len(used) != 1 or not isinstance(used[0].ctx, ast.Load):
        return None
    around = [used[0], *function.around(used[0])]
    later = next((s for s in block[place + 1 :] if s in around), None)
    if later is None or _is_elsewhere(around[: around.index(later) + 1]):
        return None
    between = block[place + 1 : block.index(later)]
    if not isinstance(later, (*_SIMPLE, ast.For)):
        between = [*between, later]
    if between and not _is_pure(function, value):
        return None
    changed = set().union(*(syntax.changed_in(each) for each in between), set())
    return None if syntax.names_in(value) & changed else used[0]


def _is_pure(function: Function, value: ast.expr) -> bool:
    """Whether it may be computed later as well: no draw, no read of what others move on."""
    for call in (n for n in ast.walk(value) if isinstance(n, ast.Call)):
        name = function.qualified(call.func)
        if name:
            pure = name.startswith(_PURE) and not name.startswith(_DRAWS)
        else:
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            form = forms.of(function, owner) if owner is not None else None
            computed = isinstance(owner, ast.Call | ast.BinOp | ast.Compare | ast.Subscript)
            pure = computed or (form is not None and form.kind == "array")
        if not pure:
            return False
    return True


def _is_elsewhere(around: Sequence[ast.AST]) -> bool:
    """Whether what these stand around, from the inside out, is evaluated another time."""
    for place, each in enumerate(around):
        if not isinstance(each, _ELSEWHERE):
            continue
        inner = around[place - 1]
        if isinstance(each, syntax.COMPREHENSIONS):
            first = each.generators[0]
            begins = inner is first and around[place - 2] is first.iter
        else:
            begins = isinstance(each, ast.For) and inner is each.iter
        if not begins:
            return True
    return False


def in_place(function: Function, only: Collection[str] | None = None) -> InPlaceForm | None:
    """The function with the values of such names, or of only these, where they are read."""
    uses = [u for u in single_uses(function) if only is None or u.read.id in only]
    if not uses:
        return None
    values = {u.read: u.statement.value for u in uses}
    lines = {u.read.id: syntax.span_of(function, u.statement) for u in uses}
    edits = []
    inside = {n for u in uses for n in ast.walk(u.statement)}
    for use in uses:
        if use.read not in inside:
            edits.append(rewriting.edit(function, use.read, _named(function, use.read, values)))
        edits.append(_emptied(function, use.statement))
    made = rewriting.spliced(function, edits)
    return None if made is None else _parsed(function, made.source, lines)


def _parsed(function: Function, text: str, lines: dict[str, range]) -> InPlaceForm | None:
    changed = rewriting.parsed(msgspec.structs.replace(function.source, text=text), lines)
    if changed is None:
        return None
    changed.siblings = function.siblings
    return InPlaceForm(changed, lines)


def _named(function: Function, read: ast.Name, values: dict[ast.Name, ast.expr]) -> str:
    """'(d := x - y)', with what it is made of in its own place, on one line."""
    value = values[read]
    start, _ = function.span(value)
    text = function.text_of(value)
    inner = [n for n in ast.walk(value) if isinstance(n, ast.Name) and n in values]
    for each in sorted(inner, key=lambda n: -function.span(n)[0]):
        first, last = (p - start for p in function.span(each))
        text = text[:first] + _named(function, each, values) + text[last:]
    if "\n" in text:
        text = ast.unparse(ast.parse(f"({text})", mode="eval").body)
    return f"({read.id} := {text})"


def _emptied(function: Function, statement: ast.stmt) -> Edit:
    """Empty lines in the place of a statement."""
    edit = syntax.without(function, statement)
    count = (statement.end_lineno or statement.lineno) - statement.lineno + 1
    return Edit(start=edit.start, end=edit.end, text="\n" * count)


def rewritten(
    function: Function, every: InPlaceForm, table: patterns.Table, where: patterns.Where
) -> Rewritten | None:
    """What a table of patterns makes of expressions whose parts have such names."""
    needed: set[str] = set()
    for one, _ in patterns.edits(every.function, table, where):
        needed |= _seen_through(every, one)
    form = in_place(function, needed) if needed else None
    if form is None:
        return None
    # What stands in one expression as well: both are the better advice.
    made = patterns.edits(form.function, table, where)
    edits = [*(edit for _, edit in made), *_empty_lines(form)]
    changed = rewriting.spliced(form.function, edits)
    text = _without_marks(form, changed.source) if changed is not None else None
    if text is None:
        return None
    lines = sorted({one.line for one, _ in made})
    concerned = {*lines, *(n for each in form.lines.values() for n in each)}
    return Rewritten(text, lines, sorted(concerned))


def _seen_through(form: InPlaceForm, one: Match) -> set[str]:
    """The names whose values a pattern describes; not of those that it takes as they are."""
    inside = {n.target.id for n in _marks(form.function, one.node)}
    for held in one.captures.values():
        for each in held if isinstance(held, list) else [held]:
            inside -= {n.target.id for n in _marks(form.function, each)}
    return inside


def _marks(function: Function, node: ast.AST) -> Iterator[ast.NamedExpr]:
    for each in ast.walk(node):
        if isinstance(each, ast.NamedExpr) and each.target.id in function.seen_through:
            yield each


def _empty_lines(form: InPlaceForm) -> list[Edit]:
    """Edits of the form that take away the lines that it left empty."""
    function = form.function
    return [
        Edit(
            start=function.line_start(lines.start - function.shift),
            end=function.line_start(lines.stop - function.shift),
            text="",
        )
        for lines in form.lines.values()
    ]


def _without_marks(form: InPlaceForm, text: str) -> str | None:
    """A text of the form as a person writes it: without `d :=`; None where it is none."""
    while True:
        parsed = _parsed(form.function, text, form.lines)
        if parsed is None:
            return None
        function = parsed.function
        innermost = [
            mark
            for mark in _marks(function, function.node)
            if not any(_marks(function, mark.value))
        ]
        if not innermost:
            return text
        mark = innermost[0]
        start, end = function.span(mark)
        value = function.text_of(mark.value)
        start, end = _without_parentheses(text, start, end, isinstance(mark.value, _ATOMS))
        text = text[:start] + value + text[end:]


def _without_parentheses(text: str, start: int, end: int, atom: bool) -> tuple[int, int]:
    """The span with the parentheses around it that say nothing."""
    while text[start - 1 : start] == _OPEN and text[end : end + 1] == _CLOSE:
        before = text[start - 2 : start - 1]
        doubled = before == _OPEN and text[end + 1 : end + 2] == _CLOSE
        called = before.isidentifier() or before.isdigit() or before in (_CLOSE, "]")
        if not doubled and (called or not atom):
            break
        start, end = start - 1, end + 1
    return start, end
