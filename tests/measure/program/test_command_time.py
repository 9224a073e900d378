"""The whole command takes at most twice the program's time and half a minute."""

import pytest

from profiler_suite.measure.program.command_time import CommandTime


class FakeClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("program_s", [0.4, 6.0, 600.0])
def test_all_that_may_be_spent_ends_within_twice_the_time_and_half_a_minute(
    program_s: float,
) -> None:
    clock = FakeClock()
    time = CommandTime(clock=clock)
    clock.now += program_s + 1
    time.ran(program_s)
    assert time.total_s == pytest.approx(2 * program_s + 30)
    clock.now += time.again_s  # a second run that never ends
    clock.now += time.explaining_s
    assert clock.now + 3 - 100.0 <= time.total_s + 1e-9
    assert time.is_over


def test_a_second_run_as_long_as_the_first_leaves_the_budget_to_the_functions() -> None:
    clock = FakeClock()
    time = CommandTime(clock=clock)
    clock.now += 12.0
    time.ran(11.0)
    clock.now += 11.0
    assert time.explaining_s == pytest.approx(24.0)
    # A quicker one leaves no more: the budget is what was asked for.
    assert CommandTime(5.0, clock=clock).explaining_s == 5.0


def test_what_is_done_once_on_a_machine_is_no_time_of_the_program_s() -> None:
    clock = FakeClock()
    time = CommandTime(clock=clock)
    time.ran(1.0)
    clock.now += 2.0
    before_s = time.explaining_s
    clock.now += 15.0
    time.set_aside(15.0)
    time.explains_now()
    assert time.explaining_s == before_s == pytest.approx(24.0)
    clock.now += 10.0
    assert time.explaining_s == pytest.approx(14.0)


def test_each_function_gets_its_part_and_the_last_one_all_that_is_left() -> None:
    clock = FakeClock()
    time = CommandTime(clock=clock)
    time.ran(1.0)
    clock.now += 2.0
    assert time.part_s([90.0, 5.0, 5.0]) == pytest.approx(24 - 2 * 3)
    assert time.part_s([99.0, 1.0]) == pytest.approx(24 - 3)
    assert time.part_s([80.0, 20.0]) == pytest.approx(0.8 * 24)
    assert time.part_s([1.0, 1.0, 1.0]) == pytest.approx(8.0)
    assert time.part_s([0.0, 0.0]) == pytest.approx(12.0)
    clock.now += 15.0
    assert time.part_s([5.0]) == pytest.approx(time.explaining_s) == pytest.approx(12.0)


def test_a_function_may_take_longer_than_its_part_but_not_what_the_others_need() -> None:
    clock = FakeClock()
    time = CommandTime(clock=clock)
    time.ran(1.0)
    assert time.most_s(3) == pytest.approx(24.0 - 2 * 3)
    assert time.most_s(1) == pytest.approx(24.0)
    clock.now += 29.0
    assert time.most_s(1) == pytest.approx(3.0)


def test_what_is_to_be_expected_is_said_of_a_program_that_ran_before() -> None:
    time = CommandTime(clock=FakeClock())
    assert time.as_before(10.0, explains=True) == (
        "it took 10 s the last time: 50 s at most, all in all"
    )
    assert time.as_before(0.25, explains=False) == "it took 250 ms the last time"


def test_a_run_whose_calls_are_caught_at_once_is_not_paid_for_twice() -> None:
    time = CommandTime(runs=1, clock=FakeClock())
    time.ran(10.0)
    assert time.total_s == pytest.approx(40.0)
    assert "again" not in time.forecast(2)
    assert "2 functions" in time.forecast(2)


def test_the_forecast_says_how_long_the_program_and_its_functions_take() -> None:
    time = CommandTime(clock=FakeClock())
    time.ran(75.0)
    said = time.forecast(1)
    assert "running it again, about 1 min 15 s" in said
    assert "1 function, 24 s at most" in said
