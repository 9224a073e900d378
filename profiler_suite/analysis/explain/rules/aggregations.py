"""Slow paths of aggregation: Python functions among those of agg, modes, windows in groups."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import group_expressions, patterns, vectorising
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    OfGroups,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_OWN_METHODS = (
    *("sum", "mean", "max", "min", "std", "var", "median", "count", "first", "last"),
    *("nunique", "size", "prod", "sem", "any", "all"),
)
_COUNTED = "D.groupby(K).cumcount().rename(C)"


@rule(
    "aggregations",
    looks_for="groupby with a Python function where pandas has one of its own",
    rewrite="g.apply(lambda v: v.mean()) → g.mean(), g.transform(lambda v: v.sum()) → "
    "g.transform('sum')",
    exact="up to rounding",
    thread="https://github.com/pandas-dev/pandas/issues/13734",
)
def groupby_apply(seen: Observation) -> Iterator[Finding]:
    """Python functions per group."""
    table = [
        ("G.apply(len)", "G.size()"),
        ("G.agg(len)", "G.size()"),
        ("G[C].apply(len)", "G[C].size()"),
        (
            "DF.groupby(K)[C].transform(lambda V: V - V.mean())",
            "DF[C] - DF.groupby(K)[C].transform('mean')",
        ),
        (
            "DF.groupby(K)[C].transform(lambda V: V / V.sum())",
            "DF[C] / DF.groupby(K)[C].transform('sum')",
        ),
        (
            "DF.groupby(K)[C].transform(lambda V: V / V.mean())",
            "DF[C] / DF.groupby(K)[C].transform('mean')",
        ),
        (
            "DF.groupby(K)[C].transform(lambda V: (V - V.mean()) / V.std())",
            "(DF[C] - DF.groupby(K)[C].transform('mean')) / DF.groupby(K)[C].transform('std')",
        ),
        (
            "DF.groupby(K)[C].transform(lambda V: V.fillna(V.mean()))",
            "DF[C].fillna(DF.groupby(K)[C].transform('mean'))",
        ),
        ("G.agg(lambda V: V.max() - V.min())", "G.max() - G.min()"),
        ("D.groupby(K)[C].transform(lambda V: range(len(V)))", _COUNTED),
        ("D.groupby(K)[C].transform(lambda V: np.arange(len(V)))", _COUNTED),
        ("D.groupby(K)[C].transform(lambda V: np.arange(1, len(V) + 1))", f"{_COUNTED} + 1"),
        ("D.groupby(K)[C].transform(lambda V: range(1, len(V) + 1))", f"{_COUNTED} + 1"),
        ("G.transform(lambda V: len(V))", "G.transform('size')"),
        ("G.transform(len)", "G.transform('size')"),
        (
            "D.groupby(K, group_keys=False).apply("
            "lambda V: pd.Series(np.arange(len(V)), index=V.index))",
            "D.groupby(K).cumcount()",
        ),
        (
            "D.groupby(K, group_keys=False).apply("
            "lambda V: pd.Series(range(len(V)), index=V.index))",
            "D.groupby(K).cumcount()",
        ),
        ("G.apply(lambda V: V.max() - V.min())", "G.max() - G.min()"),
    ]
    for name in _OWN_METHODS:
        table += [
            (f"G.transform(lambda V: V.{name}())", f"G.transform('{name}')"),
            (f"G.transform(np.{name})", f"G.transform('{name}')"),
        ]
        for method in ("apply", "agg", "aggregate"):
            table += [
                (f"G.{method}(np.{name})", f"G.{name}()"),
                (f"G.{method}(lambda V: V.{name}())", f"G.{name}()"),
                (f"G.{method}(lambda V: np.{name}(V))", f"G.{name}()"),
                (f"G.{method}(lambda V: V[C].{name}())", f"G[C].{name}()"),
                (f"G.{method}(lambda V: np.{name}(V[C]))", f"G[C].{name}()"),
            ]
    return seen.rewrites(*table, title="pandas has this for all groups at once")


_AGGREGATED = ("DF.groupby(K).agg(*REST, **KW)", "DF.groupby(K).aggregate(*REST, **KW)")


@rule(
    "aggregations",
    looks_for="groupby.agg with a Python function among those for its columns",
    rewrite="df.groupby('k').agg({'v': lambda s: s.max() - s.min(), 'n': 'sum'}) → "
    "pd.DataFrame of each column's own methods",
    exact="up to rounding; as pandas treats missing values",
    thread="https://stackoverflow.com/questions/14529838/apply-multiple-functions-to-multiple-"
    "groupby-columns",
)
def aggregated_columns(seen: Observation) -> Iterator[Finding]:
    """Tables of aggregates of which some call Python for every group."""
    for function in seen.functions:
        for one in patterns.found(function, _AGGREGATED, _is_named):
            columns = _columns(one)
            texts = {
                name: _aggregate(seen, function, one, column, how)
                for name, (column, how) in columns.items()
            }
            called = [how for _, how in columns.values() if not isinstance(how, ast.Constant)]
            if not called or None in texts.values():
                continue
            given = ", ".join(f"{name!r}: {text}" for name, text in texts.items())
            given = _grouped_once(function, given, one)
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, f"pd.DataFrame({{{given}}})")],
                title="each column by methods of all groups at once",
                lines=range(one.line, one.line + _height(one.node)),
                helpers=("import pandas as pd",),
                evidence="agg makes a Series of every group, and calls Python for it",
            )


def _grouped_once(function: Function, text: str, one: Match) -> str:
    """The groups named where they are first needed: to find them takes most of the time."""
    groups = f"{ast.unparse(one['DF'])}.groupby({ast.unparse(one['K'])})"
    taken = {n.id for n in function.nodes if isinstance(n, ast.Name)}
    if "groups" in taken or text.count(groups) < 2:
        return text
    first, *rest = text.split(groups)
    return f"{first}(groups := {groups}){'groups'.join(rest)}"


def _height(node: ast.expr) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_named(one: Match) -> bool:
    return isinstance(one["DF"], ast.Name)


def _columns(one: Match) -> dict[str, tuple[str, ast.expr]]:
    """Names of the result, each with its column and what is made of it; empty if not known."""
    rest, named = one.captures["REST"], one.captures["KW"]
    found: dict[str, tuple[str, ast.expr]] = {}
    if len(rest) == 1 and not named and isinstance(rest[0], ast.Dict):
        for key, how in zip(rest[0].keys, rest[0].values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return {}
            found[key.value] = key.value, how
    elif not rest:
        for each in named:
            pair = each.value.elts if isinstance(each.value, ast.Tuple) else []
            column = pair[0].value if pair and isinstance(pair[0], ast.Constant) else None
            if len(pair) != 2 or not isinstance(column, str):
                return {}
            found[each.arg] = column, pair[1]
    return found


def _aggregate(
    seen: Observation, function: Function, one: Match, column: str, how: ast.expr
) -> str | None:
    """One column of aggregates; None where it has no form for all groups."""
    table, keys = ast.unparse(one["DF"]), ast.unparse(one["K"])
    if isinstance(how, ast.Constant) and isinstance(how.value, str):
        return f"{table}.groupby({keys})[{column!r}].agg({how.value!r})"
    name = function.qualified(how).rpartition(".")
    if name[0] in ("numpy", "builtins"):
        return f"{table}.groupby({keys})[{column!r}].agg({ast.unparse(how)})"
    found = callbacks.find_callee(seen, function, how)
    if found is None:
        return None
    callee, context = found
    try:
        (parameter,) = vectorising.parameters_of(callee)
        names = function.source.names
        reader = OfGroups(context, names, table, one["K"], parameter, repr(column))
        result = reader.read(callee)
    except (NotForGroupsError, vectorising.NotVectorisedError, ValueError, IndexError):
        return None
    return result.text if result.kind == group_expressions.GROUPS else None


# ------------------------------------------------------------------------ modes

MOST_FREQUENT = '''
def most_frequent(table, keys, column, ties_by_value):
    """The most frequent value of a column in each group; of several the smallest, or first."""
    keys = keys if isinstance(keys, list) else [keys]
    counts = table.groupby([*keys, column], sort=ties_by_value, observed=True).size()
    ordered = counts.sort_values(ascending=False, kind="stable").index.to_frame(index=False)
    return ordered.drop_duplicates(keys).set_index(keys)[column].sort_index()
'''.strip()
_SMALLEST = ("V.mode()[0]", "V.mode().iloc[0]", "V.mode().iat[0]", "V.mode().values[0]")
_FIRST = (
    *("V.value_counts().index[0]", "V.value_counts().idxmax()"),
    *("V.value_counts().keys()[0]", "V.value_counts().head(1).index[0]"),
)


@rule(
    "aggregations",
    looks_for="the most frequent value of each group, counted group by group in Python",
    rewrite="g['v'].agg(lambda x: x.value_counts().index[0]) → sizes of groups of key and "
    "value, sorted once",
    exact="every group has a value; of those that are equally frequent the smallest, or first",
    thread="https://stackoverflow.com/questions/15222754/groupby-pandas-dataframe-and-select-"
    "most-common-value",
)
def most_frequent_of_groups(seen: Observation) -> Iterator[Finding]:
    """Modes of groups."""
    table = []
    for forms, by_value in ((_SMALLEST, True), (_FIRST, False)):
        made = f"most_frequent(DF, K, C, ties_by_value={by_value})"
        for form in forms:
            for method in ("agg", "apply", "aggregate"):
                table.append((f"DF.groupby(K)[C].{method}(lambda V: {form})", made))
            spread = f"DF[K].map({made})"
            table += [
                (f"DF.groupby(K)[C].transform(lambda V: {form})", f"{spread}.rename(C)"),
                (
                    f"DF.groupby(K)[C].transform(lambda V: V.fillna({form}))",
                    f"DF[C].fillna({spread})",
                ),
            ]
    return seen.rewrites(
        *table,
        where=lambda m: all(patterns.cheap(m[each]) for each in ("DF", "C")),
        title="count all groups at once",
        helpers=(MOST_FREQUENT,),
        evidence="groupby makes a Series of every group, and counts its values by itself",
    )


# ------------------------------------------------------------ windows in groups

IN_ORDER_OF_ROWS = '''
def in_order_of_rows(groups, windows):
    """What rolling, expanding or ewm gives of groups of a column, in the order of its rows."""
    places = np.concatenate([np.zeros(0, int), *groups.indices.values()])
    made = np.full(len(groups.obj), np.nan)
    made[places] = windows.to_numpy()
    return pd.Series(made, groups.obj.index, name=groups.obj.name)
'''.strip()
_STATISTICS = ("mean", "sum", "max", "min", "std", "var", "median", "count")


@rule(
    "aggregations",
    looks_for="rolling, expanding or ewm of each group in Python: a Series and its windows for "
    "every group",
    rewrite="g['v'].transform(lambda x: x.rolling(7).mean()) → g['v'].rolling(7).mean(), in "
    "the order of the rows",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/13996302/python-rolling-functions-for-groupby-"
    "object",
)
def windows_of_groups(seen: Observation) -> Iterator[Finding]:
    """Windows that do not reach from one group into the next."""
    table = []
    groups = "DF.groupby(K)[C]"
    for windows in ("rolling(W, **KW)", "expanding(**KW)", "ewm(**KW)"):
        for name in _STATISTICS:
            if windows.startswith("ewm") and name not in ("mean", "std", "var"):
                continue
            made = f"{groups}.{windows}.{name}()"
            table.append(
                (
                    f"{groups}.transform(lambda V: V.{windows}.{name}())",
                    f"in_order_of_rows({groups}, {made})",
                )
            )
            lagged = f"DF.assign(lagged={groups}.shift(N)).groupby(K)['lagged']"
            for shift, given in (("shift(N)", "N"), ("shift()", "1")):
                text = lagged.replace("shift(N)", f"shift({given})")
                table.append(
                    (
                        f"{groups}.transform(lambda V: V.{shift}.{windows}.{name}())",
                        f"in_order_of_rows({text}, {text}.{windows}.{name}()).rename(C)",
                    )
                )
    return seen.rewrites(
        *table,
        where=lambda m: all(patterns.cheap(m[each]) for each in ("DF", "C")),
        title="windows of all groups at once",
        helpers=("import numpy as np", "import pandas as pd", IN_ORDER_OF_ROWS),
        evidence="transform makes a Series of every group, and windows of each",
    )


# ------------------------------------------------------------- the second largest

NTH_OF_GROUPS = '''
def nth_of_groups(table, key, column, place):
    """The element at a place of a column in each group, smallest first; NaN beyond its end."""
    ordered = table[[key, column]].sort_values(column, ignore_index=True)
    found = ordered.groupby(key)[column].nth(place)
    values = pd.Series(found.to_numpy(), pd.Index(ordered.loc[found.index, key]), name=column)
    return values.reindex(ordered[key].drop_duplicates().dropna().sort_values())
'''.strip()
_NTH = {
    "V.sort_values().iloc[N]": "N",
    "V.sort_values(ascending=False).iloc[N]": "-1 - N",
    "np.sort(V)[N]": "N",
    "sorted(V)[N]": "N",
    "V.nlargest(N).iloc[-1]": "-N",
    "V.nsmallest(N).iloc[-1]": "N - 1",
}


@rule(
    "aggregations",
    looks_for="the second largest or the like of each group, by sorting each group in Python",
    rewrite="g['v'].apply(lambda s: s.sort_values().iloc[-2]) → one sort, groupby.nth",
    exact="no element is missing; what a group has not is NaN",
    thread="https://pandas.pydata.org/docs/user_guide/groupby.html",
)
def nth_of_each_group(seen: Observation) -> Iterator[Finding]:
    """Elements by their place in the order of a group."""
    table = []
    for form, place in _NTH.items():
        for otherwise in ("", " if len(V) > M else np.nan", " if len(V) >= M else np.nan"):
            for method in ("apply", "agg", "aggregate"):
                table.append(
                    (
                        f"DF.groupby(K)[C].{method}(lambda V: {form}{otherwise})",
                        f"nth_of_groups(DF, K, C, {place})",
                    )
                )
    return seen.rewrites(
        *table,
        where=_is_of_one_key,
        title="sort the whole column once, and take that of each group",
        helpers=("import pandas as pd", NTH_OF_GROUPS),
        evidence="groupby makes and sorts a Series of every group",
    )


def _is_of_one_key(one: Match) -> bool:
    texts = all(isinstance(getattr(one[each], "value", None), str) for each in ("K", "C"))
    return texts and patterns.cheap(one["DF"])
