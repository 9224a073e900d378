"""Slow paths of arrays of dates: a Python object made of each to be asked for its parts."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_DAYS = "D.astype('datetime64[D]').astype(int)"
_MONTHS = "D.astype('datetime64[M]').astype(int)"
_FIRST = "D.astype('datetime64[M]')"
_YEAR = "D.astype('datetime64[Y]').astype(int) + 1970"
_PARTS = (
    ("year", "", _YEAR),
    ("month", "", f"{_MONTHS} % 12 + 1"),
    ("day", "", f"(D.astype('datetime64[D]') - {_FIRST}).astype(int) + 1"),
    ("weekday", "()", f"({_DAYS} + 3) % 7"),
    ("isoweekday", "()", f"({_DAYS} + 3) % 7 + 1"),
)
_OBJECTS = (
    *("V.astype(object)", "V.item()", "V.tolist()", "V.astype(datetime.datetime)"),
    *("V.astype(datetime.date)", "V.astype('O')"),
)
_OF_HOURS = (
    ("hour", "", "(D - D.astype('datetime64[D]')).astype('timedelta64[h]').astype(int)"),
    ("dayofweek", "", f"({_DAYS} + 3) % 7"),
    ("day_of_week", "", f"({_DAYS} + 3) % 7"),
)
_TEXTS = (
    ("int(str(V)[:4])", _YEAR),
    ("int(str(V)[0:4])", _YEAR),
    ("int(str(V)[5:7])", f"{_MONTHS} % 12 + 1"),
)


@rule(
    "dates",
    looks_for="a Python object made of each date of an array, to be asked for its year or day",
    rewrite="[d.astype(object).year for d in dates] → dates.astype('datetime64[Y]').astype("
    "int) + 1970",
    exact="always where no date is missing",
    thread="https://stackoverflow.com/questions/13648774/get-year-month-or-day-from-numpy-"
    "datetime64",
)
def parts_of_dates(seen: Observation) -> Iterator[Finding]:
    """Years, months, days and weekdays of arrays of dates."""
    table = []
    for part, called, template in _PARTS:
        table += [(f"{each}.{part}{called}", template) for each in _OBJECTS]
    for part, called, template in (*_PARTS, *_OF_HOURS):
        table.append((f"pd.Timestamp(V).{part}{called}", template))
    table += list(_TEXTS)
    listed = [(f"[{each} for V in D]", template) for each, template in table]
    also = [(f"[{each} for V in D.tolist()]", text) for each, text in _of_objects()]

    def dates(one: Match) -> bool:
        form = one.form("D")
        return form is not None and form.kind == "array" and form.letter == "M"

    return seen.rewrites(
        *((f"np.array({each})", text) for each, text in (*listed, *also)),
        *((f"np.asarray({each})", text) for each, text in (*listed, *also)),
        *((each, f"({text}).tolist()") for each, text in (*listed, *also)),
        where=dates,
        title="by the numbers that the dates are",
    )


def _of_objects() -> Iterator[tuple[str, str]]:
    """The same of a list of Python's dates."""
    for part, called, template in _PARTS:
        yield f"V.{part}{called}", template
