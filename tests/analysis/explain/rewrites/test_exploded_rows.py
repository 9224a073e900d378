"""Rows of which a loop makes several, by their numbers."""

import pytest

from profiler_suite.analysis.explain.rewrites import exploded_rows
from tests.own_source import function_of

NAMES = {
    "df": "DataFrame",
    "df['a']": "datetime64[us] (9,)",
    "df['z']": "datetime64[us, Europe/Rome] (9,)",
    "df['n']": "int64 (9,)",
}
LOOP = """
def f(df, k):
    rows = []
    for _, r in df.iterrows():
        for v in {several}:
            rows.append({row})
    return pd.DataFrame(rows{more})
"""


def made(several: str, row: str, more: str = "") -> list[str]:
    function = function_of(LOOP.format(several=several, row=row, more=more), **NAMES)
    return ["\n".join(e.text for e in each.edits) for each in exploded_rows.exploded(function)]


@pytest.mark.parametrize(
    ("several", "row", "more", "expected"),
    [
        ("range(r['n'])", "{'n': r['n'], 'v': v}", "", "steps_of_rows(df['n'])"),
        (
            "range(r.n + k)",
            "(r.n * k, v)",
            ", columns=['a', 'b']",
            "(df['n'] * k).array[numbers]",
        ),
        ("r['t'].split(',')", "[v, k]", "", "{0: v, 1: k}"),
        ("r['t']", "{'v': v}", "", "parts_of_rows(df['t'].tolist())"),
        ("pd.date_range(r['a'], r['a'])", "{'v': v}", "", "days_of_rows(df['a'], df['a'])"),
    ],
)
def test_columns_by_numbers_of_rows(several: str, row: str, more: str, expected: str) -> None:
    (text,) = made(several, row, more)
    assert expected in text


@pytest.mark.parametrize(
    ("several", "row"),
    [
        ("range(k)", "{'v': v}"),
        ("pd.date_range(r['z'], r['z'])", "{'v': v}"),  # a day may have 23 hours
        ("range(r['n'])", "{'v': v + 1}"),
        ("range(r['n'])", "{k: v}"),
        ("range(r['n'])", "{'v': v, 'r': r}"),
        ("range(r['n'])", "v"),
    ],
)
def test_other_loops_are_left_alone(several: str, row: str) -> None:
    assert not made(several, row)
