"""From what was asked for to the plan of one machine."""

from typing import TYPE_CHECKING

from profiler_suite.cli.request import Request

if TYPE_CHECKING:
    from profiler_suite.measure.schedule import Schedule
    from profiler_suite.model import Experiment, Machine, Plan


def schedule_of(request: Request) -> "Schedule":
    """How long and how well to measure."""
    from profiler_suite.measure.schedule import of_mode
    from profiler_suite.measure.versus import schedule_for

    schedule = of_mode(request.mode or "default")
    return schedule_for(schedule) if request.versus else schedule


def plan_for(
    request: Request,
    experiments: list["Experiment"],
    machine: "Machine",
    files: tuple[str, ...],
    *,
    together: bool,
) -> "Plan":
    """The plan for a machine; `together` says that one process holds all its points."""
    from profiler_suite.measure.costing import TracedCosts
    from profiler_suite.measure.plan import Overrides, plan

    overrides = Overrides(
        sizes=request.sizes,
        filters=request.filters,
        strides=request.strides,
        threads=request.threads,
        dtypes=request.dtype,
        implementations=request.implementations,
    )
    schedule = schedule_of(request)
    with TracedCosts(files) as costs:
        return plan(
            experiments,
            machine,
            schedule,
            overrides,
            costs.cost,
            together=together,
            versus=request.versus is not None,
        )
