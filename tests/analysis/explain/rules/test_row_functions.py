"""Functions of rows that give several values are functions of columns that give several."""

from typing import Any

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import row_functions
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(5)
assert row_functions

HEAD = "import pandas as pd\n"


def table() -> pd.DataFrame:
    made = pd.DataFrame({"a": rng.random(60), "b": rng.random(60), "n": rng.integers(1, 9, 60)})
    made.index = made.index[::-1]
    return made


NAMED = (
    "def f(df):\n    def parts(row):\n        net = row['a'] / 1.2\n"
    "        return pd.Series([net, row.b - net], index=['net', 'tax'])\n"
    "    return df.apply(parts, axis=1)\n"
)
BY_NAME = (
    "def f(df, k):\n    return df.apply(lambda r: pd.Series({'x': r['a'] * k, "
    "'y': r.a - r.b}), axis=1)\n"
)
CHOSEN = (
    "def f(df):\n    def parts(row):\n        if row['a'] > 0.5:\n"
    "            return row['a'], row['b']\n        return row['b'], -row['a']\n"
    "    return df.apply(parts, axis=1, result_type='expand')\n"
)
APART = (
    "def f(df):\n    df['x'], df['y'] = zip(*df.apply(lambda r: (r['a'] + r['b'], r['n'] * 2), "
    "axis=1))\n    return df\n"
)
WHOLE = (
    "def f(df):\n    return df.apply(lambda r: pd.Series({'x': r['a'] * 2.0, "
    "'y': r['n'] + 1}), axis=1)\n"
)


class Line:
    """A model that takes rows."""

    def predict(self, rows: object) -> Any:
        return np.dot(np.asarray(rows, dtype=float), [0.3, -2.0])


MODEL = (
    "def f(df, m):\n    return df.apply(lambda r: m.predict([[r['a'], r['n']]])[0], axis=1)\n"
)
SQUARED = "def f(s, m):\n    return s.apply(lambda v: m.predict([[v, v]])[0])\n"

DAYS = """
import pandas as pd
def f(df):
    rows = []
    for _, r in df.iterrows():
        for d in pd.date_range(r['start'], r['end']):
            rows.append({'n': r['n'], 'date': d, 'kind': 'day'})
    return pd.DataFrame(rows)
"""
STEPS = """
import pandas as pd
def f(df):
    rows = []
    for r in df.itertuples():
        for k in range(r.n):
            rows.append((r.n, k, r.a * 2))
    return pd.DataFrame(rows, columns=['n', 'k', 'a'])
"""
WORDS = """
import pandas as pd
def f(df):
    rows = []
    for n, text in zip(df['n'], df['text']):
        for word in text.split():
            rows.append([n, word])
    return pd.DataFrame(rows)
"""


def spans() -> pd.DataFrame:
    made = table().reset_index(drop=True)
    made["start"] = pd.Timestamp("2024-02-20 10:30") + pd.to_timedelta(made.index * 7, unit="h")
    made["end"] = made["start"] + pd.to_timedelta(made["n"] * 11 - 20, unit="h")
    made["text"] = ["a bc  d", "", "e f", "g"] * 15
    return made


ROWS = """
def f(df, m):
    out = []
    for _, row in df.iterrows():
        out.append(m.predict([[row['a'], row['n']]])[0])
    return out
"""

FIRES = [
    Fires("applied_calls", ROWS, lambda: (table(), Line()), "out.extend("),
    Fires("rows_exploded", DAYS, lambda: (spans(),), "days_of_rows(df['start'], df['end'])"),
    Fires("rows_exploded", STEPS, lambda: (spans(),), "(df['a'] * 2).array[numbers]"),
    Fires("rows_exploded", WORDS, lambda: (spans(),), "parts_of_rows([each.split() for each"),
    Fires("applied_calls", HEAD + MODEL, lambda: (table(), Line()), "m.predict(np.stack("),
    Fires(
        "applied_calls", HEAD + SQUARED, lambda: (table()["a"], Line()), "m.predict(np.stack("
    ),
    Fires(
        "several_of_rows", HEAD + NAMED, lambda: (table(),), "pd.DataFrame(parts_of_columns(df)"
    ),
    Fires(
        "several_of_rows", HEAD + BY_NAME, lambda: (table(), 3.0), "values_of_columns(df, k)"
    ),
    Fires("several_of_rows", HEAD + CHOSEN, lambda: (table(),), "np.where("),
    Fires(
        "several_of_rows", HEAD + APART, lambda: (table(),), "values_of_columns(df).values()"
    ),
    Fires("several_of_rows", HEAD + WHOLE, lambda: (table(),), ".astype(float)"),
]
SILENT = [
    Silent(  # what is made of a day is no column
        "rows_exploded",
        DAYS.replace("'date': d", "'date': d.date()"),
        lambda: (spans(),),
    ),
    Silent(  # a method of texts
        "applied_calls",
        HEAD + "def f(s):\n    return s.apply(lambda v: 'a'.join([v]))\n",
        lambda: (pd.Series(["x", "y"]),),
    ),
    Silent(
        "several_of_rows",
        "def f(df):\n    return df.apply(lambda r: r['a'] + r['b'], axis=1)\n",
        lambda: (table(),),
    ),
    Silent(  # other columns in other cases
        "several_of_rows",
        HEAD
        + "def f(df):\n    return df.apply(lambda r: pd.Series({'x': 1.0}) if r['a'] > 0.5 "
        "else pd.Series({'y': r['b']}), axis=1)\n",
        lambda: (table(),),
    ),
    Silent(  # it uses the row as a whole
        "several_of_rows",
        HEAD + "def f(df):\n    return df.apply(lambda r: pd.Series({'x': r.sum()}), axis=1)\n",
        lambda: (table(),),
    ),
]
REFUSED = [
    Refused(  # of no rows nobody knows the columns
        "rows_exploded",
        STEPS.replace(", columns=['n', 'k', 'a']", ""),
        lambda: (spans().assign(n=0),),
    ),
    Refused(  # what it gives for a row depends on the others
        "applied_calls",
        HEAD + MODEL.replace("m.predict(", "m("),
        lambda: (table(), lambda rows: np.cumsum(np.asarray(rows)[:, 0])),
    ),
    Refused(  # tuples stay tuples without result_type
        "several_of_rows",
        HEAD + "def f(df):\n    return df.apply(lambda r: (r['a'], r['b']), axis=1)\n",
        lambda: (table(),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
