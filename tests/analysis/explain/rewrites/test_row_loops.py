"""Loops over rows, read as loops over columns."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import row_columns, row_loops
from profiler_suite.analysis.explain.rewrites.row_loops import RowLoop
from tests.analysis.explain.rules.own_function import Own


def table() -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(5.0), "b": [1, 2, 3, 4, 5], "s": list("vwxyz")})


def loops(text: str, *arguments: object) -> list[RowLoop]:
    own = Own(text, *(arguments or (table(),)), traced=False)
    return list(row_loops.row_loops(own.observed.functions[0]))


@pytest.mark.parametrize(
    "element",
    [
        *("df['a'][i]", "df.a[i]", "df['a'].iloc[i]", "df.loc[i, 'a']", "df.at[i, 'a']"),
        *("df.iloc[i, 0]", "df.iat[i, 0]", "df.iloc[i]['a']", "df.loc[i].a"),
        *("df['a'].values[i]", "df['a'].to_numpy()[i]", "df.a.iat[i]"),
    ],
)
def test_an_element_is_known_in_whichever_way_it_is_written(element: str) -> None:
    (loop,) = loops(f"def f(df):\n    for i in range(len(df)):\n        print({element})\n")
    (found,) = loop.elements
    assert (found.table, found.column, found.index, found.stored) == ("df", "a", "i", False)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("for i, row in df.iterrows():", "row['b']"),
        ("for _, row in df.iterrows():", "row.b"),
        ("for row in df.itertuples():", "row.b"),
        ("for row in df.itertuples(index=False):", "row.b"),
    ],
)
def test_rows_become_numbers_of_rows(head: str, row: str) -> None:
    (loop,) = loops(f"def f(df):\n    t = 0\n    {head}\n        t += {row}\n    return t\n")
    (text,) = row_columns.as_lists(loop)
    assert "in range(len(df)):" in text
    assert "df_b = df['b'].tolist()" in text
    assert "t += df_b[" in text


@pytest.mark.parametrize(
    "body",
    [
        "df = df.iloc[1:]",  # the table itself changes
        "df.loc[i, 'a'] = df['a'].mean()",  # a whole column of what is set
        "df['a'].iloc[i] = 1.0",  # a copy of a column
        "x = df.loc[i - 1:i, 'a']",  # labels, the last one included
        "x = df[df['b'] == i]",
        "x = f'{df.loc[i, \"a\"]}'",
        "x = df.loc[i, name]",
    ],
)
def test_what_else_is_done_with_a_table_refuses(body: str) -> None:
    text = f"name = 'a'\n\ndef f(df):\n    for i in range(len(df)):\n        {body}\n"
    assert not loops(text)


def test_a_table_that_is_only_read_may_be_used_as_a_whole_too() -> None:
    (loop,) = loops(
        "def f(df):\n    t = 0.0\n    for i in range(len(df)):\n"
        "        t += df['a'].mean() + df['a'][i] + len(df[df['b'] == i])\n    return t\n"
    )
    (text,) = row_columns.as_lists(loop)
    assert "t += df['a'].mean() + df_a[i] + len(df[df['b'] == i])" in text


def test_while_loops_go_through_rows_too() -> None:
    (loop,) = loops(
        "def f(df):\n    i = 0\n    while i < len(df):\n        df.loc[i, 'a'] = i\n"
        "        i += 1\n    return df\n"
    )
    assert "df_a[i] = i" in next(iter(row_columns.as_lists(loop)))


def test_labels_that_do_not_count_from_0_are_no_places() -> None:
    text = "def f(df):\n    for i in df.index:\n        print(df.loc[i, 'a'])\n"
    assert loops(text)
    assert not loops(text, table().set_index(np.array([3, 1, 4, 0, 2])))


def test_rows_that_are_named_inside_of_the_loop_are_rows() -> None:
    (loop,) = loops(
        "def f(df):\n    t = 0.0\n    for i in range(1, len(df)):\n        row = df.iloc[i]\n"
        "        last = df.iloc[i - 1]\n        t += row['a'] - last['a']\n    return t\n"
    )
    (text,) = row_columns.as_lists(loop)
    assert "t += df_a[i] - df_a[i - 1]" in text
    assert "iloc" not in text


def test_texts_become_truth_values_and_numbers_in_arrays() -> None:
    (loop,) = loops(
        "def f(df):\n    for i in range(len(df)):\n        if df.loc[i, 's'] == 'x':\n"
        "            df.loc[i, 't'] = 'yes'\n        else:\n            df.loc[i, 't'] = 'no'\n"
        "    return df\n"
    )
    text, held = next(iter(row_columns.as_arrays(loop)))
    assert "(df['s'] == 'x').to_numpy()" in text
    assert "df['t'] = np.array(['yes', 'no'], dtype=object)[df_t]" in text
    assert held["df_t"].startswith("int64")


def test_texts_that_are_computed_with_stay_as_they_are() -> None:
    (loop,) = loops("def f(df):\n    return [df.loc[i, 's'].upper() for i in range(len(df))]\n")
    assert not list(row_columns.as_arrays(loop))
    assert next(iter(row_columns.as_lists(loop))).count("df_s") == 2


def test_columns_that_the_loop_makes_need_not_be_known() -> None:
    own = Own(
        "def f(df):\n    for i in range(len(df)):\n"
        "        df.loc[i, 'c'] = df.loc[i, 'a'] * 2\n"
        "        df.loc[i, 'd'] = 'x' if df.loc[i, 'c'] > 2 else 'y'\n    return df\n",
        table(),
        traced=False,
    )
    (function,) = own.observed.functions
    for made in ("df['c']", "df['d']"):
        del function.source.names[made]
    (loop,) = row_loops.row_loops(function)
    texts = [text for text, _ in row_columns.as_arrays(loop)]
    assert any("df_c = np.full(len(df), np.nan)" in text for text in texts)
    assert all("df['d'] = np.array(['x', 'y'], dtype=object)[df_d]" in text for text in texts)
