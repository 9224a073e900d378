"""A plan reduced to some of its points: those named by id, with what stands beside them."""

import difflib
from collections.abc import Collection, Iterable

from profiler_suite.errors import UsageError
from profiler_suite.measure.planning.forecast import forecast
from profiler_suite.measure.planning.plan import predicted_memory_bytes
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.experiment import Plan, Point
from profiler_suite.model.machine import Machine

_TWIN = "/again"
_MOST_NEAR = 3


def named(plan: Plan, ids: Iterable[str]) -> frozenset[str]:
    """The ids as the plan has them; UsageError for one that it has not, or leaves out.

    Which point is measured twice depends on what the machine can do: the id of a twin that
    this plan has not stands for the point itself.
    """
    known = {point.id for point in plan.points}
    skipped = {skip.point.id: skip.reason for skip in plan.skipped}
    found: set[str] = set()
    for name in ids:
        own = name if name in known else name.removesuffix(_TWIN)
        if own in known:
            found.add(own)
        elif own in skipped:
            raise UsageError(f"the point {name!r} cannot be measured: {skipped[own]}")
        else:
            raise _unknown(name, [*known, *skipped])
    return frozenset(found)


def _unknown(name: str, known: Collection[str]) -> UsageError:
    near = difflib.get_close_matches(name, sorted(known), n=_MOST_NEAR, cutoff=0.6)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return UsageError(
        f"unknown point {name!r}; {hint}Ids are in the report (column 'id' of points.csv) and "
        "in `sweep --dry-run --json`; a point of other sizes, dtypes or threads needs the "
        "options of its sweep, too"
    )


def beside(points: Iterable[Point], ids: Iterable[str]) -> frozenset[str]:
    """The ids with those of their partners: a ratio needs both, in the same rounds."""
    by_id = {point.id: point for point in points}
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in found:
            found.add(name)
            waiting += [by_id[name].partner, by_id[name].counterpart]
    return frozenset(found)


def only(plan: Plan, ids: Collection[str], machine: Machine, schedule: Schedule) -> Plan:
    """The plan of these points alone, with its own duration and memory."""
    points = tuple(point for point in plan.points if point.id in ids)
    experiments = {point.experiment for point in points}
    expected = forecast(points, machine, schedule)
    return Plan(
        experiments=tuple(each for each in plan.experiments if each.name in experiments),
        points=points,
        skipped=(),
        predicted_duration_s=expected.duration_s,
        predicted_memory_bytes=predicted_memory_bytes(points),
        forecast=expected,
    )
