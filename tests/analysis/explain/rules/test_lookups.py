"""Look-ups by label, all at once."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import lookups
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(43)
assert lookups
KEYS = list("abcdefgh")


def rates() -> pd.DataFrame:
    return pd.DataFrame({"rate": rng.random(8), "n": rng.integers(0, 9, 8)}, index=KEYS)


def orders() -> pd.DataFrame:
    return pd.DataFrame({"key": rng.choice(KEYS, 60), "x": rng.integers(0, 5, 60)})


def by_two() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([range(6), KEYS], names=["i", "k"])
    return pd.DataFrame({"v": rng.random(48)}, index=index)


def pairs() -> list[tuple[int, str]]:
    return [(int(i), KEYS[k]) for i, k in rng.integers(0, 6, (40, 2))]


def spans() -> pd.DataFrame:
    edges = np.linspace(0, 1, 13)
    return pd.DataFrame({"begin": edges[:-1], "end": edges[1:], "id": rng.permutation(12)})


def times() -> pd.DataFrame:
    return pd.DataFrame({"t": np.append(rng.uniform(0.01, 0.9, 40), [0.25, 0.5])})


def asked() -> pd.DataFrame:
    made = pd.DataFrame({"k": rng.choice(list("abcz"), 50), "t": rng.integers(0, 90, 50) / 1.0})
    made.loc[::9, "t"] = np.nan
    made.loc[::11, "k"] = None
    return made


def known() -> pd.DataFrame:
    made = pd.DataFrame(
        {"k": rng.choice(list("abc"), 80), "t": np.sort(rng.integers(0, 90, 80))}
    )
    return made.assign(v=rng.random(80), kind=rng.choice(["x", "y"], 80))


def shuffled() -> pd.DataFrame:
    return known().sample(frac=1, random_state=1, ignore_index=True)


SHARES = """
def f(t):
    out = []
    for i, row in t.iterrows():
        total = t[t['key'] == row['key']]['x'].sum()
        out.append(row['x'] / (total + 1))
    return out
"""
BY_KEY = """
def f(df, b):
    found = []
    for _, row in df.iterrows():
        match = b[b['k'] == row['k']]
        if len(match) > 0:
            found.append(match['v'].values[0])
        else:
            found.append(None)
    return found
"""
BEFORE = """
def f(df, b):
    out = []
    for row in df.itertuples():
        earlier = b[(b['k'] == row.k) & (b['t'] <= row.t)]
        out.append(earlier['v'].iloc[-1] if len(earlier) else np.nan)
    return out
"""
COUNTED = """
def f(df, h):
    return df.apply(lambda r: len(df[(df['k'] == r['k']) & (df['t'] > r['t'] - h)
                                     & (df['t'] <= r['t'])]), axis=1)
"""
PART = """
def f(df, b):
    out = []
    for k, t in zip(df['k'], df['t']):
        mask = (b['k'] == k) & (b['kind'] == 'x') & (t > b['t'])
        rows = b.loc[mask, 'v']
        out.append(0.0 if rows.empty else rows.iloc[0])
    return out
"""
BY_FUNCTION = """
def f(df, b):
    def first(k):
        rows = b[b['k'] == k]
        if rows.shape[0] == 0:
            return -1.0
        return rows.iloc[0]['v'] + rows.v.iloc[-1]
    return df['k'].apply(first)
"""
SUMS = """
def f(df, b):
    return [b[b['k'] == k]['v'].sum() for k in df['k']]
"""
TWO_TABLES = """
def f(df, b):
    return [len(b[(b['k'] == k) & (b['t'] < t - v)])
            for k, t, v in zip(df['k'], df['t'], b['v'])]
"""
RANKS = """
def f(df):
    ranks = []
    for _, row in df.iterrows():
        group = df[df['k'] == row['k']]
        ranks.append((group['t'] > row['t']).sum() + 1)
    return ranks
"""
YEARS = """
def f(df):
    out = []
    for i, r in df.iterrows():
        before = df.loc[(df['t'] == r['t'] - 1) & (df['kind'] == r['kind']), 'v']
        out.append(np.nan if before.empty else r['v'] / before.iloc[0])
    return out
"""
UNGUARDED = """
def f(df, b):
    return [b[b['k'] == k]['v'].iloc[0] for k in df['k']]
"""

FIRES = [
    Fires(
        "groups_of_rows",
        SHARES,
        lambda: (orders(),),
        "with_groups = t.assign(of_group_1=t.groupby('key')['x'].transform('sum'))",
    ),
    Fires(
        "groups_of_rows",
        "def f(t):\n"
        "    return [r.x - t.loc[t.key == r.key, 'x'].mean() for r in t.itertuples()]\n",
        lambda: (orders(),),
        "[r.x - r.of_group_1 for r in with_groups.itertuples()]",
    ),
    Fires(
        "groups_of_rows",
        "def f(t):\n"
        "    return t.apply(lambda r: r['x'] / len(t[t['key'] == r['key']]), axis=1)\n",
        lambda: (orders(),),
        "with_groups.apply(lambda r: r['x'] / r.of_group_1, axis=1)",
    ),
    Fires(
        "rows_of_keys",
        "def f(t, keys):\n    out = []\n    for k in keys:\n        rows = t[t['key'] == k]\n"
        "        out.append(rows['x'].sum())\n    return out\n",
        lambda: (orders(), [*KEYS, "none"]),
        "    rows_by_key = dict(list(t.groupby(t['key'])))\n    no_rows = t.iloc[:0]\n"
        "    for k in keys:\n        rows = rows_by_key.get(k, no_rows)\n",
    ),
    Fires(
        "rows_of_keys",
        "def f(t):\n    return [t.loc[t.day.dt.hour == h, 'x'].mean() for h in range(24)]\n",
        lambda: (orders().assign(day=pd.date_range("2021-01-01", periods=60, freq="47min")),),
        "[rows_by_key.get(h, no_rows)['x'].mean() for h in range(24)]",
    ),
    Fires(
        "rows_that_match",
        BY_KEY,
        lambda: (asked(), known()),
        "matching_rows([b['k']], [df['k']])",
    ),
    Fires("rows_that_match", BEFORE, lambda: (asked(), known()), "b['t'], high=df['t'])"),
    Fires("rows_that_match", BEFORE, lambda: (asked(), shuffled()), "b['t'], high=df['t'])"),
    Fires(
        "rows_that_match",
        COUNTED,
        lambda: (asked(), 6.0),
        "low=df['t'] - h, high=df['t'], sides=('right', 'right'))",
    ),
    Fires(
        "rows_that_match", PART, lambda: (asked(), shuffled()), "b_part = b[b['kind'] == 'x']"
    ),
    Fires("rows_that_match", BY_FUNCTION, lambda: (asked(), shuffled()), "matching_rows("),
    Fires(
        "rows_that_match", RANKS, lambda: (asked(),), "low=df['t'], sides=('right', 'right'))"
    ),
    Fires("rows_that_match", YEARS, lambda: (known(),), "[df['t'] - 1, df['kind']])"),
    Fires("rows_that_match", UNGUARDED, lambda: (known(), shuffled()), "matching_rows("),
    Fires(
        "label_lookups",
        "def f(df, t):\n    return df['key'].apply(lambda k: t.loc[k, 'rate']) * df['x']\n",
        lambda: (orders(), rates()),
        "df['key'].map(t['rate']) * df['x']",
    ),
    Fires(
        "label_lookups",
        "def f(df, t):\n    return df['key'].map(lambda k: t['n'][k])\n",
        lambda: (orders(), rates()),
        "df['key'].map(t['n'])",
    ),
    Fires(
        "label_lookups",
        "def f(t, pairs):\n    return np.array([t.loc[(i, k), 'v'] for i, k in pairs])\n",
        lambda: (by_two(), pairs()),
        "t['v'].loc[list(pairs)].to_numpy()",
    ),
    Fires(
        "label_lookups",
        "def f(t, keys):\n    out = []\n    for k in keys:\n"
        "        out.append(t.at[k, 'rate'])\n    return out\n",
        lambda: (rates(), list("abacabad")),
        "list(t['rate'].loc[list(keys)].to_numpy())",
    ),
    Fires(
        "intervals",
        "def f(df, e):\n    return df['t'].apply("
        "lambda t: e[(e['begin'] <= t) & (e['end'] > t)]['id'].iloc[0])\n",
        lambda: (times(), spans()),
        "of_intervals(e['begin'], e['end'], e['id'], (s_once := df['t']), 'right')",
    ),
    Fires(
        "intervals",
        "def f(times, e):\n    out = []\n    for t in times:\n        out.append("
        "e.loc[(t > e['begin']) & (t <= e['end']), 'id'].values[0])\n"
        "    return np.array(out)\n",
        lambda: (times()["t"].to_numpy(), spans()),
        "of_intervals(e['begin'], e['end'], e['id'], times, 'left')",
    ),
    Fires(
        "rows_as_tuples",
        "def f(a, b):\n    return a[~a.apply(tuple, axis=1).isin(b.apply(tuple, axis=1))]\n",
        lambda: (orders(), orders().head(20)),
        "MultiIndex.from_frame(a).isin(pd.MultiIndex.from_frame(b))",
    ),
    Fires(
        "rows_as_tuples",
        "def f(a):\n    return a[['x', 'key']].apply(tuple, axis=1)\n",
        lambda: (orders(),),
        "a[['x', 'key']]).itertuples(index=False, name=None)",
    ),
]
FIRES += [
    Fires(
        "next_rows",
        "def f(df, e):\n"
        "    return df['t'].apply(lambda t: e[e['begin'] <= t]['id'].iloc[-1])\n",
        lambda: (times(), spans()),
        "next_in_order(e['begin'], e['id'], (s_once := df['t']), 'right', before=True)",
    ),
    Fires(  # also where it is in no order
        "next_rows",
        "def f(times, e):\n"
        "    return np.array([e.loc[e['end'] > t, 'id'].values[0] for t in times])\n",
        lambda: (times()["t"].to_numpy(), spans().sample(frac=1, random_state=1)),
        "next_in_order(e['end'], e['id'], times, 'right', before=False)",
    ),
    Fires(  # intervals that overlap
        "intervals",
        "def f(df, e):\n    return df['t'].apply("
        "lambda t: e[(e['begin'] <= t) & (e['end'] > t)]['id'].iloc[0])\n",
        lambda: (times(), spans().assign(end=lambda s: s["end"] + 0.05)),
        "of_intervals(",
    ),
    Fires(
        "counted_beyond",
        "def f(df):\n    return df['t'].apply(lambda v: (df['t'] < v).sum())\n",
        lambda: (times(),),
        "counts_beyond(df['t'].to_numpy(), ",
    ),
    Fires(
        "counted_beyond",
        "def f(s, t):\n    return s.map(lambda v: (t >= v).mean())\n",
        lambda: (times()["t"].where(times().index != 3), times()["t"].head(20)),
        "'left', True) / len(t)",
    ),
]
SILENT = [
    Silent(  # all keys of the table itself: groupby gives them
        "rows_of_keys",
        "def f(t):\n    return [t[t['key'] == k]['x'].sum() for k in t['key'].unique()]\n",
        lambda: (orders(),),
    ),
    Silent(  # the rows of another column's key
        "groups_of_rows",
        SHARES.replace("row['key']", "row['x']"),
        lambda: (orders(),),
    ),
    Silent(  # the table is another after each row
        "groups_of_rows",
        SHARES.replace("out.append(", "t.loc[i, 'x'] = 1\n        out.append("),
        lambda: (orders(),),
    ),
    Silent(  # the same rows each time
        "rows_of_keys",
        "def f(t, k):\n    return [t[t['key'] == k]['x'].sum() + i for i in range(3)]\n",
        lambda: (orders(), "a"),
    ),
    Silent(  # the table is another each time
        "rows_of_keys",
        "def f(t, keys):\n    out = 0\n    for k in keys:\n"
        "        t = t.assign(x=t['x'] + 1)\n        out += t[t['key'] == k]['x'].sum()\n"
        "    return out\n",
        lambda: (orders(), KEYS),
    ),
    Silent("rows_that_match", SUMS, lambda: (asked(), known())),
    Silent("rows_that_match", TWO_TABLES, lambda: (asked(), known())),
    Silent(  # the table grows in the loop
        "rows_that_match",
        "def f(df):\n    n = 0\n    for k in df['k'].tolist():\n"
        "        n += len(df[df['k'] == k])\n        df.loc[n, 'k'] = k\n    return n\n",
        lambda: (known(),),
    ),
    Silent(  # how many, not which
        "next_rows",
        "def f(df, e):\n    return df['t'].apply(lambda t: e[e['begin'] <= t]['id'].sum())\n",
        lambda: (times(), spans()),
    ),
    Silent(
        "counted_beyond",
        "def f(s):\n    return s.rank(method='min') - 1\n",
        lambda: (times()["t"],),
    ),
    Silent(
        "label_lookups",
        "def f(df, t):\n    return df['key'].map(t['rate'])\n",
        lambda: (orders(), rates()),
    ),
    Silent(  # another column each time
        "label_lookups",
        "def f(t, keys):\n    return [t.loc[k, column_of(k)] for k in keys]\n\n"
        "def column_of(k):\n    return 'rate' if k < 'd' else 'n'\n",
        lambda: (rates(), list("abacabad")),
    ),
    Silent(  # all of them, not the first
        "intervals",
        "def f(times, e):\n"
        "    return [((e['begin'] <= t) & (e['end'] > t)).sum() for t in times]\n",
        lambda: (times()["t"].to_numpy(), spans()),
    ),
    Silent(
        "rows_as_tuples",
        "def f(a):\n    return list(a.itertuples(index=False, name=None))\n",
        lambda: (orders(),),
    ),
]
REFUSED = [
    Refused(  # a row without a key is in no group
        "groups_of_rows",
        SHARES,
        lambda: (orders().assign(key=lambda t: t["key"].where(t.index > 0)),),
    ),
    Refused(  # lists are no keys of a dictionary
        "rows_of_keys",
        "def f(t, keys):\n    return [len(t[t['key'] == k]) for k in keys]\n",
        lambda: (orders(), [["a"] * 60, ["b"] * 60]),
    ),
    Refused(  # elements of lists are Python's own, and something asks for that
        "rows_that_match",
        UNGUARDED.replace("['v'].iloc[0]", "['v'].iloc[0].itemsize"),
        lambda: (known(), shuffled()),
    ),
    Refused(  # a label that occurs twice has two rows
        "label_lookups",
        "def f(t, keys):\n    return [t.loc[k, 'rate'] for k in keys]\n",
        lambda: (pd.concat([rates(), rates()]), list("abacabad")),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
