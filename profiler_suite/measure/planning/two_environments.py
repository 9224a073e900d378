"""Every point of a plan twice: in the suite's own Python and in another one."""

from collections.abc import Sequence

import msgspec

from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import OTHER

# Two processes that run the same code differ by 1 to 3 %, and no pairing of visits in one
# pair of processes takes that away: only more pairs of processes do, each with so many
# rounds that its own ratio is known.
_WORKERS = {"quick": 4, "default": 6, "full": 10}
_ROUNDS_PER_WORKER = 8
# Twice the points in twice the processes.
_BUDGETS_S = {"quick": 19.0, "default": 110.0}


def doubled(points: Sequence[Point]) -> list[Point]:
    """The points, each followed by its counterpart in the other environment."""
    found: list[Point] = []
    for point in points:
        found.append(msgspec.structs.replace(point, counterpart=_name(point.id)))
        found.append(
            msgspec.structs.replace(
                point,
                id=_name(point.id),
                partner=_name(point.partner) if point.partner else "",
                environment=OTHER,
                counterpart=point.id,
            )
        )
    return found


def _name(point_id: str) -> str:
    return f"{point_id}@{OTHER}"


def schedule_for(schedule: Schedule) -> Schedule:
    """The schedule with more worker processes, and time for their rounds: the two sides run in
    processes of their own."""
    workers = _WORKERS.get(schedule.mode, schedule.workers)
    return msgspec.structs.replace(
        schedule,
        workers=max(workers, schedule.workers),
        rounds_per_worker=_ROUNDS_PER_WORKER,
        budget_s=max(_BUDGETS_S.get(schedule.mode, 0.0), schedule.budget_s),
    )
