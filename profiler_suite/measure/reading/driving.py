"""Evaluates a function while another process reads this one: the state says what counts."""

import ctypes
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.reading.protocol import COUNTING, PAUSED, READY


def drive(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    evaluations: int,
    control: "ctypes.Array[ctypes.c_uint64]",
) -> float:
    """Time per evaluation, s, without freeing the result; samples count while it runs."""
    if isinstance(arguments, RestoredArguments):
        return _drive_restored(function, arguments, evaluations, control)
    total = 0
    control[0] = COUNTING
    for _ in range(evaluations):
        start = perf_counter_ns()
        result = function(*arguments)
        total += perf_counter_ns() - start
        del result
    control[0] = PAUSED
    return total * 1e-9 / evaluations


def _drive_restored(
    function: Callable[..., Any],
    arguments: RestoredArguments,
    evaluations: int,
    control: "ctypes.Array[ctypes.c_uint64]",
) -> float:
    """The same where arguments are restored in between, untimed."""
    total = 0
    for _ in range(evaluations):
        control[0] = READY
        fresh = arguments.fresh()
        control[0] = COUNTING
        start = perf_counter_ns()
        result = function(*fresh)
        total += perf_counter_ns() - start
        del result
    control[0] = PAUSED
    return total * 1e-9 / evaluations
