"""What interference does to a time is learned from visits whose truth is known."""

import math

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis import correction
from profiler_suite.model.rows import Visit

BASELINES = {"ufunc": 40e-6, "memory": 1e-3}


def visit(time_s: float, slowdown: float, **more: tuple[float, float]) -> Visit:
    # An undisturbed canary takes 1.08 times its baseline, the least ever seen.
    canaries = {"ufunc": (43.2e-6, slowdown * 43.2e-6), **more}
    return taken(time_s, canaries)


def slowed(time_s: float, slowdown: float) -> Visit:
    """Slowed before and after."""
    return taken(time_s, {"ufunc": (slowdown * 43.2e-6, slowdown * 43.2e-6)})


def taken(time_s: float, canaries: dict[str, tuple[float, float]]) -> Visit:
    return Visit(
        point="p", at_s=0.0, sample_times_s=(time_s,), canaries_s=canaries, minor_faults=0.0
    )


def series(exponent: float, time_s: float, noise: float, seed: int) -> list[Visit]:
    rng = np.random.default_rng(seed)
    return [
        slowed(time_s * s**exponent * math.exp(rng.normal(0, noise)), s)
        for s in rng.choice([1.0, 1.8], 40)
    ]


def test_both_sides_of_a_visit_tell_and_its_memory_canary_does_not() -> None:
    one = visit(1.0, 1.5, memory=(1e-3, 9e-3))
    # Undisturbed before and slowed after: the state changed somewhere in between.
    assert correction.slowdown_log(one, BASELINES) == pytest.approx(math.log(1.5) / 2)
    assert correction.slowdown_log(visit(1.0, 0.9), BASELINES) == 0


@pytest.mark.parametrize("exponent", [0.0, 0.15, 0.75])
def test_an_exponent_is_learned_from_points_that_take_different_times(exponent: float) -> None:
    points = [series(exponent, 10.0**-n, 0.03, n) for n in (2, 4, 6)]
    found = correction.learn((visits, BASELINES) for visits in points)
    assert abs(found.value - exponent) < 0.03
    assert found.uncertainty < 0.2


def test_a_visit_that_was_switched_out_hardly_moves_an_exponent() -> None:
    calm = series(0.5, 1e-3, 0.02, 1)
    found = correction.learn([([*calm, visit(1.0, 1.0)], BASELINES)])
    assert abs(found.value - 0.5) < 0.1


def test_points_that_follow_differently_make_an_exponent_uncertain() -> None:
    alike = correction.learn((series(0.4, 1e-3, 0.02, n), BASELINES) for n in range(6))
    unlike = correction.learn(
        (series(0.8 * (n % 2), 1e-3, 0.02, n), BASELINES) for n in range(6)
    )
    assert unlike.uncertainty > 2 * alike.uncertainty


def test_what_was_kept_stands_until_more_is_seen() -> None:
    kept = correction.Exponent(value=0.75, uncertainty=0.12)
    assert correction.learn([], kept) == kept
    calm = [([slowed(1e-3, 1.0)] * 10, BASELINES)]
    assert correction.learn(calm, kept).value == pytest.approx(0.75)
    little = [(series(0.2, 1e-3, 0.02, 1)[:6], BASELINES)]
    much = [(series(0.2, 1e-3, 0.02, n), BASELINES) for n in range(12)]
    assert 0.2 < correction.learn(much, kept).value < 0.35
    assert correction.learn(little, kept).value > correction.learn(much, kept).value
    assert correction.learn(much, kept).seen > 3.0 > correction.learn(calm, kept).seen


def test_without_anything_seen_the_expectation_stands() -> None:
    assert correction.learn([]) == correction.Exponent()


def test_a_disturbed_visit_is_expected_to_vary_the_more_the_slower_it_was() -> None:
    found = correction.turbulence(np.array([0.0, math.log(1.1), math.log(1.8)]))
    assert found[0] == 0
    assert found[0] < found[1] < found[2]


def test_a_time_less_its_wait_is_known_the_worse_the_longer_it_waited() -> None:
    calm = msgspec.structs.replace(slowed(1e-3, 1.0), lost_s=())
    some = msgspec.structs.replace(calm, lost_s=(1e-4,))
    half = msgspec.structs.replace(calm, lost_s=(5e-4,))
    one_calm = msgspec.structs.replace(calm, sample_times_s=(1e-3, 2e-3), lost_s=(0.0, 1e-3))
    found = correction.hidden([calm, some, half, one_calm])
    assert found[0] == found[3] == 0  # nothing had to be taken off
    assert 0 < found[1] < found[2]


def test_the_time_of_a_visit_is_that_of_samples_that_always_ran() -> None:
    calm = slowed(1e-3, 1.0)
    one = msgspec.structs.replace(calm, sample_times_s=(1e-3, 9e-3), lost_s=(0.0, 7e-3))
    both = msgspec.structs.replace(calm, sample_times_s=(9e-3, 5e-3), lost_s=(8e-3, 4e-3))
    assert one.time_s == pytest.approx(1e-3)
    assert both.time_s == pytest.approx(1e-3)
    assert (calm.switched_out, one.switched_out, both.switched_out) == (0, 1, 2)
