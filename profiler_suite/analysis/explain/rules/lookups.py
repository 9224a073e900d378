"""Slow paths of look-ups by label: one row of a table at a time, rows as tuples."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

# How one element is asked for by the label of its row.
_PLACES = ("T.loc[{0}, C]", "T.at[{0}, C]", "T.loc[{0}][C]", "T[C].loc[{0}]", "T[C].at[{0}]")
_TUPLES = ("A, B", "A, B, D")


@rule(
    "lookups",
    looks_for="one element of a table by its label for each of many keys",
    rewrite="s.apply(lambda k: t.loc[k, 'c']) → s.map(t['c']); [t.loc[(a, b), 'c'] for a, b in "
    "pairs] → t['c'].loc[pairs]",
    exact="labels of the table are unique, and every key is one of them",
    thread="https://stackoverflow.com/questions/13893227/vectorized-look-up-of-values-in-pandas-"
    "dataframe",
)
def label_lookups(seen: Observation) -> Iterator[Finding]:
    """Rows that are looked up by the index, one by one."""
    title = "look all of them up at once"
    evidence = "every look-up goes through the index of the table: microseconds each"
    mapped = [
        (f"S.{method}(lambda V: {place.format('V')})", "S.map(T[C])")
        for method in ("apply", "map")
        for place in (*_PLACES, "T[C][V]")
    ]
    yield from seen.rewrites(*mapped, title=title, where=_of_column, evidence=evidence)
    listed = []
    for names in ("V", *_TUPLES):
        key = names if names == "V" else f"({names})"
        for place in _PLACES:
            for around, made in (("np.array({})", "{}"), ("{}", "list({})")):
                pattern = around.format(f"[{place.format(key)} for {names} in KEYS]")
                listed.append((pattern, made.format("T[C].loc[list(KEYS)].to_numpy()")))
    yield from seen.rewrites(*listed, title=title, where=_of_column, evidence=evidence)


def _of_column(one: Match) -> bool:
    """Whether it is a column of a table that is looked up, and that is written out."""
    table = one.form("T")
    is_table = table is None or table.dtype in ("DataFrame", "")
    return is_table and patterns.cheap(one["T"]) and patterns.cheap(one["C"])


OF_INTERVALS = '''
def of_intervals(begins, ends, values, times, side):
    """The value of the interval that each time lies in; IndexError where there is none."""
    begins, ends, times = np.asarray(begins), np.asarray(ends), np.asarray(times)
    if (ends[:-1] > begins[1:]).any() or (begins[:-1] > begins[1:]).any():
        raise ValueError("the intervals overlap, or are not in order")
    places = np.searchsorted(begins, times, side=side) - 1
    beyond = ends[places] <= times if side == "right" else ends[places] < times
    if (places < 0).any() or beyond.any():
        raise IndexError("single positional indexer is out-of-bounds")
    return np.asarray(values)[places]
'''.strip()
# Begin and end as they are compared, and the side on which a time that is a begin lies.
_INSIDE = (
    ("(DF[A] <= V) & (DF[B] > V)", "right"),
    ("(DF[A] <= V) & (V < DF[B])", "right"),
    ("(V >= DF[A]) & (V < DF[B])", "right"),
    ("(DF[A] < V) & (DF[B] >= V)", "left"),
    ("(V > DF[A]) & (V <= DF[B])", "left"),
)
_FIRST = (".iloc[0]", ".values[0]", ".iat[0]", ".to_numpy()[0]")


@rule(
    "lookups",
    looks_for="the interval that a value lies in, found by comparing it with all of them",
    rewrite="s.apply(lambda t: e[(e['begin'] <= t) & (e['end'] > t)]['id'].iloc[0]) → "
    "np.searchsorted(e['begin'], s)",
    exact="intervals are in order and do not overlap, and every value lies in one: the code "
    "shown raises otherwise",
    thread="https://stackoverflow.com/questions/46525786/how-to-join-two-dataframes-for-which-"
    "column-values-are-within-a-certain-range",
)
def intervals(seen: Observation) -> Iterator[Finding]:
    """Values looked up among intervals, one by one."""
    table = []
    for inside, side in _INSIDE:
        for picked in (f"DF[{inside}][C]", f"DF.loc[{inside}, C]", f"DF[C][{inside}]"):
            for first in _FIRST:
                found = f"of_intervals(DF[A], DF[B], DF[C], {{}}, '{side}')"
                table += [
                    (
                        f"S.{method}(lambda V: {picked}{first})",
                        f"pd.Series({found.format('S')}, S.index, name=S.name)",
                    )
                    for method in ("apply", "map")
                ]
                one = f"[{picked}{first} for V in S]"
                table += [
                    (f"np.array({one})", found.format("S")),
                    (one, f"list({found.format('S')})"),
                ]
    return seen.rewrites(
        *table,
        where=lambda m: patterns.cheap(m["DF"]) and patterns.pure(m["S"]),
        title="search the begins of all intervals by one search for all values",
        helpers=("import numpy as np", "import pandas as pd", OF_INTERVALS),
        evidence="every value is compared with two whole columns",
    )


COUNTS_BEYOND = '''
def counts_beyond(values, limits, side, above):
    """How many values lie below each limit, or above it; with side also those equal to it."""
    ordered = np.sort(values[~np.isnan(values)])
    places = np.searchsorted(ordered, limits, side=side)
    return np.where(np.isnan(limits), 0, len(ordered) - places if above else places)
'''.strip()
_BEYOND = (
    ("<", "left", False),
    ("<=", "right", False),
    (">", "right", True),
    (">=", "left", True),
)


@rule(
    "lookups",
    looks_for="how many elements of a column lie below each of its elements: each is compared "
    "with all",
    rewrite="s.apply(lambda v: (s < v).sum()) → one sort, np.searchsorted",
    exact="for numbers; what is missing counts nowhere",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.rankdata.html",
)
def counted_beyond(seen: Observation) -> Iterator[Finding]:
    """Places of elements among others."""
    table = []
    for sign, side, above in _BEYOND:
        made = f"counts_beyond(X.to_numpy(), S.to_numpy(), '{side}', {above})"
        for method in ("apply", "map"):
            for count in (f"(X {sign} V).sum()", f"np.sum(X {sign} V)", f"sum(X {sign} V)"):
                table.append(
                    (
                        f"S.{method}(lambda V: {count})",
                        f"pd.Series({made}, S.index, name=S.name)",
                    )
                )
            table.append(
                (
                    f"S.{method}(lambda V: (X {sign} V).mean())",
                    f"pd.Series({made} / len(X), S.index, name=S.name)",
                )
            )
    return seen.rewrites(
        *table,
        where=lambda m: all(patterns.pure(m[each]) for each in ("X", "S")),
        title="sort the column once, and search it for all",
        helpers=("import numpy as np", "import pandas as pd", COUNTS_BEYOND),
        evidence="every element is compared with a whole column",
    )


@rule(
    "lookups",
    looks_for="rows of a table made tuples, one Series each, to be compared or counted",
    rewrite="a.apply(tuple, axis=1).isin(b.apply(tuple, axis=1)) → "
    "pd.MultiIndex.from_frame(a).isin(pd.MultiIndex.from_frame(b))",
    exact="always: rows are equal where all their elements are",
    thread="https://stackoverflow.com/questions/28901683/pandas-get-rows-which-are-not-in-other-"
    "dataframe",
)
def rows_as_tuples(seen: Observation) -> Iterator[Finding]:
    """Tuples of rows, made row by row."""
    evidence = "DataFrame.apply with axis=1 makes a Series of every row"
    tupled = "{0}.apply(tuple, axis=1)"
    other = (
        tupled.format("B"),
        f"{tupled.format('B')}.tolist()",
        f"list({tupled.format('B')})",
        f"{tupled.format('B')}.values",
        f"set({tupled.format('B')})",
    )
    index = "pd.MultiIndex.from_frame"
    yield from seen.rewrites(
        *(
            (
                f"{tupled.format('A')}.isin({each})",
                f"pd.Series({index}(A).isin({index}(B)), A.index)",
            )
            for each in other
        ),
        title="compare rows by an index of all columns",
        helpers=("import pandas as pd",),
        evidence=evidence,
    )
    yield from seen.rewrites(
        (
            tupled.format("A"),
            "pd.Series(list(A.itertuples(index=False, name=None)), A.index)",
        ),
        title="rows as tuples by itertuples",
        helpers=("import pandas as pd",),
        evidence=evidence,
    )
