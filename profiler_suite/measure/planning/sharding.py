"""Cuts a plan into parts: shards for jobs that know nothing of each other, blocks for tasks."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from profiler_suite.errors import UsageError
from profiler_suite.measure.lines.job import representatives
from profiler_suite.measure.planning.forecast import forecast, one_after_the_other, visit_s
from profiler_suite.measure.planning.plan import predicted_memory_bytes, usable_bytes
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.model.experiment import Plan, Point
from profiler_suite.model.machine import Machine

# A block has a round that is made often enough within the span; more points would
# only make a task longer, and what is lost with a worker larger.
_MOST_POINTS = 120
# Share of visits that are undisturbed on a shared machine that is not at its best.
_UNDISTURBED_SHARE = 0.6


def base_id(point: Point) -> str:
    """The id without what marks the second name of an A/A pair."""
    return point.partner if point.replica else point.id


def plan_name(plan: Plan, mode: str) -> str:
    """16 hexadecimal digits; the same for the same points, measured or skipped, and mode.

    Which points are skipped, and which are measured twice, depends on what the machine
    can do; what was asked for does not.
    """
    asked = sorted({base_id(p) for p in _everything(plan)})
    return hashlib.sha256("\n".join((mode, *asked)).encode()).hexdigest()[:16]


def plan_seed(plan: Plan, mode: str) -> int:
    """A seed that every shard of the same plan finds on its own."""
    return int(plan_name(plan, mode)[:8], 16)


def asked_points(plan: Plan) -> int:
    """How many points were asked for, second names of A/A pairs not counted."""
    return len({base_id(p) for p in _everything(plan)})


def _everything(plan: Plan) -> list[Point]:
    return [*plan.points, *(skip.point for skip in plan.skipped)]


def shard_of(plan: Plan, number: int, of: int, machine: Machine, schedule: Schedule) -> Plan:
    """Shard `number` (from 1) of the plan: every `of`-th group of points, by id.

    It does not depend on the machine that asks: points that are skipped there count.
    Partners stay together.
    """
    together = groups(_everything(plan))
    ordered = sorted(together, key=lambda group: min(base_id(p) for p in group))
    mine = {p.id for group in ordered[number - 1 :: of] for p in group}
    points = tuple(p for p in plan.points if p.id in mine)
    if not points:
        raise UsageError(
            f"shard {number}/{of} has no points: the plan has {len(together)} groups of points "
            "that belong together, and not all can be measured here; use fewer shards"
        )
    in_blocks = blocks(points, schedule, usable_bytes(machine, schedule))
    profiled = {p.id for p in representatives(points)}
    expected = one_after_the_other(
        [forecast(block, machine, schedule, profiled) for block in in_blocks]
    )
    return msgspec.structs.replace(
        plan,
        points=points,
        skipped=tuple(skip for skip in plan.skipped if skip.point.id in mine),
        predicted_duration_s=expected.duration_s,
        predicted_memory_bytes=predicted_memory_bytes(points),
        forecast=expected,
    )


def blocks(
    points: Sequence[Point], schedule: Schedule, memory_bytes: float = 0.0
) -> list[tuple[Point, ...]]:
    """The points in parts that are each measured in some seconds, partners together.

    A part has as many points as can be visited often enough within the schedule's span:
    more would last longer, fewer would wait for it. Their working sets together stay below
    `memory_bytes` (0: no limit).
    """
    round_s = schedule.span_s * _UNDISTURBED_SHARE / schedule.fewest_visits
    found: list[tuple[Point, ...]] = []
    block: list[Point] = []
    used_s = used_bytes = 0.0
    for group in groups(points):
        group_s = sum(visit_s(p) for p in group)
        group_bytes = sum(p.working_set_bytes for p in group)
        full = (
            used_s + group_s > round_s
            or len(block) + len(group) > _MOST_POINTS
            or 0 < memory_bytes < used_bytes + group_bytes
        )
        if block and full:
            found.append(tuple(block))
            block, used_s, used_bytes = [], 0.0, 0.0
        block += group
        used_s += group_s
        used_bytes += group_bytes
    if block:
        found.append(tuple(block))
    return found


def groups(points: Iterable[Point]) -> list[list[Point]]:
    """Points that are visited side by side, in order of their first."""
    known = {point.id: point for point in points}
    beside: dict[str, list[str]] = {name: [] for name in known}
    for point in known.values():
        if point.partner in known:
            beside[point.id].append(point.partner)
            beside[point.partner].append(point.id)
    seen: set[str] = set()
    found: list[list[Point]] = []
    for name in known:
        group: list[Point] = []
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                group.append(known[each])
                waiting += beside[each]
        if group:
            found.append(group)
    return found
