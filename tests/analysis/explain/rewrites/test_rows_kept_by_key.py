"""Rows that are picked by a key again and again, kept by key."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import rows_kept_by_key
from tests.analysis.explain.rules.own_function import Own

TABLE = pd.DataFrame({"k": np.arange(12) % 5, "a": np.arange(12.0)})


def made(body: str) -> str:
    text = f"def f(df, keys=(0, 3, 9, 3)):\n{body}\n"
    function = Own(text, TABLE, traced=False).observed.functions[0]
    edits = [e for kept in rows_kept_by_key.kept_by_key(function) for e in kept.edits]
    found = rewriting.spliced(function, edits) if edits else None
    if found is None:
        return ""
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(text, before)
    exec(found.source, after)
    assert after["f"](TABLE) == before["f"](TABLE)  # type: ignore[operator]
    return found.source


@pytest.mark.parametrize(
    "pick",
    ["df[df['k'] == k]['a']", "df.loc[df.k == k, 'a']", "df['a'][k == df['k']]"],
)
def test_rows_are_kept_in_every_form(pick: str) -> None:
    source = made(f"    return [{pick}.sum() for k in keys]")
    assert "rows_by_key.get(k, no_rows)['a'].sum()" in source


def test_they_are_kept_before_the_outermost_loop() -> None:
    source = made(
        "    out = []\n    for i in range(2):\n        for k in keys:\n"
        "            out.append(len(df[df['k'] == k + i]))\n    return out"
    )
    assert source.index("rows_by_key = ") < source.index("for i in")


@pytest.mark.parametrize(
    "body",
    [
        "    return [len(df[df['k'] == k]) for k in df['k'].unique()]",
        "    return [len(df[df['k'] > k]) for k in keys]",
        "    return len(df[df['k'] == 3])",
        "    return [len(df[df['k'] == 3]) for k in keys]",
        "    for k in keys:\n        df = df[df['k'] == k]\n    return len(df)",
        "    return [len(df[df['k'] == df['a'].max() - k]) for k in keys]",
    ],
)
def test_others_are_left(body: str) -> None:
    assert not made(body)
