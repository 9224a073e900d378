"""What interference does to a time is learned from visits whose truth is known."""

import math

import numpy as np
import pytest

from profiler_suite.analysis import correction
from profiler_suite.model.rows import Visit

BASELINES = {"ufunc": 40e-6, "memory": 1e-3}


def visit(time_s: float, slowdown: float, **more: tuple[float, float]) -> Visit:
    # An undisturbed canary takes 1.08 times its baseline, the least ever seen.
    canaries = {"ufunc": (43.2e-6, slowdown * 43.2e-6), **more}
    return Visit(
        point="p", at_s=0.0, sample_times_s=(time_s,), canaries_s=canaries, minor_faults=0.0
    )


def series(exponent: float, time_s: float, noise: float, seed: int) -> list[Visit]:
    rng = np.random.default_rng(seed)
    return [
        visit(time_s * s**exponent * math.exp(rng.normal(0, noise)), s)
        for s in rng.choice([1.0, 1.8], 40)
    ]


def test_the_worse_side_of_a_visit_tells_and_its_memory_canary_does_not() -> None:
    one = visit(1.0, 1.5, memory=(1e-3, 9e-3))
    assert correction.slowdown_log(one, BASELINES) == pytest.approx(math.log(1.5))
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


def test_without_anything_seen_the_expectation_stands() -> None:
    assert correction.learn([]) == correction.Exponent()


def test_a_disturbed_visit_counts_for_less() -> None:
    weight = correction.weights(np.array([0.0, math.log(1.1), math.log(1.8)]))
    assert weight[0] == 1
    assert weight[0] > weight[1] > weight[2] > 0


def test_a_weighted_median_has_half_of_the_weight_on_either_side() -> None:
    values = np.array([3.0, 1.0, 2.0, 9.0])
    assert correction.weighted_median(values, np.ones(4)) == 2.5
    assert correction.weighted_median(values, np.array([1.0, 1.0, 1.0, 10.0])) == 9.0


def test_an_error_of_the_mean_follows_from_batches_of_equal_weight() -> None:
    rng = np.random.default_rng(2)
    values, weight = rng.normal(size=400), np.ones(400)
    deviation, batches = correction.batch_deviation(values, weight, 8)
    assert batches == 8
    assert 0.3 < deviation * math.sqrt(400) < 3
    assert correction.batch_deviation(values[:1], weight[:1], 8) == (math.inf, 1)
