"""Groups that are changed one by one and put together again, as columns of the whole table.

`for _, g in df.groupby('k'): g = g.copy(); g['s'] = g['v'] / g['v'].sum(); parts.append(g)`
and `pd.concat(parts)` say what `df.assign(s=df['v'] / df.groupby('k')['v'].transform('sum'))`
says, with the rows group by group.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import group_expressions, patterns
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    OfGroups,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

BY_GROUPS = '''
def by_groups(table, keys, sort=True):
    """The rows of a table group by group, as groupby goes through them."""
    numbers = table.groupby(keys, sort=sort).ngroup().fillna(-1).to_numpy()
    order = np.argsort(numbers, kind="stable")
    return table.iloc[order[np.count_nonzero(numbers < 0) :]]
'''.strip()

Callee = ast.FunctionDef | ast.Lambda
FindCallee = Callable[[ast.expr], tuple[Callee, Function] | None]
_HEADS = ("DF.groupby(K)", "DF.groupby(K, sort=False)")


@dataclass(frozen=True)
class GroupsTogether:
    """A loop over groups whose results are put together, and the same at once."""

    statement: ast.stmt
    """Where the groups are gone through."""
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class _Loop:
    """How groups are gone through: the group's name, what is done, what is kept of it."""

    table: str
    keys: ast.expr
    sort: str
    group: str
    body: list[ast.stmt]
    kept: ast.expr


def put_together(function: Function, find_callee: FindCallee) -> Iterator[GroupsTogether]:
    """Every `pd.concat` of what is made of each group."""
    for pattern in ("pd.concat(PARTS)", "pd.concat(PARTS, ignore_index=True)"):
        for one in patterns.found(function, (pattern,), lambda m: True):
            parts = one["PARTS"]
            numbered = ".reset_index(drop=True)" if "ignore_index" in pattern else ""
            if isinstance(parts, ast.ListComp | ast.GeneratorExp):
                made = _of_comprehension(function, one.node, parts, find_callee, numbered)
            elif isinstance(parts, ast.Name):
                made = _of_list(function, one.node, parts.id, numbered)
            else:
                made = None
            if made is not None:
                yield made


def _of_comprehension(
    function: Function,
    concat: ast.expr,
    parts: ast.ListComp | ast.GeneratorExp,
    find_callee: FindCallee,
    numbered: str,
) -> GroupsTogether | None:
    """`pd.concat([with_share(g) for _, g in df.groupby('k')])`."""
    head = parts.generators[0]
    if len(parts.generators) > 1 or head.ifs:
        return None
    loop = _loop(function, head.target, head.iter, [], parts.elt)
    if loop is None:
        return None
    called = parts.elt
    if isinstance(called, ast.Call) and [ast.unparse(a) for a in called.args] == [loop.group]:
        found = find_callee(called.func) if not called.keywords else None
        if found is None:
            return None
        loop = _of_callee(function, head, found[0])
    text = _at_once(function, loop, numbered) if loop is not None else ""
    if not text:
        return None
    statement = function.statement_of(concat)
    return GroupsTogether(statement, (rewriting.edit(function, concat, text),))


def _of_callee(function: Function, head: ast.comprehension, callee: Callee) -> _Loop | None:
    """The loop with the body of the function that it calls for each group."""
    names = [each.arg for each in callee.args.args]
    if len(names) != 1 or isinstance(callee, ast.Lambda):
        return None
    last = callee.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    target = ast.Tuple([ast.Name("_", ast.Store()), ast.Name(names[0], ast.Store())])
    return _loop(function, target, head.iter, callee.body[:-1], last.value)


def _of_list(
    function: Function, concat: ast.expr, name: str, numbered: str
) -> GroupsTogether | None:
    """A loop that appends each group to a list that is put together after it."""
    for block in syntax.blocks(function.node):
        for node in block:
            if not isinstance(node, ast.For) or node.orelse:
                continue
            last = node.body[-1]
            one = (
                patterns.match(function, last.value, "OUT.append(E)")
                if isinstance(last, ast.Expr)
                else None
            )
            if one is None or ast.unparse(one["OUT"]) != name:
                continue
            begun = [s for s in block if ast.unparse(s) == f"{name} = []"]
            used = function.uses(name)
            loop = _loop(function, node.target, node.iter, node.body[:-1], one["E"])
            if loop is None or len(begun) != 1 or len(used) != 3:
                return None
            text = _at_once(function, loop, numbered)
            if not text:
                return None
            gone = [syntax.without(function, each) for each in (begun[0], node)]
            return GroupsTogether(node, (*gone, rewriting.edit(function, concat, text)))
    return None


def _loop(
    function: Function,
    target: ast.expr,
    iterated: ast.expr,
    body: list[ast.stmt],
    kept: ast.expr,
) -> _Loop | None:
    """A loop over the groups of a named table that does not ask for their keys."""
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    key, group = target.elts
    if not isinstance(key, ast.Name) or not isinstance(group, ast.Name):
        return None
    used = [n for s in (*body, kept) for n in ast.walk(s) if isinstance(n, ast.Name)]
    for pattern in _HEADS:
        one = patterns.match(function, iterated, pattern)
        if one is None or not isinstance(one["DF"], ast.Name):
            continue
        if any(n.id in (key.id, one["DF"].id) for n in used):
            return None
        sort = ", sort=False" if "sort" in pattern else ""
        return _Loop(one["DF"].id, one["K"], sort, group.id, body, kept)
    return None


def _at_once(function: Function, loop: _Loop, numbered: str) -> str:
    """All groups with their new columns, in the order of the loop; empty where it cannot be."""
    body = list(loop.body)
    ordered = _ordered(body, loop.group)
    own = rewriting.new_name(function, "rows")
    names = {
        key.replace(f"{loop.table}[", f"{own}[", 1): words
        for key, words in function.source.names.items()
    }
    reader = OfGroups(function, names, own, loop.keys, loop.group, "")
    try:
        columns = reader.read_body(body)
        picked = _picked(reader, loop.kept)
    except NotForGroupsError:
        return ""
    if ordered and loop.sort:  # groups come as they do in the table before it was ordered
        return ""
    table = f"{loop.table}.{ordered}" if ordered else loop.table
    made = f"by_groups({table}, {ast.unparse(loop.keys)}{loop.sort})"
    if columns or picked:
        made = f"({own} := {made})"
    if columns:
        plain = all(name.isidentifier() for name in columns)
        given = ", ".join(
            f"{name}={text}" if plain else f"{name!r}: {text}" for name, text in columns.items()
        )
        made = f"{made}.assign({given if plain else f'**{{{given}}}'})"
    if picked.startswith("."):
        made = f"{made}{picked}"
    elif picked:
        made = f"{made}[{picked}]"
    return f"{made}{numbered}"


def _ordered(body: list[ast.stmt], group: str) -> str:
    """'sort_values('t')' where the group is put in order first; it is taken out."""
    for number, statement in enumerate(body):
        text = ast.unparse(statement)
        if text == f"{group} = {group}.copy()":
            continue
        begin = f"{group} = {group}.sort_values("
        if not text.startswith(begin) or len(syntax.uses(statement, group)) > 2:
            return ""
        del body[number]
        end = text.removeprefix(f"{group} = {group}.").removesuffix(".copy()")
        return end if end.count(".") == 0 else ""
    return ""


def _picked(reader: OfGroups, kept: ast.expr) -> str:
    """Which rows are kept: empty for all, '.groupby(…).head(2)', or a condition."""
    text = ast.unparse(kept)
    if reader.is_group(kept):
        return ""
    copied = text.removesuffix(".copy()")
    kept = ast.parse(copied, mode="eval").body
    if isinstance(kept, ast.Subscript) and reader.is_group(kept.value):
        condition = reader.of(kept.slice)
        if condition.kind == group_expressions.ROWS and not reader.made:
            return condition.text
    method = kept.func if isinstance(kept, ast.Call) else None
    first = isinstance(method, ast.Attribute) and method.attr in ("head", "tail")
    if first and isinstance(kept, ast.Call) and isinstance(method, ast.Attribute):
        plain = all(isinstance(each, ast.Constant | ast.Name) for each in kept.args)
        if reader.is_group(method.value) and plain and not kept.keywords:
            given = ", ".join(ast.unparse(each) for each in kept.args)
            return f".groupby({ast.unparse(reader.keys)}).{method.attr}({given})"
    raise NotForGroupsError("something else is kept of each group")
