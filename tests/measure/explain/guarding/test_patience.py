"""A child that is silent for too long is given up, unless others have its core."""

import threading
import time

from profiler_suite.measure.explain.guarding.patience import Patience
from profiler_suite.measure.explain.records import Stage


def test_a_stage_that_lasts_too_long_expires() -> None:
    expired = threading.Event()
    Patience(Stage(text="a", limit_s=0.05), expired.set, grace_s=0.0)
    assert expired.wait(30)


def test_what_the_child_waits_for_a_core_is_given_to_it() -> None:
    expired, waits = threading.Event(), iter([0.4, 0.2, 0.0])
    begun = time.monotonic()
    Patience(Stage(text="a", limit_s=0.05), expired.set, lambda: next(waits), grace_s=0.0)
    assert expired.wait(30)
    assert time.monotonic() - begun >= 0.65


def test_a_word_in_time_ends_it() -> None:
    expired = threading.Event()
    patience = Patience(Stage(text="a", limit_s=0.2), expired.set, grace_s=0.0)
    patience.cancel()
    assert not expired.wait(0.5)


def test_without_a_limit_it_lasts() -> None:
    expired = threading.Event()
    Patience(Stage(text="a"), expired.set, grace_s=0.05).cancel()
    assert not expired.wait(0.3)
