"""A workload that states neither cost nor reference nor error bound."""

import numpy as np
from numpy.typing import NDArray

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.model.workload import Workload
from profiler_suite.workloads import registry

Floats = NDArray[np.float64]


def _arguments(problem: Problem, seed: int) -> tuple[Floats]:
    return (np.random.default_rng(seed).random((problem.dims["n"], 3)),)


registry.add_workload(
    Workload(
        name="distances",
        dims=("n",),
        validate=lambda problem: None,
        label=lambda problem: f"n{problem.dims['n']}",
        arguments=_arguments,
        data_bytes=lambda problem: 8.0 * problem.dims["n"] * (3 + problem.dims["n"]),
    )
)


@registry.implementation("distances", family="vectorized", dtypes=("float64",))
def by_differences(x: Floats) -> Floats:
    """All differences, squared and summed."""
    d = x[:, None, :] - x[None, :, :]
    total: Floats = np.sqrt((d * d).sum(axis=2))
    return total


@registry.implementation("distances", family="loop", dtypes=("float64",))
def row_by_row(x: Floats) -> Floats:
    """One row of distances after the other."""
    out = np.empty((len(x), len(x)))
    for i in range(len(x)):
        d = x - x[i]
        out[i] = np.sqrt((d * d).sum(axis=1))
    return out


@registry.implementation("distances", family="loop", dtypes=("float64",))
def without_the_root(x: Floats) -> Floats:
    """Gives another answer."""
    d = x[:, None, :] - x[None, :, :]
    total: Floats = (d * d).sum(axis=2)
    return total


@registry.implementation("distances", family="loop", dtypes=("float64",))
def only_moves(x: Floats) -> Floats:
    """No arithmetic at all, and wrong."""
    return np.zeros((len(x), len(x)))


experiment = Experiment(
    name="own_workload",
    question="Which way to all distances is faster?",
    axis="n",
    problems=(
        Problem(workload="distances", dims={"n": 10}),
        Problem(workload="distances", dims={"n": 40}),
    ),
    implementations=("by_differences", "row_by_row", "without_the_root", "only_moves"),
    pair=("row_by_row", "by_differences"),
)
