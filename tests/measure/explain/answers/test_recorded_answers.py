"""Answers are compared in another process, with what a call does to its arguments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.answers import recorded_answers
from profiler_suite.measure.explain.answers.checks import Agreement

X = np.linspace(0.5, 2.0, 30)


def summed(x: Any) -> Any:
    return x.sum()


def summed_backwards(x: Any) -> Any:
    return x[::-1].sum()


def sorts(x: Any) -> Any:
    x.sort()
    return x[0]


def least(x: Any) -> Any:
    return x.min()


def sorts_otherwise(x: Any) -> Any:
    x[...] = np.sort(x)
    return x[0]


def wrong_for_others(x: Any) -> Any:
    return x.sum() if len(x) == 30 else 0.0


def draws(x: Any) -> Any:
    return np.random.normal() * x  # noqa: NPY002 - what is seeded from outside


def draws_unseeded(x: Any) -> Any:
    return np.random.default_rng().normal() * x


def picky(x: Any) -> Any:
    if len(x) != 30:
        raise ValueError("made for 30")
    return x.sum()


def held(before: Callable[..., Any], after: Callable[..., Any], folder: Path) -> Agreement:
    file = folder / "answers"
    x = np.random.default_rng(0).permutation(X)
    assert recorded_answers.write(before, (x,), file, 5.0) == ""
    return recorded_answers.agreement(after, recorded_answers.read(file), 5.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (summed, summed),
        (summed, summed_backwards),
        (sorts, sorts_otherwise),
        (draws, draws),
        (picky, summed),
    ],
)
def test_the_same_answers_agree(
    before: Callable[..., Any], after: Callable[..., Any], tmp_path: Path
) -> None:
    found = held(before, after, tmp_path)
    assert found.same
    assert found.checked >= 1


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (summed, least, "its answer differs"),
        (sorts, least, "its answer differs"),
        (summed, wrong_for_others, "for other sizes"),
    ],
)
def test_other_answers_and_effects_do_not(
    before: Callable[..., Any], after: Callable[..., Any], reason: str, tmp_path: Path
) -> None:
    found = held(before, after, tmp_path)
    assert not found.same
    assert reason in found.reason


def test_an_answer_that_never_repeats_is_known_as_such(tmp_path: Path) -> None:
    file = tmp_path / "answers"
    recorded_answers.write(draws_unseeded, (X,), file, 5.0)
    assert not recorded_answers.read(file).repeats
    recorded_answers.write(draws, (X,), file, 5.0)
    assert recorded_answers.read(file).repeats


def test_what_cannot_be_recorded_is_said(tmp_path: Path) -> None:
    reason = recorded_answers.write(lambda x: lambda: x, (X,), tmp_path / "answers", 5.0)
    assert reason.startswith("the answers cannot be compared (")


def test_no_time_for_others_leaves_the_real_arguments(tmp_path: Path) -> None:
    file = tmp_path / "answers"
    recorded_answers.write(summed, (X,), file, 0.0)
    recorded = recorded_answers.read(file)
    assert len(recorded.answers) == 1
    assert recorded_answers.agreement(wrong_for_others, recorded, 5.0).checked == 1
