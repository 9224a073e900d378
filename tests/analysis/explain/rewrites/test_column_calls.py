"""Loops over the columns of a table."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import column_calls
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"df": "DataFrame", "x": "float64 (9, 3)"}


def texts(
    body: str, columns: str = "df.columns", before: str = "    out = df.copy()\n"
) -> list[str]:
    text = f"def f(df, x, names):\n{before}    for c in {columns}:\n{body}    return out\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    made = Function(source)
    (loop,) = [n for n in ast.walk(made.node) if isinstance(n, ast.For)]
    return [edits[0].text for edits in column_calls.of_columns(made, loop)]


def test_a_function_gets_all_columns_and_an_axis() -> None:
    found = texts("        out[c] = g(df[c], 2)\n")
    assert found[0] == "out[df.columns] = g(df.to_numpy(), 2, axis=0)"
    assert "out[df.columns] = g(df, 2)" in found
    assert texts("        out[c] = g(df[c].values)\n")[0] == (
        "out[df.columns] = g(df.to_numpy(), axis=0)"
    )


def test_a_method_is_one_of_the_table_of_these_columns() -> None:
    assert "out[names] = df[names].fillna(0)" in texts(
        "        out[c] = df[c].fillna(0)\n", "names"
    )


def test_a_table_that_begins_empty_is_made_of_all() -> None:
    found = texts(
        "        out[c] = g(df[c])\n", before="    out = pd.DataFrame(index=df.index)\n"
    )
    assert found[0] == (
        "out = pd.DataFrame(g(df.to_numpy(), axis=0), index=df.index, columns=df.columns)"
    )


def test_what_is_the_same_for_every_column_is_computed_once() -> None:
    found = texts("        a = h(2)\n        y = g(a, df[c])\n        out[c] = y\n")
    assert found[0].split("\n") == [
        "a = h(2)",
        "    out[df.columns] = g(a, df.to_numpy(), axis=0)",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "        out[c] = g(df[c], c)\n",
        "        out[c] = n\n",
        "        out[c] = g(x[c])\n",
        "        out[c] = g(df[c])\n        print(c)\n",
        "        out[f'{c}_'] = g(df[c])\n",
        "        a = h(a)\n        out[c] = g(df[c], a)\n",
        "        x = x + df[c]\n        out[c] = g(x)\n",
        "        a = h(2)\n        out[c] = g(df[c])\n        a = h(3)\n",
        "        if c:\n            out[c] = g(df[c])\n",
    ],
)
def test_other_loops_stay(body: str) -> None:
    assert texts(body) == []
