"""Expressions of a row as expressions of the whole table."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import row_methods
from tests.own_source import function_of


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("r.max() - r.min()", "df.max(axis=1) - df.min(axis=1)"),
        ("r.isna().any()", "df.isna().any(axis=1)"),
        ("(r.fillna(0) > n).sum() / 2", "(df.fillna(0) > n).sum(axis=1) / 2"),
        ("np.mean(np.abs(r))", "df.abs().mean(axis=1)"),
        ("-r.nunique()", "-df.nunique(axis=1)"),
    ],
)
def test_methods_of_a_row_are_those_of_the_table(body: str, expected: str) -> None:
    function = function_of("def f(df, n):\n    return np.abs(df), n\n", n="int number")
    text = row_methods.of_table(function, ast.parse(body, mode="eval").body, "r", "df")
    assert text == expected


@pytest.mark.parametrize(
    "body",
    [
        "r",
        "r.abs()",
        "r['a'].max()",
        "(r - r.mean()).max()",
        "r.sum() if n else 0",
        "r.quantile(0.5)",
        "r.max(skipna=False)",
        "not r.any()",
        "other(r)",
        "n",
    ],
)
def test_anything_else_is_none(body: str) -> None:
    function = function_of("def f(df, n):\n    return np.abs(df), n\n", n="int number")
    tree = ast.parse(body, mode="eval").body
    assert row_methods.of_table(function, tree, "r", "df") == ""
