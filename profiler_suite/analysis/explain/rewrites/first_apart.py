"""Loops that compare each element with the one before, which begins as None.

The first iteration stands apart, where what compares with None is known; the others go over
places from the second, and what belongs to the element before is read at the place before.
"""

import ast
import copy
from collections.abc import Iterator, Mapping

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.elements_before import Neighbours
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.FunctionDef, ast.Lambda, ast.Yield)
_AS_ROWS = (".to_numpy()", ".tolist()", ".values")
_NUMBERS = "biufM"


class _UndecidedError(Exception):
    """The first iteration asks more of the element before than whether there is one."""


def with_first_apart(function: Function) -> list[Neighbours]:
    """The first loop of this kind, asking for the first place, or with it apart."""
    for loop in function.nodes:
        if isinstance(loop, ast.For) and not loop.orelse and len(loop.body) > 1:
            found = list(_apart(function, loop))
            if found:
                return found
    return []


def _apart(function: Function, loop: ast.For) -> Iterator[Neighbours]:
    kept, body = _kept(loop)
    none = [name for name in kept if _begins_as_none(function, loop, name)]
    if not body or not kept or len(none) != len(kept):
        return
    if any(isinstance(n, _LEAVING) for each in body for n in ast.walk(each)):
        return
    arrays = dict(_arrays(loop, body))
    values = [ast.unparse(each) for each in kept.values()]
    changed = {name for each in body for name in syntax.changed_in(each)}
    targets = syntax.bound_names(loop.target)
    if not arrays or not {*values} <= arrays.keys() or changed & {*kept, *targets}:
        return
    if any(syntax.is_read_after(function, name) for name in targets):
        return
    known = {text: _form(function, array) for text, array in arrays.items()}
    if any(form is None or form.letter not in _NUMBERS for form in known.values()):
        return
    names: dict[str, str] = {}
    for text, array in arrays.items():
        names[text] = rewriting.new_name(function, f"{_word(array)}_values", names.values())
    length, place = next(iter(names.values())), rewriting.new_name(function, "place")
    try:
        first = list(_decided(body, frozenset(kept)))
    except _UndecidedError:
        return
    taken = [f"{names[text]} = {_as_array(array)}" for text, array in arrays.items()]
    before = {name: f"{names[v]}[{place} - 1]" for name, v in zip(kept, values, strict=True)}
    here = {text: f"{name}[{place}]" for text, name in names.items()}
    asked = [
        _FirstPlaceQuestions(frozenset(kept), place).visit(copy.deepcopy(each)) for each in body
    ]
    in_one = [f"for {place} in range(len({length})):", *_written(asked, here | before)]
    at_first = {text: f"{name}[0]" for text, name in names.items()}
    apart = [f"if len({length}):", *_written(first, at_first)]
    apart += [f"for {place} in range(1, len({length})):", *_written(body, here | before)]
    held = {names[t]: f"{form.dtype} (1000,)" for t, form in known.items() if form is not None}
    start, end = function.span(loop)
    for lines in ([*taken, *in_one], [*taken, *apart]):
        text = f"\n{function.indent_of(loop.lineno)}".join(lines)
        made = rewriting.spliced(function, [Edit(start=start, end=end, text=text)])
        if made is not None:
            yield Neighbours(loop, made.source, held)


def _kept(loop: ast.For) -> tuple[dict[str, ast.expr], list[ast.stmt]]:
    """What the end of a body keeps for the next iteration, by name, and the rest of it."""
    kept: dict[str, ast.expr] = {}
    body = [*loop.body]
    while body:
        match body[-1]:
            case ast.Assign([ast.Name(name)], ast.Name() | ast.Attribute() as value):
                pairs: dict[str, ast.expr] = {name: value}
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if len(targets) == len(
                values
            ):
                pairs = {ast.unparse(t): v for t, v in zip(targets, values, strict=True)}
            case _:
                break
        if pairs.keys() & kept.keys():
            break
        kept |= pairs
        body.pop()
    return kept, body


def _begins_as_none(function: Function, loop: ast.For, name: str) -> bool:
    """Whether it is set to None before the loop, once, in the block that this stands in."""
    inside = set(ast.walk(loop))
    uses = [each for each in function.uses(name) if each not in inside]
    if len(uses) != 1 or uses[0].lineno >= loop.lineno:
        return False
    statement = function.statement_of(uses[0])
    if function.parents.get(statement) is not function.parents.get(loop):
        return False
    match statement:
        case ast.Assign([*targets], ast.Constant(None)) if uses[0] in targets:
            return True
        case ast.Assign([ast.Tuple(parts)], ast.Tuple(values)) if uses[0] in parts:
            value = values[parts.index(uses[0])] if len(parts) == len(values) else None
            return isinstance(value, ast.Constant) and value.value is None
    return False


def _arrays(loop: ast.For, body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The elements of a loop, as it writes them, and the columns or arrays that they are of."""
    match loop:
        case ast.For(ast.Name(value), ast.Name() as array):
            yield value, array
        case ast.For(ast.Tuple(targets), ast.Call(ast.Name("zip"), parts, [])):
            if len(targets) == len(parts) and all(isinstance(t, ast.Name) for t in targets):
                for target, part in zip(targets, parts, strict=True):
                    yield ast.unparse(target), part
        case ast.For(
            ast.Name(row), ast.Call(ast.Attribute(ast.Name() as table, "itertuples"), [])
        ):
            fields = dict.fromkeys(
                node.attr
                for each in loop.body
                for node in ast.walk(each)
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == row
            )
            whole = sum(len(syntax.uses(each, row)) for each in loop.body)
            of_fields = sum(
                isinstance(node, ast.Attribute) and ast.unparse(node.value) == row
                for each in loop.body
                for node in ast.walk(each)
            )
            if whole == of_fields and "Index" not in fields:
                for field in fields:
                    column = ast.Subscript(table, ast.Constant(field), ast.Load())
                    yield f"{row}.{field}", column


def _word(array: ast.expr) -> str:
    """A word for an array: its name, or that of the column."""
    named = [
        n.value
        for n in ast.walk(array)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value.isidentifier()
    ]
    root = syntax.root_of(array)
    return named[0] if named else root.id if root is not None else "element"


def _form(function: Function, array: ast.expr) -> forms.Form | None:
    """What a row of an array or a column holds; None for anything else."""
    form = forms.in_form(function.source.names.get(_plain(array), ""))
    row = form is not None and form.kind == "array" and len(form.shape) == 1
    return form if row else None


def _plain(array: ast.expr) -> str:
    """A column or an array without what turns it into another kind of row."""
    text = ast.unparse(array)
    for ending in _AS_ROWS:
        text = text.removesuffix(ending)
    return text


def _as_array(array: ast.expr) -> str:
    text = _plain(array)
    return text if text.isidentifier() else f"{text}.to_numpy()"


# ------------------------------------------------------------- the first iteration


def _decided(body: list[ast.stmt], none: frozenset[str]) -> Iterator[ast.stmt]:
    """The statements of an iteration in which these names are None."""
    for each in body:
        if isinstance(each, ast.If):
            test = _truth(each.test, none)
            if isinstance(test, bool):
                yield from _decided(each.body if test else each.orelse, none)
            else:
                branch, other = (list(_decided(b, none)) for b in (each.body, each.orelse))
                yield ast.If(test, branch or [ast.Pass()], other)
        elif syntax.names_in(each) & none:
            raise _UndecidedError
        else:
            yield each


def _truth(test: ast.expr, none: frozenset[str]) -> ast.expr | bool:
    """What a condition says where these names are None, as far as that is known."""
    match test:
        case ast.UnaryOp(ast.Not(), inner):
            found = _truth(inner, none)
            return not found if isinstance(found, bool) else ast.UnaryOp(ast.Not(), found)
        case ast.BoolOp(operator, values):
            return _joined(operator, values, none)
        case ast.Compare(
            left, [ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq() as op], [right]
        ):
            sides = [isinstance(s, ast.Name) and s.id in none for s in (left, right)]
            if any(sides):
                other = right if sides[0] else left
                if syntax.names_in(other) & none:
                    raise _UndecidedError
                same = isinstance(other, ast.Constant) and other.value is None
                return same == isinstance(op, ast.Is | ast.Eq)
    if syntax.names_in(test) & none:
        raise _UndecidedError
    return test


def _joined(
    operator: ast.boolop, values: list[ast.expr], none: frozenset[str]
) -> ast.expr | bool:
    """Conditions one after the other, up to the one that decides."""
    decides = isinstance(operator, ast.Or)
    open_ones: list[ast.expr] = []
    for each in values:
        found = _truth(each, none)
        if found is decides:
            if open_ones:
                raise _UndecidedError
            return decides
        if not isinstance(found, bool):
            open_ones.append(found)
    if len(open_ones) < 2:
        return open_ones[0] if open_ones else not decides
    return ast.BoolOp(operator, open_ones)


def _written(body: list[ast.stmt], elements: Mapping[str, str]) -> list[str]:
    """These statements, indented, with elements in the places of names and attributes."""
    placed = _ElementPlacer(
        {text: ast.parse(e, mode="eval").body for text, e in elements.items()}
    )
    made = [placed.visit(copy.deepcopy(each)) for each in body]
    lines = [
        line
        for each in made
        for line in ast.unparse(ast.fix_missing_locations(each)).splitlines()
    ]
    return [f"    {line}" for line in lines or ["pass"]]


class _ElementPlacer(ast.NodeTransformer):
    """Puts elements of arrays in the places of names, and of attributes of a row."""

    def __init__(self, elements: Mapping[str, ast.expr]) -> None:
        self.elements = elements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The element, or the name of something else."""
        return self.elements.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """The element, or an attribute of something else."""
        found = self.elements.get(ast.unparse(node))
        return found if found is not None else self.generic_visit(node)


class _FirstPlaceQuestions(ast.NodeTransformer):
    """What is asked of an element before that may be None, as whether there is one."""

    def __init__(self, none: frozenset[str], place: str) -> None:
        self.none = none
        self.place = ast.Name(place, ast.Load())

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`last is None` at the first place, `v != last` there or where they differ."""
        if not isinstance(_truth_or_none(node, self.none), bool):
            return node
        same = isinstance(node.ops[0], ast.Is | ast.Eq)
        sides = node.left, node.comparators[0]
        if any(isinstance(each, ast.Constant) and each.value is None for each in sides):
            operator: ast.cmpop = ast.Eq() if same else ast.Gt()
            return ast.Compare(self.place, [operator], [ast.Constant(0)])
        joined, first = (ast.And(), ast.Gt()) if same else (ast.Or(), ast.Eq())
        return ast.BoolOp(joined, [ast.Compare(self.place, [first], [ast.Constant(0)]), node])


def _truth_or_none(test: ast.expr, none: frozenset[str]) -> ast.expr | bool | None:
    try:
        return _truth(test, none)
    except _UndecidedError:
        return None
