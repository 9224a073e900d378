"""Samples the native code of one call: runs it again and again under a clock, then counts.

A pass of its own, as an interrupt every fraction of a millisecond would be in
every timed sample. The loop around the call is the one that times it, so
shares of samples are shares of the timed evaluation.
"""

import gc
from collections import Counter
from collections.abc import Callable
from time import perf_counter, perf_counter_ns
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.measure.native import perf
from profiler_suite.measure.native.rate import gentle_frequency_hz
from profiler_suite.measure.native.rules import classify
from profiler_suite.measure.native.symbols import Symbolizer, kernel_symbols_readable
from profiler_suite.measure.native.thread_events import ThreadEvents
from profiler_suite.measure.preemption import scheduling, slept_s
from profiler_suite.measure.timing import time_evaluations
from profiler_suite.model.native import NativeSamples, NativeWeight

# Long enough that reading the clock and the folder of threads in between is nothing,
# short enough to notice threads that the call starts.
_BATCH_S = 50e-3
_LEAST_BUFFER_BYTES = 16 * 2**10
_MOST_BUFFER_BYTES = 256 * 2**10  # kernel.perf_event_mlock_kb grants 516 KiB per core
_MOST_WEIGHTS = 80
OTHERS = "(others)"
"""Symbol that stands for the rare symbols of a library, taken together."""


def available(opener: perf.OpenEvent | None = None) -> str:
    """An empty string where this process may be sampled, or one plain sentence why not."""
    return perf.why_not(opener)


def sample(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    seconds: float,
    frequency_hz: float = 0.0,
    opener: perf.OpenEvent | None = None,
    once_s: float = 0.0,
) -> NativeSamples:
    """Evaluate for `seconds` under a clock on every thread; what their code was doing.

    Threads that the call starts are watched from the next batch of evaluations
    on (every 50 ms, or after one evaluation that takes longer). `once_s` is what one takes,
    where that is known and too long to be found out again. With frequency
    0 it samples as often as costs less than 1 % here; shares do not depend on the
    rate, so a short pass may ask for 1,000 to 4,000 Hz and pay for it. Raises
    PerfError where `available` gives a reason.
    """
    frequency_hz = frequency_hz or gentle_frequency_hz()
    if not 10 <= frequency_hz <= 20_000:
        raise UsageError(
            f"cannot sample {frequency_hz:g} times a second; take 10 to 20,000, "
            "usually 1,000 to 4,000"
        )
    if seconds <= 0:
        raise UsageError(f"cannot sample for {seconds:g} s; take 0.1 s or more")
    once_s = once_s or time_evaluations(function, arguments, 1, perf_counter_ns)
    if once_s < seconds:  # the first call also imports and allocates
        once_s = min(once_s, time_evaluations(function, arguments, 1, perf_counter_ns))
    batch_s = min(_BATCH_S, seconds / 4)
    evaluations = max(1, int(batch_s / max(once_s, 1e-7)))
    if isinstance(arguments, RestoredArguments):
        evaluations = 1
    batch_s = max(batch_s, once_s)
    wanted = int(batch_s * frequency_hz * perf.SAMPLE_BYTES * 2)
    buffer_bytes = min(max(wanted, _LEAST_BUFFER_BYTES), _MOST_BUFFER_BYTES)
    watch = ThreadEvents(round(1e9 / frequency_hz), buffer_bytes, opener)
    wall_s, asleep_s, batches, ticks = _run_batches(
        watch, function, arguments, evaluations, seconds
    )
    symbolizer = Symbolizer()
    own = _weights(watch.addresses[True], symbolizer)
    others = _weights(watch.addresses[False], symbolizer)
    samples = sum(each.samples for each in own)
    return NativeSamples(
        frequency_hz=frequency_hz,
        wall_s=wall_s,
        cpu_s=ticks / frequency_hz,
        evaluations=evaluations * batches,
        samples=samples,
        lost=watch.lost,
        slept_s=asleep_s,
        unseen=max(0.0, ticks - samples - watch.lost),
        threads=watch.threads,
        threads_refused=watch.threads_refused,
        kernel_included=watch.kernel_included,
        kernel_symbols=watch.kernel_included and kernel_symbols_readable(),
        weights=own,
        other_weights=others,
    )


def _run_batches(
    watch: ThreadEvents,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    evaluations: int,
    seconds: float,
) -> tuple[float, float, int, float]:
    """Wall time of all batches under the clock, what of it was slept, their number, ticks."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        wall_s, asleep_s, batches = 0.0, 0.0, 0
        begun = perf_counter()
        while not batches or perf_counter() - begun < seconds:
            fresh = given(arguments)  # restoring them is none of its code
            before = scheduling()  # what it takes is no sample of the function's
            watch.start()
            batch_s = evaluations * time_evaluations(
                function, fresh, evaluations, perf_counter_ns
            )
            watch.stop()
            asleep_s += slept_s(before, scheduling(), batch_s)
            wall_s += batch_s
            batches += 1
        return wall_s, max(0.0, asleep_s), batches, watch.own_ticks()
    finally:
        if was_enabled:
            gc.enable()
        watch.close()


def _weights(
    addresses: Counter[tuple[int, bool]], symbolizer: Symbolizer
) -> tuple[NativeWeight, ...]:
    """Samples by entry, library and symbol, most first; the rare ones of a library together."""
    found: Counter[tuple[str, str, str]] = Counter()
    for (address, in_kernel), samples in addresses.items():
        place = symbolizer.place(address, in_kernel)
        found[classify(place.path, place.symbol), place.library, place.symbol] += samples
    ordered = found.most_common()
    rare: Counter[tuple[str, str, str]] = Counter()
    for (entry, library, _symbol), samples in ordered[_MOST_WEIGHTS:]:
        rare[entry, library, OTHERS] += samples
    return tuple(
        NativeWeight(entry=entry, library=library, symbol=symbol, samples=samples)
        for (entry, library, symbol), samples in [
            *ordered[:_MOST_WEIGHTS],
            *rare.most_common(),
        ]
    )


def to_speedscope(samples: NativeSamples, name: str) -> dict[str, Any]:
    """The calling thread's samples as a speedscope document, ready for JSON.

    One stack per symbol: entry, library, symbol. Weights are seconds per
    evaluation. Source: https://www.speedscope.app/file-format-schema.json
    """
    frames: dict[str, int] = {}

    def frame(label: str) -> int:
        return frames.setdefault(label, len(frames))

    def stack(weight: NativeWeight) -> list[int]:
        symbol = weight.symbol or "(no symbol)"
        return [
            frame(weight.entry),
            frame(f"{weight.entry} · {weight.library}"),
            frame(f"{symbol} ({weight.library})"),
        ]

    stacks = [stack(weight) for weight in samples.weights]
    # One sample stands for a period of the clock, spread over the evaluations.
    per_sample_s = 1 / samples.frequency_hz / samples.evaluations
    weights = [weight.samples * per_sample_s for weight in samples.weights]
    return {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": name,
        "activeProfileIndex": 0,
        "exporter": "profiler_suite",
        "shared": {"frames": [{"name": label} for label in frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": stacks,
                "weights": weights,
            }
        ],
    }
