"""Slow paths of look-ups by label: one row of a table at a time, rows as tuples."""

from collections.abc import Iterator

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    matching_rows,
    narrowed_picks,
    patterns,
    row_columns,
    row_elements,
    row_groups,
    rows_kept_by_key,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.row_loops import row_loops
from profiler_suite.analysis.explain.rewriting import Function
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
    """The value of the first interval that each time lies in; IndexError without one."""
    begins, ends, values, times = map(np.asarray, (begins, ends, values, times))
    after, upto = np.less, np.greater_equal
    if side == "right":
        after, upto = np.less_equal, np.greater
    order = np.argsort(begins, kind="stable")
    if (ends[order][:-1] > begins[order][1:]).any():  # they overlap: the first in the table
        each = [np.flatnonzero(after(begins, t) & upto(ends, t))[0] for t in times]
        return values[np.array(each, dtype=int)]
    places = np.searchsorted(begins[order], times, side=side) - 1
    if (places < 0).any() or not upto(ends[order][places], times).all():
        raise IndexError("single positional indexer is out-of-bounds")
    return values[order][places]
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
    exact="always; it is faster where intervals do not overlap",
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


NEXT_IN_ORDER = '''
def next_in_order(places, values, wanted, side, before):
    """The value of the last place before each wanted one, or of the first after it."""
    places, values, wanted = map(np.asarray, (places, values, wanted))
    if (places[:-1] > places[1:]).any() or (places != places).any():  # in no order
        signs = {"right": np.less_equal, "left": np.less}
        if not before:
            signs = {"left": np.greater_equal, "right": np.greater}
        each = [np.flatnonzero(signs[side](places, w))[-int(before)] for w in wanted]
        return values[np.array(each, dtype=int)]
    found = np.searchsorted(places, wanted, side=side) - int(before)
    if (found < 0).any() or (found >= len(places)).any() or (wanted != wanted).any():
        raise IndexError("single positional indexer is out-of-bounds")
    return values[found]
'''.strip()
# How places are compared, the element that is taken, and where a search for it ends.
_NEXT = (
    (("DF[A] <= V", "V >= DF[A]"), -1, "right"),
    (("DF[A] < V", "V > DF[A]"), -1, "left"),
    (("DF[A] >= V", "V <= DF[A]"), 0, "left"),
    (("DF[A] > V", "V < DF[A]"), 0, "right"),
)


@rule(
    "lookups",
    looks_for="the last row before, or the first after, each of many times: a whole column is "
    "compared for each",
    rewrite="s.apply(lambda t: q[q['t'] <= t]['bid'].iloc[-1]) → np.searchsorted(q['t'], s), "
    "as pd.merge_asof does",
    exact="always; it is faster where the column is in order",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.merge_asof.html",
)
def next_rows(seen: Observation) -> Iterator[Finding]:
    """Rows found by their order."""
    table = []
    for compared, place, side in _NEXT:
        made = f"next_in_order(DF[A], DF[C], S, '{side}', before={place == -1})"
        for each in compared:
            for picked in (f"DF[{each}][C]", f"DF.loc[{each}, C]", f"DF[C][{each}]"):
                for taken in (f".iloc[{place}]", f".values[{place}]", f".iat[{place}]"):
                    one = f"{picked}{taken}"
                    table += [
                        (
                            f"S.apply(lambda V: {one})",
                            f"pd.Series({made}, S.index, name=S.name)",
                        ),
                        (f"S.map(lambda V: {one})", f"pd.Series({made}, S.index, name=S.name)"),
                        (f"np.array([{one} for V in S])", made),
                        (f"[{one} for V in S]", f"list({made})"),
                    ]
    return seen.rewrites(
        *table,
        where=lambda m: patterns.cheap(m["DF"]) and patterns.pure(m["S"]),
        title="search the column, which is in order, for all of them",
        helpers=("import numpy as np", "import pandas as pd", NEXT_IN_ORDER),
        evidence="every time is compared with a whole column",
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


# ------------------------------------------------------------- rows that match others


@rule(
    "lookups",
    looks_for="the rows of one table that match each row of another: whole columns are "
    "compared for each",
    rewrite="for k, t in zip(a['k'], a['t']): m = b[(b['k'] == k) & (b['t'] <= t)]; len(m), "
    "m['v'].iloc[-1] → one sort of b, two binary searches for all rows, as pd.merge and "
    "pd.merge_asof do",
    exact="only how many rows match, and elements of the first or last of them, are asked for",
    thread="https://stackoverflow.com/questions/46525786/how-to-join-two-dataframes-for-which-"
    "column-values-are-within-a-certain-range",
)
def rows_that_match(seen: Observation) -> Iterator[Finding]:
    """Rows that are looked up by their keys, and by an order, before the loop."""
    for given in seen.functions:
        known: set[str] = set()
        for form in _over_columns(given):
            for statement, made in matching_rows.matched_before(form):
                text = matching_rows.without_unused(given, made)
                if text in known:
                    continue
                known.add(text)
                own = form is given
                yield from seen.whole(
                    given,
                    text,
                    title="find the matching rows of all iterations before them",
                    lines=syntax.span_of(given, statement) if own else seen.lines_of(given),
                    helpers=(
                        "import numpy as np",
                        "import pandas as pd",
                        matching_rows.MATCHING,
                    ),
                    evidence="every iteration compares whole columns, and copies the rows",
                )


@rule(
    "lookups",
    looks_for="rows of a table picked for each of many keys by comparing a whole column",
    rewrite="for k in keys: df[df['k'] == k] → rows = dict(list(df.groupby('k'))), once before",
    exact="the table is not changed in the loop",
    thread="https://stackoverflow.com/questions/43592981/pandas-splitting-a-large-dataframe-into-"
    "many-smaller-ones-for-faster-access",
)
def rows_of_keys(seen: Observation) -> Iterator[Finding]:
    """Rows of keys that are not taken from the table itself: some may have none."""
    for function in seen.functions:
        for kept in rows_kept_by_key.kept_by_key(function):
            yield from seen.edited(
                function,
                kept.edits,
                title="let groupby put the rows of each key together, once",
                lines=syntax.span_of(function, kept.statement),
                evidence=f"every key compares the whole of {kept.keys}",
            )


@rule(
    "lookups",
    looks_for="a sum or count of all rows with the key of a row, for each row of the table: "
    "whole columns are compared for each",
    rewrite="row.v / df[df['k'] == row.k]['v'].sum() → a column "
    "df.groupby('k')['v'].transform('sum')",
    exact="up to rounding; no key is missing",
    thread="https://stackoverflow.com/questions/23377108/pandas-percentage-of-total-with-groupby",
)
def groups_of_rows(seen: Observation) -> Iterator[Finding]:
    """Totals of the groups that rows are in."""
    for function in seen.functions:
        for made in row_groups.with_columns(function):
            yield from seen.edited(
                function,
                made.edits,
                title="have what is asked of the group of each row as a column",
                lines=syntax.span_of(function, made.statement),
                evidence=f"every row compares the whole of {made.keys}",
            )


def _over_columns(given: Function) -> Iterator[Function]:
    """The function with its loops over columns as lists, then as it is."""
    function = narrowed_picks.narrowed(given) or given
    texts = [text for loop in row_loops(function) for text in row_columns.as_lists(loop)]
    texts += row_elements.comprehensions(function)
    for text in texts:
        changed = rewriting.parsed(msgspec.structs.replace(function.source, text=text))
        if changed is not None:
            yield changed
    yield function
