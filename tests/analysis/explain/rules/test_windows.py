"""Functions of windows and of bins of time, by methods of pandas."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import windows
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(41)
assert windows


def series() -> pd.Series:
    made = pd.Series(rng.standard_normal(120), name="v")
    made.iloc[17] = np.nan
    return made


def hours() -> pd.Series:
    return pd.Series(rng.random(200), pd.date_range("2024-01-01", periods=200, freq="h"))


def table() -> pd.DataFrame:
    return pd.DataFrame({"v": hours(), "w": hours()})


PAIRS = """
def f(df, w):
    out = [np.nan] * (w - 1)
    for i in range(w - 1, len(df)):
        part = df.iloc[i - w + 1:i + 1]
        out.append(part['v'].corr(part['w']))
    return out
"""
ARRAYS = """
def f(x, y):
    return np.array([np.cov(x[i:i + 6], y[i:i + 6])[0, 1] for i in range(len(x) - 6 + 1)])
"""

FIRES = [
    Fires(
        "elements_kept_in_list",
        "def f(x, w):\n    buf = []\n    out = []\n    for v in x:\n        buf.append(v)\n"
        "        if len(buf) > w:\n            buf.pop(0)\n"
        "        out.append(sum(buf) / len(buf))\n    return np.array(out)\n",
        lambda: (rng.random(300), 9),
        "sliding_window_view(x, w).sum(axis=1) / w",
    ),
    Fires(
        "elements_kept_in_list",
        "from collections import deque\n\ndef f(x):\n    q = deque(maxlen=7)\n"
        "    out = np.zeros(len(x))\n    for i, v in enumerate(x):\n        q.append(v)\n"
        "        if len(q) < 7:\n            continue\n"
        "        out[i] = (v - min(q)) / (max(q) - min(q))\n    return out\n",
        lambda: (rng.random(300),),
        "out[6:] = ",
    ),
    Fires(
        "pairs_of_windows",
        PAIRS,
        lambda: (table(), 8),
        "of_windows(df['v'], df['w'], w, True, True)",
    ),
    Fires(
        "pairs_of_windows",
        ARRAYS,
        lambda: (rng.random(70), rng.random(70)),
        "of_windows(x, y, 6, False, False)",
    ),
    Fires(
        "rolling_function",
        "def f(s):\n"
        "    return s.rolling(9).apply(lambda w: (w.iloc[-1] - w.mean()) / w.std())\n",
        lambda: (series(),),
        "(s - s.rolling(9).mean()) / s.rolling(9).std()",
    ),
    Fires(
        "rolling_function",
        "def f(s, n):\n    return s.rolling(n).apply(lambda w: w[-1] / w[0] - 1, raw=True)\n",
        lambda: (series(), 7),
        "(((s / s.shift(n - 1)) - 1)).where(s.rolling(n).count() == n)",
    ),
    Fires(
        "rolling_function",
        "def f(s):\n    return s.rolling(9).apply(lambda w: (w > 0.2).sum())\n",
        lambda: (series(),),
        "(s > 0.2).astype(float).where(s.notna()).rolling(9).sum()",
    ),
    Fires(
        "rolling_function",
        "def up(w):\n    low = w.min()\n    return w.iloc[-1] - low\n\n"
        "def f(s):\n    return s.rolling(9).apply(up)\n",
        lambda: (series(),),
        "sliding_window_view(s.to_numpy(), 9)",
    ),
    Fires(
        "resampled_function",
        "def f(s):\n    return s.resample('D').apply(lambda x: np.percentile(x, 90))\n",
        lambda: (hours(),),
        "s.resample('D').quantile(0.9)",
    ),
    Fires(
        "resampled_function",
        "def f(df):\n    return df.resample('D')['v'].agg(lambda x: x.iloc[-1] - x.iloc[0])\n",
        lambda: (table(),),
        "(df['v'].resample('D').last() - df['v'].resample('D').first())",
    ),
    Fires(
        "resampled_function",
        "def f(df):\n    return df.resample('D', on='t')['v'].apply(lambda x: np.ptp(x))\n",
        lambda: (table().assign(t=table().index).reset_index(drop=True),),
        "df.resample('D', on='t')['v'].max() - df.resample('D', on='t')['v'].min()",
    ),
    Fires(
        "resampled_function",
        "def f(s):\n    return s.resample('6h').apply(lambda x: (x > 0.5).sum() / len(x))\n",
        lambda: (hours(),),
        "(s > 0.5).resample('6h').sum() / s.resample('6h').size()",
    ),
]
SILENT = [
    Silent(  # the first windows are shorter
        "pairs_of_windows",
        PAIRS.replace("range(w - 1, len(df))", "range(2, len(df))"),
        lambda: (table(), 8),
    ),
    Silent(
        "elements_kept_in_list",
        "def f(x, w):\n    buf = []\n    out = []\n    for v in x:\n        buf.append(v)\n"
        "        if len(buf) > w:\n            buf.pop()\n"
        "        out.append(sum(buf))\n    return np.array(out)\n",
        lambda: (rng.random(300), 9),
    ),
    Silent(
        "rolling_function",
        "def f(s):\n    return s.rolling(9).mean()\n",
        lambda: (series(),),
    ),
    Silent(  # the order of the elements counts
        "rolling_function",
        "def f(s, n):\n"
        "    return s.rolling(n).apply(lambda w: np.polyfit(range(n), w, 1)[0])\n",
        lambda: (series(), 9),
    ),
    Silent(
        "resampled_function",
        "def f(s):\n    return s.resample('D').agg('mean')\n",
        lambda: (hours(),),
    ),
    Silent(
        "resampled_function",
        "def f(s):\n    return s.resample('D').apply(lambda x: x.autocorr())\n",
        lambda: (hours(),),
    ),
]
REFUSED = [
    Refused(  # of one value there is no correlation, and rounding instead of it
        "pairs_of_windows",
        PAIRS,
        lambda: (table().assign(v=0.1), 7),
    ),
    Refused(  # a median of NumPy with a missing element is missing
        "resampled_function",
        "def f(s):\n    return s.resample('D').apply(lambda x: np.percentile(x, 50))\n",
        lambda: (hours().mask(np.arange(200) % 24 == 3),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
