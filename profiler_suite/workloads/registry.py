"""The workloads and the implementations, each filled by a decorator or a call."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Cost, Point, Problem, Work
from profiler_suite.model.workload import Implementation, Workload, unstated
from profiler_suite.registry import Registry

Function = TypeVar("Function", bound=Callable[..., object])

# Importing these fills both.
BUILT_IN = (
    "profiler_suite.workloads.convolution",
    "profiler_suite.workloads.dense",
    "profiler_suite.workloads.depthwise",
    "profiler_suite.workloads.depthwise_peers",
)
_WORKLOADS: Registry[Workload] = Registry("workload", BUILT_IN)
_IMPLEMENTATIONS: Registry[Implementation] = Registry("implementation", BUILT_IN)


def add_workload(workload: Workload) -> Workload:
    """Enter a workload; its name must be new."""
    _WORKLOADS.add(workload.name, workload, workload.validate)
    return workload


def implementation(
    workload: str,
    *,
    family: str,
    cost: Callable[[Problem], Cost] = unstated,
    dtypes: tuple[str, ...] = ("float32", "float64"),
    refuse: Callable[[Problem], str] | None = None,
    error: str = "direct",
    prepare: Callable[..., Callable[..., Any]] | None = None,
    work: Callable[[Problem], Work] = unstated,
    chooses: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Enter the decorated function as an implementation of `workload`, under its own name.

    The function takes the workload's arguments, returns the answer as a new
    array, and must not change its arguments. Without `cost`, traced counts serve.
    With `prepare`, what that returns is timed in its place (see `ready`). With
    `chooses`, one of the implementations named there is, as the plan says.
    """

    def enter(function: Function) -> Function:
        name = function.__name__
        entry = Implementation(
            name=name,
            workload=workload,
            family=family,
            function=function,
            cost=cost,
            dtypes=dtypes,
            summary=(function.__doc__ or name).strip().splitlines()[0],
            refuse=refuse,
            error=error,
            prepare=prepare,
            work=work,
            chooses=chooses,
        )
        _IMPLEMENTATIONS.add(name, entry, function)
        return function

    return enter


def run_by(point: Point) -> Implementation:
    """The implementation that a point runs: its own, or the one that was chosen for it."""
    return find_implementation(point.runs or point.implementation)


def ready(implementation: Implementation, arguments: Sequence[Any]) -> Callable[..., Any]:
    """What is called and timed: the function, or what its `prepare` made for these arguments.

    What was prepared takes the same arguments; only the first may have other values.
    """
    if implementation.prepare is None:
        return implementation.function
    return implementation.prepare(*arguments)


def workloads() -> dict[str, Workload]:
    """A copy of the workloads by name."""
    return _WORKLOADS.entries()


def implementations() -> dict[str, Implementation]:
    """A copy of the implementations by name, in order of entry."""
    return _IMPLEMENTATIONS.entries()


def find_workload(name: str) -> Workload:
    """The workload of that name, or an error that names the nearest."""
    return _WORKLOADS.find(name)


def first_implementation(workload: str) -> Implementation:
    """The implementation of a workload that was entered first."""
    for each in implementations().values():
        if each.workload == workload:
            return each
    raise UsageError(f"workload {workload!r} has no implementation; register one")


def find_implementation(name: str) -> Implementation:
    """The implementation of that name, or an error that names the nearest."""
    return _IMPLEMENTATIONS.find(name)
