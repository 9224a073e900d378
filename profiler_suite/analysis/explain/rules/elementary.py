"""Slow paths of elementary functions that NumPy calls one by one: angles, remainders."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


def _is_array_of(one: Match, name: str, letters: str) -> bool:
    form = one.form(name)
    return form is not None and form.kind == "array" and form.letter in letters


@rule(
    "elementary",
    looks_for="np.radians, np.degrees and their like: a call for each element",
    rewrite="np.radians(x) → x * (np.pi / 180)",
    exact="up to rounding",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.deg2rad.html",
)
def angle_units(seen: Observation) -> Iterator[Finding]:
    """Degrees and radians."""
    to_radians, to_degrees = "X * (np.pi / 180)", "X * (180 / np.pi)"
    return seen.rewrites(
        ("np.radians(X)", to_radians),
        ("np.deg2rad(X)", to_radians),
        ("np.degrees(X)", to_degrees),
        ("np.rad2deg(X)", to_degrees),
        where=lambda one: _is_array_of(one, "X", "f"),
        title="multiply by the number of units",
    )


@rule(
    "elementary",
    looks_for="np.logaddexp: an exponential and a logarithm called for each element",
    rewrite="np.logaddexp(x, y) → np.maximum(x, y) + np.log1p(np.exp(-np.abs(x - y)))",
    exact="up to rounding, where not both are the same infinity",
    thread="https://github.com/jax-ml/jax/pull/1204",
)
def sum_of_logarithms(seen: Observation) -> Iterator[Finding]:
    """Probabilities added by their logarithms."""

    def floats(one: Match) -> bool:
        return seen.holds(one, "f", "X", "Y") and all(
            one.form(name) is not None for name in ("X", "Y")
        )

    return seen.rewrites(
        ("np.logaddexp(X, Y)", "np.maximum(X, Y) + np.log1p(np.exp(-np.abs(X - Y)))"),
        where=floats,
        title="whole arrays through np.exp and np.log1p",
    )


@rule(
    "elementary",
    looks_for="remainders of integers by one number: a division for each element, where // "
    "multiplies",
    rewrite="x % 7 → x - x // 7 * 7",
    exact="always for integers",
    thread="https://github.com/numpy/numpy/pull/17727",
)
def remainder_of_integers(seen: Observation) -> Iterator[Finding]:
    """Places in a period: hours of days, columns of rows."""

    def whole(one: Match) -> bool:
        form = one.form("C")
        number = form is not None and form.kind in ("python", "number") and form.letter in "iu"
        return number and _is_array_of(one, "X", "iu")

    return seen.rewrites(
        ("X % C", "X - X // C * C"),
        ("np.mod(X, C)", "X - X // C * C"),
        ("np.remainder(X, C)", "X - X // C * C"),
        where=whole,
        title="take away the multiples that // finds",
    )
