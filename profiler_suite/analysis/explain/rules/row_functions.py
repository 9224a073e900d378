"""Slow paths of functions of a row that give several values: a Series in and a Series out."""

import ast
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    exploded_rows,
    patterns,
    row_columns,
    row_elements,
    vectorising,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.row_loops import row_loops
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks, models
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_TABLES = (
    *("DF.apply(F, axis=1)", "DF.apply(F, axis='columns')"),
    "DF.apply(F, axis=1, result_type='expand')",
)


@rule(
    "row_functions",
    looks_for="DataFrame.apply(f, axis=1) with a function that gives several values: a Series "
    "is made for every row, and another of what it gives",
    rewrite="df.apply(lambda r: pd.Series({'a': r.x + r.y, 'b': r.x / r.y}), axis=1) → "
    "pd.DataFrame({'a': df.x + df.y, 'b': df.x / df.y})",
    exact="as f is for numbers",
    thread="https://stackoverflow.com/questions/54432583/when-should-i-not-want-to-use-pandas-"
    "apply-in-my-code",
)
def several_of_rows(seen: Observation) -> Iterator[Finding]:
    """Functions of rows whose answer is a row."""
    for function in seen.functions:
        for one in patterns.found(function, _TABLES, lambda m: True):
            around = _taken_apart(function, one.node)
            for text, helper in _at_once(seen, function, one, around is not None):
                yield from seen.edited(
                    function,
                    [rewriting.edit(function, around or one.node, text)],
                    title="compute each of the values with whole columns",
                    lines=[one.line],
                    helpers=("import numpy as np", "import pandas as pd", helper),
                    evidence="apply makes a Series of every row, calls Python for it, and "
                    "makes a table of all that it gives",
                )


def _taken_apart(function: Function, applied: ast.expr) -> ast.Call | None:
    """`zip(*df.apply(f, axis=1))`: one sequence for each place of the tuples."""
    starred = function.parents[applied]
    call = function.parents[starred] if isinstance(starred, ast.Starred) else None
    if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return None
    return call if function.qualified(call.func) == "builtins.zip" else None


def _at_once(
    seen: Observation, function: Function, one: Match, taken_apart: bool
) -> Iterator[tuple[str, str]]:
    """Calls of a function of whole columns, and this function."""
    made = callbacks.columns_form(seen, function, one["F"], "values", several=True)
    if made is None or made.kind != vectorising.COLUMNS:
        return
    helper = made.text
    table = rewriting.written(function, one["DF"])
    call = made.call(function.text_of(one["DF"]))
    if taken_apart:
        yield f"{call}.values()", helper
        yield f"[each.astype(float) for each in {call}.values()]", helper
        return
    text = f"pd.DataFrame({call}, index={table}.index)"
    yield text, helper
    # A row of whole numbers and others is one of floats.
    yield f"{text}.astype(float)", helper


@rule(
    "row_functions",
    looks_for="a model or a function of a library that is called for every row of a table",
    rewrite="df.apply(lambda r: m.predict([[r['a'], r['b']]])[0], axis=1) → "
    "pd.Series(m.predict(df[['a', 'b']].to_numpy()), df.index)",
    exact="it takes rows as it takes one; the trial compares",
    thread="https://github.com/scikit-learn/scikit-learn/issues/1363",
)
def applied_calls(seen: Observation) -> Iterator[Finding]:
    """Calls of a library for one row at a time, from apply or a loop over rows."""
    for given in seen.functions:
        lists = (text for loop in row_loops(given) for text in row_columns.as_lists(loop))
        for text in (*row_elements.comprehensions(given), *lists):
            form = rewriting.parsed(msgspec.structs.replace(given.source, text=text))
            known = ast.unparse(given.node)
            for node, made in _calls_at_once(form) if form is not None else ():
                if form is None or ast.unparse(node) in known:
                    continue
                start, end = form.span(node)
                whole = rewriting.spliced(form, [Edit(start=start, end=end, text=made)])
                if whole is not None:
                    yield from seen.whole(
                        given,
                        whole.source,
                        title="call it once for all rows",
                        lines=seen.lines_of(given),
                        helpers=("import numpy as np", "import pandas as pd"),
                        evidence="it is called for one row at a time",
                    )


def _calls_at_once(form: Function) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Loops and comprehensions over columns, each with one call for all in its place."""
    for node in ast.walk(form.node):
        if isinstance(node, ast.ListComp):
            yield from models.of_comprehension(form, node)
        elif isinstance(node, ast.For):
            yield from ((node, text) for text in models.of_loop(form, node))


@rule(
    "row_functions",
    looks_for="a loop that makes several rows of each row of a table: for its days, words or "
    "numbers",
    rewrite="for _, r in df.iterrows(): for d in pd.date_range(r['a'], r['b']): "
    "rows.append(…) → columns repeated by row numbers",
    exact="there is a row; dates have no time zone, lists have elements of one kind",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.explode.html",
)
def rows_exploded(seen: Observation) -> Iterator[Finding]:
    """Tables made of dictionaries, several for each row of another."""
    for function in seen.functions:
        for made in exploded_rows.exploded(function):
            yield from seen.edited(
                function,
                made.edits,
                title="repeat the rows by their numbers, and make the table of columns",
                lines=syntax.span_of(function, made.loop),
                helpers=("import numpy as np", "import pandas as pd", made.helper),
                evidence="a row is made an object, and a dictionary for each of its own",
            )
