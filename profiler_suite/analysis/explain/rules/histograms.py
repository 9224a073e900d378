"""Slow paths of histograms: a search among edges that lie evenly."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

EVEN_HISTOGRAM_2D = '''
def even_histogram2d(x, y, bins, range=None, weights=None):
    """np.histogram2d for numbers of bins: their places by a product, put right by the edges."""
    x, y = np.asarray(x), np.asarray(y)
    if range is None:
        range = [(v.min(), v.max()) if v.size else (0, 1) for v in (x, y)]
    edges, flat, inside = [], 0, True
    for v, (low, high) in zip((x, y), range):
        inside = inside & (v >= low) & (v <= high)
    if not inside.all():
        x, y = x[inside], y[inside]
        weights = weights if weights is None else np.asarray(weights)[inside]
    for v, (low, high), n in zip((x, y), range, np.broadcast_to(bins, 2).tolist()):
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
        edges.append(np.linspace(low, high, n + 1))
        place = np.minimum(((v - low) * (n / (high - low))).astype(np.intp), n - 1)
        place -= v < edges[-1][place]
        place += (v >= edges[-1][place + 1]) & (place < n - 1)
        flat = flat * n + place
    shape = [len(each) - 1 for each in edges]
    counts = np.bincount(flat, weights, shape[0] * shape[1]).reshape(shape)
    return counts.astype(float), *edges
'''.strip()


@rule(
    "histograms",
    looks_for="np.histogram2d with a number of bins: a binary search among edges that are even",
    rewrite="np.histogram2d(x, y, 50) → the places by a product, counted by np.bincount",
    exact="always but for the rounding of weights",
    thread="https://github.com/numpy/numpy/issues/17676",
)
def even_bins(seen: Observation) -> Iterator[Finding]:
    """Histograms of pairs."""

    def suits(one: Match) -> bool:
        held = [one.form(name) for name in ("X", "Y")]
        others = [k.arg for k in one.captures["KW"]]
        floats = all(f is None or (f.kind == "array" and f.dtype == "float64") for f in held)
        return floats and set(others) <= {"range", "weights"} and _is_number_of_bins(one)

    return seen.rewrites(
        ("np.histogram2d(X, Y, bins=N, **KW)", "even_histogram2d(X, Y, N, **KW)"),
        ("np.histogram2d(X, Y, N, **KW)", "even_histogram2d(X, Y, N, **KW)"),
        where=suits,
        title="multiply by the number of bins over the range instead of searching",
        helpers=(EVEN_HISTOGRAM_2D,),
    )


def _is_number_of_bins(one: Match) -> bool:
    """Whether it is a number, or one for each axis, and not the edges of bins."""
    node = one["N"]
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    held = [forms.of(one.function, each) for each in parts]
    return len(parts) <= len("xy") and all(
        f is not None and f.kind in ("python", "number") and f.letter == "i" for f in held
    )


AMONG_FEW = '''
def places_among_few(x, edges):
    """np.digitize(x, edges) of a few edges: how many of them are above, for all x at once."""
    if any(low > high for low, high in zip(edges, edges[1:])):
        return np.digitize(x, edges)
    above = np.zeros(x.shape, np.int8)
    for edge in edges:
        above += x < edge
    return len(edges) - above.astype(np.intp)
'''.strip()
_FEW = 12


@rule(
    "histograms",
    looks_for="numbers looked up among a few edges: a binary search for each, whose branches "
    "nobody can foresee",
    rewrite="np.digitize(x, [0, 1, 5]) → 3 - the number of edges above x",
    exact="always; edges that fall are left to NumPy",
    thread="https://github.com/numpy/numpy/pull/4184",
)
def few_edges(seen: Observation) -> Iterator[Finding]:
    """Classes by a handful of limits."""

    def suits(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array" and form.letter in "iuf"
        return known and 1 <= _number_of_edges(one) <= _FEW

    return seen.rewrites(
        ("np.digitize(X, E)", "places_among_few(X, E)"),
        ("np.digitize(X, bins=E)", "places_among_few(X, E)"),
        ("np.searchsorted(E, X, side='right')", "places_among_few(X, E)"),
        ("np.searchsorted(E, X, 'right')", "places_among_few(X, E)"),
        where=suits,
        title="compare with each of the few edges",
        helpers=(AMONG_FEW,),
    )


def _number_of_edges(one: Match) -> int:
    """How many there are, where that is known; else 0."""
    if isinstance(one["E"], ast.List | ast.Tuple):
        return len(one["E"].elts)
    form = one.form("E")
    vector = form is not None and form.kind == "array" and len(form.shape) == 1
    return form.shape[0] if vector and form is not None else 0


_LEVELS = {"uint8": 256, "uint16": 65536}
_LEAST_PER_LEVEL = 4


@rule(
    "histograms",
    looks_for="every pixel of an image interpolated, by a search for each: of 8 bits there are "
    "256 levels only",
    rewrite="np.interp(img.ravel(), levels, cdf) → np.interp(np.arange(256), levels, cdf)[img]",
    exact="always: the same function of each level",
    thread="https://stackoverflow.com/questions/73176551",
)
def interpolated_levels(seen: Observation) -> Iterator[Finding]:
    """Equalised histograms and tone curves."""

    def levels(one: Match, dtype: str) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array" and form.dtype == dtype
        return known and form is not None and form.size > _LEAST_PER_LEVEL * _LEVELS[dtype]

    for dtype, count in _LEVELS.items():
        looked_up = f"np.interp(np.arange({count}), E, V)[X]"
        yield from seen.rewrites(
            ("np.interp(X.flatten(), E, V).reshape(X.shape)", looked_up),
            ("np.interp(X.ravel(), E, V).reshape(X.shape)", looked_up),
            ("np.interp(X, E, V)", looked_up),
            where=lambda one, dtype=dtype: levels(one, dtype),  # type: ignore[misc]
            title="interpolate each level once, and look the pixels up",
        )
