"""From what was asked for to the plan of one machine."""

from typing import TYPE_CHECKING

from profiler_suite.cli.sweeping.request import SweepRequest
from profiler_suite.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from profiler_suite.cli.progress import ProgressLine
    from profiler_suite.measure.planning.plan import Overrides
    from profiler_suite.measure.planning.schedule import Schedule
    from profiler_suite.model.experiment import Experiment, Plan
    from profiler_suite.model.machine import Machine


def schedule_of(request: SweepRequest) -> "Schedule":
    """How long and how well to measure."""
    from profiler_suite.measure.planning.schedule import of_mode
    from profiler_suite.measure.planning.two_environments import schedule_for

    schedule = of_mode(request.mode or "default")
    return schedule_for(schedule) if request.versus else schedule


def with_paces(schedule: "Schedule", machine: "Machine") -> "Schedule":
    """The schedule with how long its phases took in earlier sweeps on this machine."""
    import msgspec

    from profiler_suite.machine.kept import kept_paces

    return msgspec.structs.replace(schedule, paces=kept_paces(machine.fingerprint))


def overrides_of(request: SweepRequest) -> "Overrides":
    """What the options put in the place of an experiment's own values."""
    from profiler_suite.measure.planning.plan import Overrides

    return Overrides(
        dims=request.dims,
        threads=request.threads,
        dtypes=request.dtype,
        implementations=request.implementations,
    )


def plan_for(
    request: SweepRequest,
    experiments: list["Experiment"],
    machine: "Machine",
    files: tuple[str, ...],
    *,
    together: bool,
) -> "Plan":
    """The plan for a machine; `together` says that one process holds all its points."""
    from profiler_suite.measure.planning.plan import check_dims, plan
    from profiler_suite.measure.planning.traced_cost import TracedCosts

    schedule = with_paces(schedule_of(request), machine)
    if not request.point:  # of a point, the options are those of the sweep that had it
        check_dims(experiments, overrides_of(request))
    with TracedCosts(files) as costs:
        return plan(
            experiments,
            machine,
            schedule,
            overrides_of(request),
            costs.cost,
            together=together,
            versus=request.versus is not None,
        )


def check_points(request: SweepRequest) -> None:
    """Raise UsageError for --point with an option that chooses points in another way."""
    others = {
        "--only-flagged": request.only_flagged,
        "--shard": request.shard,
        "--scheduler": request.scheduler,
    }
    named = [option for option, given in others.items() if given]
    if request.point and named:
        raise UsageError(f"--point and {named[0]} cannot be combined; choose one of them")


def experiments_of(request: SweepRequest) -> tuple[str, ...]:
    """The built-in experiments to plan: all, or those that the named points are of."""
    from profiler_suite.workloads import catalogue

    names = catalogue.built_in()
    wanted = [point.partition("/")[0] for point in request.point]
    for name in wanted:
        if name not in names:
            raise unknown_name("experiment", name, names)
    return tuple(name for name in names if name in wanted) if wanted else names


def chosen_points(
    request: SweepRequest,
    whole: "Plan",
    machine: "Machine",
    schedule: "Schedule",
    progress: "ProgressLine",
) -> "Plan":
    """The plan of the points that were named, and of what they are compared with."""
    from profiler_suite.measure.planning.subset import beside, named, only

    ids = named(whole, request.point)
    together = beside(whole.points, ids)
    if (more := sorted(together - ids)) and not request.quiet:
        progress.keep(f"also measured, in the same rounds, for comparison: {', '.join(more)}")
    return only(whole, together, machine, schedule)
