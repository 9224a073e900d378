"""The level of a series: what its interval knows of exponents, processes and visits alike."""

import math

import numpy as np
import pytest

from profiler_suite.analysis import level
from profiler_suite.analysis.correction import Exponent
from profiler_suite.analysis.level import Expectation, Floats, Witness

NONE = np.zeros(30)


def following(x: Floats, value: float = 0.5, uncertainty: float = 0.12) -> Witness:
    return Witness(x, Exponent(value=value, uncertainty=uncertainty))


def test_what_is_not_known_of_an_exponent_is_in_the_interval() -> None:
    rng = np.random.default_rng(1)
    x = np.full(30, math.log(1.8))
    y = 0.7 * x + rng.normal(0, 0.01, 30)
    known = level.level(y, [0, 1, 2] * 10, [following(x, 0.7, 0.01)])
    unknown = level.level(y, [0, 1, 2] * 10, [following(x, 0.6, 0.12)])
    assert unknown.half > 2 * known.half
    assert abs(known.middle) < known.half
    assert abs(unknown.middle) < unknown.half


def test_undisturbed_visits_among_disturbed_ones_say_what_the_exponent_is() -> None:
    rng = np.random.default_rng(2)
    x = np.where(np.arange(30) % 4 == 0, 0.0, math.log(1.8))
    y = 0.9 * x + rng.normal(0, 0.01, 30)
    found = level.level(y, [0, 1, 2] * 10, [following(x, 0.4)])
    assert abs(found.middle) < 0.02
    assert found.half < 0.04


def test_processes_that_differ_make_the_interval_wide_however_many_visits() -> None:
    rng = np.random.default_rng(3)
    workers = [0] * 10 + [1] * 10 + [2] * 10
    calm = rng.normal(0, 0.005, 30)
    apart = calm + 0.05 * np.array(workers)
    alike = level.level(calm, workers, [following(NONE)])
    found = level.level(apart, workers, [following(NONE)])
    assert found.half > 2 * alike.half
    assert abs(found.middle - 0.05) < found.half


def test_one_process_says_nothing_of_others_so_what_is_expected_stays() -> None:
    same = np.zeros(30)
    alone = level.level(same, [0] * 30, [following(NONE)])
    three = level.level(same, [0, 1, 2] * 10, [following(NONE)])
    none = level.level(same, [0] * 30, [following(NONE)], Expectation(0.0, 0.03))
    assert alone.half > three.half > none.half > 0


def test_visits_that_are_alike_count_for_fewer() -> None:
    rng = np.random.default_rng(4)
    covered = {"level": 0, "independent": 0}
    for _ in range(200):
        steps = rng.normal(0, 0.02, 60)
        y = np.empty(60)
        y[0] = steps[0] / math.sqrt(1 - 0.5**2)
        for n in range(1, len(y)):
            y[n] = 0.5 * y[n - 1] + steps[n]
        found = level.level(y, [0] * 60, [following(np.zeros(60))], Expectation(0.0, 0.02))
        covered["level"] += bool(abs(found.middle) <= found.half)
        alone = 1.96 * float(np.std(y)) / math.sqrt(60)
        covered["independent"] += bool(abs(float(np.mean(y))) <= alone)
    assert covered["level"] >= 175
    assert covered["independent"] < 160


def test_a_value_far_off_neither_moves_nor_widens() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(0, 0.01, 30)
    calm = level.level(y, [0] * 30, [following(NONE)])
    y[7] += 1.0
    found = level.level(y, [0] * 30, [following(NONE)])
    assert abs(found.middle - calm.middle) < 0.003
    assert found.half < 1.3 * calm.half


def test_what_is_hidden_of_single_values_makes_them_count_for_less() -> None:
    y = np.where(np.arange(30) % 2, 0.1, 0.0)
    hidden = np.where(np.arange(30) % 2, 0.3, 0.0)
    found = level.level(y, [0] * 30, [following(NONE)], hidden=hidden)
    assert found.middle < 0.02


def test_a_single_value_says_nothing_of_how_far_it_is_off() -> None:
    found = level.level(np.array([0.3]), [0], [following(np.array([0.2]))])
    assert found.middle == pytest.approx(0.2)
    assert found.half == math.inf


def test_two_values_that_agree_are_not_taken_for_certain() -> None:
    found = level.level(np.array([0.3, 0.3]), [0, 0], [following(np.zeros(2))])
    assert 0.03 < found.half < 0.3


def test_the_quantile_of_few_degrees_of_freedom_is_larger() -> None:
    assert level.quantile_of_t(1) > level.quantile_of_t(5) > level.quantile_of_t(1e6) > 1.95
