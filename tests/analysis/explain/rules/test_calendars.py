"""Texts of dates are made once for each different date."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain.rules import calendars
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(47)
assert calendars


def table() -> pd.DataFrame:
    days = pd.Timestamp("2023-03-01") + pd.to_timedelta(rng.integers(0, 40, 150), unit="D")
    made = pd.DataFrame({"t": days, "v": rng.integers(0, 9, 150)})
    made.loc[7, "t"] = pd.NaT
    return made


def moments() -> pd.DataFrame:
    made = table()
    made["t"] += pd.to_timedelta(rng.integers(0, 86400, 150), unit="s")
    return made


FIRES = [
    Fires(
        "dates_as_text",
        "def f(df):\n    return df.groupby(df['t'].dt.strftime('%Y-%m'))['v'].sum()\n",
        lambda: (table(),),
        "df.groupby(formatted(df['t'], '%Y-%m'))['v'].sum()",
    ),
    Fires(
        "dates_as_text",
        "def f(df):\n    return df['t'].dt.strftime('%d.%m.%y')\n",
        lambda: (moments(),),
        "formatted(df['t'].dt.normalize(), '%d.%m.%y')",
    ),
]
FIRES += [
    Fires(
        "dates_moved",
        "def f(df):\n    return df['t'].apply(lambda d: d.replace(day=1))\n",
        lambda: (moments().dropna(),),
        "df['t']) - pd.to_timedelta(s_once.dt.day - 1, unit='D')",
    ),
    Fires(
        "dates_moved",
        "import pandas as pd\n\ndef f(df, first):\n"
        "    return df['t'].map(lambda d: (d - first).days)\n",
        lambda: (moments().dropna(), pd.Timestamp("2023-01-01")),
        "(df['t'] - first).dt.days",
    ),
]
SILENT = [
    Silent(  # another day for each
        "dates_moved",
        "def f(df):\n    return df['t'].apply(lambda d: d.replace(day=d.month))\n",
        lambda: (moments().dropna(),),
    ),
    Silent(
        "dates_as_text",
        "def f(df):\n    return df['t'].dt.to_period('M').astype(str)\n",
        lambda: (table(),),
    ),
]
REFUSED: list[Refused] = []

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, REFUSED)


def test_what_changes_within_a_day_is_no_matter_of_days() -> None:
    text = "def f(df):\n    return df['t'].dt.strftime('%Y-%m-%d %H')\n"
    own = Own(text, moments())
    sources = [f.trial.rewrites[0].source for f in own.findings("dates_as_text")]
    assert len(sources) == 1
    assert "normalize" not in sources[0]
