"""Years, months and weekdays of arrays of dates without an object for each."""

import datetime

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rules import dates
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(67)
DAYS = np.datetime64("1968-11-27") + rng.integers(0, 4000, 90)
TIMES = DAYS + rng.integers(0, 86_400, 90).astype("timedelta64[s]")
HEAD = "import datetime\nimport pandas as pd\ndef f(t):\n    return "
FIRES = [
    Fires("parts_of_dates", f"{HEAD}{text}\n", lambda: (DAYS,), expected)
    for text, expected in (
        ("np.array([d.astype(object).weekday() for d in t])", "t.astype('datetime64[D]')"),
        ("np.array([v.item().month for v in t])", "% 12 + 1"),
        ("[int(str(d)[:4]) for d in t]", "+ 1970).tolist()"),
        ("np.array([d.year for d in t.tolist()])", "datetime64[Y]"),
        ("np.asarray([pd.Timestamp(d).dayofweek for d in t])", "+ 3) % 7"),
        ("np.array([d.astype(datetime.date).day for d in t])", "+ 1"),
    )
]
FIRES.append(
    Fires(
        "parts_of_dates",
        f"{HEAD}np.array([pd.Timestamp(d).hour for d in t])\n",
        lambda: (TIMES,),
        "timedelta64[h]",
    )
)
SILENT = [
    Silent("parts_of_dates", f"{HEAD}{text}\n", lambda: (DAYS,))
    for text in (
        "np.array([d.astype(object) for d in t])",
        "np.array([str(d) for d in t])",
        "t.astype('datetime64[Y]').astype(int) + 1970",
    )
]
SILENT.append(
    Silent(
        "parts_of_dates",
        f"{HEAD}[int(str(d)[:4]) for d in t]\n",
        lambda: (np.array([20200101, 20210203]),),
    )
)
REFUSED = [
    Refused(  # a missing date has a year for nobody but pandas
        "parts_of_dates",
        f"{HEAD}np.array([pd.Timestamp(d).year for d in t])\n",
        lambda: (np.array(["2020-02-03", "NaT"], "datetime64[D]"),),
    ),
]
test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)


@pytest.mark.parametrize("part", ["year", "month", "day", "weekday()", "isoweekday()"])
@pytest.mark.parametrize("unit", ["D", "h", "s", "us"])
def test_parts_are_those_of_pythons_dates(part: str, unit: str) -> None:
    text = f"def f(t):\n    return np.array([d.item().{part} for d in t])\n"
    times = TIMES.astype(f"datetime64[{unit}]")
    own = Own(text, times)
    (finding,) = dates.parts_of_dates(own.observed)
    assert own.agreement(finding).same
    of_python = [getattr(pd.Timestamp(t), part.removesuffix("()")) for t in times]
    expected = [each() if callable(each) else each for each in of_python]
    assert own.function(times).tolist() == expected
    assert isinstance(times[0].item(), datetime.date)
