"""Functions of one group, written for all groups."""

import ast

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites.group_expressions import (
    GROUPS,
    ROWS,
    NotForGroupsError,
    Of,
    OfGroups,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"df['a']": "float64 (9,)", "df['b']": "float64 (9,)"}


def read(text: str, column: str = "", keys: str = "'k'") -> Of:
    function = Function(
        SourceText(
            file="f.py", function="f", first_line=1, text="def f(df):\n    return np, len\n"
        )
    )
    lambda_node = ast.parse(text, mode="eval").body
    assert isinstance(lambda_node, ast.Lambda)
    parameter = lambda_node.args.args[0].arg
    key_node = ast.parse(keys, mode="eval").body
    return OfGroups(function, NAMES, "df", key_node, parameter, column).read(lambda_node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda g: g['a'].sum()", "df.groupby('k')['a'].sum()"),
        ("lambda g: g.a.max() - g.b.min()", "df.groupby('k')['a'].max() - "),
        ("lambda g: (g['a'] > 2).mean()", "(df['a'] > 2).groupby(df['k']).mean()"),
        ("lambda g: len(g)", "df.groupby('k').size()"),
        ("lambda g: np.sum(g['a'] * g['b'])", "(df['a'] * df['b']).groupby(df['k']).sum()"),
        ("lambda g: g['a'].iloc[-1]", "df.groupby('k')['a'].last()"),
        ("lambda g: np.std(g['a'])", "df.groupby('k')['a'].std(ddof=0)"),
        ("lambda g: g['a'].quantile(0.9)", "df.groupby('k')['a'].quantile(0.9)"),
        ("lambda g: g['a'].str.len().max()", "df['a'].str.len().groupby(df['k']).max()"),
        ("lambda g: g['a'].dt.year.nunique()", "df['a'].dt.year.groupby(df['k']).nunique()"),
    ],
)
def test_one_value_per_group(text: str, expected: str) -> None:
    found = read(text)
    assert found.kind == GROUPS
    assert found.text.startswith(expected)


def test_a_weighted_average_is_two_sums() -> None:
    found = read("lambda g: np.average(g['a'], weights=g['b'])")
    assert found.text == (
        "(df['a'] * df['b']).groupby(df['k']).sum() / df.groupby('k')['b'].sum()"
    )


def test_values_of_groups_are_spread_over_their_rows() -> None:
    found = read("lambda v: (v - v.mean()) / v.std()", column="'a'")
    assert found.kind == ROWS
    assert "df.groupby('k')['a'].transform('mean')" in found.text
    assert found.text.endswith("df.groupby('k')['a'].transform('std')")


def test_columns_of_a_group_in_another_order_are_those_of_the_table_in_it() -> None:
    found = read("lambda g: g.sort_values('b')['a'].diff().mean()")
    assert found.kind == GROUPS
    assert found.text == (
        "df.sort_values('b')['a'].groupby(df['k']).diff().groupby(df['k']).mean()"
    )
    with pytest.raises(NotForGroupsError):
        read("lambda g: g.sort_values(g.name)['a'].max()")


def test_several_keys_group_by_all_of_them() -> None:
    found = read("lambda g: (g['a'] * 2).sum()", keys="['k', 'm']")
    assert found.text == "(df['a'] * 2).groupby([df['k'], df['m']]).sum()"


@pytest.mark.parametrize(
    "text",
    [
        *("lambda g: g.head(1)", "lambda g: g['a'].iloc[1]", "lambda g: other(g)"),
        *("lambda g: g['a'] if len(g) else 0", "lambda g: g + 1", "lambda g: g['a'].plot()"),
        "lambda g: g['a'].rolling(3).mean()",
    ],
)
def test_what_has_no_form_for_all_groups_says_so(text: str) -> None:
    with pytest.raises(NotForGroupsError):
        read(text)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize(
    "body",
    [
        "g['a'].corr(g['b'])",
        "g['a'].cov(g.b)",
        "np.corrcoef(g['a'], g['b'])[0, 1]",
        "np.cov(g['a'], g['b'])[0, 1]",
        "np.polyfit(g['a'], g['b'], 1)[0]",
    ],
)
def test_measures_of_two_columns_are_sums_of_products(body: str, missing: bool) -> None:
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"k": np.arange(80) % 9, "a": rng.random(80), "b": rng.random(80)})
    if missing and "polyfit" not in body:
        df.loc[::11, "a"] = np.nan
        df.loc[[5, 20], "b"] = np.nan
    text = read(f"lambda g: {body}").text
    found = eval(text, {"df": df})
    of_group = eval(f"lambda g: {body}", {"np": np})
    expected = [of_group(rows) for _, rows in df.groupby("k")]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_measure_of_two_columns_has_no_value_for_each_row() -> None:
    with pytest.raises(NotForGroupsError):
        read("lambda g: g['a'] - g['a'].corr(g['b'])")
