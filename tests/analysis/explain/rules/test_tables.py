"""Rules about rows, groups, look-ups and texts of tables: fire, keep silent, are refused."""

import msgspec
import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rules import groups, not_for_arrays, text
from profiler_suite.analysis.explain.rules import tables as rules_of_tables
from profiler_suite.model.rows import LineRecord
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(12)
PANDAS = "import pandas as pd\n"


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "a": rng.random(12),
            "b": np.arange(12.0),
            "k": np.arange(12) % 3,
            "city": ["Rome", "Oslo", "Bonn"] * 4,
        }
    )


def prices() -> pd.DataFrame:
    return pd.DataFrame({"id": np.arange(5), "price": rng.random(5)})


STANDARD = (
    PANDAS
    + """
def standard(g):
    g = g.copy()
    centred = g['a'] - g['a'].mean()
    g['z'] = centred / g['a'].std()
    g['twice'] = g['z'] * 2
    return g

def f(df):
    return df.groupby('k', group_keys=False)[['k', 'a']].apply(standard)
"""
)
NAMED_ROW = (
    PANDAS
    + """
def f(n):
    df = pd.DataFrame(columns=['x', 'y'])
    for i in range(n):
        row = pd.DataFrame({'x': [i], 'y': [i * 0.5]})
        df = pd.concat([df, row], ignore_index=True)
    return df
"""
)

FILTERED = (
    PANDAS + "from scipy import signal\n"
    "def f(df):\n    out = pd.DataFrame()\n    for c in df.columns:\n"
    "        out[c] = signal.lfilter([1.0], [1.0, -0.5], df[c])\n    return out\n"
)

CROSSED = """
def f(prices, short, long):
    signal = []
    for i in range(len(prices)):
        if i + 1 < long:
            signal.append(0)
            continue
        fast = prices.iloc[i + 1 - short:i + 1].mean()
        slow = prices.iloc[i + 1 - long:i + 1].mean()
        signal.append(1 if fast > slow else -1)
    return signal
"""

FIRES = [
    Fires(  # columns by a name that is put together
        "table_rows",
        PANDAS + "def f(df):\n    out = []\n    for i in df.index:\n        n = 0.0\n"
        "        for k in range(2):\n            n += df.loc[i, f'q{k}'] * (k + 1)\n"
        "        out.append(n)\n    return out\n",
        lambda: (pd.DataFrame({"q0": [1.5, 2.0] * 9, "q1": [0.25, 3.0] * 9}),),
        "df_q0",
    ),
    Fires(  # windows of a column, in a loop that is not lifted
        "table_rows",
        CROSSED,
        lambda: (pd.Series(np.arange(40) % 7 * 1.5), 2, 5),
        "slow = prices_values[i + 1 - long:i + 1].mean()",
    ),
    Fires(
        "rows_counted",
        PANDAS + "def f(df):\n    out = []\n    for t in df['a']:\n        low = t - 0.2\n"
        "        near = df[(df['a'] >= low) & (df['a'] < t)]\n        out.append(len(near))\n"
        "    return out\n",
        lambda: (table().assign(a=[0.5, np.nan, 0.3, 0.3, *rng.random(8)]),),
        "counted_between(df['a'], low=df['a'] - 0.2, high=df['a']).tolist()",
    ),
    Fires(
        "rows_counted",
        PANDAS
        + "def f(df):\n    hour = pd.Timedelta(hours=1)\n"
        + "    return [((df['t'] > t) & (df['t'] <= t + hour)).sum() for t in df['t']]\n",
        lambda: (pd.DataFrame({"t": pd.date_range("2024-01-01", periods=9, freq="17min")}),),
        "high=df['t'] + hour, high_side=\"right\")",
    ),
    Fires(  # where the rows of a group stand
        "group_loop",
        PANDAS + "def f(df):\n    out = pd.Series(index=df.index, dtype=float)\n"
        "    for k, g in df.groupby('k'):\n        m = g['a'].mean()\n"
        "        out.loc[g.index] = (g['a'] - m) / g['a'].std()\n    return out\n",
        lambda: (table(),),
        "out.loc[df.index] = (df['a'] - df.groupby('k')['a'].transform('mean'))",
    ),
    Fires(
        "group_loop",
        "def f(df):\n    df = df.copy()\n    for k, g in df.groupby('city'):\n"
        "        df.loc[g.index, 'z'] = g['a'] / g['a'].sum()\n    return df\n",
        lambda: (table(),),
        "df['z'] = df['a'] / df.groupby('city')['a'].transform('sum')",
    ),
    Fires(  # in another order
        "group_loop",
        "def f(df):\n    out = {}\n    for k in df['city'].unique():\n"
        "        rows = df[df['city'] == k].sort_values('a')\n"
        "        out[k] = rows['b'].diff().mean()\n    return out\n",
        lambda: (table(),),
        ".reindex(df['city'].unique()).to_dict()",
    ),
    Fires(
        "table_columns",
        FILTERED,
        lambda: (table()[["a", "b"]],),
        "signal.lfilter([1.0], [1.0, -0.5], df.to_numpy(), axis=0)",
    ),
    Fires(
        "table_columns",
        "def f(df):\n    for c in ['b', 'a']:\n"
        "        df[c] = (df[c] - df[c].mean()) / df[c].std()\n    return df\n",
        lambda: (table(),),
        "df[['b', 'a']] = (df[['b', 'a']] - df[['b', 'a']].mean())",
    ),
    Fires("columns_of_groups", STANDARD, lambda: (table(),), "df[['k', 'a']].assign(z=", 3),
    Fires(
        "columns_of_groups",
        "def f(df):\n    return df.groupby('k', group_keys=False).apply(\n"
        "        lambda g: g.assign(share=g['a'] / g['a'].sum()))\n",
        lambda: (table(),),
        ".assign(share=",
        pandas=3,
    ),
    Fires("rows_added", NAMED_ROW, lambda: (6,), "df_rows.append({'x': i, 'y': i * 0.5})"),
    Fires(
        "table_rows",
        """
        def f(df):
            for i in range(len(df)):
                df.loc[i, 'c'] = df.loc[i, 'a'] * 2 + df['b'].iloc[i]
            return df
        """,
        lambda: (table(),),
        "df_c[:] = df_a * 2 + df_b",
    ),
    Fires(
        "table_rows",
        """
        def f(df):
            for i in df.index:
                if df.loc[i, 'a'] > 0.5:
                    df.loc[i, 'tier'] = 'high'
                else:
                    df.loc[i, 'tier'] = 'low'
            return df
        """,
        lambda: (table(),),
        "df['tier'] = np.array(['high', 'low'], dtype=object)[df_tier]",
    ),
    Fires(
        "table_rows",
        """
        def f(df):
            t = 0.0
            for _, row in df.iterrows():
                if row['city'] == 'Rome':
                    t += row['a'] * row.b
            return t
        """,
        lambda: (table(),),
        "(df['city'] == 'Rome').to_numpy()",
    ),
    Fires(
        "table_rows",
        """
        def f(df):
            df['c'] = 0.0
            for i, row in df.iterrows():
                df.at[i, 'c'] = row.a - row.b
            return df
        """,
        lambda: (table(),),
        "df_c[:] = df_a - df_b",
    ),
    Fires(  # the columns as lists, where no array expression is known
        "table_rows",
        """
        def f(df):
            out = []
            for i in range(len(df)):
                row = df.iloc[i]
                out.append(row['city'].lower() if row['k'] else '')
            return out
        """,
        lambda: (table(),),
        "df_city = df['city'].tolist()",
    ),
    Fires(
        "table_rows",
        "def f(df):\n    return [row['a'] / (row['b'] + 1) for _, row in df.iterrows()]\n",
        lambda: (table(),),
        "df_a / (df_b + 1)",
    ),
    Fires(
        "table_grid",
        """
        def f(df):
            t = 0.0
            for i in range(len(df)):
                for j in range(df.shape[1]):
                    t += df.iloc[i, j] * j
            return t
        """,
        lambda: (table()[["a", "b"]],),
        "t += df_grid[i, j] * j",
    ),
    Fires(
        "table_grid",
        "def f(df):\n    for i in range(1, len(df)):\n        for j in range(2):\n"
        "            df.iloc[i, j] = df.iloc[i - 1, j] * 0.5\n    return df\n",
        lambda: (table()[["a", "b"]],),
        "df.iloc[:, :] = df_grid",
    ),
    Fires(
        "pandas_apply",
        "def f(df):\n    return df.apply(lambda r: r.mean(), axis='columns')\n",
        lambda: (table()[["a", "b"]],),
        "df.mean(axis=1)",
    ),
    Fires(
        "window_function",
        PANDAS + "def f(s):\n"
        "    return s.rolling(3).apply(lambda w: (w <= w.iloc[-1]).sum() / len(w))\n",
        lambda: (table()["a"],),
        "rolled(s, expression_of_windows(",
    ),
    Fires(
        "pandas_apply",
        "import math\n\ndef turn(a, b):\n    a, b = map(math.radians, [a, b])\n"
        "    return math.sin(a) * math.cos(b)\n\n"
        "def f(df):\n    return df.apply(lambda r: turn(r['a'], r['b']), axis=1)\n",
        lambda: (table(),),
        "np.sin(a_",
    ),
    Fires(
        "series_apply",
        "def f(df):\n    return df.map(lambda v: v * 2 if v > 0.5 else 0.0)\n",
        lambda: (table()[["a", "b"]],),
        "expression_of_elements(df.to_numpy())",
    ),
    Fires(
        "mapped",
        "def f(df):\n"
        "    df['c'] = [a * 2 if b > 3 else 0.0 for a, b in zip(df['a'], df['b'])]\n"
        "    return df\n",
        lambda: (table(),),
        "expression_of_elements(np.asarray(df['a']), np.asarray(df['b'])).tolist()",
    ),
    Fires(
        "rows_by_key",
        """
        def f(df):
            out = {}
            for k in df['k'].unique():
                part = df[df['k'] == k]
                out[k] = part['a'].mean()
            return out
        """,
        lambda: (table(),),
        "for k, rows in df.groupby('k', sort=False):",
    ),
    Fires(
        "rows_by_key",
        "def f(df):\n"
        "    return {k: df.loc[df['k'] == k, 'a'].sum() for k in sorted(df['k'].unique())}\n",
        lambda: (table(),),
        "rows['a'].sum() for k, rows in df.groupby('k')",
    ),
    Fires(
        "looked_up",
        """
        def f(df, prices):
            out = []
            for k in df['k']:
                out.append(prices[prices['id'] == k]['price'].values[0])
            return out
        """,
        lambda: (table(), prices()),
        "price_of = prices.drop_duplicates('id').set_index('id')['price'].to_dict()",
    ),
    Fires(  # by a function with a name
        "looked_up",
        "rates = None\n\n"
        "def convert(k):\n    return rates.loc[rates['id'] == k, 'price'].iloc[0]\n\n"
        "def f(df, given):\n    global rates\n    rates = given\n"
        "    return df['k'].apply(convert).to_numpy()\n",
        lambda: (table(), prices()),
        "df['k'].map(rates.drop_duplicates('id').set_index('id')['price'])",
    ),
    Fires(
        "rows_added",
        PANDAS
        + "def f(n):\n    df = pd.DataFrame(columns=['x', 'y'])\n    for i in range(n):\n"
        "        df.loc[len(df)] = [i, i * 0.5]\n    return df\n",
        lambda: (6,),
        "df_rows.append([i, i * 0.5])",
        pandas=3,
    ),
    Fires(
        "rows_added",
        PANDAS
        + """
def f(n):
    df = pd.DataFrame({'x': [0], 'y': [0.0]})
    for i in range(n):
        df = pd.concat([df, pd.DataFrame([{'x': i, 'y': i * 0.5}])], ignore_index=True)
    return df
""",
        lambda: (6,),
        "df = pd.concat([df, pd.DataFrame(df_rows)], ignore_index=True)",
    ),
    Fires(
        "applied_rows",
        "def f(df):\n    return df.apply(lambda r: r['city'] + str(r['k']), axis=1)\n",
        lambda: (table(),),
        "for city, k in zip(df['city'].tolist(), df['k'].tolist())",
    ),
    Fires(
        "applied_rows",
        "def price(row):\n    if row['city'] == 'Rome':\n        return row['a'] * 2\n"
        "    return row['a']\n\n"
        "def f(df):\n    return df.apply(price, axis=1)\n",
        lambda: (table(),),
        "price_of_elements(city, a)",
    ),
    Fires(
        "group_function",
        "def f(df):\n    return df.groupby('k', group_keys=False)['a'].apply("
        "lambda v: v.cumsum())\n",
        lambda: (table(),),
        "df.groupby('k')['a'].cumsum()",
        pandas=3,
    ),
    Fires(
        "group_function",
        "def f(df):\n"
        "    return df.groupby('k').apply(lambda g: (g.a * g.b).sum() / g.b.sum())\n",
        lambda: (table(),),
        "(df['a'] * df['b']).groupby(df['k']).sum() / df.groupby('k')['b'].sum()",
    ),
    Fires(
        "group_function",
        "def f(df):\n"
        "    return df.groupby('k')['a'].transform(lambda v: (v - v.min()) / v.sum())\n",
        lambda: (table(),),
        "(df['a'] - df.groupby('k')['a'].transform('min'))",
    ),
    Fires(
        "group_function",
        PANDAS + "def both(g):\n    return pd.Series({'s': g['a'].sum(), 'n': len(g)})\n\n"
        "def f(df):\n    return df.groupby('k').apply(both)['s'].to_numpy()\n",
        lambda: (table(),),
        "pd.DataFrame({'s': df.groupby('k')['a'].sum()",
    ),
    Fires(
        "group_loop",
        """
        def f(df):
            df['n'] = 0.0
            for k in df['k'].unique():
                mask = df['k'] == k
                df.loc[mask, 'n'] = df.loc[mask, 'a'] / df.loc[mask, 'a'].max()
            return df
        """,
        lambda: (table(),),
        "df['n'] = df['a'] / df.groupby('k')['a'].transform('max')",
    ),
    Fires(
        "group_loop",
        PANDAS
        + """
def f(df):
    rows = []
    for k, g in df.groupby('k'):
        rows.append({'k': k, 'n': len(g), 'top': g['a'].max()})
    return pd.DataFrame(rows)
""",
        lambda: (table(),),
        "pd.DataFrame({'k': df.groupby('k').size().index, 'n': df.groupby('k').size()",
    ),
    Fires(
        "group_function",
        "def f(df):\n"
        "    return df.groupby(['k', 'city']).apply(lambda g: g['a'].max() - g['a'].min())\n",
        lambda: (table(),),
        ".rename(None)",
    ),
    Fires(
        "group_loop",
        """
        def f(df):
            out = {}
            for k, g in df.groupby('k'):
                out[k] = g['a'].max() - g['b'].mean()
            return out
        """,
        lambda: (table(),),
        "out.update((df.groupby('k')['a'].max() - df.groupby('k')['b'].mean()).to_dict())",
    ),
    Fires(
        "group_loop",
        """
        def f(df):
            out = []
            for k in df['k'].unique():
                part = df[df['k'] == k]
                out.append((part['a'] * part['b']).sum())
            return out
        """,
        lambda: (table(),),
        "out.extend((df['a'] * df['b']).groupby(df['k'], sort=False).sum().tolist())",
    ),
    Fires(
        "table_rows",
        "def f(s):\n    t = 0.0\n    for i in range(1, len(s)):\n"
        "        t += abs(s.iloc[i] - s[i - 1])\n    return t\n",
        lambda: (table()["a"],),
        "s_values = s.to_numpy()",
    ),
    Fires(
        "table_rows",
        "def f(s):\n    for i in range(len(s)):\n        if s[i] > 0.5:\n"
        "            s.iloc[i] = s[i] - 0.5\n    return s\n",
        lambda: (table()["a"],),
        "s.iloc[:] = s_values",
    ),
    Fires(  # each element has several values of its own
        "masks_by_key",
        "def f(image, ids):\n    out = np.zeros_like(image)\n    for k in range(4):\n"
        "        out[ids == k] = np.median(image[ids == k], axis=0)\n    return out\n",
        lambda: (rng.random((12, 9, 3)), np.arange(108).reshape(12, 9) % 4),
        "out[np.unravel_index(ids_places.get(k, []), ids.shape)] = ",
    ),
    Fires(
        "masks_by_key",
        "def f(x, ids):\n    return np.array([x[ids == k].sum() for k in np.unique(ids)])\n",
        lambda: (rng.random(20), np.arange(20) % 4),
        "x[ids_places.get(k, [])].sum()",
    ),
    Fires(  # where they stand, along both axes
        "masks_by_key",
        "def f(lab, n):\n    out = []\n    for i in range(n):\n"
        "        ys, xs = np.where(lab == i)\n"
        "        out.append((ys.mean(), xs.max() - xs.min()))\n    return out\n",
        lambda: (np.arange(12).reshape(3, 4) % 5, 3),
        "lab_ys[lab_flat_places.get(i, [])], lab_xs[lab_flat_places.get(i, [])]",
    ),
    Fires(
        "masks_by_key",
        "def f(lab, n):\n    out = []\n    for i in range(1, n):\n"
        "        ys, xs = np.nonzero(lab == i)\n"
        "        out.append((ys.mean(), xs.mean(), len(ys)))\n    return np.array(out)\n",
        lambda: (np.arange(12).reshape(3, 4) % 5, 4),
        "np.bincount(lab_flat, weights=lab_ys",
    ),
    Fires(
        "masks_by_key",
        """
        def f(lab, n):
            out = np.zeros(lab.shape)
            for i in range(1, n + 1):
                own = lab == i
                out[own] = own.sum()
            return out
        """,
        lambda: (np.arange(12).reshape(3, 4) % 5, 3),
        "out.flat[lab_places.get(i, [])] = len(lab_places.get(i, []))",
    ),
    Fires(
        "window_function",
        "def f(df):\n    return df['a'].rolling(3).apply(np.mean)\n",
        lambda: (table(),),
        "df['a'].rolling(3).mean()",
    ),
    Fires(
        "window_function",
        PANDAS + "def f(df):\n"
        "    return df['a'].rolling(3).apply(lambda w: np.max(w) * 2, raw=True)\n",
        lambda: (table(),),
        "rolled(df['a']",
    ),
    Fires(
        "string_column",
        "def f(df):\n    return df['city'].apply(lambda s: s.upper())\n",
        lambda: (table(),),
        "df['city'].str.upper()",
    ),
    Fires(
        "string_column",
        "def f(df, d):\n    return df['k'].map(lambda v: d[v])\n",
        lambda: (table(), {0: 1.0, 1: 2.5, 2: 3.5}),
        "df['k'].map(d)",
    ),
    Fires(
        "dates_one_by_one",
        "from datetime import datetime\n"
        "def f(s):\n    n = np.zeros(7, dtype=int)\n    for v in s:\n"
        "        d = datetime.strptime(v, '%Y-%m-%d')\n        n[d.weekday()] += 1\n"
        "    return n\n",
        lambda: ([f"2024-01-{d:02d}" for d in range(1, 13)],),
        "np.bincount(all_v_weekday, minlength=7)",
    ),
    Fires(
        "dates_one_by_one",
        "from datetime import datetime\n"
        "def f(s):\n    out = {}\n    for v in s:\n"
        "        out[datetime.strptime(v, '%Y-%m-%d %H:%M').replace(minute=0)] = v\n"
        "    return out\n",
        lambda: ([f"2024-01-{d:02d} 08:{d:02d}" for d in range(1, 13)],),
        "datetime.fromisoformat(v)",
    ),
    Fires(
        "dates_one_by_one",
        "import datetime as dt\n"
        "def f(s):\n    return s.apply(lambda v: dt.datetime.strptime(v, '%Y-%m-%d'))\n",
        lambda: (pd.Series([f"2024-01-{d:02d}" for d in range(1, 13)]),),
        "pd.to_datetime(s, format='%Y-%m-%d')",
    ),
]

SILENT = [
    Silent(
        "rows_counted",
        "def f(df):\n    return [len(df[df['k'] == k]) for k in df['k']]\n",
        lambda: (table(),),
    ),
    Silent(  # a column is made of the one before
        "table_columns",
        "def f(df):\n    t = df['a']\n    for c in df.columns:\n        t = t + df[c]\n"
        "        df[c] = t\n    return df\n",
        lambda: (table()[["a", "b"]],),
    ),
    Silent(  # a table of its own
        "columns_of_groups",
        STANDARD.replace("return g\n", "return g.head(1)\n"),
        lambda: (table(),),
    ),
    Silent(  # two rows at a time
        "rows_added",
        NAMED_ROW.replace("[i],", "[i, i],").replace("[i * 0.5]", "[i, 1.0]"),
        lambda: (6,),
    ),
    Silent(
        "called_per_iteration",
        "def f(df):\n    return [abs(v) for v in df['a']]\n",
        lambda: (table(),),
    ),
    Silent(
        "called_from_python",
        "def f(df):\n    return df.groupby('k')['a'].sum()\n",
        lambda: (table(),),
    ),
    Silent(  # one element
        "table_grid",
        "def f(df):\n    return df.iloc[0, 1] + df.iloc[1, 0]\n",
        lambda: (table(),),
    ),
    Silent(  # more than one key
        "masks_by_key",
        "def f(ids, n):\n    out = []\n    for k in range(n):\n"
        "        ys, xs = np.where(ids > k)\n        out.append(ys.sum())\n    return out\n",
        lambda: (np.arange(12).reshape(3, 4), 3),
    ),
    Silent(  # the keys change in the loop
        "masks_by_key",
        "def f(ids):\n    for k in range(3):\n        ids[ids == k] = k + 1\n    return ids\n",
        lambda: (np.arange(9) % 3,),
    ),
    Silent(  # whole columns
        "table_rows",
        "def f(df):\n    df['c'] = df['a'] * 2\n    return df\n",
        lambda: (table(),),
    ),
    Silent(  # labels are no places
        "table_rows",
        "def f(df):\n    t = 0.0\n    for i in df.index:\n        t += df.loc[i, 'a']\n"
        "    return t\n",
        lambda: (table().set_index(np.arange(12) * 2),),
    ),
    Silent(  # rows that are used as a whole
        "table_rows",
        "def f(df):\n    return [row.to_dict() for _, row in df.iterrows()]\n",
        lambda: (table(),),
    ),
    Silent(
        "rows_by_key",
        "def f(df):\n    return [len(df[df['k'] == k]) for k in (0, 1)]\n",
        lambda: (table(),),
    ),
    Silent(
        "looked_up",
        "def f(prices):\n    return prices[prices['id'] == 2]['price'].values[0]\n",
        lambda: (prices(),),
    ),
    Silent(
        "rows_added",
        PANDAS + "def f(df):\n    df.loc[len(df)] = [1.0, 2.0, 0, '']\n    return df\n",
        lambda: (table(),),
    ),
    Silent(
        "applied_rows", "def f(df):\n    return df.apply(len, axis=0)\n", lambda: (table(),)
    ),
    Silent(
        "group_function",
        "def f(df):\n"
        "    return df.groupby('k')['a'].apply(lambda v: v.sort_values().iloc[1])\n",
        lambda: (table(),),
    ),
    Silent(
        "window_function",
        "def f(df):\n    return df['a'].rolling(3).mean()\n",
        lambda: (table(),),
    ),
    Silent(
        "string_column", "def f(df):\n    return df['city'].str.upper()\n", lambda: (table(),)
    ),
    Silent(
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return pd.to_datetime(s)\n",
        lambda: (pd.Series(["2024-01-31"] * 4),),
    ),
    Silent(
        "group_loop",
        "def f(df):\n    return {k: g.head(1) for k, g in df.groupby('k')}\n",
        lambda: (table(),),
    ),
]

REFUSED = [
    Refused(  # a limit that is computed of a number otherwise than of a column
        "rows_counted",
        "def f(df):\n    return [len(df[df['a'] < min(t, 0.5)]) for t in df['a']]\n",
        lambda: (table(),),
    ),
    Refused(  # rows of other groups stand under the same label
        "group_loop",
        "def f(df):\n    df = df.set_index('b')\n    for k, g in df.groupby('k'):\n"
        "        df.loc[g.index, 'z'] = g['a'].sum()\n    return df\n",
        lambda: (table().assign(b=np.arange(12) // 2),),
    ),
    Refused(  # it takes one column at a time
        "table_columns",
        "def f(df):\n    for c in ['a', 'b']:\n"
        "        df[c] = np.convolve(df[c], [1.0, 2.0], 'same')\n    return df\n",
        lambda: (table(),),
    ),
    Refused(  # groups one after the other, with their keys
        "columns_of_groups",
        STANDARD.replace("return df.g", "return df.iloc[::-1].g")
        .replace("def f(df):", "def f(df):\n    df = df.iloc[[0, 1, 1, 0]]")
        .replace("df.iloc[::-1].g", "df.g"),
        lambda: (table(),),
    ),
    Refused(  # a row of numbers has one dtype: its integers are written as floats
        "table_rows",
        "def f(df):\n    return [str(row['k']) for _, row in df.iterrows()]\n",
        lambda: (table()[["a", "k"]],),
    ),
    Refused(  # a key that is missing has no rows
        "rows_by_key",
        "def f(df):\n    return [len(df[df['a'] == k]) for k in df['a'].unique()]\n",
        lambda: (table().assign(a=[np.nan, 1.0] * 6),),
    ),
    Refused(
        "group_loop",
        "def f(df):\n    return {k: g['a'].iloc[0] for k, g in df.groupby('k')}\n",
        lambda: (table().assign(a=[np.nan] * 3 + [1.0] * 9),),
    ),
    Refused(
        "group_function",
        "def f(df):\n    return df.groupby('k')['a'].agg(lambda v: v.iloc[0])\n",
        lambda: (table().assign(a=[np.nan] * 3 + [1.0] * 9),),
    ),
    Refused(  # it needs the labels of the window
        "window_function",
        "def f(s):\n    return s.rolling(3).apply(lambda w: w.index[0])\n",
        lambda: (pd.Series(np.arange(9.0)),),
    ),
    Refused(  # what the dictionary holds may be missing itself
        "string_column",
        "def f(s, d):\n    return s.map(lambda v: d.get(v, 7.0))\n",
        lambda: (pd.Series([0, 1, 2]), {0: np.nan, 1: 2.0}),
    ),
    Refused(  # not written out in full
        "dates_one_by_one",
        "from datetime import datetime\n"
        "def f(s):\n    out = []\n    for v in s:\n"
        "        d = datetime.strptime(v, '%Y-%m-%d')\n        out.append(d.weekday())\n"
        "    return out\n",
        lambda: (["2024-1-3", "2024-12-31"],),
    ),
    Refused(
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return s.apply(pd.to_datetime).to_numpy()\n",
        lambda: (pd.Series(["2024-01-31", "31 March 2024"]),),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_a_dictionary_is_made_once_before_what_is_applied() -> None:
    own = Own(
        "def f(df, prices):\n"
        "    return df['k'].apply(lambda k: prices.loc[prices['id'] == k, 'price'].iloc[0])\n",
        table(),
        prices(),
    )
    *_, found = own.findings(rules_of_tables.looked_up.__name__)
    assert not own.findings(groups.group_function.__name__)
    assert not own.findings(text.string_column.__name__)
    assert "lambda k: price_of[k]" in found.trial.rewrites[0].source
    assert own.agreement(found).same


def timed_line(file: str, line: int) -> LineRecord:
    """A line that takes most of the time."""
    return LineRecord(
        point="p",
        implementation="f",
        file=file,
        function="f",
        line=line,
        source="",
        hits=1,
        time_s=1.0,
        evaluations=1,
        corrected_s=0.9,
        plain_s=1.0,
        method="sampled",
    )


def test_a_callback_without_a_form_is_named_where_it_takes_the_time() -> None:
    text = "def f(df):\n    return df.groupby('k').apply(lambda g: g.nlargest(2, 'a'))\n"
    own = Own(text, table())
    rule = not_for_arrays.called_from_python.__name__
    assert not own.findings(rule)  # nobody timed its lines
    line = timed_line(own.file, 3)
    own.observed.explained = msgspec.structs.replace(own.observed.explained, lines=(line,))
    (found,) = own.findings(rule)
    assert found.hint
    assert found.stands
    assert "groupby.apply makes a table of every group" in found.title


def test_a_call_of_a_library_per_iteration_is_named() -> None:
    text = (
        "from scipy.stats import linregress\n"
        "def f(x):\n    return [linregress(x, x + i).slope for i in range(3)]\n"
    )
    own = Own(text, np.arange(5.0))
    rule = not_for_arrays.called_per_iteration.__name__
    assert not own.findings(rule)
    line = timed_line(own.file, 4)
    own.observed.explained = msgspec.structs.replace(own.observed.explained, lines=(line,))
    (found,) = own.findings(rule)
    assert found.stands
    assert "scipy.stats.linregress is called once per iteration" in found.title


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            "s.resample('D').apply(lambda x: x.autocorr())",
            "resample makes a Series of every bin",
        ),
        ("s.groupby(level=0).agg('sum')", ""),  # names one of pandas' own
        ("s.groupby(level=0).apply(np.sum)", ""),
    ],
)
def test_what_calls_python_is_told_from_what_names_a_method(call: str, said: str) -> None:
    series = pd.Series(np.arange(50.0), pd.date_range("2024", periods=50, freq="h"))
    own = Own(f"def f(s):\n    return {call}\n", series)
    line = timed_line(own.file, 3)
    own.observed.explained = msgspec.structs.replace(own.observed.explained, lines=(line,))
    found = own.findings(not_for_arrays.called_from_python.__name__)
    assert [said in each.title for each in found] == [True] * bool(said)


def test_of_calls_inside_one_another_the_inner_one_is_named() -> None:
    text = (
        "from scipy.cluster.hierarchy import fcluster, linkage\n"
        "def f(x):\n    return [fcluster(linkage(x), t).max() for t in range(3)]\n"
    )
    own = Own(text, np.arange(12.0).reshape(6, 2))
    line = timed_line(own.file, 4)
    own.observed.explained = msgspec.structs.replace(own.observed.explained, lines=(line,))
    (found,) = own.findings(not_for_arrays.called_per_iteration.__name__)
    assert "scipy.cluster.hierarchy.linkage is called" in found.title
