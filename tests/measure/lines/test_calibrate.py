"""What line_profiler adds is solved for, from programs that differ in one thing."""

import pytest

from profiler_suite.measure.lines.calibrate import Costs, solve
from profiler_suite.measure.lines.events import Events


def test_known_costs_are_found_again() -> None:
    true = {"hits": 100e-9, "hit_bytes": 0.5e-9, "foreign": 60e-9, "instructions": 5e-9}
    counted = [
        Events(hits=100, hit_bytes=5_000, instructions=400),
        Events(hits=100, hit_bytes=90_000, instructions=400),
        Events(hits=50, hit_bytes=5_000, foreign=200, instructions=900),
        Events(hits=10, hit_bytes=600, instructions=3_000),
        Events(hits=70, hit_bytes=700, foreign=10, instructions=50),
    ]
    added_s = [
        sum(cost * getattr(each, name) for name, cost in true.items()) for each in counted
    ]
    found = solve(counted, added_s, 1e-7)
    assert set(found.per_event) == set(true)
    for name, cost in true.items():
        assert found.per_event[name] == pytest.approx(cost, rel=1e-6)
    assert found.error < 1e-6


def test_a_slower_machine_adds_more() -> None:
    costs = Costs(per_event={"hits": 1e-7}, error=0.1, reference_s=1e-7)
    assert costs.added_s(Events(hits=10)) == pytest.approx(1e-6)
    assert costs.added_s(Events(hits=10), pace=1.8) == pytest.approx(1.8e-6)
