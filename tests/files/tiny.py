"""A small workload of its own with implementations that end in every possible way."""

import os
import signal
import time

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
        name="double",
        dims=("n",),
        validate=lambda problem: None,
        label=lambda problem: f"n{problem.dims['n']}",
        arguments=lambda problem, seed: (np.arange(problem.dims["n"], dtype=float),),
        reference=lambda problem, arguments: arguments[0] * 2,
        error_bound=lambda problem, arguments, kind: 1e-12,
        data_bytes=lambda problem: 16 * problem.dims["n"],
    )
)


@registry.implementation("double", family="ufunc", cost=_cost, dtypes=("float64",))
def times_two(x: Floats) -> Floats:
    """One multiplication."""
    return x * 2


@registry.implementation("double", family="ufunc", cost=_cost, dtypes=("float64",))
def plus_itself(x: Floats) -> Floats:
    """One addition."""
    return x + x


@registry.implementation("double", family="bad", cost=_cost, dtypes=("float64",))
def wrong(x: Floats) -> Floats:
    """Gives another answer."""
    return x * 3


@registry.implementation("double", family="bad", cost=_cost, dtypes=("float64",))
def raises(x: Floats) -> Floats:
    """Raises."""
    raise RuntimeError("this one always raises")


_calls = 0


@registry.implementation("double", family="bad", cost=_cost, dtypes=("float64",))
def segfault(x: Floats) -> Floats:
    """Dies in the middle of a visit, after warm-up and calibration went well."""
    global _calls
    _calls += 1
    if _calls > 3000:
        os.kill(os.getpid(), signal.SIGSEGV)
    return x * 2


@registry.implementation("double", family="bad", cost=_cost, dtypes=("float64",))
def hangs(x: Floats) -> Floats:
    """Never comes back."""
    time.sleep(3600)
    return x * 2


experiment = Experiment(
    name="tiny",
    question="Does everything that can go wrong stay in its own point?",
    axis="n",
    problems=(Problem(workload="double", dims={"n": 64}),),
    implementations=("times_two", "plus_itself"),
    pair=("times_two", "plus_itself"),
)
