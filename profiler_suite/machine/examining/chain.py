"""Measures a chain of dependent multiplications: what tells the processor's clock."""

from collections.abc import Callable
from time import perf_counter_ns

import numpy as np

from profiler_suite.machine.examining.rounds import Sample, Station, Visits

KEY = "chain"
# In the L1 of every processor; entering the call is a hundredth of it.
_STEPS = 4096
_REPEATS = 8


def chain_station(clock: Callable[[], int] = perf_counter_ns) -> Station:
    """Seconds per step of a chain of dependent multiplications."""
    ones = np.ones(_STEPS)
    multiply = np.multiply.reduce

    def sample() -> Sample:
        times_ns = []
        for _ in range(_REPEATS):
            start = clock()
            multiply(ones)
            times_ns.append(clock() - start)
        return Sample(values=(min(times_ns) * 1e-9 / _STEPS,))

    return Station(key=KEY, sample=sample)


def chain_step_s(visits: Visits) -> float:
    """The shortest step, s: nothing makes one shorter; 0 without visits."""
    return min((visit.values[0] for visit in visits.by_station.get(KEY, ())), default=0.0)
