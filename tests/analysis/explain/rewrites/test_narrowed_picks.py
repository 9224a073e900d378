"""Rows picked of picked rows."""

import pytest

from profiler_suite.analysis.explain.rewrites import narrowed_picks
from tests.own_source import function_of

LOOP = """
def f(df, keys, v):
    out = []
    for k in keys:
        g = df[df['k'] == k]
        out.append({what})
    return out
"""


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("(g['v'] > v).sum()", "len(df[(df['k'] == k) & (df['v'] > v)])"),
        ("g[v <= g['t']]['v'].iloc[0]", ""),
        ("len(g[g['t'] <= v])", "len(df[(df['k'] == k) & (df['t'] <= v)])"),
    ],
)
def test_both_conditions_in_one(what: str, expected: str) -> None:
    found = narrowed_picks.narrowed(function_of(LOOP.format(what=what), df="DataFrame"))
    assert found is not None
    assert expected in found.text


@pytest.mark.parametrize(
    "what", ["len(g)", "(g['v'] > v).mean()", "(0 < g['v'] < v).sum()", "g['v'].sum()"]
)
def test_other_uses_are_left_alone(what: str) -> None:
    assert narrowed_picks.narrowed(function_of(LOOP.format(what=what), df="DataFrame")) is None
