"""The sampling rate follows from what a tick costs here."""

import pytest

from profiler_suite.measure.native import perf, rate


def test_dear_ticks_are_taken_less_often() -> None:
    assert rate.frequency_for(20e-6) < rate.frequency_for(2e-6)


def test_the_rate_keeps_the_cost_below_a_half_per_cent_between_its_bounds() -> None:
    assert rate.frequency_for(5e-6) * 5e-6 < 0.005
    assert rate.frequency_for(0.0) == rate.frequency_for(1e-9) < 4000
    assert rate.frequency_for(1.0) > 90


@pytest.mark.measures
def test_a_tick_does_not_cost_a_millisecond() -> None:
    if reason := perf.why_not():
        pytest.skip(reason)
    # A cost of nothing is what noise leaves of a small one.
    assert 0 <= rate.tick_cost_s() < 1e-3
