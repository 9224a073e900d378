"""Groups that are put together again, as columns of the whole table."""

import pytest

from profiler_suite.analysis.explain.rewrites import group_copies
from tests.own_source import function_of

LOOP = """
def f(df):
    parts = []
    for _, g in df.groupby('k'):
        {body}
        parts.append({kept})
    return pd.concat(parts)
"""


def made(body: str, kept: str) -> list[str]:
    function = function_of(LOOP.format(body=body, kept=kept), df="DataFrame")
    found = group_copies.put_together(function, lambda node: None)
    return [each.edits[-1].text for each in found]


@pytest.mark.parametrize(
    ("body", "kept", "expected"),
    [
        ("g['s'] = g['v'] * 2", "g", "(rows := by_groups(df, 'k')).assign(s=(rows['v'] * 2))"),
        ("top = g['v'].max()", "g[g['v'] == top]", "rows.groupby('k')['v'].transform('max')"),
        ("g = g.sort_values('t')", "g.tail(1)", "by_groups(df.sort_values('t'), 'k')"),
    ],
)
def test_columns_and_rows_of_groups(body: str, kept: str, expected: str) -> None:
    assert any(expected in text for text in made(body, kept))


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("g['s'] = other(g)", "g"),
        ("g.loc[0, 's'] = 1", "g"),
        ("pass", "g"),
        ("g['s'] = g['v'] * 2", "g.describe()"),
        ("df['s'] = 1", "g"),
        ("g = g.sort_values(g.columns[0])", "g.head(1)"),
    ],
)
def test_something_else_is_left_alone(body: str, kept: str) -> None:
    assert not made(body, kept)
