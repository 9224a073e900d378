"""Native samples: where the instruction pointer was."""

from typing import Annotated

import msgspec

from profiler_suite.model.noun import Count, Noun, Number, Seconds


class NativeWeight(Noun, frozen=True):
    """Samples in one function of compiled code."""

    entry: str
    """What kind of work it is: 'interpreter', 'dispatch', 'copy', 'packing', 'blas', …"""
    library: str
    """File name of the library, or a name in brackets such as '[kernel]'."""
    symbol: str
    """Function; empty where nothing names it."""
    samples: Count


class NativeSamples(Noun, frozen=True):
    """What the native code of one call was doing: counted instruction-pointer samples.

    A thread is sampled only while it is on a core, so sleeping leaves no trace
    but ``wall_s - cpu_s``.
    """

    frequency_hz: Annotated[float, msgspec.Meta(ge=1e-3, le=1e9)]
    """Samples per second of a thread's time on a core."""
    wall_s: Seconds
    """Wall time of all evaluations while sampling, s."""
    cpu_s: Seconds
    """Time the calling thread was on a core, s; above wall_s only by rounding."""
    evaluations: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    samples: Count
    """Samples of the calling thread: what the wall time consists of."""
    lost: Count
    """Samples of any thread for which its buffer had no room."""
    unseen: Number
    """Ticks of the calling thread that left no sample; kernel time where it is excluded."""
    threads: Count
    """Threads watched, the calling one included."""
    threads_refused: Count
    """Threads that could not be watched: the kernel had no room for their buffers."""
    kernel_included: bool
    """False where only user code may be sampled: page faults are then in ``unseen``."""
    kernel_symbols: bool
    """False where the kernel hides its symbols: page faults are then in entry 'kernel'."""
    weights: tuple[NativeWeight, ...]
    """The calling thread, most samples first; rare symbols of a library taken together."""
    other_weights: tuple[NativeWeight, ...] = ()
    """All other threads together: BLAS workers and what the call started."""
    slept_s: Seconds = 0.0
    """Of the wall time, what the calling thread slept: for a lock, a file, another thread."""

    @property
    def slept_share(self) -> float:
        """Share of the time that the calling thread slept, without its waits for a core."""
        delayed_s = max(0.0, self.wall_s - self.cpu_s - self.slept_s)
        time_s = self.wall_s - delayed_s
        return min(1.0, max(0.0, self.slept_s / time_s)) if time_s else 0.0

    @property
    def counts(self) -> dict[str, int]:
        """Samples of the calling thread by entry, most first."""
        counts: dict[str, int] = {}
        for weight in self.weights:
            counts[weight.entry] = counts.get(weight.entry, 0) + weight.samples
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def share(self, *entries: str) -> float:
        """Share of the calling thread's samples in these entries; 0 without samples."""
        counts = self.counts
        return sum(counts.get(entry, 0) for entry in entries) / max(1, self.samples)
