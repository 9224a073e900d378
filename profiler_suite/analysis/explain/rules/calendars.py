"""Slow paths of columns of dates: made texts one by one."""

from collections.abc import Iterator

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

FORMATTED = '''
def formatted(dates, pattern):
    """dates.dt.strftime(pattern), with each different date made a text once."""
    codes, different = pd.factorize(dates)
    texts = pd.Series(different).dt.strftime(pattern).astype("str")
    return texts.reindex(codes).set_axis(dates.index).rename(dates.name)
'''.strip()
# What a pattern of these asks for does not change within a day.
_OF_DAYS = frozenset("YymdbBjaAUuVGwW%")


@rule(
    "calendars",
    looks_for="dates made texts one by one, though many are of the same day",
    rewrite="df['t'].dt.strftime('%Y-%m') → each different date once, by pd.factorize",
    exact="always: the same texts",
    thread="https://github.com/pandas-dev/pandas/issues/44764",
)
def dates_as_text(seen: Observation) -> Iterator[Finding]:
    """Texts of dates that occur again and again."""
    title = "make each different date a text once"
    evidence = "strftime makes a text of every element, in Python"
    helpers = ("import pandas as pd", FORMATTED)
    yield from seen.rewrites(
        ("S.dt.strftime(P)", "formatted(S, P)"), title=title, helpers=helpers, evidence=evidence
    )
    yield from seen.rewrites(
        ("S.dt.strftime(P)", "formatted(S.dt.normalize(), P)"),
        where=_of_days,
        title=f"{title}, day by day",
        helpers=helpers,
        evidence=evidence,
    )


@rule(
    "calendars",
    looks_for="dates moved or subtracted one by one by a Python function",
    rewrite="s.apply(lambda d: d.replace(day=1)) → s - pd.to_timedelta(s.dt.day - 1, unit='D')",
    exact="no date is missing",
    thread="https://stackoverflow.com/questions/45304531/extracting-the-first-day-of-month-of-a-"
    "datetime-type-column-in-pandas",
)
def dates_moved(seen: Observation) -> Iterator[Finding]:
    """Dates computed of dates."""
    table = []
    for method in ("apply", "map"):
        of_each = f"S.{method}(lambda V: {{}})"
        table += [
            (of_each.format("V.replace(day=1)"), "S - pd.to_timedelta(S.dt.day - 1, unit='D')"),
            (of_each.format("V.normalize()"), "S.dt.normalize()"),
            (of_each.format("(V - D).days"), "(S - D).dt.days"),
            (of_each.format("(D - V).days"), "(D - S).dt.days"),
            (of_each.format("(V - D).total_seconds()"), "(S - D).dt.total_seconds()"),
            (of_each.format("V + D"), "S + D"),
            (of_each.format("V - D"), "S - D"),
        ]
    return seen.rewrites(
        *table,
        where=_is_fixed,
        title="compute with the whole column of dates",
        helpers=("import pandas as pd",),
        evidence="apply makes an object of every date, and calls Python for it",
    )


def _is_fixed(one: Match) -> bool:
    """Whether what stands beside each date does not depend on it."""
    form = one.form("S")
    if form is not None and form.dtype != "Series":
        return False
    beside = syntax.names_in(one["D"]) if "D" in one.captures else set()
    return not beside & syntax.names_in(one["V"])


def _of_days(one: Match) -> bool:
    """Whether a pattern asks for nothing that changes within a day."""
    pattern = getattr(one["P"], "value", None)
    if not isinstance(pattern, str) or not patterns.pure(one["S"]):
        return False
    parts = pattern.split("%")[1:]
    return bool(parts) and all(part[:1] in _OF_DAYS and part for part in parts)
