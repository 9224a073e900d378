"""Rows of groups are kept by a number of all groups, and found by one sort."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import group_rows
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(37)
assert group_rows


def table() -> pd.DataFrame:
    return pd.DataFrame({"k": rng.integers(0, 12, 90), "v": rng.permutation(90) / 7})


def with_missing() -> pd.DataFrame:
    made = table()
    made["k"] = made["k"].where(made.index % 7 > 0)
    made.loc[3, "v"] = np.nan
    return made


SHARES = """
import pandas as pd
def f(df):
    parts = []
    for _, g in df.groupby('k'):
        g = g.copy()
        g['share'] = g['v'] / g['v'].sum()
        g['n'] = len(g)
        parts.append(g)
    return pd.concat(parts)
"""
BY_MASK = """
import pandas as pd
def f(df):
    parts = []
    for key in df['k'].unique():
        g = df[df['k'] == key].copy()
        g.loc[:, 'gone'] = g['v'].max() - g['v']
        parts.append(g)
    return pd.concat(parts, ignore_index=True)
"""
IN_ORDER = """
import pandas as pd
def f(df):
    parts = []
    for _, g in df.groupby('k'):
        g = g.sort_values('v')
        g['step'] = g['v'].diff()
        parts.append(g)
    return pd.concat(parts)
"""
BY_HELPER = """
import pandas as pd
def above(g):
    return g[g['v'] > g['v'].mean()]
def f(df):
    return pd.concat([above(g) for _, g in df.groupby('k')])
"""
OF_KEYS = """
import pandas as pd
def f(df):
    parts = []
    for key, g in df.groupby('k'):
        g = g.copy()
        g['name'] = str(key)
        parts.append(g)
    return pd.concat(parts)
"""
FIRST_TWO = """
import pandas as pd
def f(df):
    parts = []
    for _, g in df.groupby('k'):
        g = g.sort_values('v', ascending=False)
        parts.append(g.head(2))
    return pd.concat(parts)
"""

STREAKS = """
import pandas as pd
def f(df):
    return df.groupby('k', group_keys=False).apply(lambda g: (g['v'] > 5).cumsum())
"""
SLOPES = """
import pandas as pd
def f(df):
    def slope(g):
        return np.polyfit(g['v'], g['w'], 1)[0]
    return df.groupby('k')[['v', 'w']].apply(slope)
"""

FIRES = [
    Fires("group_function", STREAKS, lambda: (table(),), "rows = by_groups(df, 'k')"),
    Fires(
        "group_function",
        SLOPES,
        lambda: (table().assign(w=lambda t: t["v"] ** 2, k=lambda t: t.index % 2),),
        ".transform('mean')",
    ),
    Fires("groups_together", SHARES, lambda: (table(),), ".transform('sum')"),
    Fires(
        "groups_together",
        SHARES,
        lambda: (with_missing(),),
        "(rows := by_groups(df, 'k')).assign(",
    ),
    Fires("groups_together", BY_MASK, lambda: (table(),), ".reset_index(drop=True)"),
    Fires(
        "groups_together", IN_ORDER, lambda: (table(),), "by_groups(df.sort_values('v'), 'k')"
    ),
    Fires(  # no element is as large as the mean of its group
        "groups_together",
        BY_HELPER,
        lambda: (table().assign(v=rng.normal(size=90)),),
        "by_groups(df, 'k'))[rows['v'] > ",
    ),
    Fires("groups_together", FIRST_TWO, lambda: (table(),), ".groupby('k').head(2)"),
    Fires(
        "groups_filtered",
        "def f(df):\n    return df.groupby('k').filter(lambda g: len(g) > 7)\n",
        lambda: (table(),),
        "df[df.groupby('k').transform('size') > 7]",
    ),
    Fires(
        "groups_filtered",
        "def f(df, n):\n    return df.groupby('k').filter(lambda g: g['v'].mean() >= n)\n",
        lambda: (with_missing(), 6.0123),  # no mean of theirs, which rounding would decide
        "df[df.groupby('k')['v'].transform('mean') >= n]",
    ),
    Fires(
        "groups_filtered",
        "def f(df):\n    return df.groupby(['k']).filter(lambda g: g.shape[0] <= 8)\n",
        lambda: (with_missing(),),
        "df[df.groupby(['k']).transform('size') <= 8]",
    ),
    Fires(
        "rows_of_groups",
        "def f(df):\n    return df.groupby('k').apply(lambda g: g.nlargest(3, 'v'))\n",
        lambda: (table(),),
        "df.sort_values(['k', 'v'], ascending=[True, False], kind='stable')"
        ".groupby('k').head(3).set_index('k', append=True).swaplevel()",
        pandas=3,
    ),
    Fires(
        "rows_of_groups",
        "def f(df, n):\n    return df.groupby('k', group_keys=False)"
        ".apply(lambda g: g.sort_values('v').head(n))\n",
        lambda: (table(), 2),
        ".groupby('k').head(n).drop(columns='k')",
        pandas=3,
    ),
    Fires(
        "extreme_rows",
        "def f(d):\n    return d.groupby('k').apply(lambda g: g.loc[g['v'].idxmax(), 'w'])\n",
        lambda: (table().assign(w=lambda t: t["v"] ** 2),),
        "d.groupby('k')['v'].idxmax().map(d['w']).rename(None)",
    ),
    Fires(
        "extreme_rows",
        "def f(d):\n    return d.groupby('k').apply(lambda g: g.loc[g['v'].idxmin()])\n",
        lambda: (table().assign(w=lambda t: t["v"] ** 2),),
        "d.loc[d.groupby('k')['v'].idxmin()].set_index('k')",
        pandas=3,
    ),
]
SILENT = [
    Silent(
        "groups_together",
        IN_ORDER.replace("groupby('k')", "groupby('k', sort=False)"),
        lambda: (table(),),
    ),
    Silent("groups_together", OF_KEYS, lambda: (table(),)),
    Silent(  # parts of other tables
        "groups_together",
        "import pandas as pd\ndef f(df):\n    parts = []\n    for k in ('v', 'k'):\n"
        "        parts.append(df[k])\n    return pd.concat(parts)\n",
        lambda: (table(),),
    ),
    Silent(  # what has no key is in no group, and unequal to everything
        "groups_filtered",
        "def f(df):\n    return df.groupby('k').filter(lambda g: len(g) != 8)\n",
        lambda: (with_missing(),),
    ),
    Silent(
        "groups_filtered",
        "def f(df):\n    return df.groupby('k').filter(lambda g: (g['v'] > 3).any())\n",
        lambda: (table(),),
    ),
    Silent(  # the limit is one of the group
        "groups_filtered",
        "def f(df):\n    return df.groupby('k').filter(lambda g: g['v'].max() > len(g))\n",
        lambda: (table(),),
    ),
    Silent(
        "rows_of_groups",
        "def f(df):\n    return df.groupby('k').head(3)\n",
        lambda: (table(),),
    ),
    Silent(
        "extreme_rows",
        "def f(d):\n    return d.groupby('k')['v'].idxmax()\n",
        lambda: (table(),),
    ),
]
REFUSED = [
    Refused(  # rows that are equal in this column come as the sort leaves them
        "groups_together",
        IN_ORDER,
        lambda: (pd.concat([table()] * 9, ignore_index=True).round(-1),),
    ),
    Refused(  # rows that are equal in this column come as the sort leaves them
        "rows_of_groups",
        "def f(df):\n    return df.groupby('k').apply(lambda g: g.sort_values('v').head(2))\n",
        lambda: (pd.concat([table()] * 9, ignore_index=True).round(-1),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
