"""The sampling clocks of all threads: those that are there, and those that are started later.

What a function starts in each evaluation lives for that evaluation alone. Such a thread
inherits the clocks of the thread that starts it, one for each core.
"""

import functools
import os
import threading
from collections import Counter

from profiler_suite.measure.native import perf

_BUFFER_BYTES = 128 * 2**10
_OF_OTHERS_BYTES = 32 * 2**10


class InheritedClocks:
    """One clock for every core on this thread, and one on every other that is there."""

    def __init__(self, frequency_hz: float, opener: perf.OpenEvent | None = None) -> None:
        """PerfError where the kernel refuses them."""
        self.samples: Counter[tuple[int, int, bool]] = Counter()
        """(thread, address, in the kernel) → samples."""
        self.lost = 0
        self._events: list[perf.ThreadEvent] = []
        period_ns = round(1e9 / frequency_hz)
        own = threading.get_native_id()
        try:
            for core in sorted(os.sched_getaffinity(0)):
                inherited = functools.partial(perf.open_event, only_cpu=core, inherited=True)
                self._add(own, period_ns, _BUFFER_BYTES, opener or inherited)
            for thread in perf.threads_of_process():
                if thread != own:
                    self._add(thread, period_ns, _OF_OTHERS_BYTES, opener)
        except BaseException:
            self.close()
            raise

    def _add(
        self, thread: int, period_ns: int, size: int, opener: perf.OpenEvent | None
    ) -> None:
        try:
            event = perf.ThreadEvent(thread, period_ns, size, opener)
        except ProcessLookupError:  # it has ended since
            return
        event.disable()
        self._events.append(event)

    def start(self) -> None:
        """Let them run."""
        for event in self._events:
            event.enable()

    def stop(self) -> None:
        """Stop them and take what they recorded."""
        for event in self._events:
            event.disable()
            found = perf.decode_by_thread(event.take())
            self.samples.update(found.samples)
            self.lost += found.lost

    def close(self) -> None:
        """Give them back."""
        for event in self._events:
            event.close()
        self._events.clear()
