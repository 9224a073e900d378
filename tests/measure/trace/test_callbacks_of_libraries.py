"""Callbacks from compiled and library code: counted inside and on their own lines, or named."""

import functools
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, ndimage, optimize, stats
from scipy.sparse import linalg as sparse_linalg
from scipy.spatial import distance

from profiler_suite.measure.breakdown.coverage import by_calls
from profiler_suite.measure.trace import trace

SIDE = 10
A = np.random.default_rng(0).random((SIDE, SIDE)) + SIDE * np.eye(SIDE)
ROW = A[0].copy()
FRAME = pd.DataFrame({"key": np.arange(SIDE) % 2, "value": ROW})


def energy(x: Any) -> Any:
    return np.sum((x - 1.0) ** 2)


def residuals(x: Any) -> Any:
    return x * 2.0 - 1.0


def line(x: Any, a: Any, b: Any) -> Any:
    return a * x + b


def smooth(x: Any) -> Any:
    return np.exp(-x * x)


def grows(t: Any, y: Any) -> Any:
    return -0.5 * y


def spread(values: Any) -> Any:
    return np.max(values) - np.min(values)


def apart(u: Any, v: Any) -> Any:
    return np.sqrt(np.sum((u - v) ** 2))


def times(x: Any) -> Any:
    return A @ x


def shifted(place: Any) -> Any:
    return (place[0] * 1.0, place[1] * 1.0)


def shape_of(x: Any) -> Any:
    return x * 2.0 + 1.0


def plus_transposed(x: Any) -> Any:
    return A @ x + A.T @ x


OPERATOR_OF_SUM: Any = sparse_linalg.LinearOperator(
    (SIDE, SIDE), matvec=plus_transposed, dtype=float
)
OPERATOR: Any = sparse_linalg.LinearOperator((SIDE, SIDE), matvec=times, dtype=float)

CALLBACKS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], Callable[..., Any]]] = {
    "minimize": (lambda x: optimize.minimize(energy, x).x, (np.zeros(3),), energy),
    "nelder-mead": (
        lambda x: optimize.minimize(energy, x, method="Nelder-Mead", options={"maxiter": 20}).x,
        (np.zeros(2),),
        energy,
    ),
    "minimize_scalar": (lambda: optimize.minimize_scalar(energy).x, (), energy),
    "least_squares": (lambda x: optimize.least_squares(residuals, x).x, (ROW,), residuals),
    "root": (lambda x: optimize.root(residuals, x).x, (ROW,), residuals),
    "fsolve": (lambda x: optimize.fsolve(residuals, x), (ROW,), residuals),
    "newton": (lambda: optimize.newton(residuals, 0.3), (), residuals),
    "curve_fit": (lambda x, y: optimize.curve_fit(line, x, y)[0], (ROW, 2 * ROW + 1), line),
    "quad": (lambda: integrate.quad(smooth, 0.0, 1.0)[0], (), smooth),
    "fixed_quad": (lambda: integrate.fixed_quad(smooth, 0.0, 1.0)[0], (), smooth),
    "solve_ivp": (lambda y: integrate.solve_ivp(grows, (0.0, 1.0), y).y, (ROW,), grows),
    "odeint": (
        lambda y: integrate.odeint(grows, y, np.linspace(0, 1, 5), tfirst=True),
        (ROW,),
        grows,
    ),
    "lsoda": (
        lambda y: integrate.solve_ivp(grows, (0.0, 1.0), y, method="LSODA").y,
        (ROW,),
        grows,
    ),
    "ode": (
        lambda y: integrate.ode(grows).set_initial_value(y).integrate(1.0),
        (ROW,),
        grows,
    ),
    "slsqp": (lambda x: optimize.minimize(energy, x, method="SLSQP").x, (ROW,), energy),
    "slsqp to a measured accuracy": (
        lambda x: optimize.minimize(energy, x, method="SLSQP", tol=x[0] * 1e-7).x,
        (ROW,),
        energy,
    ),
    "eigsh": (
        lambda v: sparse_linalg.eigsh(OPERATOR_OF_SUM, k=2, v0=v)[0],
        (ROW,),
        plus_transposed,
    ),
    "generic_filter": (lambda a: ndimage.generic_filter(a, spread, 3), (A,), spread),
    "geometric_transform": (
        lambda a: ndimage.geometric_transform(a, shifted),
        (A,),
        shifted,
    ),
    "cdist": (lambda a: distance.cdist(a, a, apart), (A,), apart),
    "linear operator": (lambda x: OPERATOR @ x, (ROW,), times),
    "gmres": (lambda b: sparse_linalg.gmres(OPERATOR, b)[0], (ROW,), times),
    "bootstrap": (
        lambda x: (
            stats.bootstrap(
                (x,),
                spread,
                n_resamples=9,
                vectorized=False,
                random_state=0,
                method="percentile",
            ).standard_error
        ),
        (ROW,),
        spread,
    ),
    "piecewise": (
        lambda x: np.piecewise(x, [x < 5, x >= 5], [shape_of, residuals]),
        (ROW,),
        shape_of,
    ),
    "fromfunction": (lambda: np.fromfunction(lambda i: shape_of(i), (SIDE,)), (), shape_of),
    "apply_over_axes": (
        lambda a: np.apply_over_axes(lambda v, axis: np.sum(shape_of(v), axis), a, [0]),
        (A,),
        shape_of,
    ),
    "sorted": (lambda a: sorted(a, key=spread), (A,), spread),
    "maximum": (lambda a: max(a, key=energy), (A,), energy),
    "filtered": (lambda a: list(filter(lambda r: energy(r) > 0, a)), (A,), energy),
    "reduced": (lambda a: functools.reduce(lambda x, y: shape_of(x) + y, a), (A,), shape_of),
    "accumulated": (
        lambda a: list(itertools.accumulate(a, lambda x, y: shape_of(x) + y)),
        (A,),
        shape_of,
    ),
    "starmap": (lambda a: list(itertools.starmap(apart, [(a[0], a[1])])), (A,), apart),
    "threads": (
        lambda a: list(ThreadPoolExecutor(1).map(shape_of, [a, a])),
        (A,),
        shape_of,
    ),
    "series apply": (lambda s: s.apply(shape_of), (FRAME["value"],), shape_of),
    "series pipe": (lambda s: s.pipe(shape_of), (FRAME["value"],), shape_of),
    "frame apply": (lambda f: f.apply(spread), (FRAME,), spread),
    "frame apply rows": (lambda f: f.apply(spread, axis=1), (FRAME,), spread),
    "groupby agg": (lambda f: f.groupby("key")["value"].agg(spread), (FRAME,), spread),
    "groupby transform": (
        lambda f: f.groupby("key")["value"].transform(shape_of),
        (FRAME,),
        shape_of,
    ),
    "rolling": (
        lambda f: f["value"].rolling(3).apply(energy, raw=True),
        (FRAME,),
        energy,
    ),
    "expanding": (
        lambda f: f["value"].expanding(2).apply(energy, raw=True),
        (FRAME,),
        energy,
    ),
}


# There the innermost line that computes is one of pandas.
OF_A_SERIES = frozenset({"groupby transform", "series pipe"})


def lines_of(function: Callable[..., Any]) -> range:
    code = function.__code__
    lines = [line for _, _, line in code.co_lines() if line is not None]
    return range(code.co_firstlineno, max(lines) + 1)


@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks_are_counted_on_their_own_lines_or_named(name: str) -> None:
    function, args, callback = CALLBACKS[name]
    expected = function(*args)
    result, counts = trace(function, args, seconds=10.0)
    np.testing.assert_allclose(
        np.asarray(result, float), np.asarray(expected, float), rtol=1e-6
    )
    own = lines_of(callback)
    inside = [
        operation
        for operation in counts.operations
        for place in operation.lines
        if place.file == __file__ and place.line in own
    ]
    if name in OF_A_SERIES:
        assert counts.flop >= 2 * SIDE
    elif not sum(each.flop for each in inside):
        assert by_calls(counts).share < 1, "the callback's work is neither counted nor named"


COUNTED = frozenset(CALLBACKS) - OF_A_SERIES - {"geometric_transform"}


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_most_callbacks_are_counted(name: str) -> None:
    function, args, callback = CALLBACKS[name]
    _, counts = trace(function, args, seconds=10.0)
    own = lines_of(callback)
    places = {p.line for o in counts.operations for p in o.lines if p.file == __file__}
    assert places & set(own), counts.uncovered
