"""Slow paths of weighted averages, and of covariances of which one element is used."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "averages",
    looks_for="np.average with weights: products stored only to be added up",
    rewrite="np.average(x, axis=0, weights=w) → w @ x / np.sum(w)",
    exact="up to the rounding of sums, where the weights do not sum to 0",
    thread="https://github.com/numpy/numpy/issues/5507",
)
def weighted_average(seen: Observation) -> Iterator[Finding]:
    """Averages as products."""

    def alike(one: Match) -> bool:
        shapes = [_shape(one, name) for name in ("X", "W")]
        return bool(shapes[0]) and shapes[0] == shapes[1]

    def along(one: Match, axis: int) -> bool:
        shapes = [_shape(one, name) for name in ("X", "W")]
        return [len(shape) for shape in shapes] == [2, 1] and one.number("K") in (
            (0, -2) if axis == 0 else (1, -1)
        )

    title = "add products up without storing them"
    yield from seen.rewrites(
        ("np.average(X, weights=W)", "np.vdot(X, W) / np.sum(W)"), where=alike, title=title
    )
    for axis, template in ((0, "W @ X / np.sum(W)"), (1, "X @ W / np.sum(W)")):
        yield from seen.rewrites(
            ("np.average(X, axis=K, weights=W)", template),
            ("np.average(X, K, weights=W)", template),
            ("np.average(X, K, W)", template),
            where=lambda one, axis=axis: along(one, axis),  # type: ignore[misc]
            title=title,
        )


def _shape(one: Match, name: str) -> tuple[int, ...]:
    """Of an array of floating-point numbers; empty for anything else."""
    form = one.form(name)
    if form is None or form.kind != "array" or form.dtype not in ("float32", "float64"):
        return ()
    return form.shape


_PLACES = ("[0, 1]", "[1, 0]", "[0][1]", "[1][0]")

CORRELATION = '''
def correlation(x, y):
    """np.corrcoef(x, y)[0, 1] of two vectors."""
    x, y = x - x.mean(), y - y.mean()
    return min(max(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0), 1.0)
'''.strip()


@rule(
    "averages",
    looks_for="a matrix of covariances or correlations of which one element is used",
    rewrite="np.cov(x, y)[0, 1] → (x - x.mean()) @ (y - y.mean()) / (len(x) - 1)",
    exact="up to the rounding of sums",
    thread="https://github.com/pandas-dev/pandas/pull/65502",
)
def one_correlation(seen: Observation) -> Iterator[Finding]:
    """How two vectors go together."""

    def doubles(one: Match) -> bool:
        held = [one.form(name) for name in ("X", "Y")]
        return all(
            f is not None
            and (f.kind, len(f.shape)) == ("array", 1)
            and f.dtype in ("float64", "int64")
            for f in held
        )

    covariance = "(X - np.mean(X)) @ (Y - np.mean(Y)) / (len(X) - 1)"
    for made, template, helpers in (
        ("np.corrcoef(X, Y)", "correlation(X, Y)", (CORRELATION,)),
        ("np.cov(X, Y)", covariance, ()),
    ):
        yield from seen.rewrites(
            *((f"{made}{place}", template) for place in _PLACES),
            where=doubles,
            title="compute the one element",
            helpers=helpers,
        )
