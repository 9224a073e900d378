"""Shards and blocks: every point in one part, partners together, the same on every machine."""

import itertools

import msgspec
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.planning.sharding import (
    asked_points,
    blocks,
    plan_name,
    plan_seed,
    shard_of,
)
from profiler_suite.model.experiment import Plan
from profiler_suite.model.machine import Machine
from profiler_suite.workloads import catalogue
from tests.fake_machine import FACTS, MACHINE, call_cost


def planned(machine: Machine = MACHINE) -> Plan:
    experiments = [catalogue.load(catalogue.locate(name)) for name in catalogue.built_in()]
    return plan(experiments, machine, QUICK, together=False)


def slower() -> Machine:
    """A machine whose survey found other numbers: other points are skipped and paired."""
    costs = tuple(call_cost(c.operation, c.layout, 9 * c.fixed_s) for c in MACHINE.call_costs)
    facts = msgspec.structs.replace(FACTS, memory_bytes=2**28)
    return msgspec.structs.replace(MACHINE, facts=facts, call_costs=costs)


def test_the_shards_have_every_point_once_and_partners_together() -> None:
    whole = planned()
    shards = [shard_of(whole, number, 5, MACHINE, QUICK) for number in range(1, 6)]
    ids = [point.id for shard in shards for point in shard.points]
    assert sorted(ids) == sorted(point.id for point in whole.points)
    for shard in shards:
        mine = {point.id for point in shard.points}
        assert all(point.partner in mine for point in shard.points if point.partner)
    skipped = [skip.point.id for shard in shards for skip in shard.skipped]
    assert sorted(skipped) == sorted(skip.point.id for skip in whole.skipped)


def test_machines_that_skip_other_points_agree_on_plan_seed_and_shards() -> None:
    one, other = planned(), planned(slower())
    assert {p.id for p in one.points} != {p.id for p in other.points}
    assert plan_name(one, "quick") == plan_name(other, "quick")
    assert plan_seed(one, "quick") == plan_seed(other, "quick")
    assert asked_points(one) == asked_points(other)
    assert plan_name(one, "quick") != plan_name(one, "full")
    first_of_each = [
        {p.id for p in shard_of(p, 1, 4, MACHINE, QUICK).points} for p in (one, other)
    ]
    rest = {p.id for n in (2, 3, 4) for p in shard_of(other, n, 4, MACHINE, QUICK).points}
    assert not {name for name in first_of_each[0] if not name.endswith("/again")} & rest


def test_a_shard_without_points_is_refused() -> None:
    with pytest.raises(UsageError, match="use fewer shards"):
        shard_of(planned(), 4000, 4000, MACHINE, QUICK)


def test_blocks_hold_every_point_once_in_order_with_a_round_that_fits_the_span() -> None:
    points = planned().points
    found = blocks(points, QUICK)
    assert sorted(p.id for p in itertools.chain(*found)) == sorted(p.id for p in points)
    assert 1 < len(found) < len(points) / 10
    for block in found:
        mine = {point.id for point in block}
        assert all(point.partner in mine for point in block if point.partner)


def test_blocks_stay_within_the_memory() -> None:
    points = planned().points
    limit = 2 * max(point.working_set_bytes for point in points)
    for block in blocks(points, QUICK, limit):
        assert sum(point.working_set_bytes for point in block) <= limit
    assert len(blocks(points, QUICK, limit)) > len(blocks(points, QUICK))
