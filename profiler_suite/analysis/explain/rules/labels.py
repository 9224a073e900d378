"""Slow paths of labelled images and votes: one pass for each label, each row."""

from collections.abc import Iterator

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import mask_loops, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_NDIMAGE = "scipy.ndimage"
_OF_LABELS = (
    *("sum", "sum_labels", "mean", "maximum", "minimum", "median", "variance"),
    *("standard_deviation", "center_of_mass", "maximum_position", "minimum_position"),
)


@rule(
    "labels",
    looks_for="a function of scipy.ndimage called for one label after the other: every call "
    "goes through the whole image",
    rewrite="[center_of_mass(labels == k) for k in range(1, n + 1)] → "
    "center_of_mass(np.ones(labels.shape), labels, range(1, n + 1))",
    exact="up to rounding; every label occurs",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.center_of_mass.html",
)
def label_by_label(seen: Observation) -> Iterator[Finding]:
    """Measures of labels, one by one."""
    table = []
    for name in _OF_LABELS:
        function = f"{_NDIMAGE}.{name}"
        called = [
            (f"{function}(X, K, V)", "X"),
            (f"{function}(X, labels=K, index=V)", "X"),
            (f"{function}(X, K == V)", "X"),
            (f"{function}(X, labels=K == V)", "X"),
        ]
        if name == "center_of_mass":
            called += [
                (f"{function}(K == V)", "np.ones(K.shape)"),
                (f"{function}(X * (K == V))", "X"),
                (f"{function}(np.where(K == V, X, 0))", "X"),
            ]
        for call, image in called:
            made = f"{function}({image}, K, R)"
            table += [
                (f"np.array([{call} for V in R])", f"np.array({made})"),
                (f"[{call} for V in R]", f"list({made})"),
            ]
    return seen.rewrites(
        *table,
        where=_of_one_image,
        title="all labels in one pass",
        helpers=("import numpy as np", f"import {_NDIMAGE}"),
        evidence="every label compares and goes through the whole image",
    )


def _of_one_image(one: Match) -> bool:
    """Whether the image and its labels are the same for every label."""
    held = [one[each] for each in ("K", "X") if each in one.captures]
    label = syntax.names_in(one["V"])
    return all(patterns.pure(each) and not syntax.names_in(each) & label for each in held)


# ------------------------------------------------------------- the most of a few votes

MODES_OF_ROWS = '''
def modes_of_rows(votes, fewest=256):
    """The most frequent integer of each row, of several the smallest, by counting."""
    low, high = votes.min(initial=0), votes.max(initial=0)
    if not votes.size or high - low >= fewest:
        return scipy.stats.mode(votes, axis=1).mode
    kinds = int(high - low) + 1
    places = (votes - low) + kinds * np.arange(len(votes))[:, None]
    counts = np.bincount(places.ravel(), minlength=kinds * len(votes)).reshape(-1, kinds)
    return (counts.argmax(axis=1) + low).astype(votes.dtype)
'''.strip()


@rule(
    "labels",
    looks_for="the most frequent value of each row of integers, by sorting each row",
    rewrite="scipy.stats.mode(votes, axis=1).mode → np.bincount of value and row",
    exact="for integers that span less than 256; else as before",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.mode.html",
)
def modes_of_integers(seen: Observation) -> Iterator[Finding]:
    """Votes, counted."""

    def counted(one: Match) -> bool:
        held = one.form("X")
        known = held is not None and held.kind == "array"
        return known and held is not None and held.letter in "iu" and len(held.shape) == 2

    mode = "scipy.stats.mode(X, axis=1)"
    return seen.rewrites(
        *((f"{mode}{part}", "modes_of_rows(X)") for part in (".mode", "[0]")),
        ("scipy.stats.mode(X, 1).mode", "modes_of_rows(X)"),
        ("scipy.stats.mode(X, 1)[0]", "modes_of_rows(X)"),
        where=counted,
        title="count the values of all rows at once",
        helpers=("import numpy as np", "import scipy.stats", MODES_OF_ROWS),
    )


@rule(
    "labels",
    looks_for="sums and means of what a mask picks for each key: a whole array is compared for "
    "each",
    rewrite="for k in range(n): m = keys == k; out[k] = (w[m] * x[m]).sum() / w[m].sum() → two "
    "np.bincount",
    exact="up to rounding; what no element has, has no sum, and NaN is its mean",
    thread="https://stackoverflow.com/questions/38013778/is-there-any-numpy-group-by-function",
)
def sums_of_labels(seen: Observation) -> Iterator[Finding]:
    """Reductions of the elements of each key."""
    for function in seen.functions:
        for made in mask_loops.at_once(function):
            yield from seen.edited(
                function,
                made.edits,
                title=f"add up the elements of all keys of {made.keys} at once",
                lines=syntax.span_of(function, made.statement),
                helpers=made.helpers,
                evidence=f"every key compares the whole of {made.keys}",
            )
