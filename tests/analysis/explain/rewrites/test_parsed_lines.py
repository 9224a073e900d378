"""Steps that take a line of text apart are one expression, and a loop of them one call."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites.parsed_lines import Lines, appended, loaded
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("rows.append(f(line))", ["rows: f(line)"]),
        (
            "p = line.split()\nx.append(p[0])\ny.append(p[1])",
            ["x: line.split()[0]", "y: line.split()[1]"],
        ),
        (
            "v = []\nfor w in line:\n    v.append(g(w))\nr.append(v)",
            ["r: [g(w) for w in line]"],
        ),
        ("p = line\nq = p.strip()\nr.append(q)", ["r: line.strip()"]),
        ("v = [1]\nfor w in line:\n    v.append(w)\nr.append(v)", []),
        ("r.append(line)\np = 2", []),
        ("if line:\n    r.append(line)", []),
        ("r.append(line, 2)", []),
        ("p.q = line\nr.append(p)", []),
    ],
)
def test_names_are_replaced_by_what_they_hold(body: str, found: list[str]) -> None:
    made = appended(ast.parse(body).body)
    assert [f"{ast.unparse(name)}: {ast.unparse(value)}" for name, value in made] == found


def call(body: str, before: str = "", after: str = "") -> str:
    loop = f"for line in lines:\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    text = textwrap.indent(f"{before}\n{loop}\n{after}\n", "    ")
    source = SourceText(
        file="f.py", function="f", first_line=1, text=f"def f(lines, rows):\n{text}", names={}
    )
    function = Function(source)
    (node,) = [each for each in function.node.body if isinstance(each, ast.For)]
    return loaded(function, node, Lines("lines"))


NUMBERS = "rows.append([float(v) for v in line.split(';')])"


def test_a_list_that_is_handed_over_grows_and_one_that_is_made_an_array_is_one() -> None:
    table = "np.loadtxt(lines, ndmin=2, delimiter=';')"
    assert call(NUMBERS) == f"rows.extend({table}.tolist())"
    assert call(NUMBERS, "rows = []", "return np.array(rows)") == f"rows = {table}"
    assert call(NUMBERS, "rows = []", "return len(rows), np.array(rows)") == (
        f"rows.extend({table}.tolist())"
    )
    arrays = f"rows.append(np.array({NUMBERS[12:-1]}))"
    assert call(arrays) == f"rows.extend({table})"


def test_columns_are_read_once_each_and_in_their_order() -> None:
    body = "p = line.split()\na.append(float(p[2]))\nb.append(float(p[0]))"
    assert call(body, "columns = 1") == (
        "columns_2 = np.loadtxt(lines, ndmin=2, usecols=(0, 2))\n"
        "    a.extend(columns_2[:, 1].tolist())\n"
        "    b.extend(columns_2[:, 0].tolist())"
    )


@pytest.mark.parametrize(
    "body",
    [
        "rows.append(line.split())",
        "rows.append([float(v) for v in other.split()])",
        "p = line.split()\na.append(float(p[0]))\nb.append(float(line.split(',')[1]))",
        "p = line.split()\na.append(float(p[0]))\na.append(float(p[1]))",
        "p = line.split()\na.append(float(p[-1]))",
        "p = line.split()\na.append(float(p[k]))",
    ],
)
def test_what_is_no_table_of_numbers_stays(body: str) -> None:
    assert call(body) == ""


CELLS = "parts = line.strip().split(',')\nrows.append([float(parts[0]), float(parts[2])])"


def test_cells_that_are_named_one_by_one_are_columns() -> None:
    table = "np.loadtxt(lines, ndmin=2, delimiter=',', usecols=(0, 2))"
    assert call(CELLS) == f"rows.extend({table}.tolist())"
    assert call(CELLS, "rows = []", "return np.array(rows)") == f"rows = {table}"
    pairs = CELLS.replace("[float(parts[0]), float(parts[2])]", "(int(parts[1]),)")
    assert call(pairs) == (
        "rows.extend(map(tuple, np.loadtxt(lines, ndmin=2, delimiter=',', usecols=(1,), "
        "dtype=int).tolist()))"
    )
    # A list of whole numbers and others keeps both.
    assert call(CELLS.replace("float(parts[2])", "int(parts[2])")) == ""


def test_parts_that_get_names_are_columns_of_their_kinds() -> None:
    made = call("n, x = line.split(';')\nrows.append(int(n))\nall.append(float(x))")
    assert made.splitlines()[0] == (
        "columns = np.loadtxt(lines, ndmin=1, delimiter=';', usecols=(0, 1), dtype=\"i8,f8\")"
    )
    assert made.splitlines()[1].strip() == 'rows.extend(columns["f0"].tolist())'


@pytest.mark.parametrize("test", ["not line.strip()", "line.startswith('#')", "not line"])
def test_lines_that_the_parser_passes_over_need_no_test(test: str) -> None:
    assert call(f"if {test}:\n    continue\n{NUMBERS}") == call(NUMBERS)
    assert call(f"if {test}:\n    break\n{NUMBERS}") == ""
    assert call(f"if line[0] == 'x':\n    continue\n{NUMBERS}") == ""
