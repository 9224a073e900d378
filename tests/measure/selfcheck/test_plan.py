"""What a selfcheck plans: functions whose truth is known, in pairs of known ratio."""

from collections.abc import Iterator

import pytest

from profiler_suite.measure.selfcheck.plan import (
    BREAKDOWN,
    COUNTS,
    KNOWN_TRUTH,
    PLANTED,
    UNITS,
    WAITS_NS,
    SelfCheckEffort,
    breakdown_plan,
    rounds_plan,
    schedule,
)
from profiler_suite.registry import forget
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE


@pytest.fixture(autouse=True)
def _known_truth() -> Iterator[None]:
    catalogue.load(KNOWN_TRUTH)
    yield
    forget(KNOWN_TRUTH.resolve())


@pytest.mark.parametrize(("same", "planted"), [(0, 0), (1, 1), (7, 3)])
def test_as_many_pairs_as_were_asked_for(same: int, planted: int) -> None:
    points, pairs = rounds_plan(
        SelfCheckEffort(same_pairs=same, planted_pairs=planted), MACHINE
    )
    assert len(pairs) == same + planted * len(PLANTED)
    assert len(points) == 1 + len(WAITS_NS) + 2 * len(pairs)
    assert len({point.id for point in points}) == len(points)


def test_units_take_turns() -> None:
    effort = SelfCheckEffort(same_pairs=2 * len(UNITS), planted_pairs=0)
    _, pairs = rounds_plan(effort, MACHINE)
    assert [pair.unit for pair in pairs] == [*UNITS, *UNITS]
    assert {pair.planted for pair in pairs} == {0.0}


def test_waits_are_as_long_as_they_say() -> None:
    points, _ = rounds_plan(SelfCheckEffort(), MACHINE)
    waits = [p.problem.dims["n"] for p in points if p.implementation == "busy_wait"]
    assert waits == list(WAITS_NS)


def test_functions_are_explained_at_their_sizes_and_a_suffix_tells_passes_apart() -> None:
    sizes = BREAKDOWN | COUNTS
    plain = breakdown_plan(MACHINE, sizes)
    assert {p.implementation: p.problem.dims["n"] for p in plain} == sizes
    again = breakdown_plan(MACHINE, sizes, "/1")
    assert [p.id for p in again] == [f"{p.id}/1" for p in plain]
    assert breakdown_plan(MACHINE, {}) == ()


@pytest.mark.parametrize("elapsed_s", [0.0, 30.0, 60.0, 1e4])
def test_the_rounds_never_end_because_points_converge(elapsed_s: float) -> None:
    effort = SelfCheckEffort(rounds_s=40.0, total_s=75.0, workers=2)
    found = schedule(effort, 100, elapsed_s)
    assert 0.3 * 40.0 <= found.budget_s <= 40.0
    assert found.half_width == 0.0
    assert found.workers == 2
    assert schedule(effort, 100, elapsed_s + 5.0).budget_s <= found.budget_s
