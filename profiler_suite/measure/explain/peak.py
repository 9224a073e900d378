"""The most memory that one evaluation holds at once, as NumPy and Python report it."""

import tracemalloc
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from profiler_suite.measure import timing
from profiler_suite.measure.arguments import given

# tracemalloc slows what allocates much: longer functions are not run under it.
_MOST_TRACED_S = 0.5


def peak_bytes(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    most_s: float = _MOST_TRACED_S,
) -> float:
    """Of one evaluation beyond what was held before, bytes; 0 where it takes too long."""
    once_s = timing.time_evaluations(function, arguments, 1, perf_counter_ns)
    if once_s > most_s or tracemalloc.is_tracing():
        return 0.0
    tracemalloc.start()
    try:
        fresh = given(arguments)
        before, _ = tracemalloc.get_traced_memory()
        function(*fresh)
        return float(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
