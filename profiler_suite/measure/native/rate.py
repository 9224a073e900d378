"""How often to sample: as often as slows the sampled code by about half a per cent.

A tick is a timer interrupt. What it costs depends on the machine: in a virtual
one every timer goes through the hypervisor (measured in one: 15 µs at 20,000
ticks a second, 25 to 40 µs at 1,000). So the cost is measured, not assumed.
"""

import functools
import threading
from time import perf_counter_ns

from profiler_suite.measure.native import perf

# Rare ticks find cold caches and pay two to three times what the probe pays: 0.2 %
# of the probe stays well below 1 % of anything (tests/benchmarks/sampling_cost.py).
_BUDGET = 0.002
_MOST_HZ = 3989.0
_LEAST_HZ = 97.0

# 60 ms in all; 20 ticks in every millisecond stand out from the machine's noise.
_PROBE_HZ = 20_000
_PROBE_PAIRS = 60
_PROBE_STEPS = 20_000
_BUFFER_BYTES = 2**16


def _steps_s() -> float:
    """Time of a fixed number of interpreter steps, s."""
    start = perf_counter_ns()
    total = 0
    for step in range(_PROBE_STEPS):
        total += step
    return (perf_counter_ns() - start) * 1e-9


def tick_cost_s(opener: perf.OpenEvent | None = None) -> float:
    """What one tick takes from the sampled thread, s: fast runs with ticks against without."""
    event = perf.ThreadEvent(
        threading.get_native_id(), round(1e9 / _PROBE_HZ), _BUFFER_BYTES, opener
    )
    ticking, quiet = [], []
    try:
        for _ in range(_PROBE_PAIRS):
            event.enable()
            ticking.append(_steps_s())
            event.disable()
            event.drain()
            quiet.append(_steps_s())
    finally:
        event.close()
    # A low quantile of each: the machine's undisturbed runs, not one lucky one.
    rank = _PROBE_PAIRS // 8
    with_s, without_s = sorted(ticking)[rank], sorted(quiet)[rank]
    return max(0.0, with_s - without_s) / (with_s * _PROBE_HZ)


def frequency_for(cost_s: float) -> float:
    """Ticks per second that take the budgeted share when one tick takes `cost_s`."""
    return min(_MOST_HZ, max(_LEAST_HZ, _BUDGET / max(cost_s, 1e-9)))


@functools.lru_cache(maxsize=1)
def gentle_frequency_hz() -> float:
    """Samples per second that slow this machine's code by less than 1 %; measured once."""
    return frequency_for(tick_cost_s())
