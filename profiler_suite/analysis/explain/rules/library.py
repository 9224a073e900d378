"""Slow paths of pandas, sparse matrices and estimators: one row, one element at a time."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import forms, patterns, rewriting, vectorising
from profiler_suite.analysis.explain.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks, hoisting
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.analysis.explain.vectorising import CallOverRows, NotVectorisedError
from profiler_suite.measure.explain.records import Edit

_STATISTICS = ("sum", "mean", "max", "min", "std", "var", "median", "count", "first", "last")


def _pandas(function: Function) -> tuple[str, tuple[str, ...]]:
    """The name that pandas has in the function, and the import where it has none."""
    for name, module in function.source.bound.items():
        if module == "pandas":
            return name, ()
    return "pd", ("import pandas as pd",)


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
    for function in seen.functions:
        for one in patterns.found(function, ["DF.apply(F, axis=1)"], lambda m: True):
            found = callbacks.find_callee(seen, function, one["F"])
            if found is None:
                continue
            callee, context = found
            try:
                (parameter,) = vectorising.parameters_of(callee)
                made = CallOverRows(
                    context,
                    callee,
                    {parameter: vectorising.TABLE_ROW},
                    lambda table, column: f"{table}[{column!r}].to_numpy()",
                )
            except (NotVectorisedError, ValueError):
                continue
            own = callee.name if isinstance(callee, ast.FunctionDef) else "expression"
            name = f"{own}_of_columns"
            text = made.definition(name, [parameter], f"{own}, of all rows at once.")
            pandas, imports = _pandas(function)
            table = function.text_of(one["DF"])
            given = ", ".join([table, *made.free])
            closed = rewriting.written(function, one["DF"])
            yield from seen.edited(
                function,
                [
                    rewriting.edit(
                        function,
                        one.node,
                        f"{pandas}.Series({name}({given}), index={closed}.index)",
                    )
                ],
                title="compute with the columns as arrays, not row by row",
                lines=[one.line],
                helpers=(*imports, text),
                evidence="DataFrame.apply with axis=1 makes a Series and calls Python for "
                "every row",
            )


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
        for one in patterns.found(function, ["S.apply(F)", "S.map(F)"], lambda m: True):
            form = one.form("S")
            if form is not None and form.dtype not in ("Series", "Index"):
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
    looks_for="DataFrame.iterrows: a Series per row",
    rewrite="for i, row in df.iterrows() → zip(df.index, df.to_dict('records'))",
    exact="rows are only read by name; integers stay integers",
    thread="https://stackoverflow.com/questions/16476924/how-can-i-iterate-over-rows-in-a-pandas-"
    "dataframe",
)
def iterrows(seen: Observation) -> Iterator[Finding]:
    """Loops over the rows of a table."""
    for function in seen.functions:
        for loop in (n for n in ast.walk(function.node) if isinstance(n, ast.For)):
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
                lines=hoisting.span_of(function, loop),
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
        for loop in (n for n in ast.walk(function.node) if isinstance(n, ast.For)):
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
                lines=hoisting.span_of(function, loop),
                evidence="itertuples makes a named tuple of all columns for every row",
            )


@rule(
    "library",
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
        ("G.apply(lambda V: V.max() - V.min())", "G.max() - G.min()"),
    ]
    for name in _STATISTICS:
        table += [
            (f"G.transform(lambda V: V.{name}())", f"G.transform('{name}')"),
            (f"G.transform(np.{name})", f"G.transform('{name}')"),
        ]
        for method in ("apply", "agg", "aggregate"):
            table += [
                (f"G.{method}(lambda V: V.{name}())", f"G.{name}()"),
                (f"G.{method}(lambda V: np.{name}(V))", f"G.{name}()"),
                (f"G.{method}(lambda V: V[C].{name}())", f"G[C].{name}()"),
                (f"G.{method}(lambda V: np.{name}(V[C]))", f"G[C].{name}()"),
            ]
    return seen.rewrites(*table, title="pandas has this for all groups at once")


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
        for loop in hoisting.loops_of(function):
            changed = hoisting.stored_in(loop)
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
                lines=hoisting.span_of(function, loop),
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


@rule(
    "library",
    looks_for="dates parsed one string at a time",
    rewrite="s.apply(pd.to_datetime) → pd.to_datetime(s)",
    exact="all strings have one format",
    thread="https://stackoverflow.com/questions/29882573/pandas-slow-date-conversion",
)
def dates_one_by_one(seen: Observation) -> Iterator[Finding]:
    """Dates, string by string."""
    return seen.rewrites(
        ("S.apply(pd.to_datetime)", "pd.to_datetime(S)"),
        ("S.map(pd.to_datetime)", "pd.to_datetime(S)"),
        ("S.apply(lambda V: pd.to_datetime(V))", "pd.to_datetime(S)"),
        ("S.apply(lambda V: pd.to_datetime(V, format=F))", "pd.to_datetime(S, format=F)"),
        ("S.apply(lambda V: pd.Timestamp(V))", "pd.to_datetime(S)"),
        ("S.apply(pd.Timestamp)", "pd.to_datetime(S)"),
        ("[pd.to_datetime(V) for V in S]", "list(pd.to_datetime(S))"),
        ("[pd.Timestamp(V) for V in S]", "list(pd.to_datetime(S))"),
        ("S.apply(lambda V: datetime.strptime(V, F))", "pd.to_datetime(S, format=F)"),
        ("S.apply(lambda V: datetime.datetime.strptime(V, F))", "pd.to_datetime(S, format=F)"),
        *(
            (f"S.apply(lambda V: V.{part})", f"S.dt.{part}")
            for part in ("year", "month", "day", "hour", "minute", "dayofweek", "weekday()")
        ),
        where=lambda m: "datetime" not in m.captures,
        title="parse the column as a whole",
    )


# -------------------------------------------------------------- sparse matrices


@rule(
    "library",
    looks_for="a compressed sparse matrix filled element by element: moved at every insertion",
    rewrite="csr_matrix(shape) → lil_matrix(shape), and tocsr() after the loop",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3582",
)
def sparse_filled(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices filled in loops."""
    for function in seen.functions:
        for node in ast.walk(function.node):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            qualified = function.qualified(node.value.func)
            kind = qualified.rpartition(".")[2]
            target = node.targets[0]
            if not qualified.startswith("scipy.sparse.") or kind[:3] not in ("csr", "csc"):
                continue
            loop = _filling(function, target)
            if loop is None or not isinstance(target, ast.Name):
                continue
            called = node.value.func
            text = function.text_of(called).replace(kind, f"lil{kind[3:]}")
            imports: tuple[str, ...] = ()
            if isinstance(called, ast.Name):
                text, imports = f"scipy.sparse.lil{kind[3:]}", ("import scipy.sparse",)
            start, end = function.span(called)
            yield from seen.edited(
                function,
                [
                    Edit(start=start, end=end, text=text),
                    hoisting.after(
                        function, loop, [f"{target.id} = {target.id}.to{kind[:3]}()"]
                    ),
                ],
                title=f"fill {target.id} as a list of lists, then compress it",
                lines=hoisting.span_of(function, loop),
                helpers=imports,
                evidence="a compressed matrix moves its elements at every insertion",
            )


def _filling(function: Function, target: ast.expr) -> hoisting.Loop | None:
    for loop in hoisting.loops_of(function):
        for n in ast.walk(loop):
            if (
                isinstance(n, ast.Subscript)
                and isinstance(n.ctx, ast.Store)
                and ast.unparse(n.value) == ast.unparse(target)
            ):
                return loop
    return None


@rule(
    "library",
    looks_for="rows or columns of a sparse matrix taken in a loop against its order",
    rewrite="A = A.tocsc() before a loop over columns, A.tocsr() before one over rows",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3338",
)
def sparse_slices(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices sliced across their order."""
    for function in seen.functions:
        for loop in hoisting.loops_of(function):
            wanted: dict[str, str] = {}
            for node in ast.walk(loop):
                if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
                    continue
                form = forms.of(function, node.value)
                kind = form.dtype[:3] if form is not None and form.kind == "other" else ""
                if kind not in ("csr", "csc", "coo", "lil", "dok"):
                    continue
                by_column = patterns.match(function, node, "X[:, J]") is not None
                to = "csc" if by_column else "csr"
                if kind != to:
                    wanted[node.value.id] = to
            changed = hoisting.stored_in(loop)
            lines = [f"{n} = {n}.to{to}()" for n, to in wanted.items() if n not in changed]
            if lines:
                yield from seen.edited(
                    function,
                    rewriting.inserted(function, {loop.lineno: lines}),
                    title="turn the sparse matrix to the order in which it is taken apart",
                    lines=hoisting.span_of(function, loop),
                    evidence="a slice across the order of a sparse matrix looks at all of it",
                )


@rule(
    "library",
    looks_for="a sparse matrix made dense to be multiplied",
    rewrite="A.toarray() @ x → A @ x",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/issues/25345",
)
def sparse_made_dense(seen: Observation) -> Iterator[Finding]:
    """Products that stay sparse."""
    return seen.rewrites(
        ("A.toarray() @ X", "A @ X"),
        ("A.toarray().dot(X)", "A @ X"),
        ("np.dot(A.toarray(), X)", "A @ X"),
        ("X @ A.toarray()", "X @ A"),
        ("A.todense() @ X", "A @ X"),
        ("A.toarray().sum()", "A.sum()"),
        ("A.toarray().sum(axis=K)", "np.asarray(A.sum(axis=K)).ravel()"),
        title="multiply the sparse matrix as it is",
    )


# ------------------------------------------------------------- one row at a time


@rule(
    "library",
    looks_for="a model, an interpolator or an integrand called for one row at a time",
    rewrite="np.array([model.predict(x.reshape(1, -1))[0] for x in X]) → model.predict(X)",
    exact="the call treats rows alike; the trial compares",
    thread="https://github.com/scikit-learn/scikit-learn/issues/1363",
)
def one_row_calls(seen: Observation) -> Iterator[Finding]:
    """Calls that take many rows, made for one."""
    table = []
    for row in ("V.reshape(1, -1)", "[V]", "V[None]", "V[None, :]", "V[np.newaxis, :]"):
        table += [
            (f"np.array([M({row})[0] for V in X])", "M(X)"),
            (f"[M({row})[0] for V in X]", "list(M(X))"),
        ]
    for row in ("X[V].reshape(1, -1)", "[X[V]]", "X[V:V + 1]", "X[V][None]"):
        table += [
            (f"np.array([M({row})[0] for V in range(len(X))])", "M(X)"),
            (f"np.array([M({row})[0] for V in range(N)])", "M(X[:N])"),
        ]
    yield from seen.rewrites(*table, title="call it once for all rows")
    for function in seen.functions:
        for loop in (n for n in ast.walk(function.node) if isinstance(n, ast.For)):
            text = _one_call(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="call it once for all rows",
                    lines=hoisting.span_of(function, loop),
                    evidence="the loop calls it for one row at a time",
                )


def _one_call(function: Function, loop: ast.For) -> str:
    """'out[:] = f(x)' for a loop whose only statement is 'out[i] = f(x[i])'."""
    if len(loop.body) != 1 or not isinstance(loop.body[0], ast.Assign) or loop.orelse:
        return ""
    statement = loop.body[0]
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Subscript) or not isinstance(
        loop.target, ast.Name | ast.Tuple
    ):
        return ""
    for source, values in (
        (
            "range(len(X))",
            (
                "F(X[I])",
                "F(X[I])[0]",
                "F([X[I]])[0]",
                "F(X[I:I + 1])[0]",
                "F(X[I].reshape(1, -1))[0]",
            ),
        ),
        (
            "range(N)",
            ("F(X[I])", "F([X[I]])[0]", "F(X[I:I + 1])[0]", "F(X[I].reshape(1, -1))[0]"),
        ),
        ("enumerate(X)", ("F(V)", "F([V])[0]", "F(V.reshape(1, -1))[0]", "F(V[None])[0]")),
    ):
        outer = patterns.match(function, loop.iter, source)
        if outer is None:
            continue
        for pattern in values:
            one = patterns.match(function, value, pattern)
            if one is None or not _fits(loop, target, one, outer):
                continue
            array = function.text_of(outer["X"] if "X" in outer.captures else one["X"])
            if source == "range(N)":
                array = f"{array}[:{function.text_of(outer['N'])}]"
            place = function.text_of(target.value)
            length = f"[:len({array})]"
            return f"{place}{length} = {function.text_of(one['F'])}({array})"
    return ""


def _fits(loop: ast.For, target: ast.Subscript, one: Match, outer: Match) -> bool:
    """Whether the index of the loop is the index of what is read and written."""
    names = [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    index = target.slice
    if not isinstance(index, ast.Name) or index.id != names[0]:
        return False
    if "I" in one.captures:
        read = one["I"]
        same = "X" not in outer.captures or ast.dump(outer["X"]) == ast.dump(one["X"])
        return isinstance(read, ast.Name) and read.id == names[0] and same
    read = one["V"]
    return isinstance(read, ast.Name) and len(names) == 2 and read.id == names[1]
