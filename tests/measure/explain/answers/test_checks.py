"""A rewrite agrees in what it returns, prints and draws."""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.model.trial import TrialKind

RNG = np.random.default_rng(7)


def one_by_one(n: int) -> list[float]:
    return [float(RNG.random()) for _ in range(n)]


def at_once(n: int) -> list[float]:
    return RNG.random(n).tolist()  # type: ignore[no-any-return]


def one_more(n: int) -> list[float]:
    return RNG.random(n + 1).tolist()[:n]  # type: ignore[no-any-return]


def prints(x: np.ndarray) -> None:
    sys.stdout.write(f"took {time.perf_counter()} sum {sum(x)}\n")


def prints_at_once(x: np.ndarray) -> None:
    sys.stdout.write(f"took {time.perf_counter()} sum {x.sum()}\n")


def prints_another(x: np.ndarray) -> None:
    sys.stdout.write(f"took {time.perf_counter()} sum {x.sum() + 1}\n")


@pytest.mark.parametrize(
    ("original", "rewritten", "argument", "reason"),
    [
        (one_by_one, at_once, 5, ""),
        (one_by_one, one_more, 5, "its answer differs"),
        (prints, prints_at_once, np.arange(5.0), ""),
        (prints, prints_another, np.arange(5.0), "it prints something else"),
    ],
)
def test_what_is_drawn_and_printed_counts(
    original: Callable[..., Any], rewritten: Callable[..., Any], argument: Any, reason: str
) -> None:
    found = checks.agreement(original, rewritten, lambda: (argument,))
    assert found.reason == reason
    assert found.same is not bool(reason)


def test_what_the_original_answered_before_needs_no_other_call_of_it() -> None:
    calls = []

    def original(x: int) -> int:
        calls.append(x)
        return x * x

    known = checks.Outcome(original, (3,))
    assert known.took_s > 0
    found = checks.agreement(
        original,
        lambda x: x**2,
        lambda: (3,),
        calling=checks.Calling(known=known),
        others=False,
    )
    assert found.same
    assert calls == [3]


def test_a_result_says_what_the_comparison_found() -> None:
    trial = Trial(kind=TrialKind.REWRITE)
    visited = TrialResult(trial=trial, before=(), after=(), calls=3)
    agreed = checks.Agreement(same=True, bound=1e-12, dtype_changed=True, checked=4)
    found = checks.with_agreement(visited, agreed)
    assert (found.trial, found.calls) == (trial, 3)
    assert (found.same, found.bound, found.dtype_changed, found.checked) == (
        True,
        1e-12,
        True,
        4,
    )
