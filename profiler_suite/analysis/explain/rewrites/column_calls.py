"""Loops that compute one column of a table after the other, written for all columns.

`out[c] = filtfilt(b, a, df[c])` for every column is `filtfilt(b, a, df.to_numpy(), axis=0)`,
and `df[c] = df[c].fillna(0)` is `df[cols] = df[cols].fillna(0)`.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns, whole_calls
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_ALL = ("DF.columns", "list(DF.columns)", "DF.columns.tolist()", "list(DF)", "DF")
_ARRAYS = ("values", "to_numpy")


@dataclass(frozen=True)
class _Columns:
    """What one loop goes over, and what it stores."""

    table: str
    names: str
    """All that it goes over."""
    part: str
    """The table of these columns."""
    out: str
    value: ast.expr
    kept: list[ast.stmt]
    """What is the same for every column."""


def of_columns(function: Function, loop: ast.For) -> Iterator[list[Edit]]:
    """Edits for a loop that does nothing but to store a column for each; several ways."""
    try:
        found = _read(function, loop)
    except NotOneCallError:
        return
    indent = function.indent_of(loop.lineno)
    start, end = function.span(loop)
    kept = [function.text_of(each) for each in found.kept]
    begun = _begun_empty(function, loop, found.out)
    for text, is_table in _of_all(found, ast.unparse(loop.target)):
        if begun is not None:
            index = f", index={begun}" if begun else ""
            made = f"{function.pandas}.DataFrame({text}{index}, columns={found.names})"
            stored = f"{found.out} = {text if is_table and not begun else made}"
            yield [Edit(start=start, end=end, text=f"\n{indent}".join([*kept, stored]))]
        stored = f"{found.out}[{found.names}] = {text}"
        yield [Edit(start=start, end=end, text=f"\n{indent}".join([*kept, stored]))]


def _read(function: Function, loop: ast.For) -> _Columns:
    if not isinstance(loop.target, ast.Name) or loop.orelse:
        raise NotOneCallError("what the loop goes over")
    name = loop.target.id
    same, body = _same_every_time(loop, name)
    last = whole_calls.inlined(body) if body else ast.Pass()
    if not isinstance(last, ast.Assign) or len(last.targets) > 1:
        raise NotOneCallError("it does something else")
    place = last.targets[0]
    if not isinstance(place, ast.Subscript) or ast.unparse(place.slice) != name:
        raise NotOneCallError("no column is stored")
    if not isinstance(place.value, ast.Name):
        raise NotOneCallError("no column is stored")
    tables = {
        node.value.id
        for node in ast.walk(last.value)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and ast.unparse(node.slice) == name
    }
    if len(tables) != 1 or not all(_is_table(function, t) for t in (*tables, place.value.id)):
        raise NotOneCallError("no table is read")
    (table,) = tables
    names = function.text_of(loop.iter)
    whole = next(
        (one for each in _ALL if (one := patterns.match(function, loop.iter, each))), None
    )
    if whole is not None and ast.unparse(whole["DF"]) == table:
        names, part = f"{table}.columns", table
    elif isinstance(loop.iter, ast.Name | ast.List):
        part = f"{table}[{names}]"
    else:
        raise NotOneCallError("what the loop goes over")
    return _Columns(table, names, part, place.value.id, last.value, same)


def _is_table(function: Function, name: str) -> bool:
    form = forms.of(function, ast.Name(name, ast.Load()))
    return form is None or form.dtype == "DataFrame"


def _same_every_time(loop: ast.For, name: str) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Statements in the body that do not depend on the column, and the others."""
    same: list[ast.stmt] = []
    rest: list[ast.stmt] = []
    stored = syntax.stored_in(loop)
    for each in loop.body:
        value = _named(each)
        if value is not None and not syntax.names_in(value) & stored:
            same.append(each)
            stored -= syntax.stored_in(each)
            continue
        rest.append(each)
    unset = set().union(*map(syntax.stored_in, rest)) if rest else set()
    named = [name for each in same for name in syntax.stored_in(each)]
    if unset & set(named) or len(set(named)) < len(named):
        raise NotOneCallError("it carries values")
    for each in rest[:-1]:
        carried = syntax.names_in(each.value if isinstance(each, ast.Assign) else each)
        if carried & unset:
            raise NotOneCallError("it carries values")
        unset -= syntax.stored_in(each)
    return same, rest


def _named(statement: ast.stmt) -> ast.expr | None:
    """What a statement only gives names to."""
    if not isinstance(statement, ast.Assign):
        return None
    plain = all(isinstance(each, ast.Name | ast.Tuple) for each in statement.targets)
    return statement.value if plain else None


def _of_all(found: _Columns, name: str) -> Iterator[tuple[str, bool]]:
    """The value for all columns at once, and whether that is a table."""
    array = f"{found.part}.to_numpy()"
    for text, axis in ((array, True), (found.part, False), (array, False)):
        value = _AllColumns(found.table, name, text, axis).visit(copy.deepcopy(found.value))
        if name not in syntax.names_in(value):
            yield ast.unparse(value), text == found.part


class _AllColumns(ast.NodeTransformer):
    """Puts all columns in the place of one, and names the axis that they are along."""

    def __init__(self, table: str, name: str, text: str, axis: bool) -> None:
        self.one = f"{table}[{name}]"
        self.all = ast.parse(text, mode="eval").body
        self.axis = axis

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`df[c]`."""
        if ast.unparse(node) == self.one:
            return copy.deepcopy(self.all)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`df[c].values`, of which an array is made anyway."""
        if ast.unparse(node.value) == self.one and node.attr == "values" and self.axis:
            return copy.deepcopy(self.all)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """The call that a column is handed to."""
        if ast.unparse(node) == f"{self.one}.to_numpy()" and self.axis:
            return copy.deepcopy(self.all)
        columns = (self.one, f"{self.one}.values", f"{self.one}.to_numpy()")
        given = [*node.args, *(each.value for each in node.keywords)]
        own = any(ast.unparse(each) in columns for each in given)
        named = any(each.arg == "axis" for each in node.keywords)
        self.generic_visit(node)
        if own and self.axis and not named:
            node.keywords.append(ast.keyword("axis", ast.Constant(0)))
        return node


def _begun_empty(function: Function, loop: ast.For, out: str) -> str | None:
    """The index of `out = pd.DataFrame(index=…)` right before the loop; None of others."""
    block = next((b for b in syntax.blocks(function.node) if loop in b), [])
    before = block[block.index(loop) - 1] if block and block.index(loop) else None
    if not isinstance(before, ast.Assign) or ast.unparse(before.targets[0]) != out:
        return None
    if patterns.match(function, before.value, "pd.DataFrame()"):
        return ""
    one = patterns.match(function, before.value, "pd.DataFrame(index=I)")
    return function.text_of(one["I"]) if one is not None else None
