"""The registry: one dict of workloads, one of implementations, filled by a decorator."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from profiler_suite.errors import UsageError, unknown_name
from profiler_suite.model.experiment import Cost, Point, Problem, Work
from profiler_suite.model.workload import Implementation, Workload, unstated

Function = TypeVar("Function", bound=Callable[..., object])

_WORKLOADS: dict[str, Workload] = {}
_IMPLEMENTATIONS: dict[str, Implementation] = {}

# Importing these fills the registry.
BUILT_IN = ("profiler_suite.workloads.convolution", "profiler_suite.workloads.dense")


def add_workload(workload: Workload) -> Workload:
    """Enter a workload; its name must be new."""
    if workload.name in _WORKLOADS:
        raise UsageError(f"workload {workload.name!r} is registered twice; choose another name")
    _WORKLOADS[workload.name] = workload
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
        if name in _IMPLEMENTATIONS:
            raise UsageError(
                f"implementation {name!r} is registered twice; choose another function name"
            )
        _IMPLEMENTATIONS[name] = Implementation(
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


def forget(file: Path) -> None:
    """Take out what the functions of one file entered, so that the file can be run again."""

    def is_from_file(function: Callable[..., object]) -> bool:
        code = getattr(function, "__code__", None)
        return code is not None and Path(code.co_filename).resolve() == file

    for name, entered in list(_IMPLEMENTATIONS.items()):
        if is_from_file(entered.function):
            del _IMPLEMENTATIONS[name]
    for name, workload in list(_WORKLOADS.items()):
        if is_from_file(workload.validate):
            del _WORKLOADS[name]


def _fill() -> None:
    for module in BUILT_IN:
        importlib.import_module(module)


def workloads() -> dict[str, Workload]:
    """A copy of the workloads by name."""
    _fill()
    return dict(_WORKLOADS)


def implementations() -> dict[str, Implementation]:
    """A copy of the implementations by name, in order of entry."""
    _fill()
    return dict(_IMPLEMENTATIONS)


def find_workload(name: str) -> Workload:
    """The workload of that name, or an error that names the nearest."""
    known = workloads()
    if name not in known:
        raise unknown_name("workload", name, known)
    return known[name]


def first_implementation(workload: str) -> Implementation:
    """The implementation of a workload that was entered first."""
    for each in implementations().values():
        if each.workload == workload:
            return each
    raise UsageError(f"workload {workload!r} has no implementation; enter one")


def find_implementation(name: str) -> Implementation:
    """The implementation of that name, or an error that names the nearest."""
    known = implementations()
    if name not in known:
        raise unknown_name("implementation", name, known)
    return known[name]
