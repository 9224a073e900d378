"""Corrected times: shares of samples first, the model where samples are too few."""

import pytest

from profiler_suite.measure.lines.correct import (
    RawLine,
    correct,
    fit_scale,
    modelled,
    sampled,
)


def test_a_share_of_samples_is_a_share_of_the_plain_time() -> None:
    line = sampled(250, 1000, 8.0)
    assert line.time_s == 2.0
    assert line.uncertainty_s == pytest.approx(
        8.0 * 1.96 * (0.25 * 0.75 / 1000) ** 0.5, rel=0.05
    )
    assert line.resolved
    assert line.method == "sampled"


def test_a_line_that_no_sample_found_is_not_known_to_take_nothing() -> None:
    line = sampled(0, 1000, 1.0)
    assert line.time_s == 0.0
    # The rule of three: with no hit in n samples the share is below 3 / n.
    assert 3 / 1000 <= line.uncertainty_s <= 6 / 1000
    assert not line.resolved


def test_a_line_that_every_sample_found_is_still_uncertain() -> None:
    line = sampled(100, 100, 1.0)
    assert line.time_s == 1.0
    assert 0 < line.uncertainty_s < 0.06


def test_the_interval_covers_the_truth_in_most_of_many_trials() -> None:
    import random

    generator = random.Random(4)
    for share in (0.01, 0.1, 0.5, 0.93):
        covered = 0
        for _ in range(400):
            samples = sum(generator.random() < share for _ in range(300))
            line = sampled(samples, 300, 1.0)
            covered += abs(line.time_s - share) <= line.uncertainty_s
        assert covered >= 0.93 * 400, share


def test_the_model_takes_off_what_was_added_and_clamps_nothing() -> None:
    assert modelled(RawLine(raw_s=5.0, added_s=2.0)).time_s == 3.0
    below = modelled(RawLine(raw_s=1.0, added_s=2.0))
    assert below.time_s == -1.0
    assert not below.resolved


def test_without_samples_every_line_is_modelled() -> None:
    lines = {1: RawLine(raw_s=3.0, added_s=1.0), 2: RawLine(raw_s=2.0, added_s=1.0)}
    found = correct(lines, 0, 3.0, scale=1.0)
    assert {line.method for line in found.values()} == {"modelled"}


def test_additions_are_scaled_until_the_lines_sum_to_the_plain_time() -> None:
    lines = [RawLine(raw_s=6.0, added_s=2.0), RawLine(raw_s=4.0, added_s=2.0)]
    scale = fit_scale(lines, 4.0)
    assert scale == pytest.approx(1.5)
    assert sum(modelled(line, scale).time_s for line in lines) == pytest.approx(4.0)


def test_small_or_absurd_additions_are_not_scaled() -> None:
    assert fit_scale([RawLine(raw_s=10.0, added_s=0.1)], 9.0) == 1.0
    assert fit_scale([RawLine(raw_s=100.0, added_s=3.0)], 9.0) == 1.0


def test_samples_decide_where_there_are_enough() -> None:
    lines = {1: RawLine(raw_s=9.0, added_s=1.0, samples=500)}
    assert correct(lines, 1000, 2.0, scale=1.0)[1].time_s == 1.0


def test_a_line_that_ran_once_takes_the_surer_model() -> None:
    # 2 µs of 1 ms: one look in 500.
    lines = {1: RawLine(raw_s=2.1e-6, added_s=0.1e-6, samples=1)}
    found = correct(lines, 1000, 1e-3, scale=1.0)[1]
    assert found.method == "modelled"
    assert found.time_s == pytest.approx(2e-6)
    assert found.resolved


def test_a_model_that_contradicts_the_samples_is_not_used() -> None:
    lines = {1: RawLine(raw_s=0.5, added_s=0.01, samples=1)}
    assert correct(lines, 10_000, 1.0, scale=1.0)[1].method == "sampled"


def test_a_model_below_its_own_uncertainty_is_not_used() -> None:
    lines = {1: RawLine(raw_s=1.0e-6, added_s=1.1e-6, samples=0)}
    found = correct(lines, 300, 1e-3, scale=1.0)[1]
    assert found.method == "sampled"
    assert not found.resolved
