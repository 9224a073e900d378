"""Functions of rows and elements, in comprehensions over columns."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import row_elements
from tests.own_source import function_of


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            "df.apply(lambda r: r['a'] + r.b, axis=1)",
            "[a + b for a, b in zip(df['a'].tolist(), df['b'].tolist())], index=df.index)",
        ),
        (
            "df['a'].map(lambda v: v * n)",
            "[v * n for v in df['a'].tolist()], index=df['a'].index, name=df['a'].name)",
        ),
    ],
)
def test_a_comprehension_over_columns(call: str, expected: str) -> None:
    (text,) = row_elements.comprehensions(function_of(f"def f(df, n):\n    return {call}\n"))
    assert expected in text


@pytest.mark.parametrize(
    "call",
    [
        "df.apply(lambda r: sum(r), axis=1)",
        "df.apply(other, axis=1)",
        "df.apply(lambda c: c.max())",
    ],
)
def test_rows_as_a_whole_are_none(call: str) -> None:
    found = list(row_elements.comprehensions(function_of(f"def f(df):\n    return {call}\n")))
    assert not any("axis=1" not in text and "zip" in text for text in found)


def test_statements_as_one_expression() -> None:
    body = ast.parse("y = x + 1\nif y > 2:\n    return y\nz = y * 2\nreturn z").body
    made = row_elements.in_one(body)
    assert made is not None
    assert ast.unparse(made) == "x + 1 if x + 1 > 2 else (x + 1) * 2"


def test_statements_that_do_more_are_no_expression() -> None:
    assert row_elements.in_one(ast.parse("for y in x:\n    pass\nreturn y").body) is None
