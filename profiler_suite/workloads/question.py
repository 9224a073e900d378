"""The two sides of the founding question, and another way to the loop's answer."""

from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Cost, Experiment, Problem
from profiler_suite.model.workload import Implementation, unstated
from profiler_suite.workloads import catalogue, registry

NAME = "seed_question"
"""Of the experiment that asks it."""
_SEED = 0
ALTERNATIVE = "im2col_gemm"
"""Computes what the loop computes, in one product."""
MODULE = "profiler_suite.workloads.question"


def experiment() -> Experiment:
    """The experiment that asks the question."""
    return catalogue.load(catalogue.locate(NAME))


def side(name: str) -> tuple[Implementation, Problem, Cost]:
    """An implementation with the question's problem for it and its textbook cost."""
    implementation = registry.find_implementation(name)
    problem = next(p for p in experiment().problems if p.workload == implementation.workload)
    if implementation.cost is unstated:
        raise UsageError(f"implementation {name!r} states no cost")
    return implementation, problem, implementation.cost(problem)


def target(name: str) -> str:
    """The side's function as MODULE:FUNCTION."""
    function = side(name)[0].function
    return f"{function.__module__}:{function.__name__}"


def setup(name: str) -> str:
    """What makes the side's arguments, as MODULE:FUNCTION."""
    return f"{MODULE}:{'loop' if name != experiment().pair[1] else 'product'}_arguments"


def loop_arguments() -> tuple[Any, ...]:
    """Image, filters and stride of the question's convolution."""
    return _arguments(experiment().pair[0])


def product_arguments() -> tuple[Any, ...]:
    """Matrix and vector of the question's product."""
    return _arguments(experiment().pair[1])


def _arguments(name: str) -> tuple[Any, ...]:
    _, problem, _ = side(name)
    return registry.find_workload(problem.workload).arguments(problem, _SEED)
