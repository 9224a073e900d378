"""Slow paths of loops over tables: their rows, their groups, rows that are looked up."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    append_loops,
    column_calls,
    columns_written_out,
    counted_rows,
    forms,
    held_tables,
    key_rows,
    patterns,
    row_columns,
)
from profiler_suite.analysis.explain.rewrites.row_loops import row_loops
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_MOST = 4


@rule(
    "tables",
    looks_for="a loop over the rows of a table that reads or sets elements, in whichever way",
    rewrite="for i in range(len(df)): df.loc[i, 'c'] = df.loc[i, 'a'] * 2 → the columns as "
    "arrays, the loop as array expressions; or as lists",
    exact="no iteration needs another; as lists, always; labels count 0, 1, 2, …",
    thread="https://github.com/pandas-dev/pandas/issues/49729",
)
def table_rows(seen: Observation) -> Iterator[Finding]:
    """Elements of tables, one by one."""
    for function, form in _with_names(seen):
        for loop in row_loops(form):
            made = [
                (f"{title}, with the columns as arrays", text)
                for text_of_arrays, held in row_columns.as_arrays(loop)
                for title, text in seen.lifted_again(form, text_of_arrays, held)
            ][:_MOST]
            made += [
                ("the columns as lists in this loop", text)
                for text in row_columns.as_lists(loop)
            ]
            if any(each.sliced for each in loop.elements):
                made += [
                    ("the columns as arrays in this loop", text)
                    for text, _ in row_columns.as_arrays(loop)
                ]
            for title, text in made:
                yield from seen.whole(
                    function,
                    text,
                    title=title,
                    lines=syntax.span_of(form, loop.unit),
                    helpers=("import numpy as np",) if "np." in text else (),
                    evidence="every element goes through the index of the table: "
                    "microseconds each",
                )


def _with_names(seen: Observation) -> Iterator[tuple[Function, Function]]:
    """Each function as it is, with names for tables that its objects hold, and with loops
    over columns written out.
    """
    for function in seen.functions:
        yield function, function
        by_column = columns_written_out.written_out(function)
        if by_column is not None:
            yield function, by_column
        named = held_tables.named(function)
        if named is not None:
            yield function, named


# ------------------------------------------------------- rows and columns by number


@rule(
    "tables",
    looks_for="elements of a table by the numbers of row and column, one by one in loops",
    rewrite="df.iloc[i, j] in loops → values = df.to_numpy() before them, values[i, j]",
    exact="all columns have one dtype",
    thread="https://github.com/pandas-dev/pandas/issues/30581",
)
def table_grid(seen: Observation) -> Iterator[Finding]:
    """Tables that are read as grids."""
    for function, form in _with_names(seen):
        for loop in syntax.loops_of(form):
            for table in sorted(syntax.names_in(loop)):
                edits = _of_grid(form, loop, table)
                if edits:
                    yield from _as_grid(seen, function, form, (loop, table), edits)


def _of_grid(function: Function, loop: syntax.Loop, table: str) -> list[Edit]:
    """Every element of the table as one of an array; nothing where it is used otherwise."""
    if function.source.names.get(table, "") != "DataFrame":
        return []
    known = set()
    edits = []
    for node in ast.walk(loop):
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
            continue
        for place in ("iloc", "iat", "values"):
            one = patterns.match(function, node, f"DF.{place}[I, J]")
            if one is None or ast.unparse(one["DF"]) != table:
                continue
            inner = [one["I"], one["J"]]
            if any(isinstance(each, ast.Slice) for each in inner):
                return []
            index = ", ".join(function.text_of(each) for each in inner)
            known.add(one["DF"])
            start, end = function.span(one.node)
            edits.append(Edit(start=start, end=end, text=f"{table}_grid[{index}]"))
    uses = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == table]
    others = [n for n in uses if n not in known and not _is_asked_its_size(function, n)]
    return [] if others else edits


def _is_asked_its_size(function: Function, name: ast.Name) -> bool:
    parent = function.parents[name]
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("shape", "columns")
    return isinstance(parent, ast.Call) and function.qualified(parent.func) == "builtins.len"


def _as_grid(
    seen: Observation,
    given: Function,
    function: Function,
    of: tuple[syntax.Loop, str],
    edits: list[Edit],
) -> Iterator[Finding]:
    loop, table = of
    stored = any(
        isinstance(n, ast.Subscript)
        and not isinstance(n.ctx, ast.Load)
        and ast.unparse(n.value) in (f"{table}.iloc", f"{table}.iat")
        for n in ast.walk(loop)
    )
    copied = "copy=True" if stored else ""
    whole = [
        *edits,
        *rewriting.inserted(
            function, {loop.lineno: [f"{table}_grid = {table}.to_numpy({copied})"]}
        ),
    ]
    if stored:
        whole.append(syntax.after(function, loop, [f"{table}.iloc[:, :] = {table}_grid"]))
    made = rewriting.spliced(function, whole)
    if made is None:
        return
    lines = syntax.span_of(function, loop)
    columns = [k for k in function.source.names if k.startswith(f"{table}[")]
    held = [forms.in_form(function.source.names[k]) for k in columns]
    texts = [(f"{table} as one array in this loop", made.source)]
    known = [form for form in held if form is not None and form.letter in "iuf"]
    if known and len(known) == len(columns):
        dtype = np.result_type(*(form.dtype for form in known))
        words = f"{dtype} ({known[0].shape[0]}, {len(columns)})"
        texts += list(seen.lifted_again(function, made.source, {f"{table}_grid": words}))
    for title, text in texts[:_MOST]:
        yield from seen.whole(
            given,
            text,
            title=title,
            lines=lines,
            evidence="every element goes through the index of the table: microseconds each",
        )


# ------------------------------------------------------- column by column


@rule(
    "tables",
    looks_for="a loop over the columns of a table that computes a column of each",
    rewrite="for c in df.columns: out[c] = detrend(df[c]) → detrend(df.to_numpy(), axis=0)",
    exact="the function takes a matrix and an axis, or the table; the trial compares",
    thread="https://stackoverflow.com/questions/28218698/how-to-iterate-over-columns-of-a-pandas-"
    "dataframe",
)
def table_columns(seen: Observation) -> Iterator[Finding]:
    """Columns of tables, one after the other."""
    for function in seen.functions:
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            for edits in column_calls.of_columns(function, loop):
                yield from seen.edited(
                    function,
                    edits,
                    title="compute all columns at once",
                    lines=syntax.span_of(function, loop),
                    evidence="every column is taken out of a table and put into one",
                )


# ------------------------------------------------------- one pass per key


@rule(
    "tables",
    looks_for="a loop over the keys of a column, each picked by comparing the whole column",
    rewrite="for k in df['k'].unique(): df[df['k'] == k] → for k, rows in df.groupby('k')",
    exact="no key is missing, and the table is not changed in the loop",
    thread="https://github.com/nestauk/asf_heat_pump_suitability/issues/33",
)
def rows_by_key(seen: Observation) -> Iterator[Finding]:
    """Groups picked by one comparison of the whole table each."""
    for function in seen.functions:
        for picked in key_rows.by_key(function, function.node):
            yield from seen.edited(
                function,
                picked.edits,
                title="let groupby pick the rows of all keys in one pass",
                lines=syntax.span_of(function, picked.statement),
                evidence=f"every key compares the whole column {picked.column}",
            )


# ------------------------------------------------------- rows that are looked up

_FIRST = (".values[0]", ".iloc[0]", ".item()", ".to_numpy()[0]", ".iat[0]", ".squeeze()")


@rule(
    "tables",
    looks_for="a loop, or an applied function, that searches a table for one row each time",
    rewrite="prices[prices['id'] == x]['price'].iloc[0] → a dictionary, made once before",
    exact="every key is found; of several rows the first",
    thread="https://stackoverflow.com/questions/17071871/how-do-i-select-rows-from-a-dataframe-"
    "based-on-column-values",
)
def looked_up(seen: Observation) -> Iterator[Finding]:
    """One row of a table for each of many keys, found by comparing all."""
    searched = ("DF[DF[K] == V][C]", "DF.loc[DF[K] == V, C]", "DF[C][DF[K] == V]")
    yield from seen.rewrites(
        *(
            (
                f"S.{method}(lambda V: {pattern}{first})",
                "S.map(DF.drop_duplicates(K).set_index(K)[C])",
            )
            for method in ("apply", "map")
            for pattern in searched
            for first in _FIRST
        ),
        title="look all of them up at once",
        evidence="every look-up compares the whole column",
    )
    table = [
        pattern + first
        for pattern in ("DF[DF[K] == X][C]", "DF.loc[DF[K] == X, C]", "DF[C][DF[K] == X]")
        for first in _FIRST
    ]
    for function in seen.functions:
        found = patterns.found(function, table, lambda m: _is_searched(m))
        by_statement: dict[ast.stmt, list[patterns.Match]] = {}
        for one in found:
            around = [p for p in function.around(one.node) if isinstance(p, _REPEATING)]
            if around:
                outer = function.statement_of(around[-1])
                by_statement.setdefault(outer, []).append(one)
        for statement, matches in by_statement.items():
            names = syntax.stored_in(statement)
            free = [m for m in matches if not syntax.names_in(m["DF"]) & names]
            yield from _by_dictionary(seen, function, statement, free)


_REPEATING = (ast.For, ast.While, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def _is_searched(one: patterns.Match) -> bool:
    text = all(isinstance(one[name], ast.Constant) for name in ("K", "C"))
    return text and isinstance(one["DF"], ast.Name)


def _by_dictionary(
    seen: Observation, function: Function, statement: ast.stmt, found: list[patterns.Match]
) -> Iterator[Finding]:
    lines: dict[str, str] = {}
    edits = []
    for one in found:
        table, key, column = (function.text_of(one[name]) for name in ("DF", "K", "C"))
        plain = "".join(c if c.isalnum() else "_" for c in ast.literal_eval(column))
        name = f"{plain}_of"
        lines[name] = (
            f"{name} = {table}.drop_duplicates({key}).set_index({key})[{column}].to_dict()"
        )
        edits.append(
            rewriting.edit(function, one.node, f"{name}[{function.text_of(one['X'])}]")
        )
    if not edits:
        return
    edits += rewriting.inserted(function, {statement.lineno: list(lines.values())})
    yield from seen.edited(
        function,
        edits,
        title="look the rows up in a dictionary that is made once",
        lines=syntax.span_of(function, statement),
        evidence="every look-up compares the whole column",
    )


# ------------------------------------------------------- rows that are counted


@rule(
    "tables",
    looks_for="rows counted between limits, of which every one compares a whole column",
    rewrite="[len(df[(df['t'] >= t - h) & (df['t'] < t)]) for t in df['t']] → one sort, two "
    "binary searches",
    exact="limits are computed of a column as of its elements; what is missing counts nowhere",
    thread="https://stackoverflow.com/questions/27062652/pandas-rolling-sum-of-last-five-minutes",
)
def rows_counted(seen: Observation) -> Iterator[Finding]:
    """Counts of rows between limits, one by one."""
    for function in seen.functions:
        form = append_loops.comprehended(function)
        for written in (function, form.function if form is not None else None):
            for text in counted_rows.counted_at_once(written) if written is not None else ():
                yield from seen.whole(
                    function,
                    text,
                    title="sort the column once and count between the limits by two searches",
                    lines=seen.lines_of(function),
                    helpers=("import numpy as np", counted_rows.COUNTED),
                    evidence="every count compares the whole column",
                )


# ------------------------------------------------------- rows that are added


@rule(
    "tables",
    looks_for="a table that grows row by row: every row copies it",
    rewrite="df.loc[len(df)] = row → rows.append(row), and one DataFrame after the loop",
    exact="the table is not read in the loop; a dtype may be found otherwise, which is refused",
    thread="https://stackoverflow.com/questions/13784192/creating-an-empty-pandas-dataframe-and-"
    "then-filling-it",
)
def rows_added(seen: Observation) -> Iterator[Finding]:
    """Rows added to a table one by one."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            for statement in ast.walk(loop):
                if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                    continue
                for rows in _added(function, statement):
                    uses = [
                        n
                        for n in ast.walk(loop)
                        if isinstance(n, ast.Name) and n.id == rows.table
                    ]
                    own = [n for n in ast.walk(statement) if n in uses]
                    if len(uses) != len(own):
                        continue
                    yield from _collected(seen, function, loop, statement, rows)


@dataclass(frozen=True)
class _RowsAdded:
    """How a table grows: the row that is added, and the table made of all of them."""

    table: str
    row: str
    texts: tuple[str, ...]
    gone: ast.stmt | None = None
    """A statement that made a table of the row before it was added."""


def _added(function: Function, statement: ast.Assign) -> Iterator[_RowsAdded]:
    pd = function.pandas
    target, value = statement.targets[0], statement.value
    place = patterns.match(function, target, "DF.loc[len(DF)]") or patterns.match(
        function, target, "DF.loc[len(DF.index)]"
    )
    if place is not None and isinstance(place["DF"], ast.Name):
        table = place["DF"].id
        made = f"{pd}.DataFrame({table}_rows, columns={table}.columns)"
        joined = f"{pd}.concat([{table}, {made}], ignore_index=True)"
        # What pandas makes of the rows depends on its version and on what the table was.
        found = [made, *(f"{made}.astype({kind})" for kind in ("float", "object")), joined]
        yield _RowsAdded(table, function.text_of(value), tuple(found))
    for pattern in (
        "pd.concat([DF, ROW], ignore_index=True)",
        "pd.concat((DF, ROW), ignore_index=True)",
    ):
        one = patterns.match(function, value, pattern)
        if one is None or ast.unparse(one["DF"]) != ast.unparse(target):
            continue
        table = ast.unparse(target)
        named = _made_before(function, statement, one["ROW"])
        row = _row_of(function, named.value if named is not None else one["ROW"])
        if row and isinstance(target, ast.Name):
            made = f"{pd}.DataFrame({table}_rows)"
            joined = f"{pd}.concat([{table}, {made}], ignore_index=True)"
            objects = f"{pd}.DataFrame({table}_rows, dtype=object)"
            yield _RowsAdded(table, row, (joined, made, objects), named)


def _made_before(function: Function, statement: ast.Assign, row: ast.expr) -> ast.Assign | None:
    """The statement right before that makes a table of a row, for this use alone."""
    block = getattr(function.parents[statement], "body", [])
    place = block.index(statement) if statement in block else 0
    before = block[place - 1] if place else None
    if not isinstance(row, ast.Name) or not isinstance(before, ast.Assign):
        return None
    uses = [n for n in function.nodes if isinstance(n, ast.Name) and n.id == row.id]
    own = [ast.unparse(t) for t in before.targets] == [row.id]
    return before if own and len(uses) == 2 else None


def _row_of(function: Function, node: ast.expr) -> str:
    """The row in a table of one row, as a dictionary or a list; empty for other tables."""
    for pattern in (
        "pd.DataFrame([ROW])",
        "pd.DataFrame(ROW, index=[0])",
        "pd.Series(ROW).to_frame().T",
    ):
        one = patterns.match(function, node, pattern)
        if one is not None:
            return function.text_of(one["ROW"])
    one = patterns.match(function, node, "pd.DataFrame(ROW)")
    if one is None or not isinstance(one["ROW"], ast.Dict):
        return ""
    pairs = []
    for key, value in zip(one["ROW"].keys, one["ROW"].values, strict=True):
        if key is None or not isinstance(value, ast.List) or len(value.elts) != 1:
            return ""
        pairs.append(f"{function.text_of(key)}: {function.text_of(value.elts[0])}")
    return f"{{{', '.join(pairs)}}}"


def _collected(
    seen: Observation,
    function: Function,
    loop: syntax.Loop,
    statement: ast.Assign,
    rows: _RowsAdded,
) -> Iterator[Finding]:
    start, end = function.span(statement)
    if rows.gone is not None:
        start = function.span(rows.gone)[0]
    table = rows.table
    for text in rows.texts:
        yield from seen.edited(
            function,
            [
                *rewriting.inserted(function, {loop.lineno: [f"{table}_rows = []"]}),
                Edit(start=start, end=end, text=f"{table}_rows.append({rows.row})"),
                syntax.after(function, loop, [f"{table} = {text}"]),
            ],
            title=f"collect the rows of {table} in a list and make the table once",
            lines=syntax.span_of(function, loop),
            evidence=f"every row copies the whole of {table}",
        )
