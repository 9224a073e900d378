"""Rows of a table of which a loop makes several each: for each day, number or word of theirs.

`for _, r in df.iterrows(): for d in pd.date_range(r['a'], r['b']): rows.append({...})` and
`pd.DataFrame(rows)` repeat each row as often as it has days; so does an array of row numbers.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.row_elements import ElementsOfRow
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

DAYS = '''
def days_of_rows(starts, ends):
    """The number of its row, and the day, for every day from each start to its end."""
    counts = np.maximum((ends - starts) // pd.Timedelta(days=1) + 1, 0).to_numpy()
    numbers = np.repeat(np.arange(len(counts)), counts)
    days = np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts)
    return numbers, starts.array[numbers] + pd.to_timedelta(days, unit="D")
'''.strip()
STEPS = '''
def steps_of_rows(counts):
    """The number of its row, and the place among its own, for each of so many per row."""
    counts = np.maximum(counts.to_numpy(), 0)
    numbers = np.repeat(np.arange(len(counts)), counts)
    return numbers, np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts)
'''.strip()
PARTS = '''
def parts_of_rows(lists):
    """The number of its row for each element of the lists, and all elements."""
    numbers = np.repeat(np.arange(len(lists)), [len(each) for each in lists])
    return numbers, [element for each in lists for element in each]
'''.strip()


_Columns = list[tuple[object, ast.expr]]


@dataclass(frozen=True)
class ExplodingLoop:
    """A loop that makes several rows of each, and the table that is made at once."""

    loop: ast.For
    edits: tuple[Edit, ...]
    helper: str


@dataclass(frozen=True)
class _RowsGoneThrough:
    """The table that the loop goes through, and how an element of its row is written."""

    table: str
    names: dict[str, str]
    """Names that stand for elements, with their columns."""

    def columns_of(self, node: ast.expr, row: str) -> ast.expr | None:
        """An expression of elements as one of whole columns; None where it has more."""
        reading = ElementsOfRow(row, set())
        made = reading.visit(copy.deepcopy(node)) if row else copy.deepcopy(node)
        if reading.whole:
            return None
        columns = {
            **{own: column for column, own in reading.columns.items()},
            **self.names,
        }
        values = {
            own: ast.parse(f"{self.table}[{column!r}]", mode="eval").body
            for own, column in columns.items()
        }
        return syntax.substituted(made, values)


def exploded(function: Function) -> Iterator[ExplodingLoop]:
    """Every such loop whose list is made a table."""
    for block in syntax.blocks(function.node):
        for loop in block:
            if isinstance(loop, ast.For) and not loop.orelse:
                made = _of_loop(function, block, loop)
                if made is not None:
                    yield made


def _of_loop(function: Function, block: list[ast.stmt], loop: ast.For) -> ExplodingLoop | None:
    found = _goes_through(function, loop)
    inner = loop.body[0] if len(loop.body) == 1 else None
    if found is None or not isinstance(inner, ast.For) or inner.orelse:
        return None
    rows, row = found
    last = inner.body[0] if len(inner.body) == 1 else None
    one = (
        patterns.match(function, last.value, "OUT.append(E)")
        if isinstance(last, ast.Expr)
        else None
    )
    if (
        one is None
        or not isinstance(one["OUT"], ast.Name)
        or not isinstance(inner.target, ast.Name)
    ):
        return None
    table = _table_of(function, block, one["OUT"].id, one["E"])
    several = _several(function, inner.iter, rows, row)
    if table is None or several is None:
        return None
    made, columns, begun = table
    call, helper = several
    numbers = rewriting.new_name(function, "numbers")
    parts = []
    for name, value in columns:
        if isinstance(value, ast.Name) and value.id == inner.target.id:
            parts.append(f"{name!r}: {inner.target.id}")
            continue
        if inner.target.id in syntax.names_in(value):
            return None
        whole = rows.columns_of(value, row)
        if whole is None or syntax.names_in(whole) & syntax.stored_in(loop):
            return None
        if rows.table not in syntax.names_in(whole):
            parts.append(f"{name!r}: {ast.unparse(whole)}")
            continue
        text = ast.unparse(whole)
        text = text if isinstance(whole, ast.Subscript) else f"({text})"
        parts.append(f"{name!r}: {text}.array[{numbers}]")
    line = f"{numbers}, {inner.target.id} = {call}"
    start, end = function.span(loop)
    edits = (
        Edit(start=start, end=end, text=line),
        syntax.without(function, begun),
        rewriting.edit(function, made, f"{function.pandas}.DataFrame({{{', '.join(parts)}}})"),
    )
    return ExplodingLoop(loop, edits, helper)


def _goes_through(function: Function, loop: ast.For) -> tuple[_RowsGoneThrough, str] | None:
    """The table, and the name of a row; '' where elements have names of their own."""
    target = loop.target
    for pattern in ("DF.iterrows()", "DF.itertuples()", "DF.itertuples(index=False)"):
        one = patterns.match(function, loop.iter, pattern)
        if one is None or not isinstance(one["DF"], ast.Name):
            continue
        row = target
        if "iterrows" in pattern:
            row = target.elts[1] if isinstance(target, ast.Tuple) else target
        return (
            (_RowsGoneThrough(one["DF"].id, {}), row.id) if isinstance(row, ast.Name) else None
        )
    called = loop.iter if isinstance(loop.iter, ast.Call) else None
    if called is None or function.qualified(called.func) != "builtins.zip":
        return None
    given = [patterns.match(function, each, "DF[C]") for each in called.args]
    columns = [
        str(one["C"].value)
        for one in given
        if one is not None and isinstance(one["C"], ast.Constant)
    ]
    tables = {ast.unparse(one["DF"]) for one in given if one is not None}
    names = [n.id for n in getattr(target, "elts", []) if isinstance(n, ast.Name)]
    if len(tables) != 1 or not len(columns) == len(given) == len(names):
        return None
    return _RowsGoneThrough(tables.pop(), dict(zip(names, columns, strict=True))), ""


def _table_of(
    function: Function, block: list[ast.stmt], name: str, element: ast.expr
) -> tuple[ast.Call, _Columns, ast.stmt] | None:
    """The table that is made of the list, its columns, and where the list begins empty."""
    begun = [each for each in block if ast.unparse(each) == f"{name} = []"]
    used = function.uses(name)
    if len(begun) != 1 or len(used) != 3:
        return None
    for each in used:
        parent = function.parents[each]
        if not isinstance(parent, ast.Call):
            continue
        if function.qualified(parent.func) != "pandas.DataFrame" or parent.args != [each]:
            return None
        given = {k.arg: k.value for k in parent.keywords}
        if isinstance(element, ast.Dict) and not given:
            keys = [k.value if isinstance(k, ast.Constant) else None for k in element.keys]
            found: _Columns = list(zip(keys, element.values, strict=True))
            return (parent, found, begun[0]) if None not in keys else None
        if not isinstance(element, ast.Tuple | ast.List) or set(given) - {"columns"}:
            return None
        named = given.get("columns")
        titles: list[object] = [
            n.value for n in getattr(named, "elts", []) if isinstance(n, ast.Constant)
        ] or list(range(len(element.elts)))
        if len(titles) != len(element.elts):
            return None
        return parent, list(zip(titles, element.elts, strict=True)), begun[0]
    return None


def _several(
    function: Function, iterated: ast.expr, rows: _RowsGoneThrough, row: str
) -> tuple[str, str] | None:
    """The call that gives the numbers of rows and what the inner loop goes over."""
    for pattern, helper in (
        ("pd.date_range(A, B)", DAYS),
        ("range(A)", STEPS),
        ("A.split(B)", PARTS),
        ("A.split()", PARTS),
        ("A", PARTS),
    ):
        one = patterns.match(function, iterated, pattern)
        if one is None:
            continue
        whole = rows.columns_of(one["A"], row)
        other = rows.columns_of(one["B"], row) if "B" in one.captures else None
        if whole is None or rows.table not in syntax.names_in(whole):
            return None
        text = ast.unparse(whole)
        if pattern.startswith("pd."):
            if other is None or not all(
                _is_plain_date(function, each) for each in (whole, other)
            ):
                return None
            return f"days_of_rows({text}, {ast.unparse(other)})", helper
        if pattern == "range(A)":
            return f"steps_of_rows({text})", helper
        if pattern == "A":
            if not isinstance(whole, ast.Subscript):
                return None
            return f"parts_of_rows({text}.tolist())", helper
        split = f"each.split({ast.unparse(other) if other is not None else ''})"
        return f"parts_of_rows([{split} for each in {text}.tolist()])", helper
    return None


def _is_plain_date(function: Function, node: ast.expr) -> bool:
    """Whether it is a column of dates without a time zone, whose days have 24 hours."""
    words = function.source.names.get(ast.unparse(node), "")
    return words.startswith("datetime64[") and "," not in words.partition("]")[0]
