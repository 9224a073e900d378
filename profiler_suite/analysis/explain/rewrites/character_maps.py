"""Texts gone through character by character, with a table of their different characters.

What a loop makes of a character it makes of every equal one: a table says it once for each
different character, and `str.translate` looks them up. How often a condition holds is how
often the characters for which it holds are counted.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_METHODS = frozenset(
    [
        *("upper", "lower", "swapcase", "isalpha", "isdigit", "isalnum", "isspace", "isupper"),
        *("islower", "isnumeric", "isdecimal", "get", "strip", "zfill", "center", "replace"),
    ]
)
_OTHERWISE = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)
_FUNCTIONS = ("ord", "chr", "str", "int", "len", "bin", "hex", "repr")


class _OtherBodyError(Exception):
    """The loop does something else."""


@dataclass(frozen=True)
class CharacterLoop:
    """A loop or a comprehension over the characters of a text, and what stands for it."""

    node: ast.For | ast.Call
    text: str
    edit: Edit


def over_characters(function: Function) -> Iterator[CharacterLoop]:
    """Every loop and join over characters that a table of them does."""
    for node in function.nodes:
        if isinstance(node, ast.For):
            made = _of_loop(function, node)
        elif isinstance(node, ast.Call):
            made = _of_join(function, node)
        else:
            continue
        if made is not None:
            start, end = function.span(node)
            yield CharacterLoop(node, made[0], Edit(start=start, end=end, text=made[1]))


def _characters(function: Function, node: ast.expr) -> tuple[str, str] | None:
    """A text and the order in which it is gone through; None for anything else."""
    for pattern in ("reversed(S)", "S[::-1]", "list(S)", "S"):
        one = patterns.match(function, node, pattern)
        if one is None or not isinstance(one["S"], ast.Name):
            continue
        form = one.form("S")
        if form is not None and form.dtype == "str":
            text = one["S"].id
            return text, f"{text}[::-1]" if pattern in ("reversed(S)", "S[::-1]") else text
    return None


def _of_join(function: Function, node: ast.Call) -> tuple[str, str] | None:
    """`''.join(f(c) for c in text)`."""
    join = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "''.join"
    made = node.args[0] if join and len(node.args) == 1 else None
    if not isinstance(made, ast.GeneratorExp | ast.ListComp) or len(made.generators) > 1:
        return None
    head = made.generators[0]
    text = _characters(function, head.iter)
    if text is None or not isinstance(head.target, ast.Name):
        return None
    value = made.elt
    for test in reversed(head.ifs):
        value = ast.IfExp(test, value, ast.Constant(""))
    if not _only_computes(value, set()) or isinstance(value, ast.Name):
        return None
    return text[0], _translated(text, head.target.id, value)


def _of_loop(function: Function, loop: ast.For) -> tuple[str, str] | None:
    text = _characters(function, loop.iter)
    if text is None or not isinstance(loop.target, ast.Name) or loop.orelse:
        return None
    name = loop.target.id
    if syntax.stored_in(loop) & {text[0]} or syntax.is_read_after(function, name):
        return None
    try:
        steps = _steps(loop.body)
        made = _built(function, text, name, steps) or _counted(function, text, name, steps)
    except _OtherBodyError:
        return None
    indent = function.indent_of(loop.lineno)
    return (text[0], f"\n{indent}".join(made)) if made else None


# --------------------------------------------------------------- what a body does


@dataclass(frozen=True)
class _Step:
    """What is added to a name under a condition."""

    out: str
    value: ast.expr
    tests: tuple[ast.expr, ...]
    listed: bool = False


def _steps(body: list[ast.stmt], tests: tuple[ast.expr, ...] = ()) -> list[_Step]:
    """Everything that the body adds, with all conditions on the way."""
    found: list[_Step] = []
    for each in body:
        if isinstance(each, ast.If):
            found += _steps(each.body, (*tests, each.test))
            found += _steps(each.orelse, (*tests, ast.UnaryOp(ast.Not(), each.test)))
        elif not isinstance(each, ast.Pass):
            found.append(_step(each, tests))
    return found


def _step(statement: ast.stmt, tests: tuple[ast.expr, ...]) -> _Step:
    """`out += v`, `out = out + v` or `out.append(v)`."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        if not isinstance(statement.op, ast.Add):
            raise _OtherBodyError
        return _Step(statement.target.id, statement.value, tests)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        target, value = statement.targets[0], statement.value
        same = ast.unparse(value.left) == ast.unparse(target)
        if isinstance(target, ast.Name) and same and isinstance(value.op, ast.Add):
            return _Step(target.id, value.right, tests)
    called = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute):
        grown = called.func.value
        if (
            called.func.attr == "append"
            and len(called.args) == 1
            and isinstance(grown, ast.Name)
        ):
            return _Step(grown.id, called.args[0], tests, listed=True)
    raise _OtherBodyError


def _built(
    function: Function, text: tuple[str, str], name: str, steps: list[_Step]
) -> list[str]:
    """One text, or list, that gets something for each character."""
    outs = {each.out for each in steps}
    if len(outs) != 1 or any(_is_one(each.value) and not each.listed for each in steps):
        return []
    (out,) = outs
    changed = outs | {text[0]}
    values = [each.value for each in steps] + [t for each in steps for t in each.tests]
    if not all(_only_computes(each, changed) for each in values):
        return []
    listed = {each.listed for each in steps}
    if listed == {True}:
        value = _chosen(steps, None)
        table = f"{{{name}: {ast.unparse(value)} for {name} in set({text[0]})}}"
        return [f"{out}.extend(map({table}.__getitem__, {text[1]}))"]
    if listed != {False} or not _is_text(function, out):
        return []
    return [f"{out} += {_translated(text, name, _chosen(steps, ast.Constant('')))}"]


def _is_text(function: Function, name: str) -> bool:
    form = forms.of(function, ast.Name(name, ast.Load()))
    return form is None or form.dtype == "str"


def _chosen(steps: list[_Step], otherwise: ast.expr | None) -> ast.expr:
    """The value of the one step whose conditions hold; of several steps this is not said."""
    if any(
        not _exclude_each_other(one, other)
        for number, one in enumerate(steps)
        for other in steps[:number]
    ):
        raise _OtherBodyError
    chain = _chain(steps)
    if chain is not None and len(chain) < len(steps):
        otherwise = steps[-1].value
    if otherwise is None:
        raise _OtherBodyError
    tests = chain
    if tests is None:
        tests = [ast.BoolOp(ast.And(), list(each.tests)) for each in steps]
    for test, each in reversed(list(zip(tests, steps, strict=False))):
        otherwise = ast.IfExp(test, each.value, otherwise)
    return otherwise


def _chain(steps: list[_Step]) -> list[ast.expr] | None:
    """The conditions of `if … elif … else`, one less than steps with an else; or None."""
    tests: list[ast.expr] = []
    for number, each in enumerate(steps):
        negated = [ast.unparse(ast.UnaryOp(ast.Not(), test)) for test in tests]
        if [ast.unparse(test) for test in each.tests[:number]] != negated:
            return None
        own = each.tests[number:]
        if len(own) > 1 or (not own and number < len(steps) - 1):
            return None
        tests += own
    return tests


def _exclude_each_other(one: _Step, other: _Step) -> bool:
    mine = {ast.unparse(each) for each in one.tests}
    negated = {ast.unparse(ast.UnaryOp(ast.Not(), each)) for each in other.tests}
    theirs = {ast.unparse(each) for each in other.tests}
    mine_negated = {ast.unparse(ast.UnaryOp(ast.Not(), each)) for each in one.tests}
    return bool(mine & negated or theirs & mine_negated)


def _counted(
    function: Function, text: tuple[str, str], name: str, steps: list[_Step]
) -> list[str]:
    """`if c in 'AT': n += 1`, for as many names as there are."""
    changed = {each.out for each in steps} | {text[0]}
    made = []
    for each in steps:
        if each.listed or not _is_one(each.value) or not each.tests:
            raise _OtherBodyError
        if not all(_only_computes(test, changed) for test in each.tests):
            raise _OtherBodyError
        tests = " and ".join(f"({ast.unparse(test)})" for test in each.tests)
        if len(each.tests) == 1:
            tests = ast.unparse(each.tests[0])
        wanted = f"[{name} for {name} in set({text[0]}) if {tests}]"
        made.append(f"{each.out} += sum(map({text[0]}.count, {wanted}))")
    return made


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1 and node.value is not True


def _translated(text: tuple[str, str], name: str, value: ast.expr) -> str:
    table = f"{{{name}: {ast.unparse(value)} for {name} in set({text[0]})}}"
    return f"{text[1]}.translate(str.maketrans({table}))"


def _only_computes(node: ast.expr, changed: set[str]) -> bool:
    """Whether it gives the same for equal characters: nothing else in it changes."""
    if syntax.free_names(node) & changed:
        return False
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            method = isinstance(each.func, ast.Attribute) and each.func.attr in _METHODS
            known = isinstance(each.func, ast.Name) and each.func.id in _FUNCTIONS
            if not (method or known):
                return False
        elif isinstance(
            each, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom | ast.Lambda
        ):
            return False
    return True
