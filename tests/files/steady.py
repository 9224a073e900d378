"""A small experiment whose implementations all end well."""

import numpy as np
from numpy.typing import NDArray

from profiler_suite.model.experiment import Cost, Experiment, Problem
from profiler_suite.model.workload import Workload
from profiler_suite.workloads import registry

Floats = NDArray[np.float64]


def _cost(problem: Problem) -> Cost:
    n = problem.dims["n"]
    return Cost(flop=n, compulsory_bytes=16 * n, calls=1, rate="ufunc")


registry.add_workload(
    Workload(
        name="triple",
        dims=("n",),
        validate=lambda problem: None,
        label=lambda problem: f"n{problem.dims['n']}",
        arguments=lambda problem, seed: (np.arange(problem.dims["n"], dtype=float),),
        reference=lambda problem, arguments: arguments[0] * 3,
        error_bound=lambda problem, arguments, kind: 1e-12,
        data_bytes=lambda problem: 16 * problem.dims["n"],
    )
)


@registry.implementation("triple", family="ufunc", cost=_cost, dtypes=("float64",))
def times_three(x: Floats) -> Floats:
    """One multiplication."""
    return x * 3


@registry.implementation("triple", family="ufunc", cost=_cost, dtypes=("float64",))
def three_times_itself(x: Floats) -> Floats:
    """Two additions."""
    return x + x + x


@registry.implementation("triple", family="loop", cost=_cost, dtypes=("float64",))
def one_by_one(x: Floats) -> Floats:
    """A loop."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = 3 * x[i]
    return out


experiment = Experiment(
    name="steady",
    question="Is all of it there?",
    axis="n",
    problems=tuple(Problem(workload="triple", dims={"n": n}) for n in (8, 16, 32, 64)),
    implementations=("times_three", "three_times_itself", "one_by_one"),
    pair=("times_three", "three_times_itself"),
)
