"""Slow paths of groups and windows: a Python function called for each of them."""

import ast
from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    group_copies,
    group_expressions,
    kept_groups,
    key_rows,
    mask_keys,
    patterns,
    vectorising,
)
from profiler_suite.analysis.explain.rewrites.group_expressions import (
    NotForGroupsError,
    Of,
    OfGroups,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_OF_GROUPS = tuple(
    f"DF.groupby(K){column}.{method}(F{more})"
    for column in ("", "[C]")
    for method in ("apply", "agg", "aggregate", "transform")
    for more in ("", ", include_groups=False")
)
_APPLIED = (
    *_OF_GROUPS,
    "DF.groupby(K, group_keys=False)[C].apply(F)",
    "DF.groupby(K, group_keys=False).apply(F)",
)


@rule(
    "groups",
    looks_for="groupby with a Python function that is arithmetic of columns and sums",
    rewrite="df.groupby('k').apply(lambda g: (g.v * g.w).sum()) → "
    "(df['v'] * df['w']).groupby(df['k']).sum()",
    exact="up to rounding; as pandas treats missing values; one row has no slope",
    thread="https://stackoverflow.com/questions/10951341/pandas-dataframe-aggregate-function-"
    "using-multiple-columns",
)
def group_function(seen: Observation) -> Iterator[Finding]:
    """Functions of groups, for all groups at once."""
    for function in seen.functions:
        for one in patterns.found(function, _APPLIED, lambda m: True):
            yield from _in_their_order(seen, function, one)
            text = _of_all(seen, function, one)
            # What is made of one column keeps its name, which a function's result has not.
            for each in (
                text,
                f"{text}.rename(None)" if text and "C" not in one.captures else None,
            ):
                if each is None:
                    continue
                yield from seen.edited(
                    function,
                    [rewriting.edit(function, one.node, each)],
                    title="the same for all groups at once",
                    lines=[one.line],
                    evidence="groupby calls a Python function for every group: a table or a "
                    "column of its own each time",
                )


def _in_their_order(seen: Observation, function: Function, one: Match) -> Iterator[Finding]:
    """A value per row as groupby.apply puts them together: group by group."""
    call, table = one.node, one["DF"]
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr != "apply" or not _without_keys(call.func.value):
        return
    if not isinstance(table, ast.Name):
        return
    rows = rewriting.new_name(function, "rows")
    text = _of_all(seen, function, one, rows)
    if text is None:
        return
    line = f"{rows} = by_groups({table.id}, {ast.unparse(one['K'])})"
    statement = function.statement_of(call)
    yield from seen.edited(
        function,
        [
            rewriting.edit(function, call, text),
            *rewriting.inserted(function, {statement.lineno: [line]}),
        ],
        title="the same for all groups at once",
        lines=[one.line],
        helpers=("import numpy as np", group_copies.BY_GROUPS),
        evidence="groupby calls a Python function for every group, and puts together what it "
        "gives",
    )


_ADDING = tuple(
    f"DF.groupby(K, group_keys=False){column}.apply(F{more})"
    for column in ("", "[C]")
    for more in ("", ", include_groups=False")
)


@rule(
    "groups",
    looks_for="groupby.apply with a Python function that adds columns to its group",
    rewrite="df.groupby('k', group_keys=False).apply(with_z) → df.assign(z=…) with transform",
    exact="up to rounding; as pandas treats missing values and the key",
    thread="https://stackoverflow.com/questions/19966018/pandas-filling-missing-values-by-mean-in-"
    "each-group",
)
def columns_of_groups(seen: Observation) -> Iterator[Finding]:
    """Columns that are computed group by group."""
    for function in seen.functions:
        for one in patterns.found(function, _ADDING, lambda m: isinstance(m["DF"], ast.Name)):
            for text in _with_columns(seen, function, one):
                yield from seen.edited(
                    function,
                    [rewriting.edit(function, one.node, text)],
                    title="compute the columns for all groups at once",
                    lines=[one.line],
                    evidence="groupby makes a table of every group, and one of all results",
                )


def _with_columns(seen: Observation, function: Function, one: Match) -> Iterator[str]:
    found = callbacks.find_callee(seen, function, one["F"])
    if found is None:
        return
    callee, context = found
    table, keys = ast.unparse(one["DF"]), one["K"]
    try:
        (parameter,) = vectorising.parameters_of(callee)
        reader = OfGroups(context, function.source.names, table, keys, parameter, "")
        columns = reader.read_columns(callee)
    except (NotForGroupsError, vectorising.NotVectorisedError, ValueError, IndexError):
        return
    plain = all(name.isidentifier() for name in columns)
    given = ", ".join(
        f"{name}={text}" if plain else f"{name!r}: {text}" for name, text in columns.items()
    )
    added = f".assign({given if plain else f'**{{{given}}}'})"
    if "C" in one.captures:
        yield f"{table}[{ast.unparse(one['C'])}]{added}"
    else:
        yield f"{table}{added}"
        # The group that the function gets has no key since pandas 3.
        yield f"{table}.drop(columns={ast.unparse(keys)}){added}"


def _of_all(seen: Observation, function: Function, one: Match, rows: str = "") -> str | None:
    """The text for all groups; with `rows`, of the table that is called so, a value per row."""
    found = callbacks.find_callee(seen, function, one["F"])
    keys, table = one["K"], one["DF"]
    if found is None or not isinstance(table, ast.Name):
        return None
    callee, context = found
    assert isinstance(one.node, ast.Call)
    assert isinstance(one.node.func, ast.Attribute)
    method = one.node.func.attr
    column = ""
    if "C" in one.captures:
        name = one["C"]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            column = repr(name.value)
        elif not isinstance(name, ast.List):
            return None
    try:
        (parameter,) = vectorising.parameters_of(callee)
        known = function.source.names
        if rows:
            known = {k.replace(f"{table.id}[", f"{rows}[", 1): v for k, v in known.items()}
        reader = OfGroups(context, known, rows or table.id, keys, parameter, column)
        result = _series(reader, context, callee) or reader.read(callee)
    except (NotForGroupsError, vectorising.NotVectorisedError, ValueError, IndexError):
        return None
    if rows:
        return result.text if result.kind == group_expressions.ROWS else None
    if method == "apply" and result.kind == group_expressions.ROWS:
        # Rows in their order, where no key of the group is put before them.
        return result.text if _without_keys(one.node.func.value) else None
    return _written(result, method, column)


def _without_keys(groups: ast.expr) -> bool:
    """Whether it is a groupby with group_keys=False, or a column of one."""
    if isinstance(groups, ast.Subscript):
        groups = groups.value
    given = groups.keywords if isinstance(groups, ast.Call) else []
    return any(each.arg == "group_keys" and _is_false(each.value) for each in given)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _written(result: Of, method: str, column: str) -> str | None:
    if method == "transform":
        if result.kind == group_expressions.SAME:
            return None
        return result.text if result.kind == group_expressions.ROWS else result.spread
    if result.kind != group_expressions.GROUPS:
        return None
    if column and not result.column and f"[{column}]." not in result.text.partition("(")[2]:
        return f"{result.closed}.rename({column})"
    return result.closed


def _series(
    reader: OfGroups, function: Function, callee: ast.FunctionDef | ast.Lambda
) -> Of | None:
    """A function that returns pd.Series({name: value, …}): a table of one row per group."""
    returned = callee.body if isinstance(callee, ast.Lambda) else None
    if isinstance(callee, ast.FunctionDef):
        last = callee.body[-1]
        returned = last.value if isinstance(last, ast.Return) else None
    if returned is None:
        return None
    one = patterns.match(function, returned, "pd.Series(D)")
    if one is None or not isinstance(one["D"], ast.Dict):
        return None
    if isinstance(callee, ast.FunctionDef):
        for statement in callee.body[:-1]:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                reader.env[statement.targets[0].id] = reader.of(statement.value)
    parts = []
    for key, value in zip(one["D"].keys, one["D"].values, strict=True):
        made = reader.of(value)
        if key is None or made.kind != group_expressions.GROUPS:
            raise NotForGroupsError("a value that is none of a group")
        parts.append(f"{ast.unparse(key)}: {made.text}")
    return Of(f"{function.pandas}.DataFrame({{{', '.join(parts)}}})", group_expressions.GROUPS)


# ------------------------------------------------------------ loops over groups


@rule(
    "groups",
    looks_for="a loop over groups, or over the keys of a column, that computes a value of each",
    rewrite="for k, g in df.groupby('k'): out[k] = g['v'].mean() → "
    "out.update(df.groupby('k')['v'].mean().to_dict())",
    exact="up to rounding; as pandas treats missing values",
    thread="https://stackoverflow.com/questions/10951341/pandas-dataframe-aggregate-function-"
    "using-multiple-columns",
)
def group_loop(seen: Observation) -> Iterator[Finding]:
    """Groups one after the other."""
    for function in seen.functions:
        for picked in key_rows.by_key(function, function.node):
            made = rewriting.spliced(function, picked.edits)
            changed = made and rewriting.parsed(
                msgspec.structs.replace(function.source, text=made.source)
            )
            if changed:
                yield from _of_groups(seen, function, changed)
        yield from _of_groups(seen, function, function)
        for loop in (n for n in function.nodes if isinstance(n, ast.For)):
            edit = key_rows.set_at_once(function, loop)
            if edit is not None:
                yield from seen.edited(
                    function,
                    [edit],
                    title="set the column for all groups at once",
                    lines=syntax.span_of(function, loop),
                    evidence="every key compares a whole column and sets a part of another",
                )


def _of_groups(seen: Observation, function: Function, written: Function) -> Iterator[Finding]:
    """Findings for the function, by its text as it is or with groups in its loops."""
    yield from _of_all_groups(seen, function, written)
    for kept in kept_groups.without_others(written):
        yield from seen.whole(
            function,
            kept.function.text,
            title="leave the other groups out of the table first",
            lines=seen.lines_of(function),
            evidence="every group is a table of its own, also those that are passed by",
        )
        yield from _of_all_groups(seen, function, kept.function, kept.least)


def _of_all_groups(
    seen: Observation, function: Function, written: Function, least: int = 1
) -> Iterator[Finding]:
    for node in ast.walk(written.node):
        if not isinstance(node, ast.For | ast.ListComp | ast.DictComp):
            continue
        edit = key_rows.of_all_groups(written, node, least)
        made = rewriting.spliced(written, [edit]) if edit is not None else None
        if made is None:
            continue
        yield from seen.whole(
            function,
            made.source,
            title="compute it for all groups at once",
            lines=seen.lines_of(function),
            evidence="every group is a table of its own",
        )


# --------------------------------------------------------------- masks by key


@rule(
    "groups",
    looks_for="a loop over keys or labels, each of which compares a whole array",
    rewrite="x[ids == k] for every k → the places of all keys by one sort, x[places[k]]",
    exact="always: the same elements in the same order; NaN is no key",
    thread="https://stackoverflow.com/questions/77455212/how-do-i-label-features-in-an-array-by-"
    "their-size",
)
def masks_by_key(seen: Observation) -> Iterator[Finding]:
    """One comparison of a whole array for each key."""
    for function in seen.functions:
        for loop in mask_keys.key_loops(function):
            yield from seen.edited(
                function,
                loop.edits,
                title=f"find the places of all keys of {loop.keys} once",
                lines=syntax.span_of(function, loop.statement),
                helpers=("import numpy as np", mask_keys.PLACES),
                evidence=f"every key compares the whole of {loop.keys}",
            )
        for asked in mask_keys.coordinates(function):
            yield from _coordinates(seen, function, asked)


def _coordinates(
    seen: Observation, function: Function, asked: mask_keys.KeyCoordinates
) -> Iterator[Finding]:
    """Where each label stands in an array of several axes: by coordinates of the flat one."""
    texts: list[tuple[str, str, tuple[str, ...]]] = [
        (f"{title}, with coordinates of all of {asked.keys}", text, ())
        for title, text in seen.lifted_again(function, asked.text, asked.held)
    ]
    names = {**function.source.names, **asked.held}
    changed = rewriting.parsed(
        msgspec.structs.replace(function.source, text=asked.text, names=names)
    )
    for loop in mask_keys.key_loops(changed) if changed is not None else ():
        made = rewriting.spliced(changed, loop.edits) if changed is not None else None
        if made is not None:
            title = f"find the places of all keys of {asked.keys} once"
            texts.append((title, made.source, (mask_keys.PLACES,)))
    for title, text, helpers in texts:
        yield from seen.whole(
            function,
            text,
            title=title,
            lines=syntax.span_of(function, asked.statement),
            helpers=("import numpy as np", *helpers),
            evidence=f"every key compares the whole of {asked.keys}",
        )


# ------------------------------------------------------------------- windows

WINDOWS = '''
def rolled(series, windows):
    """A value per full window as pandas has it: nothing until the first window is full."""
    missing = np.full(len(series) - len(windows), np.nan)
    return pd.Series(np.concatenate([missing, windows]), series.index, name=series.name)
'''.strip()


@rule(
    "groups",
    looks_for="rolling, expanding or resample with a Python function",
    rewrite="s.rolling(20).apply(np.mean) → s.rolling(20).mean(), or f with axis=-1 over all "
    "windows",
    exact="up to rounding; windows with missing values are compared",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.core.window.rolling.Rolling.apply."
    "html",
)
def window_function(seen: Observation) -> Iterator[Finding]:
    """A Python function called for every window."""
    yield from seen.rewrites(
        *_own_methods(),
        title="pandas has this for all windows at once",
    )
    raw = [
        ("G.rolling(W).apply(F)", "G.rolling(W).apply(F, raw=True)"),
        ("G.rolling(W).apply(F, raw=False)", "G.rolling(W).apply(F, raw=True)"),
        ("G.expanding().apply(F)", "G.expanding().apply(F, raw=True)"),
        ("G.rolling(W, **KW).apply(F)", "G.rolling(W, **KW).apply(F, raw=True)"),
    ]
    yield from seen.rewrites(*raw, title="hand the windows over as arrays, not as Series")
    for function in seen.functions:
        table = ["S.rolling(W).apply(F, **KW)", "S.rolling(window=W).apply(F, **KW)"]
        for one in patterns.found(function, table, lambda m: True):
            yield from _over_windows(seen, function, one)


def _own_methods() -> list[tuple[str, str]]:
    table = []
    for window in ("S.rolling(W)", "S.rolling(W, **KW)", "S.expanding()", "S.resample(W)"):
        for raw in ("", ", raw=True", ", raw=False"):
            for name in ("mean", "sum", "max", "min", "median", "std", "var", "count"):
                ddof = "ddof=0" if name in ("std", "var") else ""
                table += [
                    (f"{window}.apply(np.{name}{raw})", f"{window}.{name}({ddof})"),
                    (
                        f"{window}.apply(lambda V: np.{name}(V){raw})",
                        f"{window}.{name}({ddof})",
                    ),
                    (f"{window}.apply(lambda V: V.{name}(){raw})", f"{window}.{name}()"),
                ]
            table += [
                (
                    f"{window}.apply(lambda V: V.max() - V.min(){raw})",
                    f"{window}.max() - {window}.min()",
                ),
                (
                    f"{window}.apply(lambda V: np.max(V) - np.min(V){raw})",
                    f"{window}.max() - {window}.min()",
                ),
            ]
    return table


def _over_windows(seen: Observation, function: Function, one: Match) -> Iterator[Finding]:
    """The function of a window over a view of all windows."""
    form = callbacks.array_form(seen, function, one["F"], vectorising.ROW, "windows")
    if form is None or form.kind != vectorising.NUMBER or len(form.parameters) != 1:
        return
    given = {k.arg for k in one.captures.get("KW", [])}
    if given - {"raw"}:
        return
    series = rewriting.written(function, one["S"])
    np = function.numpy
    view = f"{np}.lib.stride_tricks.sliding_window_view"
    windows = f"{view}({series}.to_numpy(), {function.text_of(one['W'])})"
    yield from seen.edited(
        function,
        [rewriting.edit(function, one.node, f"rolled({series}, {form.call(windows)})")],
        title="one array expression over a view of all windows",
        lines=[one.line],
        helpers=("import numpy as np", "import pandas as pd", form.text, WINDOWS),
        evidence="rolling calls a Python function for every window",
    )


# --------------------------------------------- arrays of different lengths in a list

OF_EACH_ROW = '''
def of_each_row(ufunc, rows):
    """The reduction of each of many arrays, none of them empty, and their lengths."""
    lengths = np.array([len(row) for row in rows])
    return ufunc.reduceat(np.concatenate(rows), np.cumsum(lengths) - lengths), lengths
'''.strip()
_OF_ROWS = {
    "np.mean(V)": "np.divide(*of_each_row(np.add, ROWS))",
    "V.mean()": "np.divide(*of_each_row(np.add, ROWS))",
    "np.sum(V)": "of_each_row(np.add, ROWS)[0]",
    "V.sum()": "of_each_row(np.add, ROWS)[0]",
    "np.max(V)": "of_each_row(np.maximum, ROWS)[0]",
    "V.max()": "of_each_row(np.maximum, ROWS)[0]",
    "np.min(V)": "of_each_row(np.minimum, ROWS)[0]",
    "V.min()": "of_each_row(np.minimum, ROWS)[0]",
}


@rule(
    "groups",
    looks_for="a reduction of each array of a list, one call per array",
    rewrite="[np.mean(row) for row in rows] → np.add.reduceat over all of them, by lengths",
    exact="up to the rounding of sums; no array is empty",
    thread="https://stackoverflow.com/questions/38013778/is-there-any-numpy-group-by-function",
)
def ragged_reduction(seen: Observation) -> Iterator[Finding]:
    """Lists of arrays of different lengths."""
    for function in seen.functions:
        for each, text in _OF_ROWS.items():
            for one in patterns.found(function, (f"[{each} for V in ROWS]",), _is_list):
                rows = function.text_of(one["ROWS"])
                made = text.replace("ROWS", rows).replace("np.", f"{function.numpy}.")
                yield from seen.edited(
                    function,
                    [rewriting.edit(function, one.node, f"{made}.tolist()")],
                    title=f"all of {rows} by np.add.reduceat and its like",
                    lines=[one.line],
                    helpers=(OF_EACH_ROW,),
                )


def _is_list(one: Match) -> bool:
    """Whether it runs over a list of many things that are no numbers of one length."""
    rows = one["ROWS"]
    words = one.function.source.names.get(rows.id, "") if isinstance(rows, ast.Name) else ""
    count = words.removeprefix("list of ")
    return words.startswith("list of ") and count.isdigit() and int(count) > _FEW


_FEW = 8
