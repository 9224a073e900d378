"""Rows of csv.reader and csv.DictReader, and the same by columns.

A dictionary for every row is most of what csv.DictReader costs. Its rows are lists for
csv.reader, whose header says where a column is; pandas hands over whole columns, numbers as
numbers.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_NUMBERS = ("float", "int")


@dataclass(frozen=True)
class CsvReader:
    """A reader of the module csv: what it reads, and what separates cells."""

    lines: ast.expr
    delimiter: str
    made: ast.Assign | None = None
    """Where it got a name."""


def reader_of(function: Function, node: ast.expr, kind: str) -> CsvReader | None:
    """csv.reader(lines), itself or by a name that is set once; None for others."""
    made = None
    if isinstance(node, ast.Name):
        stored = [n for n in function.uses(node.id) if isinstance(n.ctx, ast.Store)]
        parent = function.parents[stored[0]] if len(stored) == 1 else None
        if not isinstance(parent, ast.Assign) or parent.targets != stored:
            return None
        made, node = parent, parent.value
    if not isinstance(node, ast.Call) or function.qualified(node.func) != f"csv.{kind}":
        return None
    given = {each.arg: each.value for each in node.keywords}
    if len(node.args) != 1 or given.keys() - {"delimiter"}:
        return None
    delimiter = given.get("delimiter", ast.Constant(","))
    return CsvReader(node.args[0], ast.unparse(delimiter), made)


@dataclass(frozen=True)
class RowsByName:
    """A loop over rows by name, with the edits that read columns instead."""

    loop: ast.For
    edits: tuple[Edit, ...]
    needs: str


def by_columns(function: Function) -> Iterator[RowsByName]:
    """Loops over csv.DictReader whose rows are only read by names of columns."""
    for loop in (n for n in function.nodes if isinstance(n, ast.For)):
        reader = reader_of(function, loop.iter, "DictReader")
        if reader is None or not isinstance(loop.target, ast.Name):
            continue
        if reader.made is not None and len(_reads_of(function, reader.made)) > 1:
            continue  # its header, its line number
        reads = _cells(function, loop)
        if not reads:
            continue
        if "pandas" in function.source.bound.values():
            yield _of_pandas(function, loop, reader, reads)
        yield _of_reader(function, loop, reader, reads)


def _reads_of(function: Function, made: ast.Assign) -> list[ast.Name]:
    name = ast.unparse(made.targets[0])
    return [n for n in function.uses(name) if isinstance(n.ctx, ast.Load)]


def _cells(function: Function, loop: ast.For) -> dict[ast.Subscript, str]:
    """Every cell that is read, with the name of its column; empty for other uses of a row."""
    found: dict[ast.Subscript, str] = {}
    assert isinstance(loop.target, ast.Name)
    uses = function.uses(loop.target.id)
    for use in sorted(uses, key=lambda each: (each.lineno, each.col_offset)):
        if use is loop.target:
            continue
        cell = function.parents[use]
        if not isinstance(cell, ast.Subscript) or not isinstance(cell.ctx, ast.Load):
            return {}
        if not isinstance(cell.slice, ast.Constant) or not isinstance(cell.slice.value, str):
            return {}
        found[cell] = cell.slice.value
    return found


def _new_names(function: Function, prefix: str, columns: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for column in columns:
        hint = f"{prefix}_{''.join(c if c.isalnum() else '_' for c in column)}"
        names[column] = rewriting.new_name(function, hint, names.values())
    return names


def _of_reader(
    function: Function, loop: ast.For, reader: CsvReader, reads: dict[ast.Subscript, str]
) -> RowsByName:
    """Rows as lists, which csv.DictReader makes dictionaries of."""
    row = ast.unparse(loop.target)
    columns = list(dict.fromkeys(reads.values()))
    names = _new_names(function, "at", columns)
    rows, places = _new_names(function, row, ["lists", "places"]).values()
    start = function.text_of(reader.lines)
    more = "" if reader.delimiter == "','" else f", delimiter={reader.delimiter}"
    lines = [
        f"{rows} = csv.reader({start}{more})",
        f"{places} = {{name: place for place, name in enumerate(next({rows}, []))}}",
        *(f"{name} = {places}.get({column!r})" for column, name in names.items()),
    ]
    edits = [
        rewriting.edit(function, loop.iter, f"filter(None, {rows})"),
        *(rewriting.edit(function, c.slice, names[column]) for c, column in reads.items()),
        *_before(function, loop, reader, lines),
    ]
    return RowsByName(loop, tuple(edits), "import csv")


def _of_pandas(
    function: Function, loop: ast.For, reader: CsvReader, reads: dict[ast.Subscript, str]
) -> RowsByName:
    """Columns that pandas parses, numbers as numbers where nothing else is made of them."""
    columns = list(dict.fromkeys(reads.values()))
    row = ast.unparse(loop.target)
    names = _new_names(function, row, columns)
    (table,) = _new_names(function, row, ["table"]).values()
    kinds = {
        each: _kind(function, [c for c, n in reads.items() if n == each]) for each in columns
    }
    edits = []
    for cell, column in reads.items():
        call = function.parents[cell]
        whole = call if kinds[column] != "str" and isinstance(call, ast.Call) else cell
        edits.append(rewriting.edit(function, whole, names[column]))
    dtypes = ", ".join(f"{each!r}: {kind}" for each, kind in kinds.items())
    made = (
        f"{table} = {function.pandas}.read_csv({function.text_of(reader.lines)}, "
        f"sep={reader.delimiter}, usecols={columns!r}, dtype={{{dtypes}}}, na_filter=False, "
        'float_precision="round_trip")'
    )
    lists = ", ".join(f"{table}[{each!r}].tolist()" for each in columns)
    start, _ = function.span(loop.target)
    _, end = function.span(loop.iter)
    bound = ", ".join(names.values())
    over = f"zip({lists})" if len(columns) > 1 else lists
    edits.append(Edit(start=start, end=end, text=f"{bound} in {over}"))
    return RowsByName(
        loop, (*edits, *_before(function, loop, reader, [made])), "import pandas as pd"
    )


def _kind(function: Function, cells: list[ast.Subscript]) -> str:
    """'float' or 'int' where that is all that is made of these cells, else 'str'."""
    for kind in _NUMBERS:
        calls = [function.parents[each] for each in cells]
        if all(
            isinstance(call, ast.Call)
            and function.qualified(call.func) == f"builtins.{kind}"
            and call.args == [cell]
            for call, cell in zip(calls, cells, strict=True)
        ):
            return kind
    return "str"


def _before(
    function: Function, loop: ast.For, reader: CsvReader, lines: list[str]
) -> list[Edit]:
    """Lines in the place of the statement that named the reader, or before the loop."""
    if reader.made is None:
        return rewriting.inserted(function, {loop.lineno: lines})
    start, end = function.span(reader.made)
    indent = function.indent_of(reader.made.lineno)
    return [Edit(start=start, end=end, text=f"\n{indent}".join(lines))]
