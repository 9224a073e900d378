"""Slow paths of tables made cell by cell, column by column, group by group."""

import ast
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import label_cells, patterns, row_columns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.row_loops import row_loops
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

# What is made of the rows of a cell, and what it is where there are none.
_CELLS = {"sum": "0", "mean": "np.nan", "max": "np.nan", "min": "np.nan", "count": "0"}
_PICKED = (
    "DF[(DF[A] == U) & (DF[B] == V)][C]",
    "DF.loc[(DF[A] == U) & (DF[B] == V), C]",
    "DF[C][(DF[A] == U) & (DF[B] == V)]",
)
_COUNTED = (
    *("len(DF[(DF[A] == U) & (DF[B] == V)])", "((DF[A] == U) & (DF[B] == V)).sum()"),
    *("DF[(DF[A] == U) & (DF[B] == V)].shape[0]", "sum((DF[A] == U) & (DF[B] == V))"),
)
_PLACES = ("OUT.loc[U, V]", "OUT.at[U, V]")


@rule(
    "tabulations",
    looks_for="a table filled cell by cell, each by comparing two whole columns with its keys",
    rewrite="out.loc[u, v] = df[(df['a'] == u) & (df['b'] == v)]['x'].sum() for all u, v → "
    "df.pivot_table(…)",
    exact="up to rounding; no key comes twice, and the table is filled with numbers",
    thread="https://stackoverflow.com/questions/47152691/how-can-i-pivot-a-dataframe",
)
def cells_by_two_keys(seen: Observation) -> Iterator[Finding]:
    """Tables of two keys, cell by cell."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            inner = loop.body[0]
            if len(loop.body) != 1 or not isinstance(inner, ast.For) or len(inner.body) != 1:
                continue
            text = _pivoted(function, loop, inner)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="find the rows of all cells in one pass",
                    lines=syntax.span_of(function, loop),
                    helpers=("import numpy as np",) if "np." in text else (),
                    evidence="every cell compares two whole columns",
                )


def _pivoted(function: Function, loop: ast.For, inner: ast.For) -> str:
    """The whole table at once; empty where the loops do something else."""
    statement = inner.body[0]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ""
    place = _first(function, statement.targets[0], _PLACES)
    cell = _cell(function, statement.value)
    keys = [loop.target, inner.target]
    if place is None or cell is None or not all(isinstance(k, ast.Name) for k in keys):
        return ""
    one, made, empty = cell
    written = [ast.unparse(k) for k in keys]
    if [ast.unparse(place[k]) for k in "UV"] != written:
        return ""
    columns = {ast.unparse(one["U"]): one["A"], ast.unparse(one["V"]): one["B"]}
    fixed = [one["DF"], one["A"], one["B"], loop.iter, inner.iter, place["OUT"]]
    moving = {*written}
    if [*columns] != written and [*columns] != written[::-1]:
        return ""
    if any(syntax.names_in(each) & moving for each in fixed):
        return ""
    table, out = function.text_of(one["DF"]), function.text_of(place["OUT"])
    by = ", ".join(function.text_of(columns[k]) for k in written)
    rows, across = function.text_of(loop.iter), function.text_of(inner.iter)
    found = f"{table}.groupby([{by}]){made}.unstack()"
    whole = f"{found}.reindex(index={rows}, columns={across})"
    filled = f"{whole}.fillna({empty})" if empty == "0" else whole
    return f"{out}.loc[{rows}, {across}] = {filled}"


def _first(function: Function, node: ast.expr, table: tuple[str, ...]) -> Match | None:
    for pattern in table:
        one = patterns.match(function, node, pattern)
        if one is not None:
            return one
    return None


def _cell(function: Function, value: ast.expr) -> tuple[Match, str, str] | None:
    """The rows of a cell, what is made of them, and what it is where there are none."""
    counted = _first(function, value, _COUNTED)
    if counted is not None:
        return counted, ".size()", "0"
    method = value.func if isinstance(value, ast.Call) and not value.args else None
    if not isinstance(method, ast.Attribute) or method.attr not in _CELLS:
        return None
    one = _first(function, method.value, _PICKED)
    if one is None:
        return None
    column = function.text_of(one["C"])
    return one, f"[{column}].{method.attr}()", _CELLS[method.attr]


# -------------------------------------------------------------- column by column

_OF_COLUMNS = frozenset(
    ["mean", "std", "var", "sum", "min", "max", "median", "abs", "count", "quantile", "sem"]
)


@rule(
    "tabulations",
    looks_for="DataFrame.apply with a function of a column that is arithmetic of it and its "
    "statistics: a Series and a Python call for every column",
    rewrite="df.apply(lambda c: (c - c.mean()) / c.std()) → (df - df.mean()) / df.std()",
    exact="up to rounding, for columns of numbers",
    thread="https://stackoverflow.com/questions/26414913/normalize-columns-of-a-dataframe",
)
def columns_applied(seen: Observation) -> Iterator[Finding]:
    """Functions of columns that tables have themselves."""
    for function in seen.functions:
        table = ("DF.apply(lambda V: E)", "DF.apply(lambda V: E, axis=0)")
        for one in patterns.found(function, table, _is_of_tables):
            column = ast.unparse(one["V"])
            text = ast.unparse(syntax.substituted(one["E"], {column: one["DF"]}))
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, f"({text})")],
                title="the same for all columns at once",
                lines=[one.line],
                evidence="apply makes a Series of every column and calls Python for it",
            )


def _is_of_tables(one: Match) -> bool:
    """Whether the table stands for its column wherever the function uses it."""
    form = one.form("DF")
    if form is None or form.dtype != "DataFrame" or not patterns.cheap(one["DF"]):
        return False
    column = ast.unparse(one["V"])
    return column in syntax.names_in(one["E"]) and _suits(one["E"], column)


def _suits(node: ast.expr, column: str) -> bool:
    if column not in syntax.names_in(node):
        return isinstance(node, ast.Constant)
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.BinOp):
        return _suits(node.left, column) and _suits(node.right, column)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _suits(node.operand, column)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        plain = all(isinstance(each, ast.Constant) for each in node.args) and not node.keywords
        return node.func.attr in _OF_COLUMNS and plain and _suits(node.func.value, column)
    return False


# ------------------------------------------------------- a column for each of many words

_HAS_WORD = (
    ("int(W in V.split(SEP))", "int"),
    ("1 if W in V.split(SEP) else 0", "int"),
    ("W in V.split(SEP)", "bool"),
)


@rule(
    "tabulations",
    looks_for="a column for each of many words, each of which splits all texts again",
    rewrite="for w in words: out[w] = s.apply(lambda t: int(w in t.split(','))) → "
    "s.str.get_dummies(',')",
    exact="no text is missing, and no word is empty",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.Series.str.get_dummies.html",
)
def columns_of_words(seen: Observation) -> Iterator[Finding]:
    """Indicators of the words of a text."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            text = _indicators(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="split all texts once, into a column for each word",
                    lines=syntax.span_of(function, loop),
                    evidence="every word splits all texts, and calls Python for each",
                )


def _indicators(function: Function, loop: ast.For) -> str:
    """The columns of all words; empty where the loop does something else."""
    statement = loop.body[0]
    if len(loop.body) != 1 or not isinstance(statement, ast.Assign):
        return ""
    place = patterns.match(function, statement.targets[0], "OUT[W]")
    word = ast.unparse(loop.target)
    if place is None or ast.unparse(place["W"]) != word:
        return ""
    for has, dtype in _HAS_WORD:
        one = patterns.match(function, statement.value, f"S.apply(lambda V: {has})")
        if one is None or ast.unparse(one["W"]) != word or word in syntax.names_in(one["S"]):
            continue
        if not isinstance(one["SEP"], ast.Constant):
            return ""
        words, out = function.text_of(loop.iter), function.text_of(place["OUT"])
        split = f"{rewriting.written(function, one['S'])}.str.get_dummies"
        columns = f".reindex(columns=list({words}), fill_value=0).astype({dtype})"
        return f"{out}[list({words})] = {split}({function.text_of(one['SEP'])}){columns}"
    return ""


# ------------------------------------------------------------------ counted values

COUNTS_OF_GROUPS = '''
def counts_of_groups(table, keys, column, normalize):
    """value_counts of a column in each group: the most frequent first, else as they occur."""
    keys = keys if isinstance(keys, list) else [keys]
    sizes = table.groupby([*keys, column], sort=False).size().rename("count").reset_index()
    downwards = [True] * len(keys) + [False]
    sizes = sizes.sort_values([*keys, "count"], ascending=downwards, kind="stable")
    counts = sizes["count"].to_numpy()
    if normalize:
        counts = counts / sizes.groupby(keys)["count"].transform("sum").to_numpy()
    index = pd.MultiIndex.from_frame(sizes[[*keys, column]], names=[*keys, None])
    return pd.Series(counts, index, name=column)
'''.strip()


@rule(
    "tabulations",
    looks_for="values counted group by group by a Python function",
    rewrite="g['v'].apply(lambda s: s.value_counts()) → sizes of groups of key and value, "
    "sorted once",
    exact="always; names as pandas 3 gives them",
    thread="https://github.com/pandas-dev/pandas/pull/46940",
)
def values_counted(seen: Observation) -> Iterator[Finding]:
    """Counts of the values of each group."""
    return seen.rewrites(
        *(
            (
                f"DF.groupby(K)[C].apply(lambda V: V.value_counts({given}))",
                f"counts_of_groups(DF, K, C, normalize={normalize})",
            )
            for given, normalize in (("", "False"), ("normalize=True", "True"))
        ),
        where=lambda m: all(patterns.cheap(m[name]) for name in ("DF", "C")),
        title="count all groups at once",
        helpers=("import pandas as pd", COUNTS_OF_GROUPS),
        evidence="groupby makes a Series of every group, and counts its values by itself",
    )


# ------------------------------------------------------------------ cell by cell


@rule(
    "tabulations",
    looks_for="cells of a table set or added to by their labels, one by one",
    rewrite="out.loc[r['a'], r['b']] += r['x'] → a list of lists and places of the labels, "
    "made a table after the loop",
    exact="labels come once, and every cell is there; a dtype may be found otherwise, which is "
    "refused",
    thread="https://stackoverflow.com/questions/28757389/pandas-loc-vs-iloc-vs-at-vs-iat",
)
def cells_by_label(seen: Observation) -> Iterator[Finding]:
    """Tables that are filled through their indexes."""
    for function in seen.functions:
        for loop, text in label_cells.in_lists(function):
            changed = rewriting.parsed(msgspec.structs.replace(function.source, text=text))
            texts = [
                further
                for rows in (row_loops(changed) if changed is not None else ())
                for further in row_columns.as_lists(rows)
            ]
            for each in (*texts, text):
                yield from seen.whole(
                    function,
                    each,
                    title="keep the cells in lists while the loop fills them",
                    lines=syntax.span_of(function, loop),
                    helpers=("import pandas as pd", label_cells.PLACES),
                    evidence="every cell goes through two indexes of the table: microseconds "
                    "each",
                )
