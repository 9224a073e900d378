"""Loops over the groups of a table that pass some of them by: the table without those, first.

`for k, g in df.groupby('k'): if len(g) > 1 and g['v'].sum() > x: …` does something for the
groups of `df[(size of its group > 1) & (sum of its group > x)]`, each computed for all rows by
one transform.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import group_expressions, patterns, whole_calls
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    OfGroups,
)
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

Loop = ast.For | ast.DictComp | ast.ListComp
_HEADS = ("DF.groupby(K)", "DF.groupby(K, sort=False)")


@dataclass(frozen=True)
class Kept:
    """A function whose loop goes over the groups of a smaller table."""

    function: Function
    least: int
    """Rows that each of these groups has."""


def without_others(function: Function) -> Iterator[Kept]:
    """Every loop over groups with a condition on them."""
    for loop in function.nodes:
        if not isinstance(loop, Loop):
            continue
        try:
            kept = _kept(function, loop)
        except (NotForGroupsError, NotOneCallError):
            continue
        if kept is not None:
            yield kept


def _kept(function: Function, loop: Loop) -> Kept | None:
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    one = next(filter(None, (patterns.match(function, head.iter, p) for p in _HEADS)), None)
    target, changed = head.target, syntax.changed_in(loop)
    if one is None or not isinstance(one["DF"], ast.Name) or one["DF"].id in changed:
        return None
    if not isinstance(target, ast.Tuple) or not isinstance(target.elts[-1], ast.Name):
        return None
    table, group = one["DF"], target.elts[-1].id
    found = _guarded(loop)
    if found is None:
        return None
    before, condition, twin = found
    statement = whole_calls.inlined([*before, ast.Expr(condition)])
    assert isinstance(statement, ast.Expr)
    others = syntax.names_in(statement.value) - {group}
    if others & (changed | syntax.bound_names(target) | {table.id}):
        return None
    reader = OfGroups(function, function.source.names, table.id, one["K"], group, "")
    whole = reader.truth(statement.value)
    if whole.kind != group_expressions.GROUPS:
        return None
    rows = rewriting.new_name(function, "kept_rows")
    taken = f"{rows} = {table.id}[{ast.unparse(ast.parse(whole.of_rows))}]"
    twin_head = twin if isinstance(twin, ast.For) else twin.generators[0]
    _put(twin_head.iter, rows)
    start, end = function.span(loop)
    indent = "\n" + function.indent_of(loop.lineno)
    text = indent.join(ast.unparse(ast.fix_missing_locations(twin)).splitlines())
    edits = [
        Edit(start=start, end=end, text=text),
        *rewriting.inserted(
            function,
            {function.statement_of(loop).lineno: [taken]},
        ),
    ]
    made = rewriting.spliced(function, edits)
    names = function.source.names
    own = {
        key.replace(table.id, rows, 1): words
        for key, words in names.items()
        if key == table.id or key.startswith((f"{table.id}[", f"{table.id}."))
    }
    changed_function = made and rewriting.parsed(
        msgspec.structs.replace(function.source, text=made.source, names={**names, **own})
    )
    if not changed_function:
        return None
    return Kept(changed_function, _least(function, statement.value, group))


def _put(iterated: ast.expr, rows: str) -> None:
    """Another table in the place of the one that is grouped."""
    assert isinstance(iterated, ast.Call)
    assert isinstance(iterated.func, ast.Attribute)
    iterated.func.value = ast.Name(rows, ast.Load())


def _guarded(loop: Loop) -> tuple[list[ast.stmt], ast.expr, Loop] | None:
    """What comes before the condition, the condition, and the loop without it."""
    twin = copy.deepcopy(loop)
    if not isinstance(twin, ast.For):
        conditions = twin.generators[0].ifs
        if len(twin.generators) > 1 or not conditions:
            return None
        twin.generators[0].ifs = []
        whole = conditions[0] if len(conditions) == 1 else ast.BoolOp(ast.And(), conditions)
        return [], whole, twin
    for place, statement in enumerate(twin.body):
        if not isinstance(statement, ast.If):
            continue
        before, after = twin.body[:place], twin.body[place + 1 :]
        skips = len(statement.body) == 1 and isinstance(statement.body[0], ast.Continue)
        if skips and not statement.orelse and after:
            twin.body = [*before, *after]
            return before, ast.UnaryOp(ast.Not(), statement.test), twin
        if after or statement.orelse or twin.orelse:
            return None
        twin.body = [*before, *statement.body]
        return before, statement.test, twin
    return None


def _least(function: Function, condition: ast.expr, group: str) -> int:
    """How many rows a group has at least where the condition holds, as far as it says so."""
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And):
        return max(_least(function, each, group) for each in condition.values)
    wanted: tuple[type[ast.cmpop], ...] = (ast.Gt, ast.GtE, ast.Eq)
    more = 1
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        condition, wanted, more = condition.operand, (ast.LtE, ast.Lt, ast.NotEq), 1
    if not isinstance(condition, ast.Compare) or len(condition.ops) > 1:
        return 1
    op, limit = condition.ops[0], rewriting.number(condition.comparators[0])
    if limit is None or not isinstance(op, wanted) or not _is_length(condition.left, group):
        return 1
    return int(limit) + (more if isinstance(op, wanted[0]) else 0)


def _is_length(node: ast.expr, group: str) -> bool:
    """Whether it says how many rows the group has: of what was only put in order, too."""
    match node:
        case ast.Call(ast.Name("len"), [inner], []):
            pass
        case ast.Subscript(ast.Attribute(inner, "shape"), ast.Constant(0)):
            pass
        case ast.Attribute(inner, "size"):
            if isinstance(inner, ast.Name):
                return False
        case _:
            return False
    while not isinstance(inner, ast.Name):
        match inner:
            case ast.Call(ast.Attribute(owner, "sort_values"), _, _):
                inner = owner
            case ast.Subscript(owner, ast.Constant()) | ast.Attribute(owner, _):
                inner = owner
            case _:
                return False
    return inner.id == group
