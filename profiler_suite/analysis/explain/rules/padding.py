"""Slow paths of np.pad: much Python, which costs more than small arrays."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

PADDED = '''
def padded(x, width):
    """np.pad(x, width): zeros around it."""
    result = np.zeros([length + 2 * width for length in x.shape], x.dtype)
    result[tuple(slice(width, width + length) for length in x.shape)] = x
    return result
'''.strip()
PADDED_BY = '''
def padded_by(x, widths):
    """np.pad(x, widths): zeros before and after it, by pairs for each axis."""
    pairs = list(zip(x.shape, widths, strict=True))
    result = np.zeros([before + length + after for length, (before, after) in pairs], x.dtype)
    result[tuple(slice(before, before + length) for length, (before, _) in pairs)] = x
    return result
'''.strip()
PLACES = {
    "edge": "np.arange(-width, length + width).clip(0, length - 1)",
    "wrap": "np.arange(-width, length + width) % length",
}
CONTINUED = '''
def continued(x, width):
    """np.pad(x, width, mode="{mode}"), by the place that each element comes from."""
    for axis, length in enumerate(x.shape):
        x = x.take({places}, axis=axis)
    return x
'''.strip()
# Beyond this many elements copying them costs more than the Python around it.
_MOST = 20_000


@rule(
    "padding",
    looks_for="np.pad of a small array: its Python costs more than copying the elements",
    rewrite="np.pad(x, 1) → result = np.zeros(…); result[1:-1, 1:-1] = x",
    exact="always for a width that is not negative",
    thread="https://github.com/numpy/numpy/issues/11126",
)
def small_padding(seen: Observation) -> Iterator[Finding]:
    """Zeros, edges or the other end around small arrays."""

    def small(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array" and form.letter in "biufc"
        width = one.form("W")
        plain = width is not None and width.kind == "python" and width.letter == "i"
        return known and form is not None and 0 < form.size <= _MOST and plain

    def by_pairs(one: Match) -> bool:
        form = one.form("X")
        known = form is not None and form.kind == "array" and form.letter in "biufc"
        return (
            known
            and form is not None
            and 0 < form.size <= _MOST
            and len(form.shape) == (2 if "C" in one.captures else 1)
        )

    zeros = [", mode='constant'", ", 'constant'", ""]
    zeros += [f"{each}, constant_values=0" for each in zeros]
    title = "write the array into zeros"
    yield from seen.rewrites(
        *((f"np.pad(X, W{each})", "padded(X, W)") for each in zeros),
        *((f"np.pad(X, pad_width=W{zeros[k]})", "padded(X, W)") for k in (0, 2, 3, 5)),
        where=small,
        title=title,
        helpers=(PADDED,),
    )
    two, single = "((A, B), (C, D))", "(A, B)"
    yield from seen.rewrites(
        *((f"np.pad(X, {two}{each})", f"padded_by(X, {two})") for each in zeros),
        *((f"np.pad(X, {single}{each})", f"padded_by(X, ({single},))") for each in zeros),
        where=by_pairs,
        title=title,
        helpers=(PADDED_BY,),
    )
    for mode, places in PLACES.items():
        yield from seen.rewrites(
            *((f"np.pad(X, W, {each}'{mode}')", "continued(X, W)") for each in ("mode=", "")),
            where=small,
            title="take every element from its place",
            helpers=(CONTINUED.format(mode=mode, places=places),),
        )
