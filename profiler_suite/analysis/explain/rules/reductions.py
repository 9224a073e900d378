"""Slow paths of reductions: short axes, and arrays that are stacked only to be reduced."""

import ast
import math
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.forms import Form
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

OVER_LAST_AXIS = '''
def over_last_axis(ufunc, x, dtype=None):
    """ufunc.reduce over a short last axis: a pass for each place on it, over all rows."""
    if x.shape[-1] < 2:
        return ufunc.reduce(x, axis=-1, dtype=dtype)
    result = ufunc(x[..., 0], x[..., 1], dtype=dtype)
    for k in range(2, x.shape[-1]):
        ufunc(result, x[..., k], out=result, dtype=dtype)
    return result
'''.strip()

VARIANCE = '''
def variance_over_last_axis(x):
    """x.var(axis=-1) for a short last axis: a pass for each place on it, over all rows."""
    mean = sum(x[..., k] for k in range(x.shape[-1])) / x.shape[-1]
    return sum((x[..., k] - mean) ** 2 for k in range(x.shape[-1])) / x.shape[-1]
'''.strip()
ROWS_EQUAL = '''
def rows_equal(x, values):
    """(x == values).all(axis=-1) for a short last axis: a pass for each place on it."""
    values = np.asarray(values)
    if values.dtype.kind in "iu" and (values.astype(x.dtype) == values).all():
        values = values.astype(x.dtype)
    result = x[..., 0] == values[0]
    for k in range(1, len(values)):
        result &= x[..., k] == values[k]
    return result
'''.strip()

# Up to this many passes take less than one inner loop for each row.
_SHORT = 16
_FEWEST_ROWS = 256
_Dtypes = str | tuple[str, ...]
"""Letters of kinds of dtype, or whole names."""
_FLOATS = ("float32", "float64", "complex64", "complex128")
_SUMMED = (*_FLOATS, "int64", "uint64")
# NumPy's function, the ufunc that it reduces by, the dtypes whose result is of the same.
_REDUCTIONS = (
    ("max", "np.maximum", "iuf"),
    ("min", "np.minimum", "iuf"),
    ("all", "np.logical_and", "b"),
    ("any", "np.logical_or", "b"),
    ("sum", "np.add", _SUMMED),
    ("prod", "np.multiply", _FLOATS),
)
_VARIANCES = (
    ("var", "variance_over_last_axis(X)"),
    ("std", "np.sqrt(variance_over_last_axis(X))"),
)
_MEANS = (
    (_FLOATS, "over_last_axis(np.add, X) / X.shape[-1]"),
    ("iub", "over_last_axis(np.add, X, float) / X.shape[-1]"),
)


@rule(
    "reductions",
    looks_for="a reduction along a short last axis: its inner loop begins anew for every few "
    "elements",
    rewrite="x.max(axis=-1) → np.maximum of x[..., 0], x[..., 1], … over all rows at once",
    exact="always for max, min, any and all; up to rounding for sums",
    thread="https://github.com/numpy/numpy/issues/22870",
)
def short_axis(seen: Observation) -> Iterator[Finding]:
    """Reductions whose inner loops are over a few elements each."""
    of_ufuncs = [(n, d, f"over_last_axis({ufunc}, X)") for n, ufunc, d in _REDUCTIONS]
    of_means = [("mean", d, template) for d, template in _MEANS]
    for name, dtypes, template in (*of_ufuncs, *of_means):
        kept = f"({template})[..., None]" if " / " in template else f"{template}[..., None]"
        yield from seen.rewrites(
            *((each, template) for each in _spellings(name)),
            *((each, kept) for each in _spellings(name, ", keepdims=True")),
            where=lambda one, dtypes=dtypes: _is_short(one, dtypes),  # type: ignore[misc]
            title="reduce the short axis place by place, over all rows at once",
            helpers=(OVER_LAST_AXIS,),
        )
    for name, template in _VARIANCES:
        yield from seen.rewrites(
            *((each, template) for each in _spellings(name)),
            where=lambda one: _is_short(one, _FLOATS[:2]),
            title="compute along the short axis place by place, over all rows at once",
            helpers=(VARIANCE,),
        )
    yield from _of_equal_rows(seen)


def _of_equal_rows(seen: Observation) -> Iterator[Finding]:
    """Pixels of one colour: places compared one after the other, without the whole array."""

    def short(one: Match) -> bool:
        form, values = one.form("X"), one.form("V")
        return (
            form is not None
            and form.kind == "array"
            and len(form.shape) > 1
            and 2 <= form.shape[-1] <= _SHORT
            and one.number("K") in (-1, len(form.shape) - 1)
            and _has_length(one["V"], values, form.shape[-1])
        )

    yield from seen.rewrites(
        *((each.replace("X", "(X == V)"), "rows_equal(X, V)") for each in _spellings("all")),
        *((each.replace("X", "(X != V)"), "~rows_equal(X, V)") for each in _spellings("any")),
        where=short,
        title="compare the short axis place by place, over all rows at once",
        helpers=(ROWS_EQUAL,),
    )


def _has_length(node: ast.expr, form: Form | None, length: int) -> bool:
    """Whether it is an array, list or tuple of so many numbers."""
    if isinstance(node, ast.List | ast.Tuple):
        return len(node.elts) == length
    return form is not None and form.kind == "array" and form.shape == (length,)


def _spellings(name: str, more: str = "") -> tuple[str, ...]:
    return (
        f"np.{name}(X, axis=K{more})",
        f"np.{name}(X, K{more})",
        f"X.{name}(axis=K{more})",
        f"X.{name}(K{more})",
    )


def _is_short(one: Match, dtypes: _Dtypes) -> bool:
    """Whether it reduces a last axis of few elements, of many rows."""
    form = one.form("X")
    if form is None or form.kind != "array" or form.order or len(form.shape) < 2:
        return False
    *outer, last = form.shape
    if not 2 <= last <= _SHORT or min(outer) < 0 or math.prod(outer) < _FEWEST_ROWS:
        return False
    return _is_one_of(form, dtypes) and one.number("K") in (-1, len(outer))


def _is_one_of(form: Form, dtypes: _Dtypes) -> bool:
    return form.letter in dtypes if isinstance(dtypes, str) else form.dtype in dtypes


# ------------------------------------------------------- of arrays in a list


@rule(
    "reductions",
    looks_for="arrays copied into one only to be reduced over the axis that this adds",
    rewrite="np.max([a, b, c], axis=0) → np.maximum(np.maximum(a, b), c)",
    exact="always for max, min, any and all; up to rounding for sums",
    thread="https://github.com/clawpack/pyclaw/pull/525",
)
def stacked_to_reduce(seen: Observation) -> Iterator[Finding]:
    """Lists of arrays that are reduced element by element."""
    for function in seen.functions:
        edits, lines = [], []
        for name, ufunc, dtypes in (*_REDUCTIONS, ("mean", "np.add", _FLOATS)):
            for one in patterns.found(function, _of_lists(name), lambda _: True):
                text = _combined(function, one["X"], ufunc, dtypes)
                if not text:
                    continue
                if name == "mean":
                    text = f"{text} / {len(_parts(one['X']))}"
                new = ast.parse(text, mode="eval").body
                edits.append(rewriting.edit(function, one.node, text, new))
                lines.append(one.line)
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="combine the arrays as they are, without one that holds them all",
                lines=lines,
            )


def _of_lists(name: str) -> tuple[str, ...]:
    made = ("np.array(X)", "np.stack(X)")
    return (
        *(f"{one}.{name}(axis=0)" for one in made),
        *(f"np.{name}({one}, axis=0)" for one in made),
        f"np.{name}(X, axis=0)",
    )


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else []


def _combined(function: Function, node: ast.expr, ufunc: str, dtypes: _Dtypes) -> str:
    """The arrays of a list combined by a ufunc, one after the other; empty where none are."""
    parts = _parts(node)
    held = [forms.of(function, each) for each in parts]
    if not 2 <= len(parts) <= _SHORT or not _are_alike(held, dtypes):
        return ""
    called = ufunc.replace("np", function.numpy, 1)
    text = function.text_of(parts[0])
    for each in parts[1:]:
        text = f"{called}({text}, {function.text_of(each)})"
    return text


def _are_alike(held: Sequence[Form | None], dtypes: _Dtypes) -> bool:
    """Whether all are arrays of one dtype and shape, which a list of them makes an array of."""
    first = held[0]
    return (
        first is not None
        and first.kind == "array"
        and _is_one_of(first, dtypes)
        and all(
            h is not None and (h.dtype, h.shape) == (first.dtype, first.shape) for h in held
        )
    )


MEDIAN_OF_FEW = '''
def median_of_few(arrays):
    """np.median(arrays, axis=0): the smallest and the largest are put aside, by turns."""
    left = list(arrays)
    while len(left) > 2:
        for k in range(1, len(left)):
            left[0], left[k] = np.minimum(left[0], left[k]), np.maximum(left[0], left[k])
        for k in range(len(left) - 2, 0, -1):
            left[-1], left[k] = np.maximum(left[-1], left[k]), np.minimum(left[-1], left[k])
        left = left[1:-1]
    return left[0].copy() if len(left) == 1 else (left[0] + left[1]) / 2
'''.strip()
_FEW = 9


@rule(
    "reductions",
    looks_for="medians of a few arrays, element by element: a partition for every few elements",
    rewrite="np.median(frames, axis=0) → minima and maxima of whole frames, until the middle "
    "is left",
    exact="always for an odd number, else up to rounding",
    thread="https://github.com/numpy/numpy/issues/18298",
)
def few_medians(seen: Observation) -> Iterator[Finding]:
    """Medians over a short axis, the first or the last."""

    def few(one: Match, axis: int) -> bool:
        form = one.form("X")
        if form is None or form.kind != "array" or form.order or len(form.shape) < 2:
            return False
        place = one.number("K")
        length = form.shape[axis]
        others = math.prod(form.shape) // max(1, length)
        return (
            form.dtype in _FLOATS[:2]
            and min(form.shape) > 0
            and place in (axis, axis % len(form.shape))
            and _FEWEST <= length <= _FEW
            and others >= _FEWEST_ROWS
        )

    for axis, template in (
        (0, "median_of_few(X)"),
        (-1, "median_of_few(np.moveaxis(X, -1, 0))"),
    ):
        yield from seen.rewrites(
            ("np.median(X, axis=K)", template),
            ("np.median(X, K)", template),
            where=lambda one, axis=axis: few(one, axis),  # type: ignore[misc]
            title="compare whole arrays instead of sorting every few elements",
            helpers=(MEDIAN_OF_FEW,),
        )


_FEWEST = 3


@rule(
    "reductions",
    looks_for="products or squares stored only to be added up",
    rewrite="np.sum(a * b) → np.vdot(a, b), np.mean(a ** 2) → np.vdot(a, a) / np.size(a)",
    exact="up to the rounding of sums",
    thread="https://github.com/mne-tools/mne-python/issues/773",
)
def whole_product_sum(seen: Observation) -> Iterator[Finding]:
    """Sums of all products of two arrays of one shape."""
    products = ("(A * B)", "np.multiply(A, B)")
    squares = ("(A ** 2)", "np.square(A)", "(A * A)")
    table = []
    for each in squares:
        table += [(call, "np.vdot(A, A)") for call in (f"np.sum({each})", f"{each}.sum()")]
        means = (f"np.mean({each})", f"{each}.mean()")
        table += [(call, "np.vdot(A, A) / np.size(A)") for call in means]
    for each in products:
        table += [(call, "np.vdot(A, B)") for call in (f"np.sum({each})", f"{each}.sum()")]

    def alike(one: Match) -> bool:
        held = [one.form(name) for name in one.captures]
        return _are_alike(held, _FLOATS[:2]) and all(
            min(f.shape, default=0) > 0 for f in held if f
        )

    return seen.rewrites(*table, where=alike, title="add up products without storing them")


WEIGHTED_PLACES = '''
def weighted_places(x, weights):
    """x @ weights for a short last axis: a pass for each place on it."""
    return sum(x[..., k] * weight for k, weight in enumerate(weights))
'''.strip()
_FEW_WEIGHTS = 4


@rule(
    "reductions",
    looks_for="a product of many short rows of integers with a few weights: no BLAS, or a copy "
    "as floating-point numbers",
    rewrite="np.dot(image, [0.3, 0.6, 0.1]) → a sum of image[..., k] times a weight",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/12201577/how-can-i-convert-an-rgb-image-into-"
    "grayscale-in-python",
)
def few_weights(seen: Observation) -> Iterator[Finding]:
    """Grey values of coloured pixels and the like."""

    def suits(one: Match) -> bool:
        form, weights = one.form("X"), one.form("W")
        if (
            form is None
            or form.kind != "array"
            or len(form.shape) < 2
            or form.letter not in "iu"
        ):
            return False
        listed = isinstance(one["W"], ast.List | ast.Tuple)
        floats = listed or (weights is not None and weights.dtype == "float64")
        length = form.shape[-1]
        return floats and 1 < length <= _FEW_WEIGHTS and _has_length(one["W"], weights, length)

    return seen.rewrites(
        *((each, "weighted_places(X, W)") for each in ("np.dot(X, W)", "X @ W", "X.dot(W)")),
        where=suits,
        title="multiply and add place by place, over all rows at once",
        helpers=(WEIGHTED_PLACES,),
    )


SORTED_SHORT = '''
def sorted_over_last_axis(x):
    """np.sort(x, axis=-1) for a short last axis: minima and maxima of neighbouring places."""
    places = [x[..., k] for k in range(x.shape[-1])]
    for last in range(len(places) - 1, 0, -1):
        for k in range(last):
            low, high = np.minimum(*places[k : k + 2]), np.maximum(*places[k : k + 2])
            places[k : k + 2] = low, high
    return np.stack(places, axis=-1)
'''.strip()


@rule(
    "reductions",
    looks_for="a sort along a short last axis: it begins anew for every few elements",
    rewrite="np.sort(pairs, axis=1) → minima and maxima of whole columns",
    exact="always for integers",
    thread="https://github.com/numpy/numpy/issues/22870",
)
def short_sorts(seen: Observation) -> Iterator[Finding]:
    """Pairs and triples put in order."""

    def few(one: Match) -> bool:
        form = one.form("X")
        return _is_short(one, "iu") and form is not None and form.shape[-1] <= _FEW_WEIGHTS

    return seen.rewrites(
        ("np.sort(X, axis=K)", "sorted_over_last_axis(X)"),
        ("np.sort(X, K)", "sorted_over_last_axis(X)"),
        where=few,
        title="compare whole columns",
        helpers=(SORTED_SHORT,),
    )
