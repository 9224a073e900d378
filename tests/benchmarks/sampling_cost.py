"""Measures what sampling costs the sampled: a 1 ms function with and without, interleaved.

Run it by hand, with nothing else running::

    python tests/benchmarks/sampling_cost.py [SECONDS]

Visits of some 20 ms with the clock on and with the clock off alternate in
random order, at the default rate and at higher ones. Printed is the ratio of
the medians of all evaluations, and the median and quartiles of the ratio of
neighbouring visits, which a slow period of the machine cannot fake.
"""

import random
import statistics
import sys
from collections.abc import Callable
from time import perf_counter, perf_counter_ns

import numpy as np

from profiler_suite.measure import native
from profiler_suite.measure.native.thread_events import ThreadEvents
from profiler_suite.measure.timing import time_evaluations

EVALUATIONS = 20


def small_calls() -> Callable[[], None]:
    """About 1 ms of small ufunc calls in a Python loop."""
    a, out = np.ones(8), np.empty(8)

    def run() -> None:
        for _ in range(2400):
            np.add(a, a, out)

    return run


def copies() -> Callable[[], None]:
    """About 1 ms of copying within the second-level cache."""
    source, target = np.ones(32 * 1024), np.ones(32 * 1024)

    def run() -> None:
        for _ in range(80):
            np.copyto(target, source)

    return run


def product() -> Callable[[], None]:
    """About 1 ms of a matrix product."""
    a = np.ones((288, 288))
    out = np.empty((288, 288))

    def run() -> None:
        np.matmul(a, a, out=out)

    return run


def visit(function: Callable[[], None], watch: ThreadEvents | None) -> list[float]:
    """Times of some evaluations, s, with the clock on where a watch is given."""
    if watch:
        watch.start()
    times = [time_evaluations(function, (), 1, perf_counter_ns) for _ in range(EVALUATIONS)]
    if watch:
        watch.stop()
    return times


def compare(
    function: Callable[[], None], frequency_hz: float, seconds: float, order: random.Random
) -> tuple[float, float, list[float]]:
    """Median without, s; ratio of medians; ratio with / without of each pair of visits."""
    watch = ThreadEvents(round(1e9 / frequency_hz), 2**16, None)
    times: dict[bool, list[float]] = {True: [], False: []}
    ratios = []
    visit(function, watch)
    begun = perf_counter()
    while perf_counter() - begun < seconds:
        medians = {}
        for on in order.sample((True, False), 2):
            some = visit(function, watch if on else None)
            times[on] += some
            medians[on] = statistics.median(some)
        ratios.append(medians[True] / medians[False])
    watch.close()
    without_s = statistics.median(times[False])
    return without_s, statistics.median(times[True]) / without_s, ratios


def say(line: str) -> None:
    """One line on stdout."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print one line per function and frequency."""
    reason = native.available()
    if reason:
        sys.exit(reason)
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    order = random.Random(4)
    say("function       frequency      time  ratio of medians  paired (quartiles)      pairs")
    for make in (small_calls, copies, product):
        for frequency_hz in (native.gentle_frequency_hz(), 1000.0, 1999.0):
            time_s, ratio, ratios = compare(make(), frequency_hz, seconds, order)
            low, middle, high = statistics.quantiles(ratios, n=4)
            say(
                f"{make.__name__:12} {frequency_hz:8.0f} Hz {time_s * 1e3:6.2f} ms"
                f" {100 * (ratio - 1):+15.2f} % {100 * (middle - 1):+7.2f} %"
                f" ({100 * (low - 1):+.2f} … {100 * (high - 1):+.2f}) {len(ratios):7}"
            )


if __name__ == "__main__":
    main()
