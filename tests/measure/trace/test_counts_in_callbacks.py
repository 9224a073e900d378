"""FLOP of Python code that compiled and library code calls back, to the operation.

How often a library calls is counted by the callback itself, run without a trace; what a call
takes is a formula written out by hand.
"""

import functools
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, ndimage, optimize
from scipy.sparse import linalg as sparse_linalg
from scipy.spatial import distance

from profiler_suite.measure.explain.answers.same_answer import compare
from profiler_suite.measure.trace import trace

N, M = 7, 5
A = np.random.default_rng(4).uniform(0.5, 1.5, (N, M))
ROW = np.ascontiguousarray(A[0])
ORDERED = np.sort(A, axis=0)
SQUARE = A[:M] + M * np.eye(M)
SERIES = pd.Series(ROW)
FRAME = pd.DataFrame({"key": [0, 0, 1, 1, 1, 2, 2], "value": A[:, 0]})


def norm(row: Any) -> Any:
    """2·n for the product, one for the root."""
    return np.sqrt(row @ row)


def spread(window: Any) -> Any:
    """n − 1 for the largest and for the smallest, one for the difference."""
    return window.max() - window.min()


def energy(x: Any) -> Any:
    """n differences, n squares, n − 1 additions."""
    return ((x - 1.0) ** 2).sum()


def cubic(x: Any) -> Any:
    """A product, a product, a difference."""
    return x * x * x - 2.0


def bell(x: Any) -> Any:
    """A product and an exponential of 8; the sign is free."""
    return np.exp(-(x * x))


def decay(t: Any, y: Any) -> Any:
    """A product for each component."""
    return y * -0.5


def apart(u: Any, v: Any) -> Any:
    """n differences, a product of vectors, a root."""
    d = u - v
    return np.sqrt(d @ d)


def linear(x: Any) -> Any:
    """A product and a sum for each element."""
    return x * 2.0 + 1.0


# Nothing but the callback computes, or what else does has a formula.
# name: function, arguments, FLOP
EXACT: dict[str, tuple[Callable[..., Any], tuple[Any, ...], float]] = {
    "rows": (lambda a: np.apply_along_axis(norm, 1, a), (A,), N * (2 * M + 1)),
    "columns": (lambda a: np.apply_along_axis(norm, 0, a), (A,), M * (2 * N + 1)),
    # The first element is computed once more, to see what comes out.
    "elements": (lambda x: np.vectorize(cubic)(x), (ROW,), 3 * (M + 1)),
    "elements of a known type": (
        lambda x: np.vectorize(cubic, otypes=[float])(x),
        (ROW,),
        3 * M,
    ),
    "rows by signature": (
        lambda a: np.vectorize(norm, signature="(n)->()")(a),
        (A,),
        N * (2 * M + 1),
    ),
    "objects": (lambda x: np.frompyfunc(cubic, 1, 1)(x), (ROW,), 3 * M),
    "reduced objects": (
        lambda x: np.frompyfunc(lambda a, b: a * b + 1.0, 2, 1).reduce(x),
        (ROW,),
        2 * (M - 1),
    ),
    "an iterator": (lambda x: np.fromiter((cubic(v) for v in x), float), (ROW,), 3 * M),
    "a map": (lambda a: np.fromiter(map(norm, a), float), (A,), N * (2 * M + 1)),
    "piecewise": (
        lambda x: np.piecewise(x, [np.arange(M) < 2], [linear, cubic]),
        (ROW,),
        # Two elements by one, the rest by the other; the comparison has one each.
        2 * 2 + 3 * (M - 2) + M,
    ),
    "windows": (
        lambda a: ndimage.generic_filter(a, spread, size=3),
        (A,),
        N * M * (2 * 8 + 1),
    ),
    "windows of a footprint": (
        lambda a: ndimage.generic_filter(a, spread, footprint=np.eye(3, dtype=bool)),
        (A,),
        N * M * (2 * 2 + 1),
    ),
    "distances": (lambda a: distance.pdist(a, apart), (A,), N * (N - 1) // 2 * (3 * M + 1)),
    "distances of two": (lambda a: distance.cdist(a, a[:2], apart), (A,), 2 * N * (3 * M + 1)),
    # What is in order is compared once with the one before it; keys are NumPy's numbers.
    "sorted": (lambda a: sorted(a, key=norm), (ORDERED,), N * (2 * M + 1) + N - 1),
    "largest": (lambda a: max(a, key=norm), (A,), N * (2 * M + 1) + N - 1),
    "few largest": (
        lambda a: heapq.nlargest(1, a, key=norm),
        (A,),
        N * (2 * M + 1) + N - 1,
    ),
    "chosen": (lambda a: list(filter(lambda r: norm(r) > 0.0, a)), (A,), N * (2 * M + 2)),
    "folded": (lambda a: functools.reduce(np.add, a), (A,), (N - 1) * M),
    "accumulated": (
        lambda a: list(itertools.accumulate(a, lambda s, r: s + r * 2.0)),
        (A,),
        (N - 1) * 2 * M,
    ),
    "grouped": (
        lambda a: [k for k, _ in itertools.groupby(a, key=lambda r: norm(r) > 1.0)],
        (A,),
        N * (2 * M + 2),
    ),
    "threads": (
        lambda a: list(ThreadPoolExecutor(2).map(norm, a)),
        (A,),
        N * (2 * M + 1),
    ),
    "a series": (lambda s: s.map(cubic), (SERIES,), 3 * M),
    "a series applied": (lambda s: s.apply(cubic), (SERIES,), 3 * M),
}


@pytest.mark.parametrize("name", EXACT)
def test_flop_in_callbacks_equal_the_formula(name: str) -> None:
    function, args, flop = EXACT[name]
    result, counts = trace(function, args)
    assert compare(result, function(*args)).same
    assert counts.flop == flop, [(o.name, o.flop, o.via) for o in counts.operations]


# name: function of the callback, the callback, FLOP of a call that is given n elements
CALLED: dict[str, tuple[Callable[[Any], Any], Callable[..., Any], Callable[[int], int]]] = {
    "brentq": (lambda f: optimize.brentq(f, 0.0, 2.0), cubic, lambda n: 3),
    "bisect": (lambda f: optimize.bisect(f, 0.0, 2.0), cubic, lambda n: 3),
    "ridder": (lambda f: optimize.ridder(f, 0.0, 2.0), cubic, lambda n: 3),
    "newton": (lambda f: optimize.newton(f, 1.0), cubic, lambda n: 3),
    "quad": (lambda f: integrate.quad(f, 0.0, 1.0), bell, lambda n: 9),
    "dblquad": (
        lambda f: integrate.dblquad(f, 0.0, 1.0, 0.0, 1.0),
        lambda y, x: x * y + 1.0,
        lambda n: 2,
    ),
    "odeint": (
        lambda f: integrate.odeint(f, ROW, np.linspace(0, 1, 4), tfirst=True),
        decay,
        lambda n: n,
    ),
    "minimize": (lambda f: optimize.minimize(f, ROW).x, energy, lambda n: 3 * n - 1),
    "bounded": (
        lambda f: optimize.minimize(f, ROW, method="L-BFGS-B").x,
        energy,
        lambda n: 3 * n - 1,
    ),
    "nelder-mead": (
        lambda f: optimize.minimize(f, ROW[:2], method="Nelder-Mead").x,
        energy,
        lambda n: 3 * n - 1,
    ),
    "fsolve": (lambda f: optimize.fsolve(f, ROW), linear, lambda n: 2 * n),
    "least squares": (lambda f: optimize.least_squares(f, ROW).x, linear, lambda n: 2 * n),
    "leastsq": (lambda f: optimize.leastsq(f, ROW)[0], linear, lambda n: 2 * n),
    "solve_ivp": (lambda f: integrate.solve_ivp(f, (0, 1), ROW).y, decay, lambda n: n),
    "groups": (
        lambda f: FRAME.groupby("key")["value"].agg(lambda s: f(s.to_numpy())),
        energy,
        lambda n: 3 * n - 1,
    ),
    "groups applied": (
        lambda f: FRAME.groupby("key")["value"].apply(lambda s: f(s.to_numpy())),
        norm,
        lambda n: 2 * n + 1,
    ),
    "rows of a frame": (
        lambda f: pd.DataFrame(A).apply(lambda r: f(r.to_numpy()), axis=1),
        norm,
        lambda n: 2 * n + 1,
    ),
    "raw rows of a frame": (
        lambda f: pd.DataFrame(A).apply(f, axis=1, raw=True),
        norm,
        lambda n: 2 * n + 1,
    ),
    "windows of a series": (
        lambda f: SERIES.rolling(3).apply(f, raw=True),
        spread,
        lambda n: 2 * (n - 1) + 1,
    ),
    "expanding": (
        lambda f: SERIES.expanding(2).apply(f, raw=True),
        spread,
        lambda n: 2 * (n - 1) + 1,
    ),
    "elements of a frame": (lambda f: pd.DataFrame(A).map(f), cubic, lambda n: 3),
    "labels": (
        lambda f: ndimage.labeled_comprehension(
            A[:, 0], np.array([0, 0, 1, 1, 1, 2, 2]), [0, 1, 2], f, float, 0.0
        ),
        spread,
        lambda n: 2 * (n - 1) + 1,
    ),
    "gmres": (
        lambda f: sparse_linalg.gmres(
            sparse_linalg.LinearOperator((M, M), matvec=f, dtype=float), ROW
        )[0],
        lambda x: SQUARE @ x,
        lambda n: 2 * n * n,
    ),
    "eigsh": (
        lambda f: sparse_linalg.eigsh(
            sparse_linalg.LinearOperator((M, M), matvec=f, dtype=float), k=1, v0=ROW
        )[0],
        lambda x: SQUARE @ x + x,
        lambda n: 2 * n * n + n,
    ),
}


@pytest.mark.parametrize("name", CALLED)
def test_flop_on_the_lines_of_a_callback_equal_calls_times_the_formula(name: str) -> None:
    function, callback, formula = CALLED[name]
    sizes: list[int] = []

    def watched(*args: Any) -> Any:
        sizes.append(int(np.size(args[-1])))
        return callback(*args)

    function(watched)
    assert sizes
    _, counts = trace(lambda: function(callback), seconds=20.0)
    code = callback.__code__
    lines = {line for _, _, line in code.co_lines() if line is not None}
    flop = 0.0
    for operation in counts.operations:
        calls = sum(place.calls for place in operation.lines)
        own = sum(
            place.calls
            for place in operation.lines
            if place.file == __file__ and place.line in lines
        )
        flop += operation.flop * own / calls
    assert flop == sum(formula(size) for size in sizes), counts.operations
