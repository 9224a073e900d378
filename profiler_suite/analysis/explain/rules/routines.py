"""Loops that do what one routine of NumPy or SciPy does: seen by what goes in and comes out."""

import ast
import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, linear_recursions
from profiler_suite.analysis.explain.rewrites.forms import Form
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.preludes import prelude
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

Shape = tuple[int, ...]
Suits = Callable[[tuple[Shape, ...], Shape], bool]

_MOST = 8
_REAL = "fiub"
# Text, dates and records.
_NO_NUMBERS = "USTMmV"


class Routine(NamedTuple):
    """A call, and which shapes go in and come out."""

    call: str
    """With {0}, {1}, … for the arrays."""
    ranks: Shape
    suits: Suits
    helpers: tuple[str, ...] = ()
    letters: str = _REAL
    """Kinds of dtype that come out."""


def _square(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return shapes[0][0] == shapes[0][1] and out == shapes[0]


def _first(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == shapes[0]


def _system(shapes: tuple[Shape, ...], out: Shape) -> bool:
    (n, m), b = shapes[0], shapes[1]
    return n == m == b[0] and out == b


def _one_more(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == tuple(n + 1 for n in shapes[0])


def _points(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return shapes[0][1] == shapes[1][1] == 2 and out == shapes[0][:1]


def _full(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == (shapes[0][0] + shapes[1][0] - 1,)


def _valid(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == (shapes[0][0] - shapes[1][0] + 1,)


def _columns(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == (shapes[0][1], shapes[0][1])


def _rows(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == (shapes[0][0], shapes[0][0])


def _tall(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == shapes[0] and shapes[0][0] >= shapes[0][1]


def _window(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == tuple(n - k + 1 for n, k in zip(*shapes, strict=True))


def _list(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return len(out) == 1 and out[0] <= shapes[0][0]


def _between(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == (shapes[1][0] - 1,)


def _normal(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == shapes[1] == (shapes[0][1],)


def _number(shapes: tuple[Shape, ...], out: Shape) -> bool:
    return out == () and len({each for shape in shapes for each in shape}) == 1


_TRIANGULAR = ("import scipy.linalg",)
ORTHONORMAL = '''
def orthonormal(a):
    """Orthonormal columns that span those of a, by Householder; the signs of Gram-Schmidt."""
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))
'''.strip()
COVARIANCE = '''
def covariance(x):
    """Covariance of the columns."""
    centred = x - x.mean(axis=0)
    return centred.T @ centred / (len(x) - 1)
'''.strip()
RUN_LENGTHS = '''
def run_lengths(x):
    """Lengths of runs of equal elements."""
    ends = np.flatnonzero(x[1:] != x[:-1]) + 1
    return np.diff(np.concatenate(([0], ends, [len(x)])))
'''.strip()

ROUTINES = (
    Routine("np.linalg.cholesky({0})", (2,), _square),
    Routine("np.linalg.inv({0})", (2,), _square),
    Routine("np.linalg.det({0})", (2,), _number),
    Routine("np.linalg.solve({0}, {1})", (2, 1), _system),
    Routine("scipy.linalg.solve_triangular({0}, {1})", (2, 1), _system, _TRIANGULAR),
    Routine(
        "scipy.linalg.solve_triangular({0}, {1}, lower=True)", (2, 1), _system, _TRIANGULAR
    ),
    Routine("{0}.T @ ({0} @ {1})", (2, 1), _normal),
    Routine("orthonormal({0})", (2,), _tall, (ORTHONORMAL,)),
    Routine("covariance({0})", (2,), _columns, (COVARIANCE,)),
    Routine("np.cov({0}, rowvar=False)", (2,), _columns),
    Routine("np.corrcoef({0}, rowvar=False)", (2,), _columns),
    Routine("np.cov({0})", (2,), _rows),
    Routine("np.corrcoef({0})", (2,), _rows),
    Routine("{0}.cumsum(axis=0).cumsum(axis=1)", (2,), _first),
    Routine("np.pad({0}.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))", (2,), _one_more),
    Routine(
        "scipy.sparse.csgraph.floyd_warshall({0})",
        (2,),
        _square,
        ("import scipy.sparse.csgraph",),
    ),
    Routine(
        "matplotlib.path.Path({1}).contains_points({0})",
        (2, 2),
        _points,
        ("import matplotlib.path",),
        "b",
    ),
    Routine("np.convolve({0}, {1})", (1, 1), _full),
    Routine("np.convolve({0}, {1}, 'valid')", (1, 1), _valid),
    Routine("np.correlate({0}, {1}, 'valid')", (1, 1), _valid),
    Routine("np.convolve({0}, {1}, 'same')", (1, 1), _first),
    Routine("np.polynomial.polynomial.polyval({0}, {1})", (1, 1), _first),
    Routine("np.polyval({1}, {0})", (1, 1), _first),
    Routine("np.interp({0}, {1}, {2})", (1, 1, 1), _first),
    Routine("np.fft.fft({0})", (1,), _first, letters="c"),
    Routine("np.fft.ifft({0})", (1,), _first, letters="c"),
    Routine("np.fft.fft2({0})", (2,), _first, letters="c"),
    Routine(
        "scipy.signal.correlate({0}, {0})[len({0}) - 1:]",
        (1,),
        _first,
        ("import scipy.signal",),
        "f",
    ),
    Routine("np.correlate({0}, {0}, 'full')[len({0}) - 1:]", (1,), _first, letters="f"),
    Routine("np.histogram({0}, {1})[0]", (1, 1), _between, letters="iu"),
    Routine("run_lengths({0})", (1,), _list, (RUN_LENGTHS,), "iu"),
    Routine("np.sort({0})", (1,), _first),
    Routine("np.argsort({0}, kind='stable')", (1,), _first, letters="iu"),
    Routine("np.unique({0})", (1,), _list),
    Routine("np.trapezoid({1}, {0})", (1, 1), _number, letters="f"),
    Routine(
        "scipy.signal.convolve2d({0}, {1}, 'valid')", (2, 2), _window, ("import scipy.signal",)
    ),
    Routine(
        "scipy.signal.correlate2d({0}, {1}, 'valid')", (2, 2), _window, ("import scipy.signal",)
    ),
)


@rule(
    "routines",
    looks_for="loops with the inputs and outputs of a known routine",
    rewrite="the loops → np.linalg.cholesky(a), np.convolve(x, k), np.cov(x), np.fft.fft(x), …",
    exact="the answers agree on the arguments at hand and on others, up to rounding",
    thread="https://numpy.org/doc/stable/reference/routines.html",
)
def routine(seen: Observation) -> Iterator[Finding]:
    """Functions whose whole answer one call gives."""
    for function in seen.functions:
        if not seen.is_entry(function) or not _has_loops(function):
            continue
        arrays = _arrays(function)
        out = _result(function)
        if arrays is None or out is None:
            continue
        for call, helpers in itertools.islice(_calls(arrays, out), _MOST):
            yield from _instead(seen, function, call, helpers)


def _has_loops(function: Function) -> bool:
    return any(isinstance(node, ast.For | ast.While) for node in function.nodes)


def _arrays(function: Function) -> dict[str, Form] | None:
    """What its parameters hold; None where one is no array, or where some are left open."""
    arguments = function.node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        return None
    found = {}
    for each in arguments.args:
        form = forms.in_form(function.source.names.get(each.arg, ""))
        if form is None or form.kind != "array" or form.letter in _NO_NUMBERS:
            return None
        found[each.arg] = form
    return found


def _result(function: Function) -> Form | None:
    """What its only return statement gives."""
    returns = [node for node in function.nodes if isinstance(node, ast.Return)]
    if len(returns) != 1 or returns[0].value is None:
        return None
    found = forms.of(function, returns[0].value)
    if found is None and isinstance(returns[0].value, ast.Call):
        # A list made an array: how long it is became known by running.
        given = returns[0].value.args
        name = given[0].id if len(given) == 1 and isinstance(given[0], ast.Name) else ""
        kind, _, length = function.source.names.get(name, "").partition(" of ")
        length = length.partition(" ")[0]
        if kind == "list" and length.isdigit():
            return Form(kind="array", dtype="", shape=(int(length),))
    return found


def _calls(arrays: dict[str, Form], out: Form) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Routines whose operands and results have these forms."""
    for each in ROUTINES:
        if len(each.ranks) != len(arrays):
            continue
        if out.dtype and out.letter not in each.letters:
            continue
        for names in itertools.permutations(arrays):
            shapes = tuple(arrays[name].shape for name in names)
            if tuple(map(len, shapes)) != each.ranks:
                continue
            if each.suits(shapes, out.shape):
                yield each.call.format(*names), each.helpers


def _instead(
    seen: Observation, function: Function, call: str, helpers: tuple[str, ...]
) -> Iterator[Finding]:
    """A finding that puts one call in the place of everything that the function does."""
    body = function.node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    name = function.node.name
    if any(each.startswith(f"def {name}(") for each in helpers):
        # A helper must not take the place of the function that it helps.
        helpers = tuple(each.replace(f"def {name}(", f"def {name}_of(") for each in helpers)
        call = call.replace(f"{name}(", f"{name}_of(")
    text = f"return {call}".replace("np.", f"{function.numpy}.")
    edit = Edit(start=function.span(first)[0], end=function.span(body[-1])[1], text=text)
    found = seen.finding(
        function,
        rewriting.spliced(function, [edit], prelude(function, helpers)),
        title=f"the whole function is {call}",
        evidence="its arguments and its result have the same shapes as this routine's",
        lines=seen.lines_of(function),
    )
    if found is not None:
        yield found


@rule(
    "routines",
    looks_for="a loop of two to four numbers, each a fixed sum of those before and of x[t]: "
    "Holt's smoothing, second-order filters, trackers",
    rewrite="level, trend = … for each t → scipy.signal.lfilter, its filter taken from a step",
    exact="up to rounding; all elements are finite",
    thread="https://stackoverflow.com/questions/42869495/numpy-version-of-exponential-weighted-"
    "moving-average-equivalent-to-pandas-ewm",
)
def linear_recursion(seen: Observation) -> Iterator[Finding]:
    """Coupled linear recursions as one filter."""
    for function in seen.functions:
        for made in linear_recursions.linear_recursions(function):
            yield from seen.edited(
                function,
                [made.edit],
                title="one filter for all steps: each is linear in what the one before leaves",
                lines=syntax.span_of(function, made.loop),
                helpers=(
                    "import numpy as np",
                    "import scipy.signal",
                    linear_recursions.LINEAR_RECURSION,
                ),
                evidence=f"a few numbers are carried from step to step; provided that all "
                f"elements of {made.array} are finite",
            )
