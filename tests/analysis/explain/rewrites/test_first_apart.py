"""Loops that compare with the element before, which begins as None."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites.first_apart import with_first_apart
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

STREAKS = """
def f(df):
    out = []
    before, last, n = None, None, 0
    for u, d in zip(df['user'], df['day'].tolist()):
        if u == before and d == last + 1:
            n += 1
        else:
            n = 1
        out.append(n)
        before, last = u, d
    return out
"""
SESSIONS = """
def f(df):
    session = 0
    out = []
    before = None
    last = None
    for row in df.itertuples(index=False):
        if before is None or row.user != before or row.day - last > 2:
            session += 1
        out.append(session)
        before = row.user
        last = row.day
    return out
"""
CHANGES = """
def f(df):
    x = df['day'].to_numpy()
    out = []
    last = None
    for v in x:
        if last is not None and not v == last:
            out.append(v)
        last = v
    return out
"""
NAMES = {
    "df": "DataFrame",
    "x": "int64 (40,)",
    "df['user']": "int64 (40,)",
    "df['day']": "int64 (40,)",
}
TABLE = pd.DataFrame({"user": np.arange(40) // 7, "day": np.cumsum(np.arange(40) % 4)})


def made_of(text: str) -> list[str]:
    source = SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text=text.lstrip(),
        names=NAMES,
        bound={"np": "numpy"},
    )
    return [each.text for each in with_first_apart(Function(source))]


def defined(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    f: Callable[..., Any] = space["f"]
    return f


@pytest.mark.parametrize("text", [STREAKS, SESSIONS, CHANGES])
@pytest.mark.parametrize("rows", [0, 1, 2, 40])
def test_the_first_apart_gives_the_same(text: str, rows: int) -> None:
    in_one, apart = made_of(text)
    assert "in range(1, len(" in apart
    assert "in range(len(" in in_one
    table = TABLE.iloc[:rows]
    expected = defined(text)(table)
    assert defined(apart)(table) == defined(in_one)(table) == expected


def test_what_is_known_of_the_first_is_written() -> None:
    in_one, _ = made_of(STREAKS)
    assert "if (place > 0 and user_values[place] == user_values[place - 1]) and" in in_one
    assert "if place > 0 and" in made_of(CHANGES)[0]

    def apart(text: str) -> str:
        return made_of(text)[1]

    assert "        n = 1\n        out.append(n)\n    for place" in apart(STREAKS)
    assert "        session += 1\n        out.append(session)\n" in apart(SESSIONS)
    assert "user_values[place] == user_values[place - 1]" in apart(STREAKS)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (STREAKS, "if u == before and", "if"),  # fails for the first
        (STREAKS, "before, last, n = None, None, 0", "before, last, n = None, 5, 0"),
        (STREAKS, "return out", "return out, last"),
        (STREAKS, "out.append(n)", "out.append(before)"),
        (STREAKS, "n = 1\n", "break\n"),
        (SESSIONS, "out.append(session)", "out.append(row)"),
        (SESSIONS, "last = row.day", "last = row.day + 1"),
        (CHANGES, "out.append(v)", "v = last"),
    ],
)
def test_other_loops_are_left(text: str, old: str, new: str) -> None:
    assert old in text
    assert not made_of(text.replace(old, new))
