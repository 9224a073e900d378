"""Rules about lists of arrays: fire, keep silent, are refused when inexact."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rules import groups
from tests.analysis.explain.rules.tables import (
    Fires,
    Refused,
    Silent,
    check_fires,
    check_refused,
    check_silent,
)

rng = np.random.default_rng(4)
ROWS = [rng.random(int(n)) for n in rng.integers(1, 6, 30)]


def table() -> pd.DataFrame:
    made = pd.DataFrame({"k": rng.integers(0, 30, 150), "v": rng.normal(size=150)})
    return made.assign(day=pd.Timestamp("2021-01-01") + pd.to_timedelta(made.index % 37, "D"))


def loop(*body: str, before: str = "out = []", head: str = "in df.groupby('k'):") -> str:
    lines = "".join(f"        {line}\n" for line in body)
    return f"def f(df, x):\n    {before}\n    for k, g {head}\n{lines}    return out\n"


GUARDED = loop("if len(g) > 2 and g.v.sum() > x:", "    out.append(k)")
PASSED_BY = loop(
    "total = g['v'].sum()",
    "if g.shape[0] < 2 or total <= x:",
    "    continue",
    "out[k] = total / len(g)",
    before="out = {}",
)
BY_MASK = """
def f(df, x):
    out = []
    for k in df['k'].unique():
        rows = df[df['k'] == k]
        if rows['v'].max() > x:
            out.append((k, len(rows), rows['v'].mean()))
    return out
"""
GAPS = loop(
    "g = g.sort_values('day', kind='stable')",
    "if len(g) >= 2:",
    "    out[k] = (g['day'].iloc[1] - g['day'].iloc[0]).days",
    before="out = {}",
)
LAST_BUT_ONE = (
    "def f(df, x):\n    return [g.v.iloc[-2] for k, g in df.groupby('k') if len(g) > 1]\n"
)

KEPT = [
    Fires("group_loop", text, lambda: (table(), 0.2), expected)
    for text, expected in (
        (GUARDED, "out.extend(kept_rows.groupby('k').size().index.tolist())"),
        (GUARDED, "for k, g in kept_rows.groupby('k'):\n        out.append(k)"),
        (PASSED_BY, "(df.groupby('k')['v'].transform('sum') <= x))]"),
        (BY_MASK, "out.extend(zip(kept_rows.groupby('k', sort=False).size().index.tolist(), "),
        (GAPS, ".head(2).groupby(kept_rows['k']).last() - "),
        (LAST_BUT_ONE, "kept_rows['v'].groupby(kept_rows['k']).tail(2)"),
    )
]
ONE_GROUP = pd.DataFrame({"k": 1, "v": np.random.default_rng(14).normal(size=40)})

FIRES = KEPT + [
    Fires(
        "ragged_reduction",
        f"def f(rows):\n    return np.array([{call} for row in rows])\n",
        lambda: (ROWS,),
        expected,
    )
    for call, expected in (
        ("np.mean(row)", "np.divide(*of_each_row(np.add, rows))"),
        ("row.sum()", "of_each_row(np.add, rows)[0]"),
        ("np.max(row)", "of_each_row(np.maximum, rows)[0]"),
    )
]
SILENT = [
    Silent(  # of the groups before it
        "group_loop",
        loop("if g['v'].sum() > x:", "    x = g['v'].sum()", "    out.append(k)"),
        lambda: (table(), 0.2),
    ),
    Silent(  # not every group has a second row
        "group_loop",
        "def f(df, x):\n    return [g.v.iloc[1] for k, g in df.groupby('k')]\n",
        lambda: (table().assign(k=np.arange(150) % 30), 0.2),
    ),
    Silent(  # rows of one array
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.mean(row) for row in rows])\n",
        lambda: (rng.random((30, 4)),),
    ),
    Silent(  # another function of each
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.median(row) for row in rows])\n",
        lambda: (ROWS,),
    ),
]
REFUSED = [
    Refused(  # whether a group is kept hangs on the rounding of its sum
        "group_loop",
        loop("if g['v'].sum() > x:", "    out.append(k)"),
        lambda: (ONE_GROUP, ONE_GROUP["v"].sum()),
    ),
    Refused(  # an empty one has no place of its own
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.sum(row) for row in rows])\n",
        lambda: ([*ROWS, np.zeros(0), *ROWS],),
    ),
]


@pytest.mark.parametrize("case", FIRES, ids=lambda c: c.expected)
def test_it_is_found_and_agrees(case: Fires) -> None:
    check_fires(case)


@pytest.mark.parametrize("case", SILENT, ids=lambda c: c.rule)
def test_it_is_silent_on_its_innocent_neighbour(case: Silent) -> None:
    check_silent(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.rule)
def test_it_is_refused_when_inexact(case: Refused) -> None:
    check_refused(case)


def test_the_helper_gives_lengths_too() -> None:
    known = {"np": np}
    exec(groups.OF_EACH_ROW, known)
    sums, lengths = known["of_each_row"](np.add, ROWS)  # type: ignore[operator]
    np.testing.assert_allclose(sums, [row.sum() for row in ROWS])
    assert lengths.tolist() == [len(row) for row in ROWS]
