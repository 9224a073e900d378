"""Dates and strings that a loop goes through one by one."""

import os

import numpy as np
import pandas as pd
import pytest

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

DAYS = ["2024-01-31", "1999-12-01", "2000-02-29", "1969-07-20"]
TIMES = np.array(["2024-01-31T23:59", "1999-12-01T00:00", "1969-07-20T20:17"], dtype="M8[m]")
OF_DATES = "from datetime import datetime\n"
PANDAS = "import pandas as pd\n"

BYTES = np.arange(0, 256, 5, dtype=np.uint8)
FIRES = [
    *(
        Fires("hexadecimal", f"def f(b):\n    return {text}\n", lambda: (BYTES,), expected)
        for text, expected in (
            ("''.join(['%02x' % v for v in b])", "return b.tobytes().hex()"),
            ("''.join(f'{v:02X}' for v in b)", "return b.tobytes().hex().upper()"),
            ("''.join(format(each, '02x') for each in b)", "return b.tobytes().hex()"),
        )
    ),
    Fires(
        "numbers_of_texts",
        "def f(text):\n    return np.array([float(v) for v in text.split(',')])\n",
        lambda: ("1.5,-2e3,nan, inf,7",),
        "np.array(text.split(','), float)",
    ),
    Fires(
        "numbers_of_texts",
        "def f(text):\n    return np.asarray(list(map(int, text.split())), dtype=int)\n",
        lambda: ("15 -23 +7",),
        "np.array(text.split(), int)",
    ),
    Fires(
        "dates_one_by_one",
        OF_DATES
        + "def f(days):\n    out = []\n    for d in days:\n"
        + "        parsed = datetime.strptime(d, '%Y-%m-%d')\n"
        + "        out.append((parsed - datetime(1970, 1, 1)).days)\n"
        + "    return np.array(out)\n",
        lambda: (DAYS,),
        "return (np.array(days, dtype='M8[D]') - np.datetime64(datetime(1970, 1, 1)))",
    ),
    *(
        Fires(
            "dates_one_by_one",
            OF_DATES
            + "def f(days):\n"
            + f"    return [datetime.strptime(d, '%Y-%m-%d').{part} for d in days]\n",
            lambda: (DAYS,),
            f"np.array(days, dtype='M8[D]').astype('M8[{unit}]')",
        )
        for part, unit in (("year", "Y"), ("month", "M"), ("day", "D"), ("weekday()", "D"))
    ),
    *(
        Fires(
            "dates_one_by_one",
            PANDAS
            + "def f(times):\n    found = []\n    for t in times:\n"
            + f"        found.append(pd.Timestamp(t).{part})\n    return found\n",
            lambda: (TIMES,),
            "(times.astype(",
        )
        for part in ("hour", "minute", "month", "weekday()")
    ),
    Fires(
        "dates_one_by_one",
        PANDAS
        + OF_DATES
        + "def f(days):\n    found = []\n    for d in days:\n"
        + "        found.append(datetime.strptime(d, '%d.%m.%Y').month)\n"
        + "    return pd.Series(found)\n",
        lambda: (["31.01.2024", "01.12.1999"],),
        "pd.to_datetime(days, format='%d.%m.%Y').to_numpy().astype('M8[M]')",
    ),
    Fires(
        "string_column",
        "NAMES = {0: 'a', 2: 'b'}\n"
        "def f(s):\n    return s.apply(lambda c: NAMES[c] if c in NAMES else 'none')\n",
        lambda: (pd.Series([0, 1, 2, 0]),),
        "s.map(NAMES).fillna('none')",
    ),
    Fires(
        "few_different",
        "def f(s):\n    return s.str.split('-').str[0]\n",
        lambda: (pd.Series(["a-1", "b-2", "a-1", None, "c"] * 9, name="n"),),
        "of_different(s, lambda texts: texts.str.split('-').str[0])",
        pandas=3,
    ),
    Fires(
        "few_different",
        "def f(df):\n    return df['n'].str.upper() + df['n'].str.len().astype(str)\n",
        lambda: (pd.DataFrame({"n": ["a-1", "b-2", "a-1", "c"] * 9}),),
        "of_different(df['n'], lambda texts: texts.str.upper())",
    ),
    Fires(
        "replaced_by_table",
        "def f(s, table):\n    return s.replace(table)\n",
        lambda: (pd.Series([3, 1, 2, 1, 9] * 9), {1: 10, 2: 20, 7: 70}),
        "s.map({v: table.get(v, v) for v in s.unique()})",
    ),
]
FIRES += [
    Fires(
        "string_column",
        "def f(s):\n    return s.apply(lambda v: v.partition('a')[2].upper() + '!')\n",
        lambda: (pd.Series(["banana", "x", "a"]),),
        "[v.partition('a')[2].upper() + '!' for v in s.tolist()]",
    ),
    Fires(
        "dates_one_by_one",
        PANDAS + "def f(s):\n    return s.apply(lambda d: d.hour)\n",
        lambda: (pd.Series(TIMES),),
        "s.dt.hour.astype('int64')",
    ),
]
SILENT = [
    Silent(
        "hexadecimal",
        "def f(b):\n    return ''.join(['%02x' % v for v in b])\n",
        lambda: (BYTES.astype(int),),
    ),
    Silent(
        "hexadecimal",
        "def f(b):\n    return ' '.join(['%02x' % v for v in b])\n",
        lambda: (BYTES,),
    ),
    Silent(  # a list of Python's own numbers
        "numbers_of_texts",
        "def f(text):\n    return [float(v) for v in text.split(',')]\n",
        lambda: ("1.5,-2e3",),
    ),
    Silent(  # one date
        "dates_one_by_one",
        OF_DATES + "def f(day):\n    return datetime.strptime(day, '%Y-%m-%d').month\n",
        lambda: ("2024-01-31",),
    ),
    Silent(  # what a name that is set in the loop gives is read after it
        "string_column",
        "def f(s):\n    return s.map({0: 'a'}).fillna('none')\n",
        lambda: (pd.Series([0, 1]),),
    ),
    Silent(
        "few_different",
        "def f(s, t):\n    return s.str.cat(t)\n",
        lambda: (pd.Series(["a", "b"]), pd.Series(["a", "b"])),
    ),
    Silent(
        "replaced_by_table",
        "def f(s):\n    return s.replace(1, 2)\n",
        lambda: (pd.Series([3, 1, 2]),),
    ),
]
REFUSED = [
    Refused(  # more digits than 64 bits hold
        "numbers_of_texts",
        "def f(text):\n    return np.array([int(v) for v in text.split()])\n",
        lambda: (f"3 {2**70} 5",),
    ),
    Refused(  # a format of its own, read as if it were another
        "dates_one_by_one",
        PANDAS + "def f(days):\n    return [pd.Timestamp(d).month for d in days]\n",
        lambda: (["2024-01-31", "2024", "1999-12"],),
    ),
    Refused(  # a name without a translation has none afterwards either
        "string_column",
        "NAMES = {0: 'a', 2: None}\n"
        "def f(s):\n    return s.apply(lambda c: NAMES[c] if c in NAMES else 'none')\n",
        lambda: (pd.Series([0, 1, 2, 0]),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)


PARSED = OF_DATES + (
    "def parsed(row):\n    return {'day': datetime.strptime(row['day'], '%Y-%m-%d')}\n"
    "def f(rows):\n    return list(map(parsed, rows))\n"
)


@pytest.mark.parametrize(("share", "found"), [(0.6, True), (0.1, False)])
def test_dates_that_a_helper_parses_are_read_by_fromisoformat_where_they_take_the_time(
    share: float, found: bool
) -> None:
    own = Own(PARSED, [{"day": "2024-01-31"}] * 3, traced=False)
    (line,) = [n for n, text in enumerate(own.text.splitlines(), 1) if "strptime(row" in text]
    own.observed._shares = {(os.path.realpath(own.file), line): share}
    made = own.findings("dates_one_by_one")
    assert [f"line {line}: datetime.fromisoformat" in each.title for each in made] == [
        True
    ] * found
    assert all(own.agreement(each).same for each in made)
