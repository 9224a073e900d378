"""A long function has a plan: eight calls and twenty seconds, or what was asked for."""

import pytest

from profiler_suite.measure.explain.records import ExplainEffort, Trial
from profiler_suite.measure.explain.time_plan import TimePlan, with_budget
from profiler_suite.model.trial import TrialKind

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
TRIAL = Trial(kind=TrialKind.THREADS, threads=2)


class FakeClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def plan_after(call_s: float, budget_s: float = 0.0) -> tuple[TimePlan, FakeClock]:
    clock = FakeClock()
    plan = TimePlan(budget_s, clock)
    clock.now_s += call_s
    plan.returned(call_s)
    return plan, clock


@pytest.mark.parametrize("call_s", [0.6, 1.0, 2.0, 5.0, 12.0, 30.0, 120.0])
def test_all_calls_of_a_long_function_fit_into_its_time(call_s: float) -> None:
    plan, clock = plan_after(call_s)
    assert plan.thrifty
    assert plan.total_s == 8 * call_s + 20
    visits = plan.visits(3)
    assert visits in (2, 3)
    clock.now_s += visits * call_s + plan.trace_s(0.0)
    # Replayed operations are together about as long as a call; another one is sampled.
    clock.now_s += 2 * call_s
    assert plan.fits_lines()
    clock.now_s += call_s
    assert clock.now_s <= plan.total_s


@pytest.mark.parametrize("call_s", [1e-7, 1e-3, 0.4])
def test_a_short_function_is_not_planned(call_s: float) -> None:
    plan, _ = plan_after(call_s)
    assert not plan.thrifty
    assert plan.left_s(3) == 0.0
    assert plan.trace_s(6.0) == 6.0
    assert plan.refusal(TRIAL) is None


def test_what_there_is_no_time_for_is_not_tried_and_says_so() -> None:
    plan, clock = plan_after(12.0)
    assert plan.refusal(TRIAL) is None
    clock.now_s += 70.0  # what the other passes take
    refused = plan.refusal(TRIAL)
    assert refused is not None
    assert not refused.same
    assert "not tried for lack of time: 36 s needed" in refused.reason
    assert "--budget" in refused.reason


def test_later_calls_that_are_faster_than_the_first_leave_time_for_trials() -> None:
    plan, clock = plan_after(5.0, 30.0)
    clock.now_s += 16.0
    assert plan.refusal(TRIAL) is not None, "15 s needed, 9 s left"
    plan.returned(5.0, 1.0)
    assert plan.refusal(TRIAL) is None, "each process has its first call: 7 s needed"
    plan.returned(5.0, 9.0)
    assert plan.call_s == 5.0
    plan.returned(5.0, 0.2)
    assert not plan.long


def test_where_advice_comes_first_a_rewrite_that_gains_much_is_tried() -> None:
    clock = FakeClock()
    for advice_first, refused in ((True, False), (False, True)):
        plan = TimePlan(24.0, clock, advice_first=advice_first)
        plan.returned(5.0)
        clock.now_s += 12.0
        assert (plan.refusal(TRIAL) is not None) == refused


def test_a_budget_gives_more_calls_or_fewer() -> None:
    usual, generous, mean = (plan_after(2.0, budget)[0] for budget in (0.0, 400.0, 12.0))
    assert usual.thrifty
    assert not generous.thrifty
    assert generous.refusal(TRIAL) is None
    assert mean.visits(3) == 0
    assert mean.total_s == 12.0


def measured(plan: TimePlan, clock: FakeClock, call_s: float) -> int:
    """Each pass takes all that it may; returns how often the function is timed."""
    visits = plan.visits(3)
    clock.now_s += visits * call_s
    if plan.fits_trace():
        clock.now_s += plan.trace_s(0.0)
    if plan.fits_replay():
        clock.now_s += plan.replay_s()
    if plan.fits_sample():
        clock.now_s += call_s
    if plan.fits_lines():
        clock.now_s += call_s
    return visits


@pytest.mark.parametrize("call_s", [0.6, 3.0, 12.0, 60.0])
@pytest.mark.parametrize("calls", [0.2, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 5.9, 6.0, 8.0, 20.0])
def test_a_budget_of_few_calls_is_kept(call_s: float, calls: float) -> None:
    budget_s = calls * call_s
    plan, clock = plan_after(call_s, budget_s)
    measured(plan, clock, call_s)
    assert clock.now_s <= max(budget_s, call_s)  # one call is needed to say anything
    assert (plan_after(call_s, budget_s)[0].exceeded() != "") == (calls < 1.0)


def test_what_a_small_budget_leaves_out_is_said_the_lines_last() -> None:
    parts = ("not counted", "not timed alone", "not sampled", "not profiled")
    before: list[str] = list(parts)
    for budget_s in range(2, 140):
        plan, clock = plan_after(2.0, float(budget_s))
        visits = measured(plan, clock, 2.0)
        said = plan.in_words(visits)
        missing = [part for part in parts if part in said]
        # More time never leaves out more.
        assert set(missing) <= set(before), budget_s
        assert "not profiled" not in missing or len(missing) == len(parts)
        assert ("its first call, which is slower than later ones" in said) == (not visits)
        before = missing
    assert not before


def test_a_trial_that_would_last_longer_than_what_is_left_is_not_begun() -> None:
    plan, clock = plan_after(1e-3, 10.0)
    plan.tried(3.0)
    plan.tried(1.0)
    assert plan.refusal(TRIAL) is None
    clock.now_s = 8.0
    refused = plan.refusal(TRIAL)
    assert refused is not None
    assert "3 s needed, 2 s left" in refused.reason


def test_a_budget_of_a_short_function_ends_trials() -> None:
    plan, clock = plan_after(1e-3, 10.0)
    assert plan.refusal(TRIAL) is None
    clock.now_s = 11.0
    refused = plan.refusal(TRIAL)
    assert refused is not None
    assert refused.reason == "not tried for lack of time (--budget SECONDS gives more)"
    plan.tried(0.03)
    refused = plan.refusal(TRIAL)
    assert refused is not None
    assert "lack of time: 30.0 ms needed, none left" in refused.reason


def test_time_left_shrinks_from_pass_to_pass() -> None:
    plan, _ = plan_after(10.0)
    left = [
        plan.left_s(3),
        plan.left_s(),
        plan.left_s(traced=False),
        plan.left_s(traced=False, replayed=False),
    ]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 4


def test_the_cost_in_certainty_is_said() -> None:
    said = plan_after(12.0)[0].in_words(2)
    assert "a call takes 12 s" in said
    assert "timed 2 times after the first" in said
    assert "less certain" in said
    assert "timed 1 time after the first" in plan_after(12.0)[0].in_words(1)


@pytest.mark.parametrize("budget_s", [1e-3, 1.0, 12.0, 60.0, 1e6])
def test_passes_take_their_share_of_a_budget(budget_s: float) -> None:
    effort = with_budget(EFFORT, budget_s)
    share = effort.timing_s / EFFORT.timing_s
    assert 0.02 <= share <= 5.0
    assert effort.trace_s <= EFFORT.trace_s
    assert effort.budget_s == budget_s
    assert with_budget(EFFORT, 0.0) is EFFORT


def test_what_is_spent_of_a_budget_is_over() -> None:
    assert with_budget(EFFORT, 12.0, spent_s=2.0) == with_budget(EFFORT, 10.0)
    assert with_budget(EFFORT, 1.0, spent_s=2.0).budget_s > 0.0  # 0 would be no budget
    assert with_budget(EFFORT, 0.0, spent_s=2.0) is EFFORT


def test_what_was_asked_for_by_name_is_forbidden_by_a_budget_alone() -> None:
    assert plan_after(12.0)[0].beyond_budget() == ""
    plan, clock = plan_after(1e-3, 10.0)
    assert plan.beyond_budget() == ""
    clock.now_s = 11.0
    assert plan.beyond_budget() == "not tried for lack of time (--budget SECONDS gives more)"


def test_names_are_looked_at_where_a_trial_still_fits() -> None:
    short, _ = plan_after(0.1)
    usual, clock = plan_after(2.0)
    assert short.fits_names()
    assert usual.fits_names()
    clock.now_s += 24.0
    assert not usual.fits_names()


def test_where_advice_comes_first_passes_leave_time_for_it() -> None:
    for call_s, budget_s in ((2.0, 24.0), (1.0, 14.0), (3.0, 24.0), (0.6, 8.0)):
        clock = FakeClock()
        plan = TimePlan(budget_s, clock, advice_first=True)
        clock.now_s += call_s
        plan.returned(call_s)
        measured(plan, clock, call_s)
        assert plan.fits_names(), call_s
        clock.now_s += 2 * call_s
        assert plan.refusal(TRIAL) is None, call_s
        assert not plan.fits_more()


def test_of_a_short_function_passes_end_where_the_part_for_advice_begins() -> None:
    clock = FakeClock()
    plan = TimePlan(10.0, clock, advice_first=True)
    plan.returned(1e-3)
    assert plan.fits_trace()
    assert plan.fits_more()
    clock.now_s = 4.5
    assert not plan.fits_trace()
    assert not plan.fits_lines()
    assert not plan.fits_more()
    assert plan.fits_names()
    assert plan.refusal(TRIAL) is None


def test_advice_comes_first_in_a_budget_only() -> None:
    plan = TimePlan(0.0, FakeClock(), advice_first=True)
    plan.returned(2.0)
    assert plan.fits_more()
    assert plan.visits(3) == 3
    assert plan.trace_s(0.5) == 3.0
    first = TimePlan(60.0, FakeClock(), advice_first=True)
    first.returned(2.0)
    assert not first.fits_trace()
    assert first.fits_lines()


def test_where_only_advice_is_wanted_no_pass_fits_but_names_do() -> None:
    plan = TimePlan(10.0, FakeClock(), advice_first=True, advice_only=True)
    plan.returned(1e-3)
    fits = (plan.fits_trace, plan.fits_replay, plan.fits_sample, plan.fits_lines)
    assert not any(each() for each in (*fits, plan.fits_more))
    assert plan.fits_names()
    assert plan.refusal(TRIAL) is None
