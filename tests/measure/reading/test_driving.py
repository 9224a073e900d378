"""Evaluations count while they run, and not while their arguments are made."""

import ctypes
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.reading.driving import drive
from profiler_suite.measure.reading.protocol import COUNTING, PAUSED, READY


@pytest.mark.parametrize("restored", [False, True])
def test_the_state_says_when_a_sample_counts(restored: bool) -> None:
    control = (ctypes.c_uint64 * 1)(PAUSED)
    states: list[int] = []

    def note(_: Any) -> None:
        states.append(control[0])

    arguments: tuple[Any, ...] = (np.zeros(2),)
    if restored:
        arguments = RestoredArguments.of(arguments, lambda: states.append(control[0]))
    assert drive(note, arguments, 2, control) > 0
    assert control[0] == PAUSED
    assert states == ([READY, COUNTING] * 2 if restored else [COUNTING] * 2)
