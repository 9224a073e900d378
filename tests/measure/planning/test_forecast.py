"""How long a sweep takes: the phases follow from the points and the schedule, no clock."""

import msgspec
import pytest

from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.forecast import Countdown, Share, SweepState, visit_s
from profiler_suite.measure.planning.plan import plan
from profiler_suite.measure.planning.schedule import (
    BREAKDOWN,
    DEFAULT,
    FULL,
    LINES,
    PREPARE,
    QUICK,
    ROUNDS,
    budget_s,
    most_trace_s,
    trace_s,
)
from profiler_suite.model.experiment import Cost, Point, Problem
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE

L3_BYTES = 32 * 2**20
SMALL_FULL = msgspec.structs.replace(FULL, span_s=10.0, visits_kept=400)


def point(number: int, predicted_s: float = 1e-4, **fields: object) -> Point:
    made = Point(
        id=f"e/i/{number}",
        experiment="e",
        implementation="i",
        family="loop",
        problem=Problem(workload="double", dims={"n": number}),
        label=str(number),
        threads=1,
        cost=Cost(flop=1e3, compulsory_bytes=8e3, calls=10),
        working_set_bytes=8e3,
        predicted_s=predicted_s,
    )
    return msgspec.structs.replace(made, **fields)


def points(count: int, predicted_s: float = 1e-4) -> list[Point]:
    return [point(number, predicted_s) for number in range(count)]


def churning(number: int) -> Point:
    """A point that makes and frees half of the last cache in each evaluation."""
    cost = Cost(flop=1e3, compulsory_bytes=8e3, workspace_bytes=L3_BYTES / 2)
    return point(number, cost=cost, working_set_bytes=L3_BYTES / 2 + 8e3)


def rounds_s(asked: list[Point]) -> float:
    return forecast.rounds_s(asked, MACHINE, DEFAULT)


def test_a_small_sweep_lasts_its_span_and_a_large_one_its_budget() -> None:
    assert rounds_s(points(20)) == pytest.approx(DEFAULT.span_s, rel=0.1)
    assert rounds_s(points(2000)) == pytest.approx(DEFAULT.budget_s, rel=0.02)


def test_rounds_between_take_longer_the_more_points_there_are() -> None:
    found = [rounds_s(points(n)) for n in (100, 200, 400, 800)]
    assert found == sorted(found)
    assert DEFAULT.span_s < found[1] < found[2] < DEFAULT.budget_s


def test_a_point_that_never_settles_keeps_the_rounds_of_a_full_sweep_going() -> None:
    def rounds_of(asked: list[Point]) -> float:
        return forecast.rounds_s(asked, MACHINE, SMALL_FULL)

    few = points(20)
    left_over = (SMALL_FULL.visits_kept - 60) * visit_s(churning(20))
    assert rounds_of([*few, churning(20)]) > rounds_of(few) + left_over / 2
    assert forecast.unsettled(churning(0), MACHINE) == 1.0
    assert forecast.unsettled(point(0), MACHINE) == 0.0


def test_what_exceeds_the_caches_is_done_after_some_visits_in_a_default_sweep() -> None:
    large = [churning(number) for number in range(400)]
    every = Share.of(large).round_s
    assert rounds_s(large) == pytest.approx(DEFAULT.visits_beyond_caches * every, rel=0.01)


def test_what_is_made_once_and_kept_unsettles_no_more_than_other_large_data() -> None:
    kept = msgspec.structs.replace(churning(0), implementation="winograd_kept")
    large = point(0, working_set_bytes=L3_BYTES / 2)
    assert 0 < forecast.unsettled(kept, MACHINE) == forecast.unsettled(large, MACHINE) < 1


def test_twice_the_precision_takes_four_times_the_visits() -> None:
    finer = msgspec.structs.replace(DEFAULT, half_width=DEFAULT.half_width / 2)
    assert forecast.still_active(200, finer) == pytest.approx(
        forecast.still_active(50, DEFAULT)
    )
    assert forecast.still_active(5, DEFAULT) == 1.0  # too few to judge


def test_what_is_left_of_the_rounds_shrinks_by_the_time_they_take() -> None:
    asked = points(100)
    limit_s = budget_s(DEFAULT, len(asked))
    whole_s = rounds_s(asked)
    round_s = Share.of(asked).round_s
    at = SweepState(
        worker=0, worker_rounds=3, worker_s=3 * round_s, rounds=3, used_s=3 * round_s
    )
    left_s = forecast.rounds_left_s(asked, MACHINE, DEFAULT, limit_s, at)
    assert left_s == pytest.approx(whole_s - 3 * round_s, rel=0.02)


def test_a_slow_machine_takes_longer_but_never_more_than_the_budget() -> None:
    asked = points(100)
    limit_s = budget_s(DEFAULT, len(asked))
    as_predicted = forecast.rounds_left_s(asked, MACHINE, DEFAULT, limit_s)
    slow = forecast.rounds_left_s(asked, MACHINE, DEFAULT, limit_s, pace=1.5)
    hopeless = forecast.rounds_left_s(asked, MACHINE, DEFAULT, limit_s, pace=1000.0)
    assert as_predicted < slow <= limit_s * 1.01
    assert hopeless >= limit_s


def test_the_last_points_are_expected_to_need_more_the_longer_they_have_not_settled() -> None:
    few = points(3)
    limit_s = 1000.0

    def left_s(rounds: int) -> float:
        at = SweepState(DEFAULT.workers - 1, rounds, 50.0, rounds, 50.0)
        return forecast.rounds_left_s(few, MACHINE, DEFAULT, limit_s, at)

    assert 0 < left_s(40) < left_s(100)
    assert left_s(DEFAULT.visits_kept) == 0.0


def test_the_first_worker_checks_answers_and_scipy_is_imported_once_per_child() -> None:
    asked = points(10)
    assert forecast.worker_s(asked, checked=True) > forecast.worker_s(asked, checked=False)
    fft = msgspec.structs.replace(asked[0].cost, rate="fft")
    with_one, with_two = (
        [msgspec.structs.replace(p, cost=fft) if p in asked[:n] else p for p in asked]
        for n in (1, 2)
    )
    one_s, two_s = (forecast.worker_s(each, checked=False) for each in (with_one, with_two))
    assert one_s > forecast.worker_s(asked, checked=False)
    assert two_s == pytest.approx(one_s)


def test_replicas_and_chosen_code_have_no_breakdown_and_other_environments_no_lines() -> None:
    asked = points(4)
    twin = point(4, replica=1, partner=asked[0].id)
    other = point(5, environment="other", counterpart=asked[0].id)
    plain = forecast.forecast(asked, MACHINE, QUICK)
    more = forecast.forecast([*asked, twin, other], MACHINE, QUICK)
    assert more.breakdown_s == plain.breakdown_s
    assert more.lines_s == plain.lines_s
    assert more.prepare_s > plain.prepare_s


def test_a_point_is_traced_longer_where_its_lines_are_profiled() -> None:
    cost = Cost(flop=1.0, compulsory_bytes=1.0, calls=50_000)
    assert most_trace_s(DEFAULT, False) < trace_s(cost) < most_trace_s(DEFAULT, True)
    long = point(0, 0.01, cost=cost)
    with_lines = forecast.breakdown_of_point_s(long, DEFAULT, lines_profiled=True)
    assert with_lines > forecast.breakdown_of_point_s(long, DEFAULT, lines_profiled=False)


def test_the_parts_of_a_forecast_are_the_predicted_duration_of_the_plan() -> None:
    experiments = [catalogue.find(name).experiment for name in catalogue.built_in()]
    found = plan(experiments, MACHINE, DEFAULT)
    parts = msgspec.to_builtins(found.forecast)
    del parts["most_rounds_s"]
    assert all(seconds > 0 for name, seconds in parts.items() if name != "survey_s")
    assert found.predicted_duration_s == pytest.approx(sum(parts.values()))
    assert found.forecast.most_s >= found.predicted_duration_s


def test_what_is_left_of_a_pass_follows_the_pace_that_was_seen() -> None:
    countdown = Countdown([1.0] * 100)
    assert countdown.left_s(0, 0.0) == 100.0
    assert countdown.left_s(50, 50.0) == pytest.approx(50.0)
    assert countdown.left_s(50, 100.0) == pytest.approx(100.0, rel=0.05)
    assert countdown.left_s(100, 130.0) == 0.0


def test_what_phases_took_before_on_this_machine_is_what_they_are_expected_to_take() -> None:
    asked = points(50)
    paces = {PREPARE: 0.5, ROUNDS: 1.2, LINES: 1.5, BREAKDOWN: 3.0}
    learned = msgspec.structs.replace(DEFAULT, paces=paces)
    plain, found = (forecast.forecast(asked, MACHINE, each) for each in (DEFAULT, learned))
    assert found.prepare_s == pytest.approx(0.5 * plain.prepare_s)
    assert found.breakdown_s == pytest.approx(3.0 * plain.breakdown_s, rel=0.1)
    assert found.lines_s > plain.lines_s
    assert found.report_s == plain.report_s
    many = points(400)
    slow_s = forecast.rounds_s(many, MACHINE, learned)
    assert slow_s == pytest.approx(1.2 * forecast.rounds_s(many, MACHINE, DEFAULT), rel=0.1)
