"""A chain of dependent multiplications takes the same for every step."""

import pytest

from profiler_suite.machine.examining.chain import KEY, chain_station, chain_step_s
from profiler_suite.machine.examining.rounds import StationVisit, Visits


def test_a_step_is_timed_by_the_shortest_of_several_calls() -> None:
    now = [0]

    def clock() -> int:
        now[0] += 4096 if now[0] > 4096 * 6 else 8192
        return now[0]

    found = chain_station(clock).sample()
    assert found.values == pytest.approx((1e-9,))


def test_a_real_step_takes_a_fraction_of_a_nanosecond_up_to_some() -> None:
    assert 1e-11 < chain_station().sample().values[0] < 1e-7


def test_the_shortest_step_of_all_visits_counts() -> None:
    visits = [StationVisit(at_s=0.0, values=(v,), canary_s=1.0) for v in (3e-10, 2e-10, 9e-10)]
    assert chain_step_s(Visits(by_station={KEY: visits}, baseline_s=1.0, rounds=3)) == 2e-10
    assert chain_step_s(Visits(by_station={}, baseline_s=1.0, rounds=0)) == 0.0
