"""An experiment of 208 cheap points, one implementation of which can be slowed by 10 %.

With the environment variable PLANTED set to a whole number of per cent, `repeated` does so
much more of the same work.
"""

import os

import numpy as np
from numpy.typing import NDArray

from profiler_suite.model.experiment import Cost, Experiment, Problem
from profiler_suite.model.workload import Workload
from profiler_suite.workloads import registry

Floats = NDArray[np.float64]
SIZES = tuple(range(8, 8 + 26 * 12, 12))
# So many that what surrounds them hardly counts: a tenth more passes is 10 % more time.
_PASSES = 60
_MORE = _PASSES * int(os.environ.get("PLANTED", "0")) // 100


def _cost(problem: Problem) -> Cost:
    n = problem.dims["n"]
    return Cost(flop=n, compulsory_bytes=16 * n, calls=8, rate="ufunc")


registry.add_workload(
    Workload(
        name="many",
        dims=("n",),
        validate=lambda problem: None,
        label=lambda problem: f"n{problem.dims['n']}",
        arguments=lambda problem, seed: (np.linspace(0.5, 1.5, problem.dims["n"]),),
        reference=lambda problem, arguments: arguments[0] * 2.0,
        error_bound=lambda problem, arguments, kind: 1e-9,
        data_bytes=lambda problem: 16 * problem.dims["n"],
    )
)


@registry.implementation("many", family="ufunc", cost=_cost, dtypes=("float64",))
def repeated(x: Floats) -> Floats:
    """Sixty additions into one buffer, more when slowed on purpose."""
    out = np.empty_like(x)
    for _ in range(_PASSES + _MORE):
        np.add(x, x, out)
    return out


@registry.implementation("many", family="ufunc", cost=_cost, dtypes=("float64",))
def multiplied(x: Floats) -> Floats:
    """One multiplication."""
    return x * 2.0


@registry.implementation("many", family="ufunc", cost=_cost, dtypes=("float64",))
def chained(x: Floats) -> Floats:
    """Four operations with temporaries."""
    return np.asarray((x + 1.0) * 2.0 - x - (2.0 - x))


@registry.implementation("many", family="ufunc", cost=_cost, dtypes=("float64",))
def rooted(x: Floats) -> Floats:
    """A root of a square."""
    return np.asarray(np.sqrt(x * x) * 2.0)


@registry.implementation("many", family="loop", cost=_cost, dtypes=("float64",))
def scalar_loop(x: Floats) -> Floats:
    """One element after the other."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = x[i] * 2.0
    return out


@registry.implementation("many", family="loop", cost=_cost, dtypes=("float64",))
def pieces(x: Floats) -> Floats:
    """Slices of eight."""
    out = np.empty_like(x)
    for start in range(0, len(x), 8):
        out[start : start + 8] = x[start : start + 8] * 2.0
    return out


@registry.implementation("many", family="product", cost=_cost, dtypes=("float64",))
def outer_sum(x: Floats) -> Floats:
    """A small matrix product."""
    return np.asarray(np.stack([x, x], axis=1) @ np.ones(2))


@registry.implementation("many", family="product", cost=_cost, dtypes=("float64",))
def einsum(x: Floats) -> Floats:
    """The same as an Einstein sum."""
    return np.asarray(np.einsum("i,j->ij", x, np.ones(2)).sum(axis=1))


experiment = Experiment(
    name="many_points",
    question="Does a comparison of a run with itself stay quiet?",
    axis="n",
    problems=tuple(Problem(workload="many", dims={"n": n}) for n in SIZES),
    quick_problems=tuple(Problem(workload="many", dims={"n": n}) for n in SIZES),
    implementations=(
        "repeated",
        "multiplied",
        "chained",
        "rooted",
        "scalar_loop",
        "pieces",
        "outer_sum",
        "einsum",
    ),
)
