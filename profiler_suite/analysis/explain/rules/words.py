"""Slow paths of columns of texts: searched for many words, taken apart into columns."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns, word_searches
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_APPLIED = ("S.apply(F)", "S.map(F)")
_EVIDENCE = "apply and map call a Python function for every text"


@rule(
    "words",
    looks_for="texts of a column that Python searches for one word after the other",
    rewrite="s.apply(lambda t: any(w in t for w in words)) → "
    "s.str.contains('|'.join(map(re.escape, words)))",
    exact="all elements are texts",
    thread="https://stackoverflow.com/questions/48541444/pandas-filtering-for-multiple-substrings-"
    "in-series",
)
def any_of_words(seen: Observation) -> Iterator[Finding]:
    """Searches for many words, text by text."""
    for function in seen.functions:
        for one in patterns.found(function, _APPLIED, lambda m: True):
            found = callbacks.find_callee(seen, function, one["F"])
            form = one.form("S")
            if found is None or (form is not None and form.dtype not in ("Series", "object")):
                continue
            made = word_searches.of_column(found[0], rewriting.written(function, one["S"]))
            if made is None or (found[1] is not function and made.free):
                continue
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, made.text)],
                title="search every text for all words by one pattern",
                lines=[one.line],
                helpers=("import re", "import pandas as pd", made.helper),
                evidence=f"{_EVIDENCE}, and one more time for every word",
            )
        yield from _of_lists(seen, function)


def _of_lists(seen: Observation, function: Function) -> Iterator[Finding]:
    """`[any(w in t for w in words) for t in df['text']]`."""
    for node in function.nodes:
        if not isinstance(node, ast.ListComp) or len(node.generators) > 1:
            continue
        head = node.generators[0]
        column = head.iter
        if (
            head.ifs
            or not isinstance(head.target, ast.Name)
            or not _is_column(function, column)
        ):
            continue
        arguments = ast.arguments([], [ast.arg(head.target.id)], None, [], [], None, [])
        element = ast.Lambda(arguments, node.elt)
        made = word_searches.of_column(element, rewriting.written(function, column))
        if made is None:
            continue
        yield from seen.edited(
            function,
            [rewriting.edit(function, node, f"{made.text}.tolist()")],
            title="search every text for all words by one pattern",
            lines=syntax.span_of(function, function.statement_of(node)),
            helpers=("import re", "import pandas as pd", made.helper),
            evidence="Python goes through all words for every text",
        )


def _is_column(function: Function, node: ast.expr) -> bool:
    """Whether it is a column of a table, as far as names tell."""
    names = function.source.names
    if isinstance(node, ast.Subscript):
        return ast.unparse(node) in names
    return isinstance(node, ast.Name) and names.get(node.id, "").startswith("Series")


# ------------------------------------------------------------- a table of each text


@rule(
    "words",
    looks_for="Series.apply with a function that makes a Series of every element",
    rewrite="s.apply(lambda t: pd.Series(t.split('-'))) → "
    "pd.DataFrame([t.split('-') for t in s.tolist()], s.index)",
    exact="every element gives as many values",
    thread="https://stackoverflow.com/questions/54432583/when-should-i-not-want-to-use-pandas-"
    "apply-in-my-code",
)
def series_of_elements(seen: Observation) -> Iterator[Finding]:
    """Tables made of one Series for each element."""
    table = []
    for given, more in (
        ("lambda V: pd.Series(E)", ""),
        ("lambda V: pd.Series(E, index=N)", ", columns=N"),
    ):
        for column in ("DF[C]", "S"):
            made = f"[E for V in {column}.tolist()], index={column}.index{more}"
            table += [
                (f"{column}.{name}({given})", f"pd.DataFrame({made})")
                for name in ("apply", "map")
            ]
    return seen.rewrites(
        *table,
        where=lambda m: all(patterns.cheap(m[k]) for k in ("DF", "C", "S") if k in m.captures),
        title="one table of a list of lists, not of a Series for each",
        helpers=("import pandas as pd",),
        evidence="a Series is made for every element, and all of them are put together",
    )
