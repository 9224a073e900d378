"""What a row asks of all rows with its key, as a column of the table.

`row.v / df[df['k'] == row.k]['v'].sum()` for each row of df compares a whole column each time;
`df.groupby('k')['v'].transform('sum')` has that sum for every row.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, group_expressions, patterns
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    OfGroups,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_PICKS = tuple(
    pattern.format(mask)
    for mask in ("X == V", "V == X")
    for pattern in ("DF[{}]", "DF.loc[{}]", "DF.loc[{}, C]", "DF[C][{}]")
)
_ROWS = "rows_of_its_key"


@dataclass(frozen=True)
class RowColumns:
    """A statement that goes through rows, with columns for what it asks of their groups."""

    statement: ast.stmt
    keys: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class _RowSum:
    """One expression of a row's group, and the table whose rows are gone through."""

    node: ast.expr
    row: str
    text: str
    table: ast.expr


def with_columns(function: Function) -> Iterator[RowColumns]:
    """Every statement that goes through the rows of a table and asks so."""
    found: dict[tuple[ast.expr, str], list[_RowSum]] = {}
    for one in patterns.found(function, _PICKS, lambda m: _is_of_table(function, m)):
        made = _of_row(function, one)
        if made is not None:
            found.setdefault((made.table, function.text_of(one["X"])), []).append(made)
    for (table, keys), asked in found.items():
        statement = function.statement_of(table)
        own = rewriting.new_name(function, "with_groups")
        columns = {
            text: f"of_group_{i}" for i, text in enumerate({a.text: 0 for a in asked}, 1)
        }
        given = ", ".join(f"{name}={text}" for text, name in columns.items())
        edits = [rewriting.edit(function, table, own)]
        edits += [
            rewriting.edit(function, each.node, f"{each.row}.{columns[each.text]}")
            for each in asked
        ]
        line = f"{own} = {function.text_of(table)}.assign({given})"
        edits += rewriting.inserted(function, {statement.lineno: [line]})
        yield RowColumns(statement, keys, tuple(edits))


def _is_of_table(function: Function, one: Match) -> bool:
    form = forms.of(function, one["DF"])
    named = isinstance(one["DF"], ast.Name) and form is not None and form.dtype == "DataFrame"
    return named and _column(one["X"], ast.unparse(one["DF"])) is not None


def _column(node: ast.expr, owner: str) -> str | None:
    """The column of `df['k']` or `df.k`."""
    match node:
        case ast.Subscript(value, ast.Constant(str() as name)) | ast.Attribute(value, name):
            return name if ast.unparse(value) == owner else None
    return None


def _of_row(function: Function, one: Match) -> _RowSum | None:
    """What is asked of the rows with the key of the row that is gone through."""
    table = ast.unparse(one["DF"])
    column = _column(one["X"], table)
    owner = getattr(one["V"], "value", None)
    if not isinstance(owner, ast.Name) or _column(one["V"], owner.id) != column:
        return None
    gone = _gone_through(function, one.node, owner.id)
    if gone is None or ast.unparse(gone[0]) != table or table in syntax.changed_in(gone[1]):
        return None
    changed = syntax.stored_in(gone[1]) | {owner.id}
    picked = f"{_ROWS}[{function.text_of(one['C'])}]" if "C" in one.captures else _ROWS
    reader = OfGroups(function, function.source.names, table, ast.Constant(column), _ROWS, "")
    node, best = one.node, None
    while isinstance(node, ast.expr) and node is not gone[1]:
        text = ast.unparse(node).replace(ast.unparse(one.node), picked)
        expression = ast.parse(text, mode="eval").body
        try:
            made = reader.of(expression)
        except NotForGroupsError:
            made = None
        fixed = not (syntax.names_in(expression) - {_ROWS}) & (changed | {table})
        if made is not None and made.kind == group_expressions.GROUPS and made.spread and fixed:
            best = _RowSum(node, owner.id, made.spread, gone[0])
        node = function.parents[node]  # type: ignore[assignment]
    return best


def _gone_through(
    function: Function, node: ast.expr, row: str
) -> tuple[ast.expr, ast.AST] | None:
    """The table whose rows have this name, and what goes through them."""
    for around in function.around(node):
        if isinstance(around, ast.Lambda):
            call = function.parents[around]
            one = (
                patterns.match(function, call, "DF.apply(F, axis=1)")
                if isinstance(call, ast.Call)
                else None
            )
            own = [each.arg for each in around.args.args] == [row]
            return (one["DF"], around) if one is not None and own else None
        heads = [around] if isinstance(around, ast.For) else getattr(around, "generators", [])
        for head in heads:
            if row not in syntax.bound_names(head.target):
                continue
            for pattern in ("DF.iterrows()", "DF.itertuples()", "DF.itertuples(index=False)"):
                one = patterns.match(function, head.iter, pattern)
                if one is not None:
                    return one["DF"], around
            return None
    return None
