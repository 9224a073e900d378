"""The time left as it is shown hardly ever goes up, whatever is forecast."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiler_suite.cli.time_left import MOST_UP, OVER_S, TimeLeft, steady

SECONDS = st.floats(0.0, 1e5)
STEPS = st.lists(st.tuples(st.floats(0.0, 30.0), SECONDS), min_size=1, max_size=60)


@given(SECONDS, st.floats(0.0, 60.0), SECONDS)
def test_one_step_is_at_most_a_fifth_up(shown: float, since: float, estimate: float) -> None:
    assert steady(shown, since, estimate) <= shown * MOST_UP + 1e-9


@given(SECONDS, st.floats(0.0, 60.0), SECONDS)
def test_it_lies_between_what_the_clock_and_the_forecast_say(
    shown: float, since: float, estimate: float
) -> None:
    expected = max(0.0, shown - since)
    found = steady(shown, since, estimate)
    assert min(expected, estimate) - 1e-6 <= found <= max(expected, estimate) + 1e-6


@given(STEPS)
def test_within_ten_seconds_it_never_goes_up_by_more_than_a_fifth(
    steps: list[tuple[float, float]],
) -> None:
    left, now, seen = TimeLeft(), 0.0, []
    for pause, estimate in steps:
        now += pause
        seen.append((now, left.update(now, estimate)))
    for (before_s, before), (after_s, after) in itertools.combinations(seen, 2):
        if after_s - before_s <= OVER_S:
            assert after <= before * MOST_UP * (1 + 1e-9) + 1e-9
    assert all(shown >= 0 for _, shown in seen)


def test_a_right_forecast_is_shown_as_it_is() -> None:
    left = TimeLeft()
    assert left.now(3.0) is None
    assert [left.update(t, 60.0 - t) for t in (0.0, 10.0, 50.0)] == [60.0, 50.0, 10.0]
    assert left.now(55.0) == 5.0
    assert left.now(99.0) == 0.0


def test_a_forecast_that_was_wrong_is_caught_up_with() -> None:
    left = TimeLeft()
    left.update(0.0, 60.0)
    for second in range(1, 60):
        shown = left.update(float(second), 200.0 - second)
    assert shown == pytest.approx(200.0 - 59)
    for second in range(60, 90):
        shown = left.update(float(second), 10.0)
    assert shown == pytest.approx(10.0, abs=1.0)
