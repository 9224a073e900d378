"""Aggregates of groups of which some are Python functions, modes, windows in groups."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import aggregations
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(53)
assert aggregations


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "k": rng.integers(0, 9, 120),
            "j": rng.choice(list("xyz"), 120),
            "v": rng.standard_normal(120),
            "n": rng.integers(0, 4, 120),
        }
    )


def with_missing() -> pd.DataFrame:
    made = table()
    made.loc[::11, "v"] = np.nan
    made["k"] = made["k"].where(made.index % 13 > 0)
    return made


FIRES = [
    Fires(
        "aggregated_columns",
        "def f(df):\n    return df.groupby('k').agg("
        "{'v': lambda s: s.max() - s.min(), 'n': 'sum'})\n",
        lambda: (with_missing(),),
        "pd.DataFrame({'v': (groups := df.groupby('k'))['v'].max() - groups['v'].min(), "
        "'n': groups['n'].agg('sum')})",
    ),
    Fires(
        "aggregated_columns",
        "def f(df):\n    return df.groupby(['k', 'j']).agg(\n"
        "        up=('v', lambda s: (s > 0).sum()),\n        mean=('v', 'mean'),\n    )\n",
        lambda: (table(),),
        "'mean': df.groupby(['k', 'j'])['v'].agg('mean')})",
    ),
    Fires(
        "most_frequent_of_groups",
        "def f(df):\n"
        "    return df.groupby('k')['n'].agg(lambda x: x.value_counts().index[0])\n",
        lambda: (table(),),
        "most_frequent(df, 'k', 'n', ties_by_value=False)",
        pandas=3,
    ),
    Fires(
        "most_frequent_of_groups",
        "def f(df):\n    return df.groupby(['k', 'j'])['n'].apply(lambda x: x.mode()[0])\n",
        lambda: (with_missing(),),
        "most_frequent(df, ['k', 'j'], 'n', ties_by_value=True)",
    ),
    Fires(
        "most_frequent_of_groups",
        "def f(df):\n"
        "    return df.groupby('k')['v'].transform(lambda x: x.fillna(x.mode().iloc[0]))\n",
        lambda: (table().assign(v=lambda t: t["n"].where(t["n"] > 0)),),
        "df['v'].fillna(df['k'].map(most_frequent(df, 'k', 'v', ties_by_value=True)))",
    ),
    Fires(
        "windows_of_groups",
        "def f(df):\n    return df.groupby('k')['v']"
        ".transform(lambda x: x.rolling(3, min_periods=1).mean())\n",
        lambda: (with_missing(),),
        "in_order_of_rows(df.groupby('k')['v'], "
        "df.groupby('k')['v'].rolling(3, min_periods=1).mean())",
    ),
    Fires(
        "windows_of_groups",
        "def f(df):\n"
        "    return df.groupby('k')['v'].transform(lambda x: x.ewm(span=4).mean())\n",
        lambda: (table(),),
        "df.groupby('k')['v'].ewm(span=4).mean()",
    ),
    Fires(
        "windows_of_groups",
        "def f(df):\n    return df.groupby('k')['v']"
        ".transform(lambda x: x.shift().expanding().max())\n",
        lambda: (table(),),
        "df.assign(lagged=df.groupby('k')['v'].shift(1)).groupby('k')['lagged']",
    ),
]
FIRES += [
    Fires(
        "nth_of_each_group",
        "def f(df):\n"
        "    return df.groupby('k')['v'].apply(lambda s: s.sort_values().iloc[-2])\n",
        lambda: (table(),),
        "nth_of_groups(df, 'k', 'v', -2)",
    ),
    Fires(
        "nth_of_each_group",
        "def f(df):\n    return df.groupby('j')['v'].agg("
        "lambda s: s.nlargest(3).iloc[-1] if len(s) >= 3 else np.nan)\n",
        lambda: (table(),),
        "nth_of_groups(df, 'j', 'v', -3)",
    ),
]
SILENT = [
    Silent(
        "nth_of_each_group",
        "def f(df):\n    return df.groupby('k')['v'].nth(1)\n",
        lambda: (table(),),
    ),
    Silent(
        "aggregated_columns",
        "def f(df):\n    return df.groupby('k').agg({'v': 'mean', 'n': 'sum'})\n",
        lambda: (table(),),
    ),
    Silent(  # the order of the elements counts
        "aggregated_columns",
        "def f(df):\n    return df.groupby('k').agg({'v': lambda s: s.autocorr()})\n",
        lambda: (table(),),
    ),
    Silent(
        "most_frequent_of_groups",
        "def f(df):\n    return df.groupby('k')['n'].value_counts()\n",
        lambda: (table(),),
    ),
    Silent(
        "windows_of_groups",
        "def f(df):\n    return df.groupby('k')['v'].rolling(3).mean()\n",
        lambda: (table(),),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, REFUSED)
