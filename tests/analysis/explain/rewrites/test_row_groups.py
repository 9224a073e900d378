"""What rows ask of all rows with their key, as columns."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import row_groups
from tests.analysis.explain.rules.own_function import Own

TABLE = pd.DataFrame({"k": np.arange(12) % 5, "a": np.arange(12.0)})


def made(element: str, head: str = "for r in df.itertuples()") -> str:
    text = f"def f(df):\n    return [{element} {head}]\n"
    function = Own(text, TABLE, traced=False).observed.functions[0]
    found = [
        rewriting.spliced(function, each.edits) for each in row_groups.with_columns(function)
    ]
    if not found or found[0] is None:
        return ""
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(text, before)
    exec(found[0].source, after)
    np.testing.assert_allclose(after["f"](TABLE), before["f"](TABLE))  # type: ignore[operator]
    return found[0].source


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("df[df['k'] == r.k]['a'].sum()", "df.groupby('k')['a'].transform('sum')"),
        ("df.loc[r.k == df.k, 'a'].max() - r.a", "df.groupby('k')['a'].transform('max')"),
        ("len(df[df.k == r.k])", "df.groupby('k')['k'].transform('size')"),
        ("df['a'][df.k == r.k].mean() + 1", "(df.groupby('k')['a'].transform('mean') + 1)"),
    ],
)
def test_it_becomes_a_column(element: str, expected: str) -> None:
    source = made(element)
    assert expected in source
    assert "for r in with_groups.itertuples()" in source


def test_equal_ones_are_one_column() -> None:
    total = "df[df.k == r.k].a.sum()"
    source = made(f"r.a / {total} + {total}")
    assert "r.of_group_2" not in source
    assert source.count("r.of_group_1") == 2


@pytest.mark.parametrize(
    "element",
    [
        "df[df['k'] == r.a]['a'].sum()",
        "df[df['k'] > r.k]['a'].sum()",
        "(df[df['k'] == r.k]['a'] > r.a).sum()",
        "df[df['k'] == r.k]['a'].tolist()[0]",
    ],
)
def test_others_are_left(element: str) -> None:
    assert not made(element)


def test_rows_of_a_part_of_the_table_are_left() -> None:
    assert not made("df[df['k'] == r.k]['a'].sum()", "for r in df[df.a > 3].itertuples()")
