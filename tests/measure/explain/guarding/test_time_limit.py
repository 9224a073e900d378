"""A call that takes too long is stopped, whatever it waits for."""

import itertools
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from profiler_suite.errors import TimeUp
from profiler_suite.measure.explain.guarding.time_limit import (
    TimeLimit,
    later_limit_s,
    signal_number,
)

pytestmark = pytest.mark.skipif(not signal_number(), reason="no signals for threads")


def busy() -> None:
    for _ in itertools.count():
        np.ones(3)


@pytest.mark.parametrize(
    "wait", [lambda: time.sleep(60), lambda: threading.Event().wait(60), busy]
)
def test_it_is_stopped_with_the_reason(wait: Callable[[], object]) -> None:
    begun = time.monotonic()
    with TimeLimit() as limit:
        limit.begin(0.1, "too long")
        with pytest.raises(TimeUp, match="too long"):
            wait()
        limit.lift()
    assert time.monotonic() - begun < 30


def test_what_catches_everything_is_asked_again() -> None:
    stops = 0
    with TimeLimit() as limit:
        limit.begin(0.1, "too long")
        while stops < 2:
            try:
                time.sleep(60)
            except TimeUp:
                stops += 1
        limit.lift()


def test_another_call_has_its_own_time() -> None:
    with TimeLimit() as limit:
        limit.begin(0.5, "too long")
        for _ in range(12):
            time.sleep(0.1)
            limit.again(0.5)
        limit.lift()
        time.sleep(0.7)


def test_what_it_waits_for_a_core_is_no_part_of_the_limit() -> None:
    waits = iter([0.0, 0.5, 0.0])
    with TimeLimit(waited_s=lambda: next(waits)) as limit:
        begun = time.monotonic()
        limit.begin(0.2, "too long", without_waits=True)
        with pytest.raises(TimeUp):
            time.sleep(60)
        limit.lift()
    assert time.monotonic() - begun >= 0.7


def test_of_a_call_that_was_given_its_time_all_counts() -> None:
    with TimeLimit(waited_s=lambda: 1e6) as limit:
        limit.begin(0.1, "too long")
        with pytest.raises(TimeUp):
            time.sleep(60)
        limit.lift()


def test_no_limit_is_none() -> None:
    with TimeLimit() as limit:
        limit.begin(0, "never")
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("first_s", "timeout_s", "limit_s"),
    [
        (1e-6, 300, 10),
        (1.0, 300, 20),
        (60.0, 300, 300),
        (1e-6, 5, 5),
        (1.0, 0, 20),
    ],
)
def test_later_calls_are_judged_by_the_first(
    first_s: float, timeout_s: float, limit_s: float
) -> None:
    assert later_limit_s(first_s, timeout_s) == limit_s
