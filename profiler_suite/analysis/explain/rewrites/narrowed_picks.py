"""Rows that are picked of rows that were picked, as rows that both conditions pick.

`g = df[df['k'] == k]; (g['v'] > v).sum()` counts what `len(df[(df['k'] == k) & (df['v'] > v)])`
counts.
"""

import ast

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit


def narrowed(function: Function) -> Function | None:
    """The function with both conditions in one; None where there is nothing of the kind."""
    edits: list[Edit] = []
    for node in function.nodes:
        picked = _picked(function, node)
        if picked is None:
            continue
        name, table, mask = picked
        for use in function.uses(name):
            edits += _narrowed(function, use, table, mask)
    whole = rewriting.spliced(function, edits) if edits else None
    if whole is None:
        return None
    changed = rewriting.parsed(msgspec.structs.replace(function.source, text=whole.source))
    if changed is not None:
        changed.siblings = function.siblings
    return changed


def _picked(function: Function, node: ast.AST) -> tuple[str, str, ast.expr] | None:
    """`name = table[mask]`, of a name that is given nothing else: these three."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    name, value = node.targets[0].id, node.value
    if not isinstance(value, ast.Subscript) or not isinstance(value.value, ast.Name):
        return None
    stores = [n for n in function.uses(name) if isinstance(n.ctx, ast.Store)]
    is_table = function.source.names.get(value.value.id, "").startswith("DataFrame")
    if len(stores) != 1 or len(node.targets) > 1 or not is_table:
        return None
    if not isinstance(value.slice, ast.Compare | ast.BinOp):
        return None
    return name, value.value.id, value.slice


def _narrowed(function: Function, use: ast.Name, table: str, mask: ast.expr) -> list[Edit]:
    """`(name['c'] > v).sum()`, or `name[name['c'] > v]`, of one use of the name."""
    column = function.parents[use]
    if not isinstance(column, ast.Subscript) or column.value is not use:
        return []
    if isinstance(column.slice, ast.Compare):
        return _both(function, column, (use.id, column.slice), (table, mask), "{}")
    compared = function.parents[column]
    method = function.parents.get(compared)
    call = function.parents.get(method) if method is not None else None
    if not isinstance(compared, ast.Compare) or not isinstance(call, ast.Call):
        return []
    summed = isinstance(method, ast.Attribute) and method.attr == "sum"
    if not summed or call.args or call.keywords:
        return []
    return _both(function, call, (use.id, compared), (table, mask), "len({})")


def _both(
    function: Function,
    node: ast.expr,
    narrower: tuple[str, ast.Compare],
    wider: tuple[str, ast.expr],
    around: str,
) -> list[Edit]:
    name, test = narrower
    table, mask = wider
    if len(test.ops) != 1:
        return []
    of_table = syntax.substituted(test, {name: ast.Name(table, ast.Load())})
    first = ast.unparse(mask)
    first = f"({first})" if isinstance(mask, ast.Compare) else first
    text = around.format(f"{table}[{first} & ({ast.unparse(of_table)})]")
    return [rewriting.edit(function, node, text)]
