"""Implementations that take their process along, or all memory, when they are looked at."""

import os
import signal
import sys
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
        name="minus",
        dims=("n",),
        validate=lambda problem: None,
        label=lambda problem: f"n{problem.dims['n']}",
        arguments=lambda problem, seed: (np.arange(problem.dims["n"], dtype=float),),
        reference=lambda problem, arguments: -arguments[0],
        error_bound=lambda problem, arguments, kind: 1e-12,
        data_bytes=lambda problem: 16 * problem.dims["n"],
    )
)


def _is_looked_at(x: Floats) -> bool:
    """Traced with counting arrays, or in the process that profiles lines."""
    return type(x) is not np.ndarray or "line_profiler" in sys.modules


@registry.implementation("minus", family="good", cost=_cost, dtypes=("float64",))
def negative(x: Floats) -> Floats:
    """Ends well."""
    return -x


@registry.implementation("minus", family="good", cost=_cost, dtypes=("float64",))
def times_minus_one(x: Floats) -> Floats:
    """Ends well, too."""
    return x * -1.0


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def dies_when_looked_at(x: Floats) -> Floats:
    """A segmentation fault under tracing and profiling."""
    if _is_looked_at(x):
        os.kill(os.getpid(), signal.SIGSEGV)
    return -x


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def hangs_when_looked_at(x: Floats) -> Floats:
    """Never comes back under tracing and profiling."""
    if _is_looked_at(x):
        time.sleep(3600)
    return -x


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def asks_for_too_much(x: Floats) -> Floats:
    """More than any machine has."""
    return -np.concatenate([x, np.empty(2**45)])[: len(x)]


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def killed_for_its_memory(x: Floats) -> Floats:
    """What the system does to a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return -x


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def leaves_a_process_behind(x: Floats) -> Floats:
    """Starts a process that would outlive it, and then never comes back."""
    if os.fork() == 0:
        time.sleep(3600)
    time.sleep(3600)
    return -x


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def closes_everything(x: Floats) -> Floats:
    """Closes the pipe to the parent and goes on."""
    os.closerange(3, 1000)
    return -x


@registry.implementation("minus", family="bad", cost=_cost, dtypes=("float64",))
def not_a_number(x: Floats) -> Floats:
    """Differs from what is right by what no number can say."""
    return -x * np.inf


experiment = Experiment(
    name="deadly",
    question="What does it take along?",
    axis="n",
    problems=(Problem(workload="minus", dims={"n": 16}),),
    implementations=("negative", "times_minus_one"),
)
