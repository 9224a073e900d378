"""Rows of a table that are picked by a key again and again, as rows that are kept by key.

`df[df["hour"] == h]` for every h compares a whole column each time; one groupby puts the rows
of each key into a table of their own. Unlike in loops over the keys of the table itself, a key
may have no rows.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, key_rows, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_PICKS = tuple(
    pattern.format(mask)
    for mask in ("X == V", "V == X")
    for pattern in ("DF[{}]", "DF.loc[{}]", "DF.loc[{}, C]", "DF[C][{}]")
)
_REPEATING = (ast.For, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.SetComp)


@dataclass(frozen=True)
class RowsKept:
    """A statement that picks rows for many keys, and what picks them once."""

    statement: ast.stmt
    keys: str
    edits: tuple[Edit, ...]


def kept_by_key(function: Function) -> Iterator[RowsKept]:
    """Every statement around such picks, with all of those that have the same key."""
    found: dict[tuple[ast.stmt, str, str], list[Match]] = {}
    for one in patterns.found(function, _PICKS, lambda m: _is_of_rows(function, m)):
        repeated = _repeated_by(function, one)
        if repeated is not None:
            table, keys = function.text_of(one["DF"]), function.text_of(one["X"])
            found.setdefault((repeated, table, keys), []).append(one)
    for (statement, table, keys), picks in found.items():
        kept = rewriting.new_name(function, "rows_by_key")
        none = rewriting.new_name(function, "no_rows")
        edits = []
        for one in picks:
            column = f"[{function.text_of(one['C'])}]" if "C" in one.captures else ""
            text = f"{kept}.get({function.text_of(one['V'])}, {none}){column}"
            edits.append(rewriting.edit(function, one.node, text))
        lines = [
            f"{kept} = dict(list({table}.groupby({keys})))",
            f"{none} = {table}.iloc[:0]",
        ]
        edits += rewriting.inserted(function, {statement.lineno: lines})
        yield RowsKept(statement, keys, tuple(edits))


def _is_of_rows(function: Function, one: Match) -> bool:
    """Whether the rows of a table are picked by its own keys, for a key of something else."""
    table, keys, wanted = one["DF"], one["X"], one["V"]
    form = forms.of(function, table)
    if not isinstance(table, ast.Name) or form is None or form.dtype != "DataFrame":
        return False
    own = key_rows.dated_table(keys) == table.id or _is_column(keys, table.id)
    simple = patterns.pure(wanted) or _is_method(wanted)
    return own and simple and table.id not in syntax.names_in(wanted)


def _is_column(node: ast.expr, table: str) -> bool:
    match node:
        case ast.Subscript(ast.Name(owner), ast.Constant()) | ast.Attribute(ast.Name(owner), _):
            return owner == table
    return False


def _is_method(node: ast.expr) -> bool:
    """Whether it is `day.date()` or the like."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(), _), [], []):
            return True
    return False


def _repeated_by(function: Function, one: Match) -> ast.stmt | None:
    """The outermost statement that picks for another key each time, from the same table."""
    table = syntax.names_in(one["DF"]) | syntax.names_in(one["X"])
    chosen, bound = None, False
    for each in function.around(one.node):
        if isinstance(each, ast.FunctionDef | ast.Lambda | ast.While):
            break
        if not isinstance(each, _REPEATING):
            continue
        if table & syntax.changed_in(each):
            break
        heads = [each] if isinstance(each, ast.For) else each.generators
        names = {name for head in heads for name in syntax.bound_names(head.target)}
        bound = bound or bool(names & syntax.names_in(one["V"]))
        if any(key_rows.are_keys_of(function, head.iter) for head in heads):
            return None  # every key has rows: groupby gives both
        chosen = function.statement_of(each)
    return chosen if bound else None
