"""Points that each depend on one thing of their surroundings: for planted causes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.model.experiment import Cost, Experiment, Problem
from profiler_suite.model.workload import Workload
from profiler_suite.workloads import registry

# Halved, these are below the smallest normal number: a processor may take many times as long.
_SUBNORMAL = 1e-310
_TURNS = 600_000


def _enter(
    name: str,
    arguments: Callable[[np.random.Generator, int], Any],
    function: Callable[..., Any],
) -> Problem:
    """A workload with one implementation, both of that name."""
    registry.add_workload(
        Workload(
            name=f"caused_{name}",
            dims=("n",),
            validate=lambda problem: None,
            label=lambda problem: f"n{problem.dims['n']}",
            arguments=lambda problem, seed: (arguments(np.random.default_rng(seed), seed),),
            data_bytes=lambda problem: 1e5,
        )
    )
    function.__name__ = f"caused_{name}"
    function.__doc__ = f"Depends on {name}."
    registry.implementation(
        f"caused_{name}",
        family=f"caused_{name}",
        cost=lambda problem: Cost(flop=1e6, compulsory_bytes=1e5, calls=1, rate="ufunc"),
        dtypes=("float64",),
    )(function)
    return Problem(workload=f"caused_{name}", dims={"n": 1})


def _halved(x: Any) -> Any:
    return x * 0.5


def _counted(x: Any) -> Any:
    total = 0
    for step in range(_TURNS):
        total += step & 7
    return np.asarray([float(total)])


_POINTS = {
    "product": (lambda rng, seed: rng.random((400, 400)), lambda x: x @ x),
    "vectors": (lambda rng, seed: rng.random(8192), lambda x: np.exp(x)),
    "pages": (lambda rng, seed: rng.random(4_000_000), lambda x: x + 1.0),
    "temporaries": (lambda rng, seed: rng.random(131_072), lambda x: (x * 2.0 + 1.0) * 3.0),
    "values": (
        lambda rng, seed: np.full(8192, _SUBNORMAL if seed % 2 else 1.0) * rng.random(8192),
        _halved,
    ),
    "waits": (lambda rng, seed: rng.random(8), _counted),
    # NumPy 2.3 looks whole numbers up in a table of hashes, where it sorted them before.
    "unique": (lambda rng, seed: rng.integers(0, 1000, 200_000), lambda x: np.unique(x) * 1.0),
}

_PROBLEMS = tuple(_enter(name, *each) for name, each in _POINTS.items())

experiment = Experiment(
    name="caused",
    question="What makes the difference?",
    axis="name",
    problems=_PROBLEMS,
    quick_problems=_PROBLEMS,
    implementations=tuple(f"caused_{name}" for name in _POINTS),
)
