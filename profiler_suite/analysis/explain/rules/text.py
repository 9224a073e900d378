"""Slow paths of texts: columns of strings, dates, and files that Python takes apart."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    csv_rows,
    date_loops,
    date_patterns,
    parsed_lines,
    patterns,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_PLAIN = ("lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase")
_ASKING = ("isdigit", "isalpha", "isnumeric", "isupper", "islower", "isspace")
_APPLIED = ("apply", "map")
# Of the time of a function without a loop of its own.
_MUCH = 0.3


def _has_pandas(one: patterns.Match) -> bool:
    """Whether it uses pandas: importing it for this alone takes longer than it spares."""
    return "pandas" in one.function.source.bound.values()


@rule(
    "text",
    looks_for="a Python function applied to every string of a column",
    rewrite="s.apply(lambda v: v.lower()) → s.str.lower(), v in seen → s.isin(seen)",
    exact="all elements are strings; the trial compares",
    thread="https://stackoverflow.com/questions/52673285/performance-of-pandas-apply-vs-np-"
    "vectorize-to-create-new-column-from-existing-c",
)
def string_column(seen: Observation) -> Iterator[Finding]:
    """Strings of a column, one by one."""
    table = []
    for method in _APPLIED:
        for name in (*_PLAIN, *_ASKING):
            table.append((f"S.{method}(lambda V: V.{name}())", f"S.str.{name}()"))
            table.append((f"S.{method}(str.{name})", f"S.str.{name}()"))
        for name in ("startswith", "endswith", "zfill", "strip", "lstrip", "rstrip", "count"):
            table.append((f"S.{method}(lambda V: V.{name}(A))", f"S.str.{name}(A)"))
        table += [
            (f"S.{method}(lambda V: A in V)", "S.str.contains(A, regex=False)"),
            (f"S.{method}(lambda V: V in A)", "S.isin(A)"),
            (f"S.{method}(lambda V: V not in A)", "~S.isin(A)"),
            (f"S.{method}(lambda V: V.replace(A, B))", "S.str.replace(A, B, regex=False)"),
            (f"S.{method}(lambda V: V.split(A)[K])", "S.str.split(A).str[K]"),
            (f"S.{method}(lambda V: V.split()[K])", "S.str.split().str[K]"),
            (f"S.{method}(lambda V: len(V))", "S.str.len()"),
            (f"S.{method}(len)", "S.str.len()"),
            (f"S.{method}(lambda V: V[:A])", "S.str[:A]"),
            (f"S.{method}(lambda V: V[A:])", "S.str[A:]"),
            (f"S.{method}(lambda V: V[A:B])", "S.str[A:B]"),
            (f"S.{method}(lambda V: int(V))", "S.astype(int)"),
            (f"S.{method}(lambda V: float(V))", "S.astype(float)"),
            (f"S.{method}(lambda V: str(V))", "S.astype(str)"),
            (f"S.{method}(int)", "S.astype(int)"),
            (f"S.{method}(float)", "S.astype(float)"),
            (f"S.{method}(str)", "S.astype(str)"),
            (f"S.{method}(lambda V: D[V])", "S.map(D)"),
            (f"S.{method}(lambda V: D.get(V))", "S.map(D)"),
            (f"S.{method}(lambda V: D.get(V, A))", "S.map(D).fillna(A)"),
            (f"S.{method}(lambda V: D[V] if V in D else A)", "S.map(D).fillna(A)"),
        ]
    yield from seen.rewrites(
        *table,
        title="the method of the whole column",
        evidence="apply and map call a Python function for every element",
    )
    yield from _comprehensions(seen)
    yield from seen.rewrites(
        ("S.apply(lambda V: V in A)", "S.isin(set(A))"),
        ("S.apply(lambda V: V.split(A)[0])", "S.str.partition(A)[0].rename(S.name)"),
        ("S.apply(lambda V: V.split(A)[-1])", "S.str.rpartition(A)[2].rename(S.name)"),
        ("DF.apply(lambda R: R[A] + B + R[C], axis=1)", "DF[A] + B + DF[C]"),
        ("DF.apply(lambda R: R[A] + R[C], axis=1)", "DF[A] + DF[C]"),
        title="the method of the whole column",
        evidence="apply calls a Python function for every element",
    )


def _comprehensions(seen: Observation) -> Iterator[Finding]:
    """Any expression of the strings of a column."""
    return seen.rewrites(
        *(
            (
                f"DF[C].{name}(lambda V: E)",
                "pd.Series([E for V in DF[C].tolist()], DF.index, name=C)",
            )
            for name in _APPLIED
        ),
        *(
            (
                f"S.{name}(lambda V: E)",
                "pd.Series([E for V in S.tolist()], S.index, name=S.name)",
            )
            for name in _APPLIED
        ),
        where=_of_strings,
        helpers=("import pandas as pd",),
        title="a list comprehension instead of apply",
        evidence="apply and map take every element out of the column, and put it back in",
    )


def _of_strings(one: patterns.Match) -> bool:
    """Whether a column's elements are strings: a method or a part of each is asked for."""
    element = ast.unparse(one["V"])
    made = one["E"].func if isinstance(one["E"], ast.Call) else None
    if made is not None and one.function.qualified(made) == "pandas.Series":
        return False
    owners = [n for n in ast.walk(one["E"]) if isinstance(n, ast.Subscript | ast.Attribute)]
    asked = [each.value for each in owners]
    if element not in map(ast.unparse, asked):
        return False
    if "DF" in one.captures:
        return all(patterns.cheap(one[each]) for each in ("DF", "C"))
    form = one.form("S")
    return patterns.cheap(one["S"]) and (form is None or form.dtype == "Series")


# A date, or a string that is parsed, and all of them as dates.
_DATES = (
    ("V", "S"),
    ("datetime.datetime.strptime(V, F)", "pd.to_datetime(S, format=F)"),
    ("datetime.datetime.fromisoformat(V)", "pd.to_datetime(S, format='ISO8601')"),
    ("pd.to_datetime(V, format=F)", "pd.to_datetime(S, format=F)"),
    ("pd.to_datetime(V)", "pd.to_datetime(S)"),
    ("pd.Timestamp(V)", "pd.to_datetime(S)"),
)
_ASKED = {
    **{name: name for name in ("year", "month", "day", "hour", "minute", "second", "quarter")},
    **{name: name for name in ("dayofweek", "dayofyear", "day_name()", "month_name()")},
    **{"weekday()": "weekday", "isoweekday()": "weekday + 1", "date()": "date"},
    **{"strftime(G)": "strftime(G)", "isocalendar()[1]": "isocalendar().week.rename(S.name)"},
}


def _closed(text: str) -> str:
    return f"({text})" if " + " in text else text


@rule(
    "text",
    looks_for="dates parsed or taken apart one at a time",
    rewrite="s.apply(pd.to_datetime) → pd.to_datetime(s), s.map(lambda d: d.year) → s.dt.year",
    exact="all strings have one format",
    thread="https://stackoverflow.com/questions/29882573/pandas-slow-date-conversion",
)
def dates_one_by_one(seen: Observation) -> Iterator[Finding]:
    """Dates, string by string."""
    parse = "datetime.datetime.strptime"
    table = []
    for method in _APPLIED:
        table += [
            (f"S.{method}(pd.to_datetime)", "pd.to_datetime(S)"),
            (f"S.{method}(lambda V: pd.to_datetime(V))", "pd.to_datetime(S)"),
            (
                f"S.{method}(lambda V: pd.to_datetime(V, format=F))",
                "pd.to_datetime(S, format=F)",
            ),
            (f"S.{method}(lambda V: pd.Timestamp(V))", "pd.to_datetime(S)"),
            (f"S.{method}(pd.Timestamp)", "pd.to_datetime(S)"),
            (f"S.{method}(lambda V: {parse}(V, F))", "pd.to_datetime(S, format=F)"),
            (f"S.{method}(datetime.datetime.fromtimestamp)", "pd.to_datetime(S, unit='s')"),
            *(
                (f"S.{method}(lambda V: {one}.{asked})", f"{dates}.dt.{part}")
                for one, dates in _DATES
                for asked, part in _ASKED.items()
            ),
        ]
    yield from seen.rewrites(*table, title="parse, or take apart, the column as a whole")
    # Of the width that whole numbers of Python have in a column.
    wide = [
        (one, f"{_closed(text)}.astype('int64')" if ".dt." in text else text)
        for one, text in table
        if not text.endswith(("name()", ".dt.date", "strftime(G)", "strftime(F)"))
    ]
    yield from seen.rewrites(*wide, title="parse, or take apart, the column as a whole")
    made = "pd.to_datetime({values}{given})"
    for text in (f"list({made})", f"{made}.to_pydatetime().tolist()"):
        yield from seen.rewrites(
            ("[pd.to_datetime(V) for V in S]", text.format(values="S", given="")),
            ("[pd.Timestamp(V) for V in S]", text.format(values="S", given="")),
            (f"[{parse}(V, F) for V in S]", text.format(values="S", given=", format=F")),
            (f"[{parse}(V, F).date() for V in S]", "list(pd.to_datetime(S, format=F).date)"),
            where=_has_pandas,
            title="parse all strings at once",
            helpers=("import pandas as pd",),
        )
    yield from _whole_dates(seen)
    yield from seen.rewrites(
        *date_patterns.isoformats(),
        where=lambda one: _parses_many(one, seen),
        title="datetime.fromisoformat: strptime reads its format anew for every string",
        evidence="strptime is Python: it looks its format up and matches a regular expression",
    )
    for function in seen.functions:
        pandas = "pandas" in function.source.bound.values()
        for dates in date_loops.dates_before(function, pandas):
            yield from _of_dates_before(seen, function, dates)


def _parses_many(one: patterns.Match, seen: Observation) -> bool:
    """Whether dates are parsed in a loop, or take the time of a function that one calls."""
    around = one.function.around(one.node)
    repeated = any(isinstance(each, syntax.REPEATING) for each in around)
    if not repeated and seen.shares_are_known:
        repeated = seen.share(one.function, [one.line]) > _MUCH
    return repeated and one.function.qualified(one["C"]) == "datetime.datetime"


def _of_dates_before(
    seen: Observation, function: Function, made: date_loops.DatesBefore
) -> Iterator[Finding]:
    texts = [("ask an array of all dates, before the loop", made.as_lists)]
    if made.held:
        texts += [
            (f"{title}, of an array of all dates", text)
            for title, text in seen.lifted_again(function, made.as_arrays, made.held)
        ]
    for title, text in texts:
        yield from seen.whole(
            function,
            text,
            title=title,
            lines=seen.lines_of(function),
            helpers=[
                f"import {module} as {name}"
                for name, module in (("np", "numpy"), ("pd", "pandas"))
                if f"{name}." in text
            ],
            evidence="every date is parsed, or made an object, in Python",
        )


def _whole_dates(seen: Observation) -> Iterator[Finding]:
    """What is asked of every date, of arrays of dates."""

    def listed(one: patterns.Match) -> bool:
        form = one.form("S")
        plain = form is None or form.kind == "array" or form.dtype in ("list", "tuple")
        return plain and isinstance(one["S"], ast.Name | ast.Attribute)

    words = {
        "title": "an array of dates instead of an object for each",
        "evidence": "every date is parsed, or made an object, in Python",
    }
    yield from seen.rewrites(*date_patterns.of_strings(), where=listed, **words)
    yield from seen.rewrites(
        *date_patterns.of_date_arrays(),
        where=lambda one: (form := one.form("S")) is not None and form.letter == "M",
        **words,
    )
    for table in (date_patterns.of_timestamps(), date_patterns.of_other_formats()):
        yield from seen.rewrites(
            *table,
            where=lambda one: listed(one) and _has_pandas(one),
            helpers=("import pandas as pd",),
            **words,
        )


@rule(
    "text",
    looks_for="np.genfromtxt, a parser in Python, of a table of numbers",
    rewrite="np.genfromtxt(file, …) → np.loadtxt(file, …), which is compiled",
    exact="nothing is missing: loadtxt raises where genfromtxt puts NaN",
    thread="https://github.com/numpy/numpy/issues/19708",
)
def slow_parser(seen: Observation) -> Iterator[Finding]:
    """Tables of numbers read by the slower parser."""
    yield from seen.rewrites(
        ("np.genfromtxt(FILE, skip_header=N, **KW)", "np.loadtxt(FILE, skiprows=N, **KW)"),
        ("np.genfromtxt(FILE, **KW)", "np.loadtxt(FILE, **KW)"),
        title="read the numbers with the compiled parser",
        evidence="np.genfromtxt takes every line apart in Python",
    )
    yield from seen.rewrites(
        (
            "np.loadtxt(FILE, delimiter=D)",
            "pd.read_csv(FILE, sep=D, header=None, comment='#', "
            "float_precision='round_trip').to_numpy()",
        ),
        (
            "np.genfromtxt(FILE, delimiter=D)",
            "pd.read_csv(FILE, sep=D, header=None, comment='#', "
            "float_precision='round_trip').to_numpy()",
        ),
        helpers=("import pandas as pd",),
        where=_has_pandas,
        title="read the numbers with pandas' parser",
        evidence="a file of text is parsed line by line",
    )


@rule(
    "text",
    looks_for="texts of numbers that Python converts one by one for an array",
    rewrite="np.array([float(v) for v in s.split(',')]) → np.array(s.split(','), float)",
    exact="always: NumPy reads them as Python does; what does not fit 64 bits raises an error",
    thread="https://stackoverflow.com/questions/3877209/how-to-convert-an-array-of-strings-to-"
    "an-array-of-floats-in-numpy",
)
def numbers_of_texts(seen: Observation) -> Iterator[Finding]:
    """What is split from a text, as an array of numbers."""
    table = []
    for split in ("S.split(D)", "S.split()", "S.splitlines()"):
        for array in ("np.array", "np.asarray"):
            for kind in ("float", "int"):
                for each in (f"[{kind}(V) for V in {split}]", f"list(map({kind}, {split}))"):
                    plain = f"np.array({split}, {kind})"
                    table += [
                        (f"{array}({each})", plain),
                        (f"{array}({each}, dtype={kind})", plain),
                        (f"{array}({each}, {kind})", plain),
                    ]
    yield from seen.rewrites(*table, title="NumPy reads all of the texts")


@rule(
    "text",
    looks_for="lines of numbers that Python splits and converts one by one",
    rewrite="for line in file: rows.append([float(v) for v in line.split(',')]) → np.loadtxt",
    exact="every line has as many numbers; no line is empty",
    thread="https://stackoverflow.com/questions/8956832/python-out-of-memory-on-large-csv-file-"
    "numpy",
)
def lines_of_numbers(seen: Observation) -> Iterator[Finding]:
    """Texts made numbers line by line."""
    table = []
    for row in ("LINE", "LINE.strip()", "LINE.rstrip()"):
        for split, given in (("split()", ""), ("split(SEP)", ", delimiter=SEP")):
            loaded = f"np.loadtxt(LINES, ndmin=2{given})"
            for numbers in ("[float(V) for V in {}]", "list(map(float, {}))"):
                pattern = f"[{numbers.format(f'{row}.{split}')} for LINE in LINES]"
                table.append((f"np.array({pattern})", loaded))
                table.append((pattern, f"{loaded}.tolist()"))
    yield from seen.rewrites(
        *table,
        title="let the compiled parser read all lines",
        evidence="Python splits every line and makes an object of every number",
    )
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            text = _loaded(function, loop)
            if not text:
                continue
            start, end = function.span(loop)
            yield from seen.edited(
                function,
                [Edit(start=start, end=end, text=text)],
                title="let the compiled parser read all lines",
                lines=syntax.span_of(function, loop),
                helpers=("import numpy as np",),
                evidence="Python splits every line and makes an object of every number",
            )


def _loaded(function: Function, loop: syntax.Loop) -> str:
    """'rows.extend(np.loadtxt(lines, …).tolist())' for a loop that only does that."""
    if not isinstance(loop, ast.For) or loop.orelse:
        return ""
    return parsed_lines.loaded(function, loop, _lines(function, loop.iter))


def _lines(function: Function, node: ast.expr) -> parsed_lines.Lines:
    """What the loop goes over, as lines: a file as it is, also where csv.reader splits them."""
    made = csv_rows.reader_of(function, node, "reader")
    if made is not None:
        given = f", delimiter={made.delimiter}, quotechar='\"'"
        return parsed_lines.Lines(function.text_of(made.lines), given)
    one = patterns.match(function, node, "FILE.readlines()")
    text = rewriting.written(function, one["FILE"] if one is not None else node)
    return parsed_lines.Lines(text)


OF_DIFFERENT = '''
def of_different(column, function):
    """function of a column, where it treats elements alike: once for each different one."""
    codes, different = pd.factorize(column, use_na_sentinel=False)
    made = function(pd.Series(different, name=column.name)).take(codes)
    made.index = column.index
    return made
'''.strip()
# What one text alone does not decide.
_OF_ALL = frozenset(["cat", "get_dummies", "join"])


@rule(
    "text",
    looks_for="a method of texts on a column in which few different ones come again and again",
    rewrite="s.str.split('-').str[0] → computed of s.unique(), and taken for each element",
    exact="always: a method of texts treats them alike",
    thread="https://github.com/pandas-dev/pandas/issues/8627",
)
def few_different(seen: Observation) -> Iterator[Finding]:
    """Methods of texts on columns of few different ones."""
    for function in seen.functions:
        edits, lines = [], []
        for node in function.nodes:
            text = _of_different(function, node) if isinstance(node, ast.expr) else ""
            if text and isinstance(node, ast.expr):
                edits.append(rewriting.edit(function, node, text))
                lines.append(node.lineno + function.shift)
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="compute it once for each different element",
                lines=lines,
                helpers=("import pandas as pd", OF_DIFFERENT),
                evidence="pandas calls Python for each element",
            )


def _of_different(function: Function, node: ast.expr) -> str:
    """of_different(s, lambda texts: texts.str.upper()) for the whole of such a chain."""
    goes_on = function.parents[node]
    if isinstance(goes_on, ast.Attribute) and goes_on.attr == "str":
        return ""
    column_of = _column_of_texts(node)
    if column_of is None or not patterns.pure(column_of):
        return ""
    rest = function.text[function.span(column_of)[1] : function.span(node)[1]]
    return f"of_different({function.text_of(column_of)}, lambda texts: texts{rest})"


def _column_of_texts(node: ast.expr) -> ast.expr | None:
    """The column in column.str.f('a').str[0]; None where it is no such chain."""
    accessor: ast.expr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = [*node.args, *(k.value for k in node.keywords)]
        if node.func.attr in _OF_ALL or not all(isinstance(g, ast.Constant) for g in given):
            return None
        accessor = node.func.value
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        accessor = node.value
    else:
        return None
    if not isinstance(accessor, ast.Attribute) or accessor.attr != "str":
        return None
    return _column_of_texts(accessor.value) or accessor.value


@rule(
    "text",
    looks_for="Series.replace with a dictionary: every key is compared with the whole column",
    rewrite="s.replace(table) → s.map({v: table.get(v, v) for v in s.unique()})",
    exact="for a dictionary of plain values",
    thread="https://github.com/pandas-dev/pandas/issues/12657",
)
def replaced_by_table(seen: Observation) -> Iterator[Finding]:
    """Values of a column replaced by those of a dictionary."""

    def table(one: Match) -> bool:
        form = one.form("T")
        named = isinstance(one["T"], ast.Name) and form is not None and form.dtype == "dict"
        return named and patterns.pure(one["S"])

    return seen.rewrites(
        ("S.replace(T)", "S.map({v: T.get(v, v) for v in S.unique()})"),
        where=table,
        title="look every different value up once",
    )


@rule(
    "text",
    looks_for="bytes made hexadecimal digits one by one, in Python",
    rewrite="''.join(['%02x' % v for v in b]) → b.tobytes().hex()",
    exact="always for bytes",
    thread="https://stackoverflow.com/questions/19210414/byte-array-to-hex-string",
)
def hexadecimal(seen: Observation) -> Iterator[Finding]:
    """Digests and dumps of arrays of bytes."""
    table = []
    for sign, change in (("x", ""), ("X", ".upper()")):
        digits = [f"'%02{sign}' % V", f"f'{{V:02{sign}}}'", f"format(V, '02{sign}')"]
        digits.append(f"'{{:02{sign}}}'.format(V)")
        for each in digits:
            loops = (f"[{each} for V in B]", f"({each} for V in B)")
            table += [(f"''.join({loop})", f"B.tobytes().hex(){change}") for loop in loops]

    def of_bytes(one: Match) -> bool:
        form = one.form("B")
        return form is not None and form.dtype == "uint8" and len(form.shape) == 1

    return seen.rewrites(*table, where=of_bytes, title="all digits in one call")
