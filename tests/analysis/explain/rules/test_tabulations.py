"""Tables by two keys, columns by themselves, counts of groups: all at once."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import tabulations
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(73)
assert tabulations
CELLS = """
def f(df):
    rows = sorted(df['k'].unique())
    columns = sorted(df['j'].unique())
    out = pd.DataFrame({filled}, index=rows, columns=columns)
    for r in rows:
        for c in columns:
            out.loc[r, c] = {cell}
    return out
"""


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "k": rng.integers(0, 9, 70),
            "j": rng.choice(list("xyz"), 70),
            "v": rng.standard_normal(70),
        }
    )


def cells(cell: str, filled: str = "0.0") -> str:
    return "import pandas as pd\n" + CELLS.format(cell=cell, filled=filled)


ADDED = """
import pandas as pd
def f(df):
    out = pd.DataFrame(0.0, sorted(df['a'].unique()), sorted(df['b'].unique()))
    for _, r in df.iterrows():
        out.loc[r['a'], r['b']] += r['x']
    return out
"""
MARKED = """
import pandas as pd
def f(pairs):
    out = pd.DataFrame(0, list('abc'), list('xyz'))
    for row, column in pairs:
        out.at[row, column] = out.at[row, column] + 1
    return out
"""


def marks() -> list[tuple[str, str]]:
    return [("abc"[n % 3], "xyz"[n % 2]) for n in range(40)]


def amounts() -> pd.DataFrame:
    made = pd.DataFrame({"a": list("pqrs") * 20, "b": list("uvwuu") * 16})
    return made.assign(x=np.arange(80) / 7)


FIRES = [
    Fires(
        "cells_by_label", ADDED, lambda: (amounts(),), "out_cells[out_rows[df_a[row_number]]]"
    ),
    Fires("cells_by_label", MARKED, lambda: (marks(),), "out_cells[out_rows[row]]"),
    Fires(
        "cells_by_two_keys",
        cells("df[(df['k'] == r) & (df['j'] == c)]['v'].sum()"),
        lambda: (table(),),
        "out.loc[rows, columns] = df.groupby(['k', 'j'])['v'].sum().unstack()"
        ".reindex(index=rows, columns=columns).fillna(0)",
    ),
    Fires(
        "cells_by_two_keys",
        cells("df.loc[(df['j'] == c) & (df['k'] == r), 'v'].mean()"),
        lambda: (table(),),
        "df.groupby(['k', 'j'])['v'].mean()",
    ),
    Fires(
        "cells_by_two_keys",
        cells("len(df[(df['k'] == r) & (df['j'] == c)])", "0"),
        lambda: (table(),),
        "df.groupby(['k', 'j']).size()",
    ),
    Fires(
        "columns_applied",
        "def f(df):\n    return df.apply(lambda c: (c - c.mean()) / c.std())\n",
        lambda: (table()[["v", "k"]],),
        "return ((df - df.mean()) / df.std())",
    ),
    Fires(
        "columns_applied",
        "def f(df):\n    return df.apply(lambda c: c.quantile(0.9) - c.min(), axis=0)\n",
        lambda: (table()[["v", "k"]],),
        "(df.quantile(0.9) - df.min())",
    ),
    Fires(
        "columns_of_words",
        "import pandas as pd\n\ndef f(df, words):\n    out = pd.DataFrame(index=df.index)\n"
        "    for w in words:\n"
        "        out[w] = df['t'].apply(lambda t: int(w in t.split(',')))\n    return out\n",
        lambda: (pd.DataFrame({"t": ["a,b", "b", "c,a", "d"] * 9}), ["a", "b", "e"]),
        "out[list(words)] = df['t'].str.get_dummies(',').reindex(columns=list(words), "
        "fill_value=0).astype(int)",
    ),
    Fires(
        "values_counted",
        "def f(df):\n"
        "    return df.groupby('k')['j'].apply(lambda s: s.value_counts(normalize=True))\n",
        lambda: (table(),),
        "counts_of_groups(df, 'k', 'j', normalize=True)",
    ),
]
SILENT = [
    Silent(  # the table that was given
        "cells_by_label",
        "def f(out, pairs):\n    for a, b in pairs:\n"
        "        out.loc[a, b] += 1\n    return out\n",
        lambda: (pd.DataFrame(0, list("abc"), list("xyz")), marks()),
    ),
    Silent(  # the rows of a cell depend on one key only
        "cells_by_two_keys",
        cells("df[(df['k'] == r) & (df['v'] > 0)]['v'].sum()"),
        lambda: (table(),),
    ),
    Silent(
        "cells_by_two_keys",
        "def f(df):\n    return df.pivot_table(index='k', columns='j', values='v')\n",
        lambda: (table(),),
    ),
    Silent(  # the order of the rows counts
        "columns_applied",
        "def f(df):\n    return df.apply(lambda c: c.autocorr())\n",
        lambda: (table()[["v", "k"]],),
    ),
    Silent(  # rows, not columns
        "columns_applied",
        "def f(df):\n    return df.apply(lambda c: c - c.mean(), axis=1)\n",
        lambda: (table()[["v", "k"]],),
    ),
    Silent(  # a part of a text is no word of it
        "columns_of_words",
        "def f(df, words):\n    for w in words:\n"
        "        df[w] = df['t'].apply(lambda t: int(w in t))\n    return df\n",
        lambda: (pd.DataFrame({"t": ["a,b", "b", "c,a", "d"] * 9}), ["a", "b", "e"]),
    ),
    Silent(
        "values_counted",
        "def f(df):\n    return df.groupby('k')['j'].value_counts()\n",
        lambda: (table(),),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, REFUSED)
