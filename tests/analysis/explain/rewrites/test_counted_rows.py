"""Counts of rows between limits."""

import pytest

from profiler_suite.analysis.explain.rewrites.counted_rows import counted_at_once
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"df": "DataFrame", "df['t']": "float64 (9,)", "s": "Series", "x": "float64 (9,)"}


def texts(element: str, head: str = "for t in df['t']") -> list[str]:
    text = f"def f(df, s, x):\n    return [{element} {head}]\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    made = list(counted_at_once(Function(source)))
    return [each.partition("return ")[2].strip() for each in made]


def test_both_limits_are_columns_of_all() -> None:
    assert texts("len(df[(df['t'] >= t - 2) & (df['t'] < t)])") == [
        "counted_between(df['t'], low=df['t'] - 2, high=df['t']).tolist()"
    ]
    assert texts("((df['t'] > t) & (df['t'] <= t + 1)).sum()") == [
        "counted_between(df['t'], low=df['t'], low_side=\"right\", high=df['t'] + 1, "
        'high_side="right").tolist()'
    ]


def test_one_limit_and_limits_on_the_left_will_do() -> None:
    assert texts("df[t > df['t']].shape[0]") == [
        "counted_between(df['t'], high=df['t']).tolist()"
    ]
    assert texts("len(df[df['t'] >= v])", "for v in s") == [
        "counted_between(df['t'], low=s).tolist()"
    ]


@pytest.mark.parametrize(
    "element",
    [
        "len(df[df['t'] == t])",
        "len(df[(df['t'] < t) | (df['t'] > t)])",
        "len(df[(df['t'] < t) & (df['t'] < t + 1)])",
        "len(df[(df['t'] < t) & (df['u'] > t)])",
        "len(df[df['t'] < 3])",
        "df[df['t'] < t].max()",
        "len(x[x < t])",
    ],
)
def test_others_stay(element: str) -> None:
    assert texts(element) == []
    assert texts("len(df[df['t'] < t])", "for t in x") == []
