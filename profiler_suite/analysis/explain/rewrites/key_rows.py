"""Loops over the keys of a table: rows by groupby, values for all groups at once."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import group_expressions, patterns, whole_calls
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    OfGroups,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

Loop = ast.For | ast.DictComp | ast.ListComp
_DIFFERENT = (
    "{0}.unique()",
    "set({0})",
    "np.unique({0})",
    "sorted({0}.unique())",
    "sorted(set({0}))",
    "np.sort({0}.unique())",
    "{0}.drop_duplicates()",
)
_KEYS = tuple(each.format("DF[C]") for each in _DIFFERENT)
_OTHER_KEYS = tuple(each.format("X") for each in _DIFFERENT)


@dataclass(frozen=True)
class PickedRows:
    """A loop over keys that picks the rows of each, and what lets groupby pick them."""

    statement: ast.stmt
    column: str
    edits: tuple[Edit, ...]


def by_key(function: Function, inside: ast.AST) -> Iterator[PickedRows]:
    """Every loop over the keys of a column."""
    for loop in ast.walk(inside):
        if not isinstance(loop, Loop):
            continue
        head = loop if isinstance(loop, ast.For) else loop.generators[0]
        several = not isinstance(loop, ast.For) and len(loop.generators) > 1
        keys = _keys(function, head.iter)
        if several or keys is None or not isinstance(head.target, ast.Name):
            continue
        rows = "rows" if "rows" not in syntax.names_in(function.node) else "rows_of_key"
        edits = _picked(function, loop, keys, head.target.id, rows)
        table, column = keys.table, keys.column
        if not edits or table in syntax.stored_in(loop):
            continue
        start, _ = function.span(head.target)
        _, end = function.span(head.iter)
        sort = "" if keys.ordered else ", sort=False"
        text = f"{head.target.id}, {rows} in {table}.groupby({column}{sort})"
        edits.append(Edit(start=start, end=end, text=text))
        yield PickedRows(function.statement_of(loop), column, tuple(edits))


@dataclass(frozen=True)
class _Keys:
    """The keys of a table's rows: those of a column, or parts of a column's dates."""

    table: str
    column: str
    """As groupby takes it."""
    values: str
    """The key of every row, as the function writes it."""
    ordered: bool


def _keys(function: Function, node: ast.expr) -> _Keys | None:
    """The keys that a loop goes over; None for anything else."""
    found = _keys_of(function, node)
    if found is not None:
        one, ordered = found
        table, column = function.text_of(one["DF"]), function.text_of(one["C"])
        return _Keys(table, column, f"{table}[{column}]", ordered)
    for pattern in _OTHER_KEYS:
        other = patterns.match(function, node, pattern)
        table = dated_table(other["X"]) if other is not None else ""
        if other is not None and table:
            values = function.text_of(other["X"])
            return _Keys(table, values, values, pattern.startswith(_ORDERED))
    return None


def are_keys_of(function: Function, node: ast.expr) -> bool:
    """Whether these are all keys of a table, each once."""
    return _keys(function, node) is not None


def dated_table(node: ast.expr) -> str:
    """The table of `df['day'].dt.month`, or of `df.day.dt.to_period('M')`; '' for others."""
    match node:
        case ast.Call(ast.Attribute(ast.Attribute(column, "dt"), method), given, []) if (
            method in _OF_DATES and all(isinstance(each, ast.Constant) for each in given)
        ):
            pass
        case ast.Attribute(ast.Attribute(column, "dt"), _):
            pass
        case _:
            return ""
    match column:
        case ast.Subscript(ast.Name(table), ast.Constant()) | ast.Attribute(ast.Name(table), _):
            return table
    return ""


_OF_DATES = ("to_period", "normalize", "floor", "strftime", "day_name", "month_name")
_ORDERED = ("sorted", "np.")


def _keys_of(function: Function, node: ast.expr) -> tuple[Match, bool] | None:
    """The column whose keys these are, and whether they come in order."""
    for pattern in _KEYS:
        one = patterns.match(function, node, pattern)
        if one is not None and patterns.pure(one["DF"]):
            return one, pattern.startswith(_ORDERED)
    return None


def _picked(function: Function, loop: ast.AST, keys: _Keys, key: str, rows: str) -> list[Edit]:
    """Every expression that picks the rows of the key, as the rows themselves."""
    table, mask = keys.table, _plain(f"{keys.values} == {key}")
    named = {
        each.targets[0].id: each
        for each in ast.walk(loop)
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Name)
        and ast.unparse(each.value) == mask
        and len(function.uses(each.targets[0].id)) > 1
    }
    made = []
    left = {name: len(function.uses(name)) - 1 for name in named}
    for node in ast.walk(loop):
        if not isinstance(node, ast.Subscript):
            continue
        text, name = ast.unparse(node), _name_picked(node)
        for by in (mask, *named):
            if text in (_plain(f"{table}[{by}]"), _plain(f"{table}.loc[{by}]")):
                made.append(rewriting.edit(function, node, rows))
            elif name and text in (
                _plain(f"{table}.loc[{by}, {name}]"),
                _plain(f"{table}[{name}][{by}]"),
            ):
                made.append(rewriting.edit(function, node, f"{rows}[{name}]"))
            else:
                continue
            left[by] = left.get(by, 0) - 1
    unread = [each for name, each in named.items() if not left[name]]
    return [*made, *(syntax.without(function, each) for each in unread)]


def _plain(text: str) -> str:
    return ast.unparse(ast.parse(text, mode="eval"))


def _name_picked(node: ast.Subscript) -> str:
    """The column of `df.loc[…, 'a']` and `df['a'][…]`."""
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        return ast.unparse(node.slice.elts[1])
    return ast.unparse(node.value.slice) if isinstance(node.value, ast.Subscript) else ""


# ------------------------------------------------------------ for all groups


def of_all_groups(function: Function, loop: Loop, least: int = 1) -> Edit | None:
    """A loop over groups that only stores, appends or lists a value of each.

    Each group has `least` rows.
    """
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    more = not isinstance(loop, ast.For) and (head.ifs or len(loop.generators) > 1)  # type: ignore[union-attr]
    one = next(
        filter(
            None,
            (
                patterns.match(function, head.iter, pattern)
                for pattern in ("DF.groupby(K)", "DF.groupby(K, sort=False)")
            ),
        ),
        None,
    )
    target = head.target
    if one is None or more or not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    key, rows = target.elts
    if not isinstance(key, ast.Name) or not isinstance(rows, ast.Name):
        return None
    if not isinstance(one["DF"], ast.Name):
        return None
    try:
        return _edit(function, loop, one, (key.id, rows.id), least)
    except (NotForGroupsError, NotOneCallError):
        return None


def _edit(
    function: Function, loop: Loop, one: Match, names: tuple[str, str], least: int
) -> Edit | None:
    key, rows = names
    table = one["DF"]
    assert isinstance(table, ast.Name)
    keys = one["K"]
    reader = OfGroups(function, function.source.names, table.id, keys, rows, "", least)
    unsorted = ast.unparse(loop.iter if isinstance(loop, ast.For) else loop.generators[0].iter)
    plain = f"{table.id}.groupby({ast.unparse(keys)})"

    def value(node: ast.expr) -> str:
        if ast.unparse(node) == key:
            return f"{unsorted}.size().index"
        made = reader.of(node)
        if made.kind != group_expressions.GROUPS:
            raise NotForGroupsError("it is no value of a group")
        text = made.closed.replace(plain, unsorted)
        if "sort=False" in unsorted:
            text = text.replace(
                f".groupby({table.id}[{ast.unparse(keys)}])",
                f".groupby({table.id}[{ast.unparse(keys)}], sort=False)",
            )
            if f"{table.id}.sort_values(" in text:  # which orders the groups as well
                text = f"({text}).reindex({table.id}[{ast.unparse(keys)}].unique())"
        return text

    if isinstance(loop, ast.ListComp):
        return rewriting.edit(function, loop, f"{value(loop.elt)}.tolist()")
    if isinstance(loop, ast.DictComp):
        if ast.unparse(loop.key) != key:
            return None
        return rewriting.edit(function, loop, f"{value(loop.value)}.to_dict()")
    last = whole_calls.inlined(loop.body)
    start, end = function.span(loop)
    stored = _stored_by_index(last, rows, table.id)
    if stored is not None and isinstance(last, ast.Assign):
        made = reader.of(last.value)
        if made.kind == group_expressions.SAME:
            return None
        text = made.text if made.kind == group_expressions.ROWS else made.spread
        return Edit(start=start, end=end, text=f"{stored} = {text}")
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Subscript):
        place = last.targets[0]
        if ast.unparse(place.slice) != key or not isinstance(place.value, ast.Name):
            return None
        text = f"{place.value.id}.update({value(last.value)}.to_dict())"
        return Edit(start=start, end=end, text=text)
    text = _extended(function, getattr(last, "value", loop.iter), value)
    return Edit(start=start, end=end, text=text) if text else None


def _extended(function: Function, node: ast.expr, value: Callable[[ast.expr], str]) -> str:
    """What appends a value of one group, or several of them, for all groups; else ''."""
    one = patterns.match(function, node, "OUT.append(E)")
    if one is None or not isinstance(one["OUT"], ast.Name):
        return ""
    extend, each = f"{one['OUT'].id}.extend", one["E"]
    if isinstance(each, ast.Dict):
        parts = [
            f"{ast.unparse(name) if name else '**'}: {value(made)}"
            for name, made in zip(each.keys, each.values, strict=True)
        ]
        table = f"{function.pandas}.DataFrame({{{', '.join(parts)}}})"
        return f"{extend}({table}.to_dict('records'))"
    if isinstance(each, ast.Tuple):
        return f"{extend}(zip({', '.join(f'{value(made)}.tolist()' for made in each.elts)}))"
    return f"{extend}({value(each)}.tolist())"


def _stored_by_index(statement: ast.stmt, rows: str, table: str) -> str | None:
    """`out.loc[table.index]` or `table['c']`, where `rows.index` says which are set."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    place = statement.targets[0]
    if not isinstance(place, ast.Subscript):
        return None
    owner, parts = place.value, place.slice
    if not isinstance(owner, ast.Attribute) or owner.attr != "loc":
        return None
    if not isinstance(owner.value, ast.Name):
        return None
    out = owner.value.id
    if ast.unparse(parts) == f"{rows}.index":
        return f"{out}.loc[{table}.index]"
    if isinstance(parts, ast.Tuple) and len(parts.elts) == 2:
        index, column = parts.elts
        if ast.unparse(index) == f"{rows}.index" and isinstance(column, ast.Constant):
            whole = f"{out}[{column.value!r}]"
            return whole if out == table else f"{out}.loc[{table}.index, {column.value!r}]"
    return None


# ------------------------------------------------------- set group by group


def set_at_once(function: Function, loop: ast.For) -> Edit | None:
    """`df.loc[mask, 'c'] = …` of each key's rows as one assignment of the column."""
    found = _keys_of(function, loop.iter)
    if found is None or not isinstance(loop.target, ast.Name) or loop.orelse:
        return None
    one, _ = found
    table, column, key = one["DF"], one["C"], loop.target.id
    mask = _plain(f"{ast.unparse(table)}[{ast.unparse(column)}] == {key}")
    names = {
        s.targets[0].id
        for s in loop.body
        if isinstance(s, ast.Assign)
        and isinstance(s.targets[0], ast.Name)
        and ast.unparse(s.value) == mask
    }
    rest = [s for s in loop.body if not (isinstance(s, ast.Assign) and _names(s) <= names)]
    if len(rest) != 1 or not isinstance(rest[0], ast.Assign) or not isinstance(table, ast.Name):
        return None
    picking = _PickedRows(table.id, {mask, *names})
    place = picking.visit(copy.deepcopy(rest[0].targets[0]))
    value = picking.visit(copy.deepcopy(rest[0].value))
    if not isinstance(place, ast.Subscript) or ast.unparse(place.value) != _ROWS:
        return None
    reader = OfGroups(function, function.source.names, table.id, column, _ROWS, "")
    try:
        made = reader.of(value)
    except NotForGroupsError:
        return None
    if made.kind not in (group_expressions.ROWS, group_expressions.GROUPS):
        return None
    text = made.text if made.kind == group_expressions.ROWS else made.spread
    start, end = function.span(loop)
    return Edit(start=start, end=end, text=f"{table.id}[{ast.unparse(place.slice)}] = {text}")


_ROWS = "rows_of_a_key"


def _names(statement: ast.Assign) -> set[str]:
    return {ast.unparse(each) for each in statement.targets}


class _PickedRows(ast.NodeTransformer):
    """`df.loc[mask, 'a']` and `df['a'][mask]` as the column of the rows of a key."""

    def __init__(self, table: str, masks: set[str]) -> None:
        self.table = table
        self.masks = masks

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """One of these, or anything else."""
        owner, key = ast.unparse(node.value), node.slice
        name: ast.expr | None = None
        if owner == f"{self.table}.loc" and isinstance(key, ast.Tuple) and len(key.elts) == 2:
            name = key.elts[1] if ast.unparse(key.elts[0]) in self.masks else None
        elif isinstance(node.value, ast.Subscript) and ast.unparse(key) in self.masks:
            inner = node.value
            name = inner.slice if ast.unparse(inner.value) == self.table else None
        if name is None:
            return self.generic_visit(node)  # type: ignore[return-value]
        return ast.Subscript(ast.Name(_ROWS, ast.Load()), name, node.ctx)
