"""Slow paths of windows that slide over an array: each is reduced from its first element."""

import itertools
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.forms import Form
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

OVER_WINDOWS = '''
def over_windows(ufunc, x, lengths, axes=None):
    """ufunc.reduce over all windows of x: windows of 1, 2, 4, ... elements, put together."""
    for axis, length in zip(range(x.ndim) if axes is None else axes, lengths):
        x = np.moveaxis(x, axis, 0)
        count, size, done, result = len(x) - length + 1, 1, 0, None
        if length < 1 or count < 1:
            raise ValueError("window shape cannot be larger than input array shape")
        while done < length:
            if length & size:
                part = x[done : done + count]
                result = part if result is None else ufunc(result, part)
                done += size
            if done < length:
                x = ufunc(x[:-size], x[size:])
                size *= 2
        x = np.moveaxis(result, 0, axis)
    return x
'''.strip()
_FLOATS = ("float32", "float64", "complex64", "complex128")
_REDUCTIONS = (
    ("max", "np.maximum", "iuf"),
    ("min", "np.minimum", "iuf"),
    ("all", "np.logical_and", "b"),
    ("any", "np.logical_or", "b"),
    ("sum", "np.add", (*_FLOATS, "int64", "uint64")),
    ("prod", "np.multiply", _FLOATS),
)
_GIVEN = ("W", "window_shape=W")
_BOTH = ("(2, 3)", "(-2, -1)", "(-1, -2)", "(3, 2)")
_VIEW = "np.lib.stride_tricks.sliding_window_view"


@rule(
    "sliding",
    looks_for="windows that slide by one element, each reduced anew: neighbours have all but "
    "one element in common",
    rewrite="sliding_window_view(x, n).max(axis=-1) → maxima of 2, 4, 8, … neighbours, by "
    "np.maximum of x[:-k] and x[k:]",
    exact="always for max, min, any and all; up to rounding for sums",
    thread="https://github.com/numpy/numpy/pull/17394",
)
def window_reductions(seen: Observation) -> Iterator[Finding]:
    """Moving extremes and sums, erosions and dilations, boxes."""
    for name, ufunc, dtypes in _REDUCTIONS:
        yield from _reduced(seen, name, f"over_windows({ufunc}, X, {{}})", dtypes)
    mean = "over_windows(np.add, X, {}) / {}"
    yield from _reduced(seen, "mean", mean, _FLOATS[:2])


def _reduced(
    seen: Observation, name: str, template: str, dtypes: str | tuple[str, ...]
) -> Iterator[Finding]:
    def suits(one: Match) -> bool:
        form = one.form("X")
        if form is None or form.kind != "array" or not _is_one_of(form, dtypes):
            return False
        rank = len(form.shape)
        if "W" not in one.captures:
            return rank == len("HV")
        length = one.form("W")
        if length is None or length.kind not in ("python", "number"):
            return False
        if "A" in one.captures:
            return one.number("K") in (-1, rank) and one.number("A") is not None
        return rank == 1 and one.number("K") in (-1, 1)

    table = []
    for call, given in itertools.product(
        (f"{{}}.{name}({{}})", f"np.{name}({{}}, {{}})"), _GIVEN
    ):
        square = f"{_VIEW}(X, {given.replace('W', '(H, V)')})"
        text = template.format("(H, V)", "(H * V)")
        table += [(call.format(square, f"axis={axes}"), text) for axes in _BOTH]
        for more, axes in ((", axis=A", ", (A,)"), ("", "")):
            view = f"{_VIEW}(X, {given}{more})"
            text = template.format(f"(W,){axes}", "W")
            table += [(call.format(view, axis), text) for axis in ("axis=K", "K")]
    yield from seen.rewrites(
        *table,
        where=suits,
        title="put windows together from shorter ones",
        helpers=(OVER_WINDOWS,),
    )


def _is_one_of(form: Form, dtypes: str | tuple[str, ...]) -> bool:
    return form.letter in dtypes if isinstance(dtypes, str) else form.dtype in dtypes


BOX = '''
def moving_sums(x, length):
    """np.convolve(x, np.ones(length), "valid"), from sums of 2, 4, 8, ... neighbours."""
    if not 1 <= length <= len(x):
        return np.convolve(x, np.ones(length), "valid")
    return over_windows(np.add, x, (length,))
'''.strip()


@rule(
    "sliding",
    looks_for="a moving average by convolution: every window is added up anew",
    rewrite="np.convolve(x, np.ones(n) / n, 'valid') → sums of 2, 4, 8, … neighbours, by "
    "x[:-k] + x[k:]",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/14313510/how-to-calculate-moving-average-using-numpy",
)
def moving_average(seen: Observation) -> Iterator[Finding]:
    """Boxes slid over a vector."""

    def vector(one: Match) -> bool:
        form, length = one.form("X"), one.form("W")
        whole = length is not None and length.kind == "python" and length.letter == "i"
        return whole and form is not None and form.dtype == "float64" and len(form.shape) == 1

    sums = "moving_sums(X, W)"
    boxes = [
        ("np.ones(W) / W", f"{sums} / W"),
        ("np.ones(W)", sums),
        ("np.ones((W,)) / W", f"{sums} / W"),
        ("np.full(W, 1 / W)", f"{sums} / W"),
        ("np.repeat(1 / W, W)", f"{sums} / W"),
    ]
    table = []
    for mode in ("'valid'", "mode='valid'"):
        for box, template in boxes:
            table.append((f"np.convolve(X, {box}, {mode})", template))
        table.append((f"np.convolve(X, np.ones(W), {mode}) / W", f"{sums} / W"))
    return seen.rewrites(
        *table,
        where=vector,
        title="put windows together from shorter ones",
        helpers=(OVER_WINDOWS, BOX),
    )


@rule(
    "sliding",
    looks_for="medians of windows that slide by one element: each is partitioned anew",
    rewrite="np.median(sliding_window_view(x, 5), axis=-1) → scipy.ndimage.median_filter(x, 5)"
    ", without its rim",
    exact="for an odd length and no NaN",
    thread="https://github.com/numpy/numpy/pull/17394",
)
def window_medians(seen: Observation) -> Iterator[Finding]:
    """Moving medians."""

    def odd(one: Match) -> bool:
        form, length = one.form("X"), one.number("W")
        return (
            form is not None
            and form.dtype == "float64"
            and len(form.shape) == 1
            and length is not None
            and length % 2 == 1
            and one.number("K") in (-1, 1)
        )

    text = "scipy.ndimage.median_filter(X, W)[W // 2 : len(X) - W // 2]"
    return seen.rewrites(
        *((f"np.median({_VIEW}(X, W), {axis})", text) for axis in ("axis=K", "K")),
        where=odd,
        title="a filter that keeps its window in order",
        helpers=("import scipy.ndimage",),
    )
