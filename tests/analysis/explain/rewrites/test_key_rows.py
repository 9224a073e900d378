"""Loops over the keys of a table."""

import ast

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import key_rows
from tests.analysis.explain.rules.own_function import Own


def own(text: str) -> rewriting.Function:
    table = pd.DataFrame({"k": np.arange(6) % 2, "a": np.arange(6.0)})
    function: rewriting.Function = Own(text, table, traced=False).observed.functions[0]
    return function


@pytest.mark.parametrize(
    ("picks", "becomes"),
    [
        ("df[df['k'] == k]", "rows"),
        ("df.loc[df['k'] == k]", "rows"),
        ("df.loc[df['k'] == k, 'a']", "rows['a']"),
        ("df['a'][df['k'] == k]", "rows['a']"),
    ],
)
def test_rows_of_a_key_are_known_in_every_form(picks: str, becomes: str) -> None:
    function = own(f"def f(df):\n    return [len({picks}) for k in df['k'].unique()]\n")
    (found,) = key_rows.by_key(function, function.node)
    assert becomes in [edit.text for edit in found.edits]
    assert found.column == "'k'"


def dated(text: str) -> rewriting.Function:
    table = pd.DataFrame({"day": pd.date_range("2020-01-30", periods=6), "a": np.arange(6.0)})
    function: rewriting.Function = Own(text, table, traced=False).observed.functions[0]
    return function


@pytest.mark.parametrize("keys", ["df['day'].dt.month", "df.day.dt.to_period('M')"])
def test_parts_of_dates_are_keys(keys: str) -> None:
    function = dated(
        "import numpy as np\n"
        f"def f(df):\n    return [len(df[{keys} == m]) for m in np.sort({keys}.unique())]\n"
    )
    (found,) = key_rows.by_key(function, function.node)
    assert [edit.text for edit in found.edits] == ["rows", f"m, rows in df.groupby({keys})"]
    other = dated(
        f"def f(df):\n    return [len(df.copy()[{keys} == m]) for m in {keys}.unique()]\n"
    )
    assert not list(key_rows.by_key(other, other.node))


@pytest.mark.parametrize(
    ("more", "kept"), [("", False), ("\n        out.append(m.sum())", True)]
)
def test_a_mask_with_a_name_goes_where_rows_alone_are_picked_by_it(
    more: str, kept: bool
) -> None:
    function = own(
        "def f(df):\n    out = []\n    for k in df['k'].unique():\n        m = df['k'] == k\n"
        f"        out.append(df[m]['a'].sum()){more}\n    return out\n"
    )
    (found,) = key_rows.by_key(function, function.node)
    made = rewriting.spliced(function, found.edits)
    assert made is not None
    assert "out.append(rows['a'].sum())" in made.source
    assert ("m = df['k'] == k" in made.source) is kept


@pytest.mark.parametrize(
    "text",
    [
        "[len(df[df['k'] == k + 1]) for k in df['k'].unique()]",
        "[len(df[df['a'] == k]) for k in df['k'].unique()]",
        "[len(df) for k in df['k'].unique()]",
        "[len(df[df['k'] == k]) for k in (0, 1)]",
    ],
)
def test_other_rows_are_not(text: str) -> None:
    function = own(f"def f(df):\n    return {text}\n")
    assert not list(key_rows.by_key(function, function.node))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[g['a'].sum() for k, g in df.groupby('k')]", "df.groupby('k')['a'].sum().tolist()"),
        ("{k: len(g) for k, g in df.groupby('k')}", "df.groupby('k').size().to_dict()"),
        ("{k: g for k, g in df.groupby('k')}", ""),
        ("[k for k, g in df.groupby('k')]", "df.groupby('k').size().index.tolist()"),
        ("[g['a'].sum() for k, g in df.groupby('k') if k]", ""),
        ("{1: len(g) for k, g in df.groupby('k')}", ""),
    ],
)
def test_values_of_groups_in_comprehensions(text: str, expected: str) -> None:
    function = own(f"def f(df):\n    return {text}\n")
    (loop,) = [n for n in ast.walk(function.node) if isinstance(n, ast.ListComp | ast.DictComp)]
    found = key_rows.of_all_groups(function, loop)
    assert (found.text if found else "") == expected
