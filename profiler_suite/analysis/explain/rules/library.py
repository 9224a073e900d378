"""Slow paths of pandas: one row, one group, one element at a time."""

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns, row_methods, vectorising
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.row_elements import ElementsOfRow
from profiler_suite.analysis.explain.rewrites.vectorising import (
    NotVectorisedError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks, hoisting
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


def _pandas(function: Function) -> tuple[str, tuple[str, ...]]:
    """The name that pandas has in the function, and the import where it has none."""
    for name, module in function.source.bound.items():
        if module == "pandas":
            return name, ()
    return "pd", ("import pandas as pd",)


_APPLIED = ("DF.apply(F, axis=1)", "DF.apply(F, axis='columns')")
_OF_ROWS = tuple(
    (f"DF.apply({applied}, axis={axis})", f"DF.{name}(axis=1)")
    for name in ("sum", "mean", "max", "min", "std", "median", "count", "nunique", "any", "all")
    for axis in ("1", "'columns'")
    for applied in (f"np.{name}", name, f"lambda R: R.{name}()", f"lambda R: np.{name}(R)")
    if not (applied == name and name not in ("sum", "max", "min"))
)


@rule(
    "library",
    looks_for="DataFrame.apply(f, axis=1): a Series and a Python call per row",
    rewrite="df.apply(f, axis=1) → f of the columns as arrays",
    exact="as f is for numbers",
    thread="https://stackoverflow.com/questions/24870953/does-pandas-iterrows-have-performance-"
    "issues",
)
def pandas_apply(seen: Observation) -> Iterator[Finding]:
    """Functions applied to rows of a table."""
    yield from seen.rewrites(
        *_OF_ROWS,
        title="the table has this for all rows at once",
        evidence="DataFrame.apply with axis=1 makes a Series and calls Python for every row",
    )
    for function in seen.functions:
        for one in patterns.found(function, _APPLIED, lambda m: True):
            made = callbacks.columns_form(seen, function, one["F"], "expression")
            if made is None:
                continue
            pandas, imports = _pandas(function)
            table = function.text_of(one["DF"])
            closed = rewriting.written(function, one["DF"])
            yield from seen.edited(
                function,
                [
                    rewriting.edit(
                        function,
                        one.node,
                        f"{pandas}.Series({made.call(table)}, index={closed}.index)",
                    )
                ],
                title="compute with the columns as arrays, not row by row",
                lines=[one.line],
                helpers=(*imports, made.text),
                evidence="DataFrame.apply with axis=1 makes a Series and calls Python for "
                "every row",
            )


@rule(
    "library",
    looks_for="DataFrame.apply(f, axis=1) with a function that only calls methods of its row",
    rewrite="df.apply(lambda r: r.isna().sum() <= 1, axis=1) → df.isna().sum(axis=1) <= 1",
    exact="up to the rounding of sums",
    thread="https://stackoverflow.com/questions/54432583/when-should-i-not-want-to-use-pandas-"
    "apply-in-my-code",
)
def methods_of_rows(seen: Observation) -> Iterator[Finding]:
    """Methods that the table has for all rows at once."""

    def write(one: Match) -> str | None:
        row = one["R"]
        if not isinstance(row, ast.Name):
            return None
        table = rewriting.written(one.function, one["DF"])
        return row_methods.of_table(one.function, one["BODY"], row.id, table)

    return seen.written(
        _ROW_LAMBDAS,
        write,
        where=lambda m: patterns.pure(m["DF"]),
        title="the table has this for all rows at once",
        evidence="a Series is made of every row, and Python called for it",
    )


_ROW_LAMBDAS = ("DF.apply(lambda R: BODY, axis=1)", "DF.apply(lambda R: BODY, axis='columns')")


@rule(
    "library",
    looks_for="DataFrame.apply(f, axis=1) with a function that reads a few columns by name",
    rewrite="df.apply(lambda r: f(r['a'], r['b']), axis=1) → "
    "[f(a, b) for a, b in zip(df['a'], df['b'])]",
    exact="rows are only read by name; a column keeps its own dtype, which a row does not",
    thread="https://stackoverflow.com/questions/52673285/performance-of-pandas-apply-vs-np-"
    "vectorize-to-create-new-column-from-existing-c",
)
def applied_rows(seen: Observation) -> Iterator[Finding]:
    """Functions of rows, called with elements of columns instead."""
    for function in seen.functions:
        for one in patterns.found(function, _APPLIED, lambda m: True):
            made = _of_elements(seen, function, one)
            if made is None:
                continue
            element, columns, helpers = made
            table = rewriting.written(function, one["DF"])
            names = ", ".join(columns.values())
            lists = [f"{table}[{column!r}].tolist()" for column in columns]
            over = f"zip({', '.join(lists)})" if len(lists) > 1 else lists[0]
            pandas, imports = _pandas(function)
            text = f"{pandas}.Series([{element} for {names} in {over}], index={table}.index)"
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, text)],
                title="go through the columns that are read, not through rows",
                lines=[one.line],
                helpers=(*imports, *helpers),
                evidence="DataFrame.apply with axis=1 makes a Series of every row",
            )


def _of_elements(
    seen: Observation, function: Function, one: patterns.Match
) -> tuple[str, dict[str, str], tuple[str, ...]] | None:
    """What is called for each row, the names of elements by column, and what it needs."""
    found = callbacks.find_callee(seen, function, one["F"])
    if found is None:
        return None
    callee, context = found
    try:
        (parameter,) = vectorising.parameters_of(callee)
    except (NotVectorisedError, ValueError):
        return None
    taken = {n.id for n in ast.walk(callee) if isinstance(n, ast.Name)} - {parameter}
    reading = ElementsOfRow(parameter, taken)
    if isinstance(callee, ast.Lambda):
        text = ast.unparse(reading.visit(copy.deepcopy(callee.body)))
        helpers: tuple[str, ...] = ()
    elif context is not function:
        body = reading.visit(copy.deepcopy(callee))
        name = f"{callee.name}_of_elements"
        body.name = name
        body.args.args = [ast.arg(each) for each in reading.columns.values()]
        body.decorator_list, body.returns = [], None
        text = f"{name}({', '.join(reading.columns.values())})"
        helpers = (ast.unparse(ast.fix_missing_locations(body)),)
    else:
        return None
    return (text, reading.columns, helpers) if reading.columns and not reading.whole else None


@rule(
    "library",
    looks_for="Series.apply or Series.map with a Python function of a number",
    rewrite="s.apply(f) → f of the whole column",
    exact="as f is for numbers",
    thread="https://stackoverflow.com/questions/54432583/when-should-i-not-want-to-use-pandas-"
    "apply-in-my-code",
)
def series_apply(seen: Observation) -> Iterator[Finding]:
    """Functions applied to elements of a column."""
    for function in seen.functions:
        table = ["S.apply(F)", "S.map(F)", "S.applymap(F)"]
        for one in patterns.found(function, table, lambda m: True):
            form = one.form("S")
            if form is not None and form.dtype not in ("Series", "Index", "DataFrame"):
                continue
            made = callbacks.array_form(
                seen, function, one["F"], vectorising.NUMBER, "elements"
            )
            if made is None or len(made.parameters) != 1:
                continue
            pandas, imports = _pandas(function)
            series = rewriting.written(function, one["S"])
            call = made.call(f"{series}.to_numpy()")
            text = f"{pandas}.Series({call}, index={series}.index, name={series}.name)"
            if form is not None and form.dtype == "DataFrame":
                text = f"{pandas}.DataFrame({call}, {series}.index, {series}.columns)"
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, text)],
                title="compute with the whole column instead of calling Python per element",
                lines=[one.line],
                helpers=(*imports, made.text),
                evidence="apply and map call a Python function for every element",
            )


@rule(
    "library",
    looks_for="Series.combine with a Python function of two numbers",
    rewrite="a.combine(b, f) → f of both columns as arrays",
    exact="as f is for numbers; both have the same labels in the same order",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.Series.combine.html",
)
def series_combined(seen: Observation) -> Iterator[Finding]:
    """Functions of elements of two columns."""
    for function in seen.functions:
        for one in patterns.found(function, ["S.combine(B, F)"], lambda m: True):
            made = callbacks.array_form(
                seen, function, one["F"], vectorising.NUMBER, "elements"
            )
            if made is None or len(made.parameters) != 2:
                continue
            pandas, imports = _pandas(function)
            first, other = (rewriting.written(function, one[each]) for each in "SB")
            call = made.call(f"{first}.to_numpy()", f"{other}.to_numpy()")
            yield from seen.edited(
                function,
                [
                    rewriting.edit(
                        function, one.node, f"{pandas}.Series({call}, index={first}.index)"
                    )
                ],
                title="compute with both columns instead of calling Python per pair",
                lines=[one.line],
                helpers=(*imports, made.text),
                evidence="combine calls a Python function for every pair of elements",
            )


@rule(
    "library",
    looks_for="DataFrame.iterrows: a Series per row",
    rewrite="for i, row in df.iterrows() → zip(df.index, df.to_dict('records'))",
    exact="rows are only read by name; integers stay integers",
    thread="https://stackoverflow.com/questions/16476924/how-can-i-iterate-over-rows-in-a-pandas-"
    "dataframe",
)
def iterrows(seen: Observation) -> Iterator[Finding]:
    """Loops over the rows of a table."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            one = patterns.match(function, loop.iter, "DF.iterrows()")
            if one is None or not isinstance(loop.target, ast.Tuple):
                continue
            row = loop.target.elts[1]
            if not isinstance(row, ast.Name):
                continue
            table = rewriting.written(function, one["DF"])
            edits = [
                rewriting.edit(function, node, f"{row.id}[{node.attr!r}]")
                for node in ast.walk(loop)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == row.id
            ]
            edits.append(
                rewriting.edit(
                    function, loop.iter, f'zip({table}.index, {table}.to_dict("records"))'
                )
            )
            yield from seen.edited(
                function,
                edits,
                title="rows as dictionaries: iterrows makes a Series of each",
                lines=syntax.span_of(function, loop),
                evidence="iterrows makes a Series for every row",
            )


@rule(
    "library",
    looks_for="DataFrame.itertuples of which a few columns are read",
    rewrite="for r in df.itertuples(): r.a → for r_a in df['a'].tolist()",
    exact="rows are only read by name",
    thread="https://stackoverflow.com/questions/16476924/how-can-i-iterate-over-rows-in-a-pandas-"
    "dataframe",
)
def itertuples(seen: Observation) -> Iterator[Finding]:
    """Loops over named tuples."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            one = patterns.match(function, loop.iter, "DF.itertuples(**KW)")
            if one is None or not isinstance(loop.target, ast.Name):
                continue
            row = loop.target.id
            reads = [
                n
                for n in ast.walk(loop)
                if isinstance(n, ast.Attribute)
                and isinstance(n.value, ast.Name)
                and n.value.id == row
            ]
            uses = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == row]
            if not reads or len(uses) != len(reads) + 1:
                continue
            table = rewriting.written(function, one["DF"])
            columns = sorted({n.attr for n in reads})
            made = [
                f"{table}.index" if c == "Index" else f"{table}[{c!r}].tolist()"
                for c in columns
            ]
            names = ", ".join(f"{row}_{c}" for c in columns)
            iterated = f"zip({', '.join(made)})" if len(made) > 1 else made[0]
            edits = [rewriting.edit(function, n, f"{row}_{n.attr}") for n in reads]
            start, _ = function.span(loop.target)
            _, end = function.span(loop.iter)
            edits.append(Edit(start=start, end=end, text=f"{names} in {iterated}"))
            yield from seen.edited(
                function,
                edits,
                title="only the columns that are read, as lists",
                lines=syntax.span_of(function, loop),
                evidence="itertuples makes a named tuple of all columns for every row",
            )


@rule(
    "library",
    looks_for="elements of a table read one by one in a loop",
    rewrite="df['a'][i] → a column as an array, taken before the loop",
    exact="rows are numbered from 0, and the table is only read",
    thread="https://stackoverflow.com/questions/28757389/pandas-loc-vs-iloc-vs-at-vs-iat",
)
def column_in_loop(seen: Observation) -> Iterator[Finding]:
    """Elements of columns, one by one."""
    table = (
        "DF[C].iloc[I]",
        "DF[C].loc[I]",
        "DF[C].at[I]",
        "DF[C].iat[I]",
        "DF[C].values[I]",
        "DF.loc[I, C]",
        "DF.at[I, C]",
        "DF.iloc[I][C]",
        "DF[C][I]",
    )
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            changed = syntax.stored_in(loop)
            edits: list[Edit] = []
            columns: dict[str, str] = {}
            for one in patterns.found(function, table, lambda m: True):
                inside = any(p is loop for p in function.around(one.node))
                column, frame = one["C"], one["DF"]
                named = isinstance(column, ast.Constant) and isinstance(column.value, str)
                form = forms.of(function, frame)
                if not inside or not named or not isinstance(frame, ast.Name):
                    continue
                if frame.id in changed or (form is not None and form.dtype != "DataFrame"):
                    continue
                key = f"{frame.id}[{function.text_of(column)}]"
                plain = "".join(c for c in str(getattr(column, "value", "")) if c.isalnum())
                name = columns.setdefault(key, f"{frame.id}_{plain}")
                index = function.text_of(one["I"])
                edits.append(rewriting.edit(function, one.node, f"{name}[{index}]"))
            if not edits:
                continue
            lines = [f"{name} = {key}.to_numpy()" for key, name in columns.items()]
            yield from seen.edited(
                function,
                [*edits, *rewriting.inserted(function, {loop.lineno: lines})],
                title=f"take the columns {', '.join(columns)} out once, as arrays",
                lines=syntax.span_of(function, loop),
                evidence="every element goes through the index of the table",
            )


@rule(
    "library",
    looks_for="pd.concat in a loop: every call copies the whole table",
    rewrite="a list, and one concat after the loop",
    exact="the table is not read inside the loop",
    thread="https://stackoverflow.com/questions/36489576/why-does-concatenation-of-dataframes-get-"
    "exponentially-slower",
)
def concat_in_loop(seen: Observation) -> Iterator[Finding]:
    """Tables that grow by copying."""
    for function in seen.functions:
        yield from hoisting.growth(seen, function, package="pd")
