"""Readers of the module csv, and loops over their rows."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import csv_rows
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

BOUND = {"csv": "csv", "pd": "pandas"}


def function(body: str) -> Function:
    source = SourceText(
        file="f.py", function="f", first_line=1, text=f"def f(lines):\n{body}", bound=BOUND
    )
    return Function(source)


@pytest.mark.parametrize(
    ("body", "delimiter"),
    [
        ("    for r in csv.reader(lines):\n        pass\n", "','"),
        ("    rs = csv.reader(lines, delimiter=';')\n    for r in rs:\n        pass\n", "';'"),
    ],
)
def test_a_reader_is_known_by_itself_and_by_its_name(body: str, delimiter: str) -> None:
    made = function(body)
    (loop,) = [n for n in ast.walk(made.node) if isinstance(n, ast.For)]
    reader = csv_rows.reader_of(made, loop.iter, "reader")
    assert reader is not None
    assert reader.delimiter == delimiter
    assert ast.unparse(reader.lines) == "lines"
    assert csv_rows.reader_of(made, loop.iter, "DictReader") is None


@pytest.mark.parametrize(
    "body",
    [
        "    for r in csv.reader(lines, 'excel-tab'):\n        pass\n",
        "    for r in csv.reader(lines, quoting=3):\n        pass\n",
        "    rs = csv.reader(lines)\n    rs = list(rs)\n    for r in rs:\n        pass\n",
    ],
)
def test_a_reader_of_another_form_is_none(body: str) -> None:
    made = function(body)
    (loop,) = [n for n in ast.walk(made.node) if isinstance(n, ast.For)]
    assert csv_rows.reader_of(made, loop.iter, "reader") is None


def texts(body: str, before: str = "") -> list[list[str]]:
    loop = f"{before}    for r in csv.DictReader(lines):\n{body}"
    return [[e.text for e in each.edits] for each in csv_rows.by_columns(function(loop))]


def test_numbers_are_parsed_as_columns_or_cells_found_by_place() -> None:
    columns, lists = texts("        x.append(float(r['a']))\n        y.append(r['b c'])\n")
    assert "r_a, r_b_c in zip(r_table['a'].tolist(), r_table['b c'].tolist())" in columns
    assert any("dtype={'a': float, 'b c': str}" in each for each in columns)
    assert "at_a" in lists
    assert any("at_b_c = r_places.get('b c')" in each for each in lists)


@pytest.mark.parametrize(
    "body",
    [
        "        x.append(r)\n",
        "        x.append(r.get('a'))\n",
        "        x.append(r[name])\n",
        "        r['a'] = 1\n",
        "        x.append(r['a'])\n        x.extend(r.values())\n",
        "        pass\n",
    ],
)
def test_rows_that_are_used_otherwise_stay(body: str) -> None:
    assert texts(body) == []


def test_a_reader_that_is_asked_for_its_header_stays() -> None:
    made = function(
        "    rs = csv.DictReader(lines)\n    x = rs.fieldnames\n    for r in rs:\n"
        "        x.append(r['a'])\n"
    )
    assert list(csv_rows.by_columns(made)) == []
