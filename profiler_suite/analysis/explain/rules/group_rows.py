"""Slow paths of groups whose rows are kept or dropped by a Python function for each group."""

import ast
import functools
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    group_copies,
    kept_groups,
    key_rows,
    patterns,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_AGGREGATES = frozenset(
    ["mean", "sum", "max", "min", "std", "var", "median", "count", "nunique", "first", "last"]
)


@rule(
    "group_rows",
    looks_for="groups filtered by a Python function: a table is made of every group",
    rewrite="df.groupby('k').filter(lambda g: len(g) > 3) → "
    "df[df.groupby('k').transform('size') > 3]",
    exact="up to rounding; as pandas treats missing values",
    thread="https://github.com/pandas-dev/pandas/issues/6556",
)
def groups_filtered(seen: Observation) -> Iterator[Finding]:
    """Groups kept where a number computed of them is large enough."""
    return seen.written(
        ("D.groupby(K).filter(lambda G: C)",),
        lambda one: _kept(one.function, one),
        where=lambda m: patterns.cheap(m["D"]),
        title="compute the number of all groups at once, and take rows by it",
        evidence="filter makes a table of each group and calls Python for it",
    )


def _kept(function: Function, one: Match) -> str:
    """The rows of the groups that the condition keeps; empty where it is no such condition."""
    condition, group = one["C"], one["G"]
    if not isinstance(condition, ast.Compare) or not isinstance(group, ast.Name):
        return ""
    limits = condition.comparators
    if len(limits) != 1 or syntax.uses(limits[0], group.id):
        return ""
    table, key = function.text_of(one["D"]), function.text_of(one["K"])
    number = _number_of_group(function, condition.left, group.id, f"{table}.groupby({key})")
    sign = _SIGNS.get(type(condition.ops[0]))
    if not number or sign is None:
        return ""
    return f"{table}[{number} {sign} {rewriting.written(function, limits[0])}]"


# Not !=: what has no key is in no group, and unequal to everything.
_SIGNS = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
}


def _number_of_group(function: Function, node: ast.expr, group: str, groups: str) -> str:
    """len(g), or an aggregate of a column of g, for every row of the table."""
    for pattern in ("len(G)", "G.shape[0]"):
        found = patterns.match(function, node, pattern)
        if found is not None and isinstance(found["G"], ast.Name) and found["G"].id == group:
            return f"{groups}.transform('size')"
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return ""
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in _AGGREGATES:
        return ""
    column = method.value
    if isinstance(column, ast.Subscript) and isinstance(column.slice, ast.Constant):
        name = repr(column.slice.value)
    elif isinstance(column, ast.Attribute):
        name = repr(column.attr)
    else:
        return ""
    own = isinstance(column.value, ast.Name) and column.value.id == group
    return f"{groups}[{name}].transform('{method.attr}')" if own else ""


# ------------------------------------------------------------- the first rows of each

# What a function keeps of a group: the order of its rows, and how many of them.
_FIRST = (
    ("G.nlargest(N, C)", "False"),
    ("G.nsmallest(N, C)", "True"),
    ("G.sort_values(C).head(N)", "True"),
    ("G.sort_values(C, ascending=False).head(N)", "False"),
    ("G.sort_values(by=C).head(N)", "True"),
    ("G.sort_values(by=C, ascending=False).head(N)", "False"),
)


@rule(
    "group_rows",
    looks_for="the first rows of each group by groupby.apply: a table is made and sorted for "
    "each",
    rewrite="df.groupby('k').apply(lambda g: g.nlargest(3, 'v')) → df.sort_values(['k', 'v'], "
    "…).groupby('k').head(3)",
    exact="where no number is missing; pandas 3 leaves the key out of what it gives a function",
    thread="https://github.com/pandas-dev/pandas/issues/46924",
)
def rows_of_groups(seen: Observation) -> Iterator[Finding]:
    """The largest or smallest rows of each group."""
    table = []
    for function, ascending in _FIRST:
        ordered = (
            f"D.sort_values([K, C], ascending=[True, {ascending}], kind='stable')"
            ".groupby(K).head(N)"
        )
        table += [
            (
                f"D.groupby(K, group_keys=False).apply(lambda G: {function})",
                f"{ordered}.drop(columns=K)",
            ),
            (
                f"D.groupby(K).apply(lambda G: {function})",
                f"{ordered}.set_index(K, append=True).swaplevel()",
            ),
        ]

    def named(one: Match) -> bool:
        columns = [one["K"], one["C"]]
        return all(
            isinstance(each, ast.Constant) and isinstance(each.value, str) for each in columns
        )

    return seen.rewrites(
        *table,
        where=named,
        title="sort the whole table once, and take the first rows of each group",
        evidence="groupby.apply makes a table of each group and calls Python for it",
    )


@rule(
    "group_rows",
    looks_for="the row of each group with its largest value by groupby.apply: a table for each",
    rewrite="df.groupby('k').apply(lambda g: g.loc[g['t'].idxmax(), 'v']) → "
    "df.groupby('k')['t'].idxmax().map(df['v'])",
    exact="where no label of the rows comes twice; pandas 3 leaves the key out of the row",
    thread="https://stackoverflow.com/questions/15705630/get-the-rows-which-have-the-max-value-in-"
    "groups-using-groupby",
)
def extreme_rows(seen: Observation) -> Iterator[Finding]:
    """Rows of groups by the place of their extreme."""
    table = []
    for name in ("idxmax", "idxmin"):
        place = f"G[T].{name}()"
        places = f"D.groupby(K)[T].{name}()"
        applied = "D.groupby(K).apply(lambda G: {})"
        value = f"{places}.map(D[V]).rename(None)"
        table += [
            (applied.format(f"G.loc[{place}, V]"), value),
            (applied.format(f"G[V][{place}]"), value),
            (applied.format(f"G[V].loc[{place}]"), value),
            (applied.format(f"G.loc[{place}]"), f"D.loc[{places}].set_index(K)"),
        ]

    def named(one: Match) -> bool:
        names = [one[each] for each in "KTV" if each in one.captures]
        texts = all(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in names)
        return texts and patterns.cheap(one["D"])

    return seen.rewrites(
        *table,
        where=named,
        title="find the places of all groups at once",
        evidence="groupby.apply makes a table of each group and calls Python for it",
    )


# ------------------------------------------------------------- groups put together again


@rule(
    "group_rows",
    looks_for="groups that get columns one by one and are put together again: a table for each",
    rewrite="for _, g in df.groupby('k'): g['s'] = g['v'] / g['v'].sum(); parts.append(g) → "
    "df.assign(s=df['v'] / df.groupby('k')['v'].transform('sum'))",
    exact="up to rounding, also of what decides which rows stay; as pandas treats missing "
    "values; no rows at all are no error",
    thread="https://github.com/pandas-dev/pandas/issues/35407",
)
def groups_together(seen: Observation) -> Iterator[Finding]:
    """Groups that are taken apart, changed and concatenated."""
    for given in seen.functions:
        for function, callee_of in _by_groupby(seen, given):
            for made in group_copies.put_together(function, callee_of):
                whole = rewriting.spliced(function, made.edits)
                if whole is None:
                    continue
                yield from seen.whole(
                    given,
                    whole.source,
                    title="compute the columns for all groups at once",
                    lines=syntax.span_of(given, made.statement),
                    helpers=(
                        "import numpy as np",
                        "import pandas as pd",
                        group_copies.BY_GROUPS,
                    ),
                    evidence="every group becomes a table, and all of them one again",
                )


def _by_groupby(
    seen: Observation, function: Function
) -> Iterator[tuple[Function, group_copies.FindCallee]]:
    """The function as it is, and with groupby where a loop picks the rows of each key."""
    forms = [function]
    for picked in key_rows.by_key(function, function.node):
        made = rewriting.spliced(function, picked.edits)
        changed = made and rewriting.parsed(
            msgspec.structs.replace(function.source, text=made.source)
        )
        forms += [changed] if changed else []
    forms += [kept.function for form in forms for kept in kept_groups.without_others(form)]
    for form in forms:
        yield form, functools.partial(callbacks.find_callee, seen, form)
